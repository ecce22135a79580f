-- ---
-- id = "K2"
-- name = "capability_coverage"
-- title = "Workforce with a second factor that policy allows"
-- kind = "ratio"
-- better = "higher"
-- target = "capability.users"
-- reads = ["population", "registrations", "registered_methods"]
-- controls = ["NIST-800-53:IA-2(1)", "NIST-800-53:IA-2(2)", "ISO-27001:A.8.5", "CIS-M365-6:5.2.3.4"]
-- dimensions = ["department", "privileged"]
-- lines = [{ id = "capable", title = "Registered and allowed by the method policy in force" }]
-- about = """
-- Numerator: workforce identities that registered a second factor which the authentication method policy allows, as
-- of the period's end. Denominator: all workforce identities. K1 less K2 is "registered but unusable" and listed by
-- name. Unknown: not in the registration export, or the export does not say whether policy allows the method."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       'capable' AS line,
       CASE WHEN p.excluded <> '' THEN 'excluded'
            WHEN NOT p.in_registrations THEN 'unknown'
            WHEN COALESCE(m.factors, 0) = 0 THEN 'no'
            WHEN COALESCE(r.capability, 1) = 1 THEN 'unknown'
            WHEN r.capability = 2 THEN 'yes'
            ELSE 'no' END AS verdict,
       CASE WHEN p.excluded <> '' THEN p.excluded
            WHEN NOT p.in_registrations THEN 'not in the registration export'
            WHEN COALESCE(m.factors, 0) = 0 THEN 'no second factor registered'
            WHEN COALESCE(r.capability, 1) = 1 THEN 'the export does not say whether policy allows it'
            WHEN r.capability = 2 THEN 'registered and allowed'
            ELSE 'registered but unusable' END AS reason,
       p.department,
       p.privileged
FROM population p
LEFT JOIN (SELECT tenant, identity_id,
                  -- where two exports disagree the worse one counts: 0 no, 1 not said, 2 yes
                  MIN(CASE WHEN capable IS NULL THEN 1 WHEN capable THEN 2 ELSE 0 END) AS capability
           FROM registrations
           GROUP BY tenant, identity_id) r
  ON r.tenant = p.tenant AND r.identity_id = p.identity_id
LEFT JOIN (SELECT tenant, identity_id, SUM(CASE WHEN second_factor THEN 1 ELSE 0 END) AS factors
           FROM registered_methods
           GROUP BY tenant, identity_id) m
  ON m.tenant = p.tenant AND m.identity_id = p.identity_id
ORDER BY subject NULLS LAST, line NULLS LAST;
