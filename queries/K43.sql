-- ---
-- id = "K43"
-- name = "standing_privilege"
-- title = "Exceptions of identities that hold a privileged role"
-- kind = "ratio"
-- better = "lower"
-- target = "exceptions.privileged"
-- reads = ["population", "reconciliation", "exception_objects"]
-- controls = ["NIST-800-53:AC-6", "CIS-Controls-8.1:5.4"]
-- dimensions = ["register_category"]
-- lines = [
--   { id = "standing", title = "Identities under an active exception that hold a privileged role" },
-- ]
-- about = """
-- Of the identities under an active exception, break-glass accounts aside, those that hold a privileged role as of the
-- end, active or eligible: an exclusion hides administrative rights. Where an entry does not let tell whether it is
-- active, its identities are unknown."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.register_category
FROM (
  SELECT r.identity_id AS subject,
         r.label,
         'standing' AS line,
         CASE WHEN p.privileged IS NULL THEN 'unknown' WHEN p.privileged THEN 'yes' ELSE 'no' END AS verdict,
         CASE WHEN p.privileged IS NULL THEN 'roles are not known' WHEN p.privileged THEN 'holds a privileged role' ELSE 'holds none' END AS reason,
         r.category AS register_category
  FROM reconciliation r
  LEFT JOIN population p ON p.tenant = r.tenant AND p.identity_id = r.identity_id
  WHERE r.registered = 'active' AND r.category <> 'break_glass'
  UNION ALL
  SELECT r.identity_id AS subject,
         r.label,
         'standing' AS line,
         'unknown' AS verdict,
         'whether its exception is active cannot be told' AS reason,
         o.category AS register_category
  FROM reconciliation r
  JOIN (SELECT identity_id, MIN(category) AS category FROM exception_objects
        WHERE entry_state = 'unknown' AND category <> 'break_glass' GROUP BY identity_id) o ON o.identity_id = r.identity_id
  WHERE r.registered <> 'active'
) u
ORDER BY u.subject NULLS LAST, u.reason NULLS LAST;
