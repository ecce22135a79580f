-- ---
-- id = "K42"
-- name = "downgrade"
-- title = "Sign-ins with a weaker method than the best registered"
-- kind = "ratio"
-- better = "lower"
-- reads = ["population", "attempt_days", "registered_methods", "methods", "period"]
-- controls = ["NIST-800-53:IA-2(1)", "NIST-800-63B:AAL3"]
-- dimensions = ["method"]
-- lines = [
--   { id = "downgrades", title = "Weaker than the strongest registered second factor" },
-- ]
-- about = """
-- Of the settled attempts that a second factor satisfied (classes M1 and M4), those with a weaker method, by the dated
-- ranking, than the strongest second factor that the identity has registered as of the end. Attempts of accounts
-- outside the workforce are excluded; provisional, without a registered second factor, or with a method that the
-- ranking does not know, it cannot be told."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       'downgrades' AS line,
       CASE WHEN p.attempts_excluded <> '' THEN 'excluded'
            WHEN d.satisfied_by NOT IN ('M1', 'M4') THEN 'excluded'
            WHEN d.local_day >= t.settled_before_day THEN 'unknown'
            WHEN b.best IS NULL THEN 'unknown'
            WHEN k.strength_rank IS NULL THEN 'unknown'
            WHEN k.strength_rank > b.best THEN 'yes'
            ELSE 'no' END AS verdict,
       CASE WHEN p.attempts_excluded <> '' THEN p.attempts_excluded
            WHEN d.satisfied_by NOT IN ('M1', 'M4') THEN 'no second factor in this attempt'
            WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
            WHEN b.best IS NULL THEN 'no second factor is registered'
            WHEN k.strength_rank IS NULL THEN 'the method has no rank'
            WHEN k.strength_rank > b.best THEN CONCAT('weaker: ', d.method)
            ELSE 'as strong as registered' END AS reason,
       CAST(SUM(d.attempts) AS BIGINT) AS weight,
       d.method
FROM attempt_days d
CROSS JOIN period t
JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
LEFT JOIN methods k ON k.method = d.method
LEFT JOIN (SELECT r.tenant, r.identity_id, MIN(m.strength_rank) AS best
           FROM registered_methods r JOIN methods m ON m.method = r.method
           WHERE r.second_factor
           GROUP BY r.tenant, r.identity_id) b
  ON b.tenant = d.tenant AND b.identity_id = d.identity_id
GROUP BY 1, 2, 3, 4, 5, 7
ORDER BY subject NULLS LAST, verdict NULLS LAST, reason NULLS LAST, d.method NULLS LAST;
