-- ---
-- id = "K39"
-- name = "drills"
-- title = "Break-glass drills held when due"
-- kind = "obligations"
-- better = "higher"
-- target = "break_glass.drills"
-- reads = ["obligations"]
-- needs = ["sign_ins"]
-- controls = ["NIST-800-53:CP-4", "ISO-27001:A.5.29"]
-- dimensions = ["category"]
-- lines = [
--   { id = "drills", title = "Due in the period and met on time" },
-- ]
-- about = """
-- Drills due in the period per break-glass entry, and whether they were held: a drill counts when it was planned in
-- the calendar and its successful sign-in stands in the logs. First due one cadence after activation or after the logs
-- begin, whichever is later; the same ledger as for reviews."""
-- ---
SELECT o.exception_id AS subject,
       o.exception_id AS label,
       'drills' AS line,
       o.due_at,
       o.met_at,
       o.status,
       o.status_reason AS reason,
       o.category
FROM obligations o
WHERE o.duty = 'drill'
ORDER BY subject NULLS LAST, o.due_at NULLS LAST;
