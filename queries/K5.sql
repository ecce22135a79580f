-- ---
-- id = "K5"
-- name = "privileged_coverage"
-- title = "Coverage of privileged identities"
-- kind = "ratio"
-- better = "higher"
-- target = "privileged.users"
-- reads = ["population", "registrations", "registered_methods", "attempt_days", "period"]
-- needs = ["roles"]
-- controls = ["NIST-800-53:IA-2(1)", "PCI-DSS-4.0.1:8.4.1", "CIS-Controls-8.1:6.5", "CIS-M365-6:5.2.2.1", "SCuBA:MS.AAD.3.6v1", "ISO-27001:A.8.2"]
-- dimensions = ["department"]
-- lines = [
--   { id = "enforcement_users", title = "Users whose every sign-in was protected (K3 strict)" },
--   { id = "registration", title = "Second factor registered (K1)" },
--   { id = "capability", title = "Second factor allowed by policy (K2)" },
--   { id = "enforcement_sign_ins", title = "Sign-ins while the role was held (K4 exposure)" },
--   { id = "control_effectiveness", title = "Sign-ins while the role was held, MFA required (K4)" },
--   { id = "phishing_registered", title = "Any phishing-resistant method (K6)" },
--   { id = "phishing_only", title = "Only phishing-resistant methods (K6)" },
--   { id = "phishing_used", title = "Sign-ins while the role was held with a phishing-resistant method (K6)" },
-- ]
-- about = """
-- The population is every holder of a privileged role as of the period's end: active or eligible, direct or by
-- group, from the configured list of role templates; break-glass accounts are apart, deleted and disabled accounts
-- and workloads out. The lines repeat K1 to K4 and K6 on it. Attempt lines count the attempts during which the role
-- was held or could have been taken up, not only those on admin portals; an attempt for which roles are not known is
-- unknown; the users line looks at those attempts only. The directory's own admin flag is not used."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.weight, u.department
FROM (
  SELECT p.identity_id AS subject, p.label, l.line, p.department, 1 AS weight,
         CASE WHEN p.privileged_excluded <> '' THEN 'excluded'
              WHEN p.privileged IS NULL THEN 'unknown'
              WHEN NOT p.privileged THEN 'excluded'
              WHEN l.line = 'enforcement_users' AND a.attempts IS NULL THEN 'excluded'
              WHEN l.line = 'enforcement_users' AND a.bare > 0 THEN 'no'
              WHEN l.line = 'enforcement_users' AND a.untold > 0 THEN 'unknown'
              WHEN l.line = 'enforcement_users' THEN 'yes'
              WHEN NOT p.in_registrations THEN 'unknown'
              WHEN COALESCE(m.factors, 0) = 0 THEN 'no'
              WHEN l.line = 'registration' THEN 'yes'
              WHEN l.line = 'capability' AND COALESCE(r.capability, 1) = 1 THEN 'unknown'
              WHEN l.line = 'capability' AND r.capability = 2 THEN 'yes'
              WHEN l.line = 'capability' THEN 'no'
              WHEN m.resistant = 0 THEN 'no'
              WHEN l.line = 'phishing_only' AND m.factors > m.resistant THEN 'no'
              ELSE 'yes' END AS verdict,
         CASE WHEN p.privileged_excluded <> '' THEN p.privileged_excluded
              WHEN p.privileged IS NULL THEN 'roles are not known'
              WHEN NOT p.privileged THEN 'holds no privileged role'
              WHEN l.line = 'enforcement_users' AND a.attempts IS NULL THEN 'no qualifying attempt'
              WHEN l.line = 'enforcement_users' AND a.bare > 0 THEN 'an attempt was not protected'
              WHEN l.line = 'enforcement_users' AND a.untold > 0 THEN 'an attempt cannot be told'
              WHEN l.line = 'enforcement_users' THEN 'every attempt protected'
              WHEN NOT p.in_registrations THEN 'not in the registration export'
              WHEN COALESCE(m.factors, 0) = 0 THEN 'no second factor registered'
              WHEN l.line = 'registration' THEN 'second factor registered'
              WHEN l.line = 'capability' AND COALESCE(r.capability, 1) = 1 THEN 'the export does not say whether policy allows it'
              WHEN l.line = 'capability' AND r.capability = 2 THEN 'registered and allowed'
              WHEN l.line = 'capability' THEN 'registered but unusable'
              WHEN m.resistant = 0 THEN 'no phishing-resistant method'
              WHEN l.line = 'phishing_only' AND m.factors > m.resistant THEN 'a weaker method is usable as well'
              ELSE 'phishing-resistant' END AS reason
  FROM population p
  CROSS JOIN (SELECT 'enforcement_users' AS line UNION ALL SELECT 'registration' AS line UNION ALL SELECT 'capability' AS line
              UNION ALL SELECT 'phishing_registered' AS line UNION ALL SELECT 'phishing_only' AS line) l
  LEFT JOIN (SELECT tenant, identity_id,
                    -- where two exports disagree the worse one counts: 0 no, 1 not said, 2 yes
                    MIN(CASE WHEN capable IS NULL THEN 1 WHEN capable THEN 2 ELSE 0 END) AS capability
             FROM registrations
             GROUP BY tenant, identity_id) r
    ON r.tenant = p.tenant AND r.identity_id = p.identity_id
  LEFT JOIN (SELECT tenant, identity_id,
                    SUM(CASE WHEN second_factor THEN 1 ELSE 0 END) AS factors,
                    SUM(CASE WHEN second_factor AND method_strength = 'phishing_resistant' THEN 1 ELSE 0 END) AS resistant
             FROM registered_methods
             GROUP BY tenant, identity_id) m
    ON m.tenant = p.tenant AND m.identity_id = p.identity_id
  LEFT JOIN (SELECT d.tenant, d.identity_id,
                    SUM(d.attempts) AS attempts,
                    SUM(CASE WHEN d.privileged_then = 'yes' AND d.local_day < t.settled_before_day AND d.satisfied_by IN ('S', 'N') THEN d.attempts ELSE 0 END) AS bare,
                    SUM(CASE WHEN d.privileged_then = 'unknown' THEN d.attempts WHEN d.local_day >= t.settled_before_day THEN d.attempts WHEN d.satisfied_by = 'U' THEN d.attempts ELSE 0 END) AS untold
             FROM attempt_days d CROSS JOIN period t
             WHERE d.privileged_then <> 'no'
             GROUP BY d.tenant, d.identity_id) a
    ON a.tenant = p.tenant AND a.identity_id = p.identity_id
  UNION ALL
  SELECT p.identity_id AS subject, p.label, l.line, p.department, CAST(SUM(d.attempts) AS BIGINT) AS weight,
         CASE WHEN p.population IN ('break_glass', 'workload') THEN 'excluded'
              WHEN d.privileged_then = 'no' THEN 'excluded'
              WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'no' THEN 'excluded'
              WHEN d.privileged_then = 'unknown' THEN 'unknown'
              WHEN d.local_day >= t.settled_before_day THEN 'unknown'
              WHEN d.satisfied_by = 'U' THEN 'unknown'
              WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'unknown' THEN 'unknown'
              WHEN l.line = 'phishing_used' AND d.method_strength = 'phishing_resistant' THEN 'yes'
              WHEN l.line = 'phishing_used' THEN 'no'
              WHEN d.satisfied_by IN ('M1', 'M2', 'M3', 'M4') THEN 'yes'
              ELSE 'no' END AS verdict,
         CASE WHEN p.population IN ('break_glass', 'workload') THEN p.attempts_excluded
              WHEN d.privileged_then = 'no' THEN 'no privileged role was held'
              WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'no' THEN 'policy did not require MFA'
              WHEN d.privileged_then = 'unknown' THEN 'roles at the time are not known'
              WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
              WHEN d.satisfied_by = 'U' THEN CONCAT('cannot be told: ', d.class_reason)
              WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'unknown' THEN 'the record does not say whether MFA was required'
              WHEN d.satisfied_by = 'S' THEN CONCAT('skipped: ', d.class_reason)
              WHEN d.satisfied_by = 'N' THEN 'single factor or legacy client'
              WHEN l.line = 'phishing_used' AND d.method_strength = 'phishing_resistant' THEN d.method
              WHEN l.line = 'phishing_used' THEN 'another method or a carried claim'
              ELSE 'protected' END AS reason
  FROM attempt_days d
  CROSS JOIN period t
  CROSS JOIN (SELECT 'enforcement_sign_ins' AS line UNION ALL SELECT 'control_effectiveness' AS line UNION ALL SELECT 'phishing_used' AS line) l
  JOIN population p
    ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  GROUP BY 1, 2, 3, 4, 6, 7
) u
ORDER BY u.subject NULLS LAST, u.line NULLS LAST, u.verdict NULLS LAST, u.reason NULLS LAST;
