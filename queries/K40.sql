-- ---
-- id = "K40"
-- name = "detection_latency"
-- title = "Time from event to report"
-- kind = "duration"
-- better = "lower"
-- reads = ["glass_uses", "control_changes", "unprotected_attempts", "period"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:IR-4"]
-- lines = [
--   { id = "break_glass", title = "Uses of break-glass accounts" },
--   { id = "unregistered", title = "Bypasses that no exception explains" },
--   { id = "unapproved", title = "Exclusions without prior approval" },
-- ]
-- about = """
-- Days from the event to the run, for what should be known soonest: median, quartiles, the 95th of 100 and the longest tell
-- what a scheduled job means by detection. Of bypasses the first of each identity and local day counts."""
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
  SELECT a.identity_id AS subject, a.label, 'unregistered' AS line, CAST(0 AS DOUBLE) AS entry,
         CAST(EXTRACT(EPOCH FROM t.as_of_at) - EXTRACT(EPOCH FROM a.first_at) AS DOUBLE) / 86400 AS exit, 'event' AS ended
  FROM (SELECT identity_id, MIN(label) AS label, local_day, MIN(decided_at) AS first_at
        FROM unprotected_attempts
        WHERE (satisfied_by = 'N' OR NOT relaxation_accepted) AND exception_id = '' AND unmatched <> 'expired'
        GROUP BY identity_id, local_day) a
  CROSS JOIN period t
  WHERE a.local_day < t.settled_before_day
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.exit NULLS LAST;
