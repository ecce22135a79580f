-- ---
-- id = "K23"
-- name = "expired_but_used"
-- title = "Exceptions used after they had ended"
-- kind = "count"
-- better = "lower"
-- target = "exceptions.expired_used"
-- reads = ["population", "attempt_days", "period"]
-- needs = ["register"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12", "NIST-800-53:AC-2"]
-- lines = [
--   { id = "attempts", title = "Attempts, by class" },
--   { id = "users", title = "Identities" },
--   { id = "exceptions", title = "Exceptions" },
--   { id = "days", title = "Longest time overdue per exception, in days" },
-- ]
-- about = """
-- Settled attempts of class N or S that lie within the scope of an exception after its expiry or closure, while no
-- other exception is active for them: the exclusion in policy outlived its approval. A bare expiry date ends with that
-- day in the register's zone."""
-- ---
SELECT u.subject, u.label, u.line, u.category, u.weight
FROM (
  SELECT p.identity_id AS subject, p.label, 'attempts' AS line, d.satisfied_by AS category, CAST(SUM(d.attempts) AS BIGINT) AS weight
  FROM attempt_days d CROSS JOIN period t JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE d.unmatched = 'expired' AND d.satisfied_by IN ('N', 'S') AND d.local_day < t.settled_before_day AND p.population <> 'workload'
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT DISTINCT p.identity_id AS subject, p.label, 'users' AS line, 'users' AS category, CAST(1 AS BIGINT) AS weight
  FROM attempt_days d CROSS JOIN period t JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE d.unmatched = 'expired' AND d.satisfied_by IN ('N', 'S') AND d.local_day < t.settled_before_day AND p.population <> 'workload'
  UNION ALL
  SELECT DISTINCT d.near_id AS subject, d.near_id AS label, 'exceptions' AS line, 'exceptions' AS category, CAST(1 AS BIGINT) AS weight
  FROM attempt_days d CROSS JOIN period t JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE d.unmatched = 'expired' AND d.satisfied_by IN ('N', 'S') AND d.local_day < t.settled_before_day AND p.population <> 'workload'
  UNION ALL
  SELECT d.near_id AS subject, d.near_id AS label, 'days' AS line, 'days overdue' AS category, CAST(MAX(d.overdue_days) AS BIGINT) AS weight
  FROM attempt_days d CROSS JOIN period t JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE d.unmatched = 'expired' AND d.satisfied_by IN ('N', 'S') AND d.local_day < t.settled_before_day AND p.population <> 'workload'
  GROUP BY 1, 2, 3, 4
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.category NULLS LAST;
