-- ---
-- id = "K8"
-- name = "method_mix"
-- title = "Which methods people have and use"
-- kind = "mix"
-- better = "none"
-- reads = ["population", "registered_methods", "methods", "attempt_days", "period"]
-- controls = ["NIST-800-63B-4:AAL2", "PCI-DSS-4.0.1:8.3.1", "CIS-M365-6:5.2.3.5", "SCuBA:MS.AAD.3.5v2"]
-- lines = [
--   { id = "registered", title = "Registered: each person once, by strongest method" },
--   { id = "used", title = "Used: each person with weight 1, split over their own sign-ins" },
--   { id = "attempts", title = "Sign-ins: share of qualifying attempts" },
-- ]
-- about = """
-- First line: each workforce identity once, under its strongest registered second factor by the dated ranking; "none"
-- and "unknown" (not in the registration export) are buckets of their own. Second: each workforce identity that
-- completed a second factor or a one-gesture method has weight 1, split over those attempts by method, so that heavy
-- users do not drown the others. Third: share of qualifying attempts; carried claims, external providers, skipped
-- prompts, single factor and attempts that cannot be told are buckets of their own. The shares of each line sum to 1."""
-- ---
SELECT u.subject, u.label, u.line, u.bucket, u.weight
FROM (
  SELECT p.identity_id AS subject, p.label, 'registered' AS line,
         CASE WHEN NOT p.in_registrations THEN 'unknown'
              WHEN b.strength_rank IS NULL THEN 'none'
              ELSE r.method END AS bucket,
         CAST(1 AS DOUBLE) AS weight
  FROM population p
  LEFT JOIN (SELECT g.tenant, g.identity_id, MIN(k.strength_rank) AS strength_rank
             FROM registered_methods g
             JOIN methods k ON k.method = g.method
             WHERE g.second_factor
             GROUP BY g.tenant, g.identity_id) b
    ON b.tenant = p.tenant AND b.identity_id = p.identity_id
  LEFT JOIN methods r
    ON r.strength_rank = b.strength_rank
  WHERE p.excluded = ''
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'used' AS line, d.method AS bucket,
         CAST(SUM(d.attempts) AS DOUBLE) / CAST(MAX(w.attempts) AS DOUBLE) AS weight
  FROM attempt_days d
  CROSS JOIN period t
  JOIN population p
    ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  JOIN (SELECT e.tenant, e.identity_id, SUM(e.attempts) AS attempts
        FROM attempt_days e CROSS JOIN period s
        WHERE e.satisfied_by IN ('M1', 'M4') AND e.local_day < s.settled_before_day
        GROUP BY e.tenant, e.identity_id) w
    ON w.tenant = d.tenant AND w.identity_id = d.identity_id
  WHERE p.excluded = '' AND d.satisfied_by IN ('M1', 'M4') AND d.local_day < t.settled_before_day
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'attempts' AS line,
         CASE WHEN d.local_day >= t.settled_before_day THEN 'unknown'
              WHEN d.satisfied_by = 'M1' THEN d.method
              WHEN d.satisfied_by = 'M4' THEN d.method
              WHEN d.satisfied_by = 'M2' THEN 'carried claim'
              WHEN d.satisfied_by = 'M3' THEN 'external'
              WHEN d.satisfied_by = 'S' THEN 'skipped by policy'
              WHEN d.satisfied_by = 'N' THEN 'single factor'
              ELSE 'unknown' END AS bucket,
         CAST(SUM(d.attempts) AS DOUBLE) AS weight
  FROM attempt_days d
  CROSS JOIN period t
  JOIN population p
    ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE p.attempts_excluded = ''
  GROUP BY 1, 2, 3, 4
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.bucket NULLS LAST;
