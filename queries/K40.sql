-- ---
-- id = "K40"
-- name = "detection_latency"
-- title = "Time from event to report"
-- kind = "duration"
-- better = "lower"
-- reads = ["glass_uses", "control_changes", "attempt_days", "period"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:IR-4"]
-- lines = [
--   { id = "break_glass", title = "Uses of break-glass accounts" },
--   { id = "unregistered", title = "Bypasses that no exception explains, from the end of their day" },
--   { id = "unapproved", title = "Exclusions without prior approval" },
-- ]
-- about = """
-- Days from the event to the run, for what should be known soonest: median, quartiles, the 95th of 100 and the longest tell
-- what a scheduled job means by detection. Bypasses are counted from the end of their local day, once per identity and day."""
-- ---
SELECT u.subject, u.label, u.line, u.entry, u.exit, u.exit AS exit_by, u.ended
FROM (
  SELECT g.event_id AS subject, g.label, 'break_glass' AS line, CAST(0 AS DOUBLE) AS entry, g.latency_hours / 24 AS exit, 'event' AS ended
  FROM glass_uses g
  UNION ALL
  SELECT CONCAT(c.event_id, ' ', c.target_id) AS subject, c.target AS label, 'unapproved' AS line, CAST(0 AS DOUBLE) AS entry, c.latency_hours / 24 AS exit, 'event' AS ended
  FROM control_changes c
  WHERE c.effect IN ('exclusion_added', 'bypass_added', 'expiry_changed') AND c.approval IN ('late', 'none')
  UNION ALL
  SELECT d.identity_id AS subject, d.identity_id AS label, 'unregistered' AS line, CAST(0 AS DOUBLE) AS entry,
         CAST((EXTRACT(EPOCH FROM t.as_of_at) - EXTRACT(EPOCH FROM CAST(d.local_day AS TIMESTAMP)) - 86400) AS DOUBLE) / 86400 AS exit, 'event' AS ended
  FROM attempt_days d CROSS JOIN period t
  WHERE (d.satisfied_by = 'N' OR (d.satisfied_by = 'S' AND NOT d.relaxation_accepted)) AND d.exception_id = '' AND d.unmatched <> 'expired'
    AND d.local_day < t.settled_before_day
  GROUP BY 1, 2, 3, 4, 5, 6
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.exit NULLS LAST;
