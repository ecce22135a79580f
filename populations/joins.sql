-- ---
-- id = "joins"
-- title = "People who joined and their first second factor"
-- reads = ["spells"]
-- needs = ["identities", "registrations"]
-- about = """
-- Every identity whose time from the start to a usable second factor is observed, with how it ended. To test: that
-- the person was identified before the factor was handed out, and that the days are right."""
-- ---
SELECT s.subject_id AS item,
       s.label,
       '' AS stratum,
       s.cohort,
       s.exit_days,
       s.exit_by_days,
       s.ending,
       s.ending_reason
FROM spells s
WHERE s.measure = 'enrolment'
ORDER BY item NULLS LAST;
