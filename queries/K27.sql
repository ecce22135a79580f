-- ---
-- id = "K27"
-- name = "blanket_exclusions"
-- title = "Exclusions of groups that are scoped and registered"
-- kind = "ratio"
-- better = "higher"
-- target = "exclusions.scoped"
-- reads = ["exclusions", "population", "thresholds"]
-- controls = ["NIST-800-53:AC-6", "CIS-M365-6:5.2.2.1", "SCuBA:MS.AAD.3.2v1"]
-- dimensions = ["object_kind"]
-- lines = [
--   { id = "groups", title = "Excluded groups, roles and units within bounds" },
-- ]
-- about = """
-- Of everything but single users that an enforced policy leaves out, what is scoped: an active register entry names
-- the group itself, its effective members (groups in groups followed, as of the end) do not exceed the cap (25, or 1 %
-- of the workforce where that is less), and no rule decides who is a member. All guests, a kind of user or a whole
-- application left out is never scoped. Where membership is not known and nothing else fails, it cannot be told."""
-- ---
SELECT CONCAT(x.policy_id, ' ', x.object_id) AS subject,
       CONCAT(x.object_name, ' in ', x.policy_name) AS label,
       'groups' AS line,
       CASE WHEN x.object_kind IN ('guests', 'user_type', 'application') THEN 'no'
            WHEN x.exception_id = '' THEN 'no'
            WHEN x.membership_rule <> '' THEN 'no'
            WHEN x.members IS NULL THEN 'unknown'
            WHEN x.members > c.cap THEN 'no'
            ELSE 'yes' END AS verdict,
       CASE WHEN x.object_kind = 'guests' THEN 'all guests are left out'
            WHEN x.object_kind = 'user_type' THEN 'a whole kind of user is left out'
            WHEN x.object_kind = 'application' THEN 'a whole application is left out'
            WHEN x.exception_id = '' THEN 'no active entry names it'
            WHEN x.membership_rule <> '' THEN 'a rule decides who is a member'
            WHEN x.members IS NULL THEN 'membership is not known'
            WHEN x.members > c.cap THEN 'more members than the cap'
            ELSE 'registered and within the cap' END AS reason,
       x.object_kind
FROM exclusions x
CROSS JOIN (SELECT CASE WHEN g.share * w.people < 1 THEN 1.0
                        WHEN g.share * w.people < g.cap THEN g.share * w.people
                        ELSE g.cap END AS cap
            FROM (SELECT MAX(CASE WHEN threshold_key = 'exclusions.group_cap' THEN threshold_value ELSE 0 END) AS cap,
                         MAX(CASE WHEN threshold_key = 'exclusions.group_share' THEN threshold_value ELSE 0 END) AS share
                  FROM thresholds) g
            CROSS JOIN (SELECT COALESCE(SUM(CASE WHEN excluded = '' THEN 1 ELSE 0 END), 0) AS people FROM population) w) c
WHERE x.enforced AND x.object_kind IN ('group', 'guests', 'role', 'org_unit', 'user_type', 'application')
ORDER BY subject NULLS LAST;
