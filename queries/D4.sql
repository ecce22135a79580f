-- ---
-- id = "D4"
-- name = "weaker_factor_used"
-- title = "A weaker factor used than asked or registered"
-- kind = "detection"
-- better = "lower"
-- reads = ["population", "attempt_days", "asked_strengths", "methods", "period"]
-- needs = ["registrations"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:IA-2(1)"]
-- containment = [
--   "Ask the identity, by a known channel, whether it chose the weaker factor itself",
--   "If not: revoke its sessions and refresh tokens, and look at what they did",
--   "Take the weaker factor off the account, or out of the method policy",
-- ]
-- lines = [
--   { id = "weaker", title = "Identities and weaker factors" },
-- ]
-- about = """
-- The downgrades of K42 to another class of strength, one finding per identity and method: a sign-in page that stands
-- between the user and the directory offers only what it can pass on, so a weaker factor is what an attack of that kind
-- leaves in the log. High
-- when a privileged role was held at the time or a policy asks for more; medium when the registered method resists
-- phishing and the used one does not; low otherwise."""
-- ---
SELECT f.subject,
       f.label,
       'weaker' AS line,
       CASE WHEN f.grave > 0 THEN 'high' WHEN f.phishable > 0 THEN 'medium' ELSE 'low' END AS severity,
       f.first_day AS first_seen,
       f.last_day AS last_seen,
       CONCAT(f.method, ' used although ', CASE WHEN f.asked_more > 0 THEN 'policy asks for a phishing-resistant method' ELSE CONCAT(f.best, ' is registered') END) AS reason,
       '' AS place,
       CASE WHEN f.attempts = 1 THEN '1 attempt' ELSE CONCAT(CAST(f.attempts AS VARCHAR), ' attempts') END AS how,
       f.subject AS evidence,
       '' AS ticket
FROM (
  SELECT p.identity_id AS subject, p.label, d.method, MIN(d.strongest) AS best,
         MIN(d.local_day) AS first_day, MAX(d.local_day) AS last_day,
         CAST(SUM(d.attempts) AS BIGINT) AS attempts,
         SUM(CASE WHEN d.local_day > a.after_day AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked THEN 1 ELSE 0 END) AS asked_more,
         SUM(CASE WHEN d.privileged_then = 'yes' OR (d.local_day > a.after_day AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked) THEN 1 ELSE 0 END) AS grave,
         SUM(CASE WHEN b.method_strength = 'phishing_resistant' AND k.method_strength <> 'phishing_resistant' THEN 1 ELSE 0 END) AS phishable
  FROM attempt_days d
  CROSS JOIN period t
  JOIN population p ON p.tenant = d.tenant AND p.identity_id = d.identity_id
  LEFT JOIN methods k ON k.method = d.method
  LEFT JOIN methods b ON b.method = d.strongest
  LEFT JOIN asked_strengths a ON a.tenant = d.tenant AND a.identity_id = d.identity_id
  WHERE p.attempts_excluded = '' AND d.satisfied_by IN ('M1', 'M4') AND d.local_day < t.settled_before_day
    AND ((k.strength_rank > b.strength_rank AND k.method_strength <> b.method_strength) OR (d.local_day > a.after_day AND d.method_strength NOT IN ('', 'unknown') AND d.method_strength <> a.asked))
  GROUP BY 1, 2, 3
) f
ORDER BY f.subject NULLS LAST, f.first_day NULLS LAST, f.method NULLS LAST;
