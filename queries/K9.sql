-- ---
-- id = "K9"
-- name = "method_drift"
-- title = "Movement of the method mix against the baseline"
-- kind = "drift"
-- better = "none"
-- reads = ["trailing_days", "period", "thresholds"]
-- controls = ["NIST-800-53:SI-4"]
-- lines = [
--   { id = "month", title = "This period against the days before it" },
-- ]
-- about = """
-- The mix of methods used (each user weight 1, split over their M1 and M4 attempts) in the period against the rest of
-- the last 90 days: Jensen-Shannon distance among users of both windows, the bucket that moved most, and how much of
-- it is switching by the same users and how much who joined and left. Flagged for a look only if the distance is over
-- the floor (0.1), a permutation of whole users finds it significant at 5 %, and at least 200 users are in both. It
-- decides nothing."""
-- ---
SELECT m.identity_id AS subject,
       m.identity_id AS label,
       'month' AS line,
       m.method AS bucket,
       m.part,
       CAST(m.attempts AS DOUBLE) / u.attempts AS weight,
       h.floor,
       h.least
FROM (SELECT d.tenant, d.identity_id, d.method, CASE WHEN d.local_day >= t.start_day THEN 'after' ELSE 'before' END AS part, CAST(SUM(d.attempts) AS BIGINT) AS attempts
      FROM trailing_days d CROSS JOIN period t
      WHERE d.satisfied_by IN ('M1', 'M4')
      GROUP BY 1, 2, 3, 4) m
JOIN (SELECT d.tenant, d.identity_id, CASE WHEN d.local_day >= t.start_day THEN 'after' ELSE 'before' END AS part, CAST(SUM(d.attempts) AS BIGINT) AS attempts
      FROM trailing_days d CROSS JOIN period t
      WHERE d.satisfied_by IN ('M1', 'M4')
      GROUP BY 1, 2, 3) u
  ON u.tenant = m.tenant AND u.identity_id = m.identity_id AND u.part = m.part
CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'drift.distance' THEN threshold_value ELSE 0 END) AS floor,
                   MAX(CASE WHEN threshold_key = 'drift.users' THEN threshold_value ELSE 0 END) AS least
            FROM thresholds) h
ORDER BY subject NULLS LAST, part NULLS LAST, bucket NULLS LAST;
