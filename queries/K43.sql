-- ---
-- id = "K43"
-- name = "standing_privilege"
-- title = "Exceptions of permanently privileged identities"
-- kind = "ratio"
-- better = "lower"
-- target = "exceptions.privileged"
-- reads = ["population", "reconciliation"]
-- controls = ["NIST-800-53:AC-6", "CIS-Controls-8.1:5.4"]
-- dimensions = ["register_category"]
-- lines = [
--   { id = "standing", title = "Identities under an active exception that hold a privileged role" },
-- ]
-- about = """
-- Of the identities under an active exception, break-glass accounts aside, those that hold a privileged role as of the
-- end, active or eligible: an exclusion hides administrative rights."""
-- ---
SELECT r.identity_id AS subject,
       r.label,
       'standing' AS line,
       CASE WHEN p.privileged IS NULL THEN 'unknown' WHEN p.privileged THEN 'yes' ELSE 'no' END AS verdict,
       CASE WHEN p.privileged IS NULL THEN 'roles are not known' WHEN p.privileged THEN 'holds a privileged role' ELSE 'holds none' END AS reason,
       r.category AS register_category
FROM reconciliation r
LEFT JOIN population p ON p.tenant = r.tenant AND p.identity_id = r.identity_id
WHERE r.registered = 'active' AND r.category <> 'break_glass'
ORDER BY subject NULLS LAST;
