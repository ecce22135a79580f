-- ---
-- id = "D1"
-- name = "legacy_success"
-- title = "Successful sign-ins by legacy clients"
-- kind = "detection"
-- better = "lower"
-- reads = ["attempt_days", "population", "period"]
-- controls = ["NIST-800-53:IA-2(2)", "CIS-M365-6:5.2.2.3", "SCuBA:MS.AAD.1.1v1"]
-- containment = [
--   "Block legacy protocols for the identity",
--   "Reset the password: it may have been guessed",
--   "Move the client to a protocol that can do MFA, or register the exception",
-- ]
-- lines = [
--   { id = "legacy", title = "Identities that a client let in which cannot do MFA" },
-- ]
-- about = """
-- Identities, workloads aside, with settled attempts (successful, or of an outcome that the record does not tell) by a
-- legacy client or a resource-owner password grant, which cannot do MFA. Low when an active exception explains every
-- such attempt, medium otherwise, high when the identity holds a privileged role."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       'legacy' AS line,
       CASE WHEN p.privileged THEN 'high' WHEN a.unexplained > 0 THEN 'medium' ELSE 'low' END AS severity,
       a.first_day AS first_seen,
       a.last_day AS last_seen,
       CASE WHEN a.unexplained > 0 THEN 'legacy client without an active exception' ELSE 'legacy client under an active exception' END AS reason,
       '' AS place,
       CASE WHEN a.attempts = 1 THEN '1 attempt' ELSE CONCAT(CAST(a.attempts AS VARCHAR), ' attempts') END AS how,
       p.identity_id AS evidence,
       a.entry AS ticket
FROM (SELECT d.tenant, d.identity_id, CAST(SUM(d.attempts) AS BIGINT) AS attempts,
             CAST(SUM(CASE WHEN d.exception_id = '' THEN d.attempts ELSE 0 END) AS BIGINT) AS unexplained,
             MIN(d.local_day) AS first_day, MAX(d.local_day) AS last_day, MAX(d.exception_id) AS entry
      FROM attempt_days d CROSS JOIN period t
      WHERE d.legacy_protocol AND d.local_day < t.settled_before_day
      GROUP BY d.tenant, d.identity_id) a
JOIN population p ON p.tenant = a.tenant AND p.identity_id = a.identity_id
WHERE p.population <> 'workload'
ORDER BY subject NULLS LAST;
