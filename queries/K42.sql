-- ---
-- id = "K42"
-- name = "downgrade"
-- title = "Sign-ins with a weaker method than asked or registered"
-- kind = "ratio"
-- better = "lower"
-- reads = ["population", "attempt_days", "asked_strengths", "methods", "period"]
-- needs = ["registrations"]
-- controls = ["NIST-800-53:IA-2(1)", "NIST-800-63B:AAL3"]
-- dimensions = ["method"]
-- lines = [
--   { id = "downgrades", title = "Weaker than policy asked, or than the strongest registered second factor" },
-- ]
-- about = """
-- Of the settled attempts that a second factor satisfied (classes M1 and M4), those with a method that is not
-- phishing-resistant although a policy asked that of everybody everywhere, by the policies and exclusions at the start and
-- the end of the period (where these differ: after the policy's edit, and before it cannot be told); or that is weaker, by the dated ranking, than the strongest second factor the identity had registered at that time. Of a policy
-- that is narrowed to some users, applications or conditions an attempt does not tell whether it was asked. Attempts of
-- accounts outside the workforce are excluded; class U, provisional, without a registered second factor, with registrations that
-- changed between the two nearest snapshots, or with a method that the ranking does not know, it cannot be told."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       'downgrades' AS line,
       CASE WHEN p.attempts_excluded <> '' THEN 'excluded'
            WHEN d.satisfied_by = 'U' THEN 'unknown'
            WHEN d.satisfied_by NOT IN ('M1', 'M4') THEN 'excluded'
            WHEN d.local_day >= t.settled_before_day THEN 'unknown'
            WHEN d.local_day > a.after_day AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked THEN 'yes'
            WHEN k.strength_rank > b.strength_rank THEN 'yes'
            WHEN a.asked IS NOT NULL AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked THEN 'unknown'
            WHEN k.strength_rank IS NULL OR b.strength_rank IS NULL THEN 'unknown'
            ELSE 'no' END AS verdict,
       CASE WHEN p.attempts_excluded <> '' THEN p.attempts_excluded
            WHEN d.satisfied_by = 'U' THEN 'how it was satisfied cannot be told'
            WHEN d.satisfied_by NOT IN ('M1', 'M4') THEN 'no second factor in this attempt'
            WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
            WHEN d.local_day > a.after_day AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked THEN CONCAT('weaker than policy asks: ', d.method)
            WHEN k.strength_rank > b.strength_rank THEN CONCAT('weaker than registered: ', d.method)
            WHEN a.asked IS NOT NULL AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked THEN 'whether policy asked for more that day cannot be told'
            WHEN d.strongest = 'changed' THEN 'the registered methods changed between two snapshots'
            WHEN d.strongest = '' THEN 'no second factor is registered'
            WHEN k.strength_rank IS NULL OR b.strength_rank IS NULL THEN 'the method has no rank'
            ELSE 'as strong as registered' END AS reason,
       CAST(SUM(d.attempts) AS BIGINT) AS weight,
       d.method
FROM attempt_days d
CROSS JOIN period t
JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
LEFT JOIN methods k ON k.method = d.method
LEFT JOIN methods b ON b.method = d.strongest
LEFT JOIN asked_strengths a ON a.tenant = d.tenant AND a.identity_id = d.identity_id
GROUP BY 1, 2, 3, 4, 5, 7
ORDER BY subject NULLS LAST, verdict NULLS LAST, reason NULLS LAST, d.method NULLS LAST;
