-- ---
-- id = "K20"
-- name = "legacy_retirement"
-- title = "Legacy accounts of the frozen cohort retired"
-- kind = "ratio"
-- better = "higher"
-- target = "legacy.retired"
-- reads = ["legacy_cohort"]
-- controls = ["NIST-800-53:CM-7", "PCI-DSS-4.0.1:8.4.2"]
-- lines = [
--   { id = "cohort", title = "Members of the frozen cohort retired" },
--   { id = "additions", title = "Legacy exceptions added since, retired" },
-- ]
-- about = """
-- Numerator: members of the frozen cohort that are retired: no legacy exception is open, no legacy sign-in for 30
-- days, and the account is disabled or has a usable second factor. Denominator: the cohort, a list whose digest stands
-- in the configuration, so that additions and relabelling cannot flatter the figure; what was added later is a line of
-- its own. A member whose exception was opened again is not retired."""
-- ---
SELECT c.identity_id AS subject,
       c.label,
       CASE WHEN c.frozen THEN 'cohort' ELSE 'additions' END AS line,
       c.retired AS verdict,
       c.retired_reason AS reason
FROM legacy_cohort c
ORDER BY line NULLS LAST, subject NULLS LAST;
