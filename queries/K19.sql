-- ---
-- id = "K19"
-- name = "rotation_adherence"
-- title = "Credentials rotated when due"
-- kind = "obligations"
-- better = "higher"
-- target = "exceptions.rotations"
-- reads = ["obligations"]
-- needs = ["sign_ins"]
-- controls = ["NIST-800-53:IA-5", "PCI-DSS-4.0.1:8.3.9"]
-- dimensions = ["category"]
-- lines = [
--   { id = "rotations", title = "Due in the period and met on time" },
-- ]
-- about = """
-- Obligations due in the period and met on time, of all due: scheduled (at most the rotation cadence after the last)
-- and after each successful use of a break-glass account, within the hours that the threshold allows (24). A rotation
-- counts when the register gives its date, an outcome and two operators, and the directory's log a change of the
-- credential within a day of it, as far back as the log reaches; else it is unknown. Of a security key or certificate,
-- custody and validity are checked instead, on the same dates, which leaves nothing in the log. The same ledger as for
-- reviews: one rotation does not pay for those missed before it."""
-- ---
SELECT o.exception_id AS subject,
       o.exception_id AS label,
       'rotations' AS line,
       o.due_at,
       o.met_at,
       o.status,
       o.status_reason AS reason,
       o.category
FROM obligations o
WHERE o.duty = 'rotation'
ORDER BY subject NULLS LAST, o.due_at NULLS LAST;
