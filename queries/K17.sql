-- ---
-- id = "K17"
-- name = "time_to_closure"
-- title = "Time from expiry to verified closure"
-- kind = "duration"
-- better = "lower"
-- reads = ["spells"]
-- needs = ["policies"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12"]
-- dimensions = ["cohort"]
-- lines = [
--   { id = "closures", title = "From expiry to verified closure" },
-- ]
-- about = """
-- From expiry to verified closure: removed from policy, with closure evidence, by category. Closed by its expiry: 0
-- days. Expired and not verified as closed: censored, also when the register calls it closed while policy still leaves
-- an object out."""
-- ---
SELECT s.subject_id AS subject,
       s.label,
       'closures' AS line,
       s.entry_days AS entry,
       s.exit_days AS exit,
       s.exit_by_days AS exit_by,
       s.ending AS ended,
       s.ending_reason AS reason,
       s.cohort
FROM spells s
WHERE s.measure = 'closure'
ORDER BY subject NULLS LAST;
