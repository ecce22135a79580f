-- ---
-- id = "K35"
-- name = "policy_and_register"
-- title = "Where policy and register disagree"
-- kind = "count"
-- better = "lower"
-- target = "exclusions.unregistered"
-- reads = ["exclusions", "reconciliation"]
-- controls = ["NIST-800-53:CM-6", "PCI-DSS-4.0.1:8.5.1", "CIS-M365-6:5.2.2.1"]
-- lines = [
--   { id = "policy_only", title = "Left out by policy without an active entry" },
--   { id = "register_only", title = "Active entry without an exclusion in policy" },
--   { id = "scope", title = "Left out with another scope than any entry" },
-- ]
-- about = """
-- Three lists, each of which must reach zero or carry a reason. First: users and groups that an enforced policy leaves
-- out and no active entry names (a group also counts as named when each of its effective members is). Second:
-- identities under an active entry, break-glass aside, that no enforced policy leaves out. Third:
-- applications, guests, roles, units, places, platforms and clients that an enforced policy leaves out and no active
-- entry names."""
-- ---
SELECT u.subject, u.label, u.line, u.category
FROM (
  SELECT CONCAT(x.policy_id, ' ', x.object_id) AS subject, CONCAT(x.object_name, ' in ', x.policy_name) AS label,
         'policy_only' AS line, x.object_kind AS category
  FROM exclusions x
  WHERE x.enforced AND x.object_kind IN ('user', 'group') AND x.registered <> 'active'
  UNION ALL
  SELECT r.identity_id AS subject, r.label, 'register_only' AS line, r.category
  FROM reconciliation r
  WHERE r.registered = 'active' AND r.category <> 'break_glass' AND NOT r.excluded
  UNION ALL
  SELECT CONCAT(x.policy_id, ' ', x.object_id) AS subject, CONCAT(x.object_name, ' in ', x.policy_name) AS label,
         'scope' AS line, x.object_kind AS category
  FROM exclusions x
  WHERE x.enforced AND x.object_kind NOT IN ('user', 'group') AND x.exception_id = ''
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.category NULLS LAST;
