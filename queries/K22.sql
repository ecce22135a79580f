-- ---
-- id = "K22"
-- name = "break_glass_use"
-- title = "Uses of break-glass accounts"
-- kind = "count"
-- better = "lower"
-- reads = ["glass_uses"]
-- controls = ["NIST-800-53:AC-2", "NIST-800-53:AU-6", "ISO-27001:A.8.2"]
-- lines = [
--   { id = "uses", title = "Successful sign-ins, by what explains them" },
--   { id = "failures", title = "Every other event, by what explains it" },
-- ]
-- about = """
-- Every sign-in event of an account that a break-glass entry names, success or failure, whatever the stream, classed
-- by the calendar: drill, declared incident, late explained (declared only after the use), unexplained. Each success
-- opens a rotation duty (K19)."""
-- ---
SELECT g.event_id AS subject,
       g.label,
       CASE WHEN g.outcome = 'success' THEN 'uses' ELSE 'failures' END AS line,
       g.use_class AS category
FROM glass_uses g
ORDER BY line NULLS LAST, subject NULLS LAST;
