-- ---
-- id = "K24"
-- name = "unregistered_bypass"
-- title = "Bypasses that no exception explains"
-- kind = "count"
-- better = "lower"
-- target = "exceptions.unregistered_bypass"
-- reads = ["population", "attempt_days", "period"]
-- needs = ["register"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NIST-800-53:IA-2(2)", "NYDFS:500.12"]
-- dimensions = ["population"]
-- lines = [
--   { id = "attempts", title = "Attempts, by what is missing" },
--   { id = "users", title = "Identities, by what is missing" },
--   { id = "untold", title = "Attempts that cannot be told" },
-- ]
-- about = """
-- Settled attempts of class N, and of class S where policy does not list the relaxation, to which no active exception
-- can be attributed: never registered, pending, not yet active, or out of scope; what ran out is K23. Workloads are
-- left out. MFA is expected of everybody else: an exclusion in policy without an entry is no excuse. Attempts that
-- cannot be told, or are provisional, stand apart. The line is zero only if nothing was found in complete logs: a gap
-- closes the metric."""
-- ---
SELECT u.subject, u.label, u.line, u.category, u.weight, u.population
FROM (
  SELECT p.identity_id AS subject, p.label, 'attempts' AS line, d.unmatched AS category, CAST(SUM(d.attempts) AS BIGINT) AS weight, p.population
  FROM attempt_days d CROSS JOIN period t JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE p.population <> 'workload' AND d.local_day < t.settled_before_day AND d.exception_id = '' AND d.unmatched <> 'expired'
    AND (d.satisfied_by = 'N' OR (d.satisfied_by = 'S' AND NOT d.relaxation_accepted))
  GROUP BY 1, 2, 3, 4, 6
  UNION ALL
  SELECT DISTINCT p.identity_id AS subject, p.label, 'users' AS line, d.unmatched AS category, CAST(1 AS BIGINT) AS weight, p.population
  FROM attempt_days d CROSS JOIN period t JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE p.population <> 'workload' AND d.local_day < t.settled_before_day AND d.exception_id = '' AND d.unmatched <> 'expired'
    AND (d.satisfied_by = 'N' OR (d.satisfied_by = 'S' AND NOT d.relaxation_accepted))
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'untold' AS line, 'cannot be told' AS category, CAST(SUM(d.attempts) AS BIGINT) AS weight, p.population
  FROM attempt_days d
  CROSS JOIN period t
  JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  WHERE p.population <> 'workload' AND (d.satisfied_by = 'U' OR d.local_day >= t.settled_before_day)
  GROUP BY 1, 2, 3, 4, 6
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.category NULLS LAST;
