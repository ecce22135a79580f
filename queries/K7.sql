-- ---
-- id = "K7"
-- name = "exception_usage"
-- title = "Sign-ins that rested on an active exception"
-- kind = "ratio"
-- better = "lower"
-- reads = ["population", "attempt_days", "period"]
-- needs = ["register"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12", "NIST-800-53:AC-2"]
-- dimensions = ["ambiguous"]
-- lines = [
--   { id = "sign_ins", title = "Qualifying attempts explained by an active exception" },
--   { id = "users", title = "Workforce that used one" },
-- ]
-- about = """
-- Numerator of the first line: settled qualifying attempts of class N or S that are attributed to an active exception:
-- the identity in scope, the application in scope, the time within the active interval, and the bypass evident.
-- Several that match: the most specific scope (user and application, user, application, group), then the earliest
-- activation, then the lowest id; the dimension says whether others matched as well. Denominator: all qualifying
-- attempts, workloads left out. MFA done although excused is no usage. Second line: workforce identities with at least
-- one such attempt."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.weight, u.ambiguous
FROM (
  SELECT p.identity_id AS subject, p.label, 'sign_ins' AS line,
         CASE WHEN p.population = 'workload' THEN 'excluded'
              WHEN d.local_day >= t.settled_before_day THEN 'unknown'
              WHEN d.satisfied_by = 'U' THEN 'unknown'
              WHEN d.satisfied_by IN ('N', 'S') AND d.exception_id <> '' THEN 'yes'
              ELSE 'no' END AS verdict,
         CASE WHEN p.population = 'workload' THEN 'workload identity'
              WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
              WHEN d.satisfied_by = 'U' THEN CONCAT('cannot be told: ', d.class_reason)
              WHEN d.satisfied_by IN ('N', 'S') AND d.exception_id <> '' THEN CONCAT('exception ', d.exception_id)
              WHEN d.satisfied_by IN ('N', 'S') THEN 'bypass without an active exception'
              ELSE 'MFA was done' END AS reason,
         CAST(SUM(d.attempts) AS BIGINT) AS weight,
         CASE WHEN d.exception_ambiguous THEN 'several matched' WHEN d.exception_id <> '' THEN 'one matched' ELSE '' END AS ambiguous
  FROM attempt_days d
  CROSS JOIN period t
  JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  GROUP BY 1, 2, 3, 4, 5, 7
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'users' AS line,
         CASE WHEN p.excluded <> '' THEN 'excluded'
              WHEN COALESCE(a.used, 0) > 0 THEN 'yes'
              WHEN COALESCE(a.untold, 0) > 0 THEN 'unknown'
              ELSE 'no' END AS verdict,
         CASE WHEN p.excluded <> '' THEN p.excluded
              WHEN COALESCE(a.used, 0) > 0 THEN 'used an exception'
              WHEN COALESCE(a.untold, 0) > 0 THEN 'an attempt cannot be told'
              ELSE 'used none' END AS reason,
         1 AS weight, '' AS ambiguous
  FROM population p
  LEFT JOIN (SELECT d.tenant, d.identity_id,
                    SUM(CASE WHEN d.local_day < t.settled_before_day AND d.satisfied_by IN ('N', 'S') AND d.exception_id <> '' THEN d.attempts ELSE 0 END) AS used,
                    SUM(CASE WHEN d.local_day >= t.settled_before_day THEN d.attempts WHEN d.satisfied_by = 'U' THEN d.attempts ELSE 0 END) AS untold
             FROM attempt_days d CROSS JOIN period t
             GROUP BY d.tenant, d.identity_id) a
    ON a.tenant = p.tenant AND a.identity_id = p.identity_id
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.verdict NULLS LAST, u.reason NULLS LAST, u.ambiguous NULLS LAST;
