-- ---
-- id = "K15"
-- name = "exception_duration"
-- title = "How long exceptions last"
-- kind = "duration"
-- better = "lower"
-- reads = ["spells"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12"]
-- dimensions = ["cohort"]
-- lines = [
--   { id = "exceptions", title = "From activation to removal from policy" },
-- ]
-- about = """
-- From activation to removal from policy, else closure, by category; Kaplan-Meier with delayed entry, since what ended
-- before the register was first kept is not in it. Still in force: censored. Extensions do not restart the clock, and
-- an exception opened again within seven days goes on; closed in the register and still left out by policy is not
-- ended. Not reached is an answer: then the first quartile and the longest open are given."""
-- ---
SELECT s.subject_id AS subject,
       s.label,
       'exceptions' AS line,
       s.entry_days AS entry,
       s.exit_days AS exit,
       s.exit_by_days AS exit_by,
       s.ending AS ended,
       s.ending_reason AS reason,
       s.cohort
FROM spells s
WHERE s.measure = 'exception'
ORDER BY subject NULLS LAST;
