-- ---
-- id = "K37"
-- name = "zero_and_stale_methods"
-- title = "Workforce without a method, or with one never used"
-- kind = "ratio"
-- better = "lower"
-- reads = ["population", "registered_methods", "trailing_days"]
-- needs = ["registrations"]
-- controls = ["NIST-800-53:IA-5", "ISO-27001:A.5.17"]
-- dimensions = ["department"]
-- lines = [
--   { id = "none", title = "No second factor registered" },
--   { id = "stale", title = "A registered second factor not used for 90 days by somebody who signs in" },
-- ]
-- about = """
-- First line: workforce identities with no second factor, of all that the registration export lists. Second line: of
-- the workforce with a second factor and at least one attempt in the last 90 days, those with a registered method that
-- no attempt of these days used. Disuse needs whole logs over the 90 days; without them nothing of this is computed."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.department
FROM (
  SELECT p.identity_id AS subject, p.label, 'none' AS line,
         CASE WHEN p.excluded <> '' THEN 'excluded' WHEN NOT p.in_registrations THEN 'unknown'
              WHEN COALESCE(m.factors, 0) = 0 THEN 'yes' ELSE 'no' END AS verdict,
         CASE WHEN p.excluded <> '' THEN p.excluded WHEN NOT p.in_registrations THEN 'not in the registration export'
              WHEN COALESCE(m.factors, 0) = 0 THEN 'no second factor' ELSE 'second factor registered' END AS reason,
         p.department
  FROM population p
  LEFT JOIN (SELECT tenant, identity_id, SUM(CASE WHEN second_factor THEN 1 ELSE 0 END) AS factors
             FROM registered_methods GROUP BY tenant, identity_id) m
    ON m.tenant = p.tenant AND m.identity_id = p.identity_id
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'stale' AS line,
         CASE WHEN p.excluded <> '' THEN 'excluded' WHEN COALESCE(m.methods, 0) = 0 THEN 'excluded' WHEN a.attempts IS NULL THEN 'excluded'
              WHEN m.unused > 0 THEN 'yes' ELSE 'no' END AS verdict,
         CASE WHEN p.excluded <> '' THEN p.excluded WHEN COALESCE(m.methods, 0) = 0 THEN 'no second factor' WHEN a.attempts IS NULL THEN 'did not sign in'
              WHEN m.unused > 0 THEN 'a registered method was not used' ELSE 'every registered method was used' END AS reason,
         p.department
  FROM population p
  LEFT JOIN (SELECT r.tenant, r.identity_id, COUNT(r.method) AS methods, SUM(CASE WHEN u.method IS NULL THEN 1 ELSE 0 END) AS unused
             FROM (SELECT DISTINCT tenant, identity_id, method FROM registered_methods WHERE second_factor) r
             LEFT JOIN (SELECT DISTINCT tenant, identity_id, method FROM trailing_days WHERE satisfied_by IN ('M1', 'M4')) u
               ON u.tenant = r.tenant AND u.identity_id = r.identity_id AND u.method = r.method
             GROUP BY r.tenant, r.identity_id) m
    ON m.tenant = p.tenant AND m.identity_id = p.identity_id
  LEFT JOIN (SELECT tenant, identity_id, SUM(attempts) AS attempts FROM trailing_days GROUP BY tenant, identity_id) a
    ON a.tenant = p.tenant AND a.identity_id = p.identity_id
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST;
