-- ---
-- id = "K14"
-- name = "exceptions_by_category"
-- title = "Exceptions by category and state"
-- kind = "count"
-- better = "none"
-- reads = ["exception_states", "exception_flows"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12", "NIST-800-53:AC-2", "ISO-27001:A.5.18"]
-- dimensions = ["entry_state"]
-- lines = [
--   { id = "stock", title = "Register entries as of the end, by category" },
--   { id = "flow", title = "Movements: opening + activated + revived - expired - closed = closing" },
-- ]
-- about = """
-- Stock: every register entry as of the period's end by category, repeated per state (requested, approved,
-- unapproved: in force without a recorded approval, active, expired, closed, unknown). An entry whose category is
-- unknown is a row, not dropped. Flow: entered, activated, revived (extended after it had expired), extended, expired,
-- closed, closed after expiry; opening and closing are the active entries at the last instant before each end.
-- Active means approved, activated, and neither expired nor closed."""
-- ---
SELECT u.subject, u.label, u.line, u.category, u.entry_state
FROM (
  SELECT e.exception_id AS subject, e.exception_id AS label, 'stock' AS line, e.category, e.entry_state, 0 AS sequence
  FROM exception_states e
  UNION ALL
  SELECT f.exception_id AS subject, f.exception_id AS label, 'flow' AS line,
         CASE WHEN f.movement = 'extended' AND f.stock_effect = 1 THEN 'revived'
              WHEN f.movement = 'closed' AND f.stock_effect = 0 THEN 'closed after expiry'
              ELSE f.movement END AS category,
         '' AS entry_state, f.sequence
  FROM exception_flows f
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.sequence NULLS LAST;
