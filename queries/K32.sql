-- ---
-- id = "K32"
-- name = "method_shift"
-- title = "Sudden movement of the method mix"
-- kind = "drift"
-- better = "none"
-- reads = ["trailing_days", "period", "thresholds"]
-- controls = ["NIST-800-53:SI-4"]
-- lines = [
--   { id = "week", title = "The last seven days against the 28 before" },
-- ]
-- about = """
-- As K9, the last seven days of the period against the 28 days before them. It decides nothing."""
-- ---
SELECT m.identity_id AS subject,
       m.identity_id AS label,
       'week' AS line,
       m.method AS bucket,
       m.part,
       CAST(m.attempts AS DOUBLE) / u.attempts AS weight,
       h.floor,
       h.least
FROM (SELECT d.tenant, d.identity_id, d.method, CASE WHEN d.local_day >= t.week_from_day THEN 'after' ELSE 'before' END AS part, CAST(SUM(d.attempts) AS BIGINT) AS attempts
      FROM trailing_days d CROSS JOIN period t
      WHERE d.satisfied_by IN ('M1', 'M4') AND d.local_day >= t.before_week_from_day
      GROUP BY 1, 2, 3, 4) m
JOIN (SELECT d.tenant, d.identity_id, CASE WHEN d.local_day >= t.week_from_day THEN 'after' ELSE 'before' END AS part, CAST(SUM(d.attempts) AS BIGINT) AS attempts
      FROM trailing_days d CROSS JOIN period t
      WHERE d.satisfied_by IN ('M1', 'M4') AND d.local_day >= t.before_week_from_day
      GROUP BY 1, 2, 3) u
  ON u.tenant = m.tenant AND u.identity_id = m.identity_id AND u.part = m.part
CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'drift.distance' THEN threshold_value ELSE 0 END) AS floor,
                   MAX(CASE WHEN threshold_key = 'drift.users' THEN threshold_value ELSE 0 END) AS least
            FROM thresholds) h
ORDER BY subject NULLS LAST, part NULLS LAST, bucket NULLS LAST;
