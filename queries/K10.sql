-- ---
-- id = "K10"
-- name = "time_to_enrol"
-- title = "Time from start to a second factor"
-- kind = "duration"
-- better = "lower"
-- reads = ["spells"]
-- needs = ["identities", "registrations"]
-- controls = ["NIST-800-53:IA-5"]
-- dimensions = ["cohort"]
-- lines = [
--   { id = "enrolment", title = "From start to a usable second factor" },
-- ]
-- about = """
-- From the later of employment start and creation of the account to the first snapshot that shows a usable second
-- factor; Kaplan-Meier median by month of the start, and the share enrolled by day 1, 7, 14 and 30. Not enrolled by
-- the end: censored. Left or disabled before: a competing end, counted apart. Enrolled before the start: 0 days.
-- Accounts older than the first snapshot of the export that lists them are left out, since nobody saw them enrol.
-- Between two snapshots of one export the instant is not known: the bracket is printed. A median that is not reached says so."""
-- ---
SELECT s.subject_id AS subject,
       s.label,
       'enrolment' AS line,
       s.entry_days AS entry,
       s.exit_days AS exit,
       s.exit_by_days AS exit_by,
       s.ending AS ended,
       s.ending_reason AS reason,
       s.cohort
FROM spells s
WHERE s.measure = 'enrolment'
ORDER BY subject NULLS LAST;
