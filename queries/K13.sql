-- ---
-- id = "K13"
-- name = "failure_spikes"
-- title = "Days on which failures stand out"
-- kind = "series"
-- better = "lower"
-- reads = ["ending_days", "period", "thresholds"]
-- needs = ["trailing"]
-- controls = ["NIST-800-53:SI-4", "NIST-800-53:AU-6"]
-- lines = [
--   { id = "reasons", title = "Failures by reason" },
--   { id = "countries", title = "Failures by country" },
--   { id = "applications", title = "Failures by application" },
-- ]
-- about = """
-- Attempts that ended unsuccessful, per day and series (normalised reason, country, application), against the median
-- of the same weekday over at least eight weeks before the period. Counts are over-dispersed: the tail is that of a
-- negative binomial of the series' own dispersion, the share of false alarms is held at 0.5 % per day over all series
-- of a line (Benjamini-Hochberg), and a rise of fewer than five is no spike. Places are told by country only; a
-- missing one is a series of its own. It decides nothing."""
-- ---
SELECT u.subject, u.subject AS label, u.line, u.day, u.observed, u.part, h.false_alarms
FROM (
  SELECT CASE WHEN l.line = 'reasons' THEN e.reason
              WHEN l.line = 'countries' AND e.country = '' THEN '(not recorded)'
              WHEN l.line = 'countries' THEN e.country
              WHEN e.app_id = '' THEN '(not recorded)'
              ELSE e.app_id END AS subject,
         l.line, e.local_day AS day, CAST(SUM(e.attempts) AS DOUBLE) AS observed,
         CASE WHEN e.local_day >= t.start_day THEN 'after' ELSE 'before' END AS part
  FROM ending_days e
  CROSS JOIN period t
  CROSS JOIN (SELECT 'reasons' AS line UNION ALL SELECT 'countries' AS line UNION ALL SELECT 'applications' AS line) l
  WHERE e.ending = 'failed'
  GROUP BY 1, 2, 3, 5
) u
CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'spikes.false_alarms' THEN threshold_value ELSE 0 END) AS false_alarms FROM thresholds) h
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.day NULLS LAST;
