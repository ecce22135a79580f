-- ---
-- id = "K33"
-- name = "unused_exceptions"
-- title = "Active exceptions that nobody uses"
-- kind = "ratio"
-- better = "lower"
-- target = "exceptions.unused"
-- reads = ["exception_states", "attempt_days", "period", "thresholds"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NIST-800-53:AC-2"]
-- dimensions = ["category"]
-- lines = [
--   { id = "unused", title = "Active 30 days or longer without use in the period" },
-- ]
-- about = """
-- Of the exceptions active as of the end for 30 days (threshold) or longer, those to which no settled attempt of class
-- N or S of the period is attributed: candidates for retirement. Break-glass entries are exempt, since not being used
-- is their purpose. An entry whose age or state cannot be told is unknown."""
-- ---
SELECT e.exception_id AS subject,
       e.exception_id AS label,
       'unused' AS line,
       CASE WHEN e.entry_state = 'unknown' AND e.category <> 'break_glass' THEN 'unknown'
            WHEN e.entry_state <> 'active' THEN 'excluded'
            WHEN e.category = 'break_glass' THEN 'excluded'
            WHEN e.age_days IS NULL THEN 'unknown'
            WHEN e.age_days < h.least THEN 'excluded'
            WHEN COALESCE(a.used, 0) > 0 THEN 'no'
            ELSE 'yes' END AS verdict,
       CASE WHEN e.entry_state = 'unknown' AND e.category <> 'break_glass' THEN 'whether it is active cannot be told'
            WHEN e.entry_state <> 'active' THEN CONCAT('not active: ', e.entry_state)
            WHEN e.category = 'break_glass' THEN 'break-glass: non-use is the goal'
            WHEN e.age_days IS NULL THEN 'its age cannot be told'
            WHEN e.age_days < h.least THEN 'active for less than the threshold'
            WHEN COALESCE(a.used, 0) > 0 THEN 'used in the period'
            ELSE 'not used in the period' END AS reason,
       e.category
FROM exception_states e
CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'exceptions.unused_days' THEN threshold_value ELSE 0 END) AS least FROM thresholds) h
LEFT JOIN (SELECT d.exception_id, SUM(d.attempts) AS used
           FROM attempt_days d CROSS JOIN period t
           WHERE d.satisfied_by IN ('N', 'S') AND d.exception_id <> '' AND d.local_day < t.settled_before_day
           GROUP BY d.exception_id) a
  ON a.exception_id = e.exception_id
ORDER BY subject NULLS LAST;
