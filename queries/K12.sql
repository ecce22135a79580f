-- ---
-- id = "K12"
-- name = "failure_reasons"
-- title = "Attempts that failed at the second factor"
-- kind = "ratio"
-- better = "lower"
-- reads = ["ending_days", "period"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:AC-7"]
-- dimensions = ["method"]
-- lines = [
--   { id = "failures", title = "Ended unsuccessful at the second factor" },
--   { id = "friction", title = "Refused first, then successful in the same attempt" },
-- ]
-- about = """
-- Numerator: attempts that got as far as a second factor and ended unsuccessful, by normalised reason. Denominator:
-- attempts that got as far as a second factor and ended either way. Prompts and interrupts that only say that more is
-- needed are no failures and are excluded; an attempt refused first and successful then is friction, on a line of its
-- own, and no failure. A reason that no rule knows is listed as unmapped."""
-- ---
SELECT e.identity_id AS subject,
       e.identity_id AS label,
       l.line,
       CASE WHEN e.ending = 'abandoned' THEN 'excluded'
            WHEN l.line = 'friction' AND e.ending <> 'satisfied' THEN 'excluded'
            WHEN e.local_day >= t.settled_before_day THEN 'unknown'
            WHEN l.line = 'failures' AND e.ending = 'failed' THEN 'yes'
            WHEN l.line = 'failures' AND e.ending = 'satisfied' THEN 'no'
            WHEN l.line = 'friction' AND e.ending = 'satisfied' AND e.friction THEN 'yes'
            WHEN l.line = 'friction' AND e.ending = 'satisfied' THEN 'no'
            WHEN l.line = 'failures' AND e.ending = 'unknown' THEN 'unknown'
            ELSE 'excluded' END AS verdict,
       CASE WHEN e.ending = 'abandoned' THEN 'only asked for'
            WHEN l.line = 'friction' AND e.ending <> 'satisfied' THEN 'not successful'
            WHEN e.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
            WHEN l.line = 'failures' AND e.ending = 'failed' THEN e.reason
            WHEN e.ending = 'satisfied' AND e.friction THEN 'refused, then successful'
            WHEN e.ending = 'satisfied' THEN 'successful'
            WHEN e.ending = 'unknown' THEN 'the outcome is not told'
            ELSE 'failed' END AS reason,
       CAST(SUM(e.attempts) AS BIGINT) AS weight,
       e.method
FROM ending_days e
CROSS JOIN period t
CROSS JOIN (SELECT 'failures' AS line UNION ALL SELECT 'friction' AS line) l
WHERE e.reached_mfa AND e.local_day >= t.start_day AND e.local_day < t.end_day
GROUP BY 1, 2, 3, 4, 5, 7
ORDER BY line NULLS LAST, subject NULLS LAST, verdict NULLS LAST, reason NULLS LAST, e.method NULLS LAST;
