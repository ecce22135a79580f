-- ---
-- id = "K1"
-- name = "registration_coverage"
-- title = "Workforce with a second factor registered"
-- kind = "ratio"
-- better = "higher"
-- target = "registration.users"
-- reads = ["population", "registered_methods"]
-- controls = ["NIST-800-53:IA-2(1)", "NIST-800-53:IA-2(2)", "ISO-27001:A.8.5", "SOC2:CC6.1", "HIPAA:164.312(d)"]
-- dimensions = ["department", "privileged"]
-- lines = [{ id = "registered", title = "At least one enabled method usable as a second factor" }]
-- about = """
-- Numerator: workforce identities with at least one enabled method that can serve as a second factor, as of the
-- period's end. Denominator: all workforce identities of the directory (enabled, member, started, not shared, room,
-- service or break-glass), never the rows of the registration export. Not a second factor: password, security
-- question, e-mail (reset only), app password, QR code; a temporary access pass is counted apart as a reason.
-- Identities in the directory that the registration export does not list are unknown, not "no", and never dropped."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       'registered' AS line,
       CASE WHEN p.excluded <> '' THEN 'excluded'
            WHEN NOT p.in_registrations THEN 'unknown'
            WHEN COALESCE(m.factors, 0) > 0 THEN 'yes'
            ELSE 'no' END AS verdict,
       CASE WHEN p.excluded <> '' THEN p.excluded
            WHEN NOT p.in_registrations THEN 'not in the registration export'
            WHEN COALESCE(m.factors, 0) > 0 THEN 'second factor registered'
            WHEN COALESCE(m.passes, 0) > 0 THEN 'only a temporary access pass'
            WHEN COALESCE(m.methods, 0) > 0 THEN 'only methods that are no second factor'
            ELSE 'no method' END AS reason,
       p.department,
       p.privileged
FROM population p
LEFT JOIN (SELECT tenant, identity_id,
                  COUNT(*) AS methods,
                  SUM(CASE WHEN second_factor THEN 1 ELSE 0 END) AS factors,
                  SUM(CASE WHEN method = 'tap' THEN 1 ELSE 0 END) AS passes
           FROM registered_methods
           GROUP BY tenant, identity_id) m
  ON m.tenant = p.tenant AND m.identity_id = p.identity_id
ORDER BY subject NULLS LAST, line NULLS LAST;
