-- ---
-- id = "K44"
-- name = "constrained_use"
-- title = "Exceptions used from a compliant device and an allowed network"
-- kind = "ratio"
-- better = "higher"
-- reads = ["attempt_days", "period"]
-- needs = ["register"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NIST-800-53:AC-17"]
-- lines = [
--   { id = "constrained", title = "Attempts under an exception from a compliant device and an allowed network" },
-- ]
-- about = """
-- Of the attempts under an active exception, those from a compliant device and an allowed network. Where the record
-- does not tell both, and neither is known to be missing, or the attempt is provisional, it is unknown."""
-- ---
SELECT d.identity_id AS subject,
       d.exception_id AS label,
       'constrained' AS line,
       CASE WHEN d.local_day >= t.settled_before_day THEN 'unknown' ELSE d.constrained END AS verdict,
       CASE WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
            WHEN d.constrained = 'yes' THEN 'compliant device and allowed network'
            WHEN d.constrained = 'no' THEN 'another device or network'
            ELSE 'device or network is not told' END AS reason,
       CAST(SUM(d.attempts) AS BIGINT) AS weight
FROM attempt_days d CROSS JOIN period t
WHERE d.exception_id <> ''
GROUP BY 1, 2, 3, 4, 5
ORDER BY subject NULLS LAST, label NULLS LAST, verdict NULLS LAST;
