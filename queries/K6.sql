-- ---
-- id = "K6"
-- name = "phishing_resistant"
-- title = "Phishing-resistant methods"
-- kind = "ratio"
-- better = "higher"
-- target = "phishing_resistant.users"
-- reads = ["population", "registered_methods", "attempt_days", "period"]
-- controls = ["NIST-800-63B-4:AAL2", "NIST-800-53:IA-2(8)", "CIS-M365-6:5.2.2.5", "SCuBA:MS.AAD.3.1v1"]
-- dimensions = ["department", "privileged"]
-- lines = [
--   { id = "only", title = "Only phishing-resistant methods usable" },
--   { id = "registered", title = "Any phishing-resistant method registered" },
--   { id = "registered_device_bound", title = "Any that cannot be synchronised between devices" },
--   { id = "used", title = "Sign-ins that used one" },
-- ]
-- about = """
-- First line: workforce identities whose every usable second factor is phishing-resistant (FIDO2 key, passkey, Windows
-- Hello for Business, platform credential, multi-factor certificate): only that stops a downgrade, so it leads. Every
-- registered second factor counts as usable here, since the export does not say which single method policy forbids.
-- Second: those with at least one such method, which alone overstates. Third: the same without syncable passkeys,
-- which reach AAL2 and not AAL3. Fourth: share of qualifying attempts that used such a method; carried claims do not
-- count as using one. Identities that the registration export does not list are unknown."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.weight, u.department, u.privileged
FROM (
  SELECT p.identity_id AS subject, p.label, l.line, p.department, p.privileged, 1 AS weight,
         CASE WHEN p.excluded <> '' THEN 'excluded'
              WHEN NOT p.in_registrations THEN 'unknown'
              WHEN COALESCE(m.resistant, 0) = 0 THEN 'no'
              WHEN l.line = 'only' AND m.factors > m.resistant THEN 'no'
              WHEN l.line = 'registered_device_bound' AND m.bound = 0 THEN 'no'
              ELSE 'yes' END AS verdict,
         CASE WHEN p.excluded <> '' THEN p.excluded
              WHEN NOT p.in_registrations THEN 'not in the registration export'
              WHEN COALESCE(m.factors, 0) = 0 THEN 'no second factor registered'
              WHEN m.resistant = 0 THEN 'no phishing-resistant method'
              WHEN l.line = 'only' AND m.factors > m.resistant THEN 'a weaker method is usable as well'
              WHEN l.line = 'registered_device_bound' AND m.bound = 0 THEN 'only a syncable passkey'
              ELSE 'phishing-resistant' END AS reason
  FROM population p
  CROSS JOIN (SELECT 'only' AS line UNION ALL SELECT 'registered' AS line UNION ALL SELECT 'registered_device_bound' AS line) l
  LEFT JOIN (SELECT tenant, identity_id,
                    SUM(CASE WHEN second_factor THEN 1 ELSE 0 END) AS factors,
                    SUM(CASE WHEN second_factor AND method_strength = 'phishing_resistant' THEN 1 ELSE 0 END) AS resistant,
                    SUM(CASE WHEN second_factor AND method_strength = 'phishing_resistant' AND NOT syncable THEN 1 ELSE 0 END) AS bound
             FROM registered_methods
             GROUP BY tenant, identity_id) m
    ON m.tenant = p.tenant AND m.identity_id = p.identity_id
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'used' AS line, p.department, p.privileged, CAST(SUM(d.attempts) AS BIGINT) AS weight,
         CASE WHEN p.attempts_excluded <> '' THEN 'excluded'
              WHEN d.local_day >= t.settled_before_day THEN 'unknown'
              WHEN d.satisfied_by = 'U' THEN 'unknown'
              WHEN d.method_strength = 'phishing_resistant' THEN 'yes'
              ELSE 'no' END AS verdict,
         CASE WHEN p.attempts_excluded <> '' THEN p.attempts_excluded
              WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
              WHEN d.satisfied_by = 'U' THEN CONCAT('cannot be told: ', d.class_reason)
              WHEN d.satisfied_by = 'M2' THEN 'carried claim'
              WHEN d.satisfied_by = 'M3' THEN 'external provider'
              WHEN d.satisfied_by = 'S' THEN 'MFA skipped'
              WHEN d.satisfied_by = 'N' THEN 'single factor'
              ELSE d.method END AS reason
  FROM attempt_days d
  CROSS JOIN period t
  JOIN population p
    ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  GROUP BY 1, 2, 3, 4, 5, 7, 8
) u
ORDER BY u.subject NULLS LAST, u.line NULLS LAST, u.verdict NULLS LAST, u.reason NULLS LAST;
