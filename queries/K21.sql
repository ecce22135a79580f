-- ---
-- id = "K21"
-- name = "break_glass_independence"
-- title = "Break-glass accounts that are independent of each other"
-- kind = "ratio"
-- better = "higher"
-- target = "break_glass.independent"
-- reads = ["glass_conditions"]
-- controls = ["NIST-800-53:AC-2", "ISO-27001:A.8.2"]
-- dimensions = ["condition"]
-- lines = [
--   { id = "independent", title = "Accounts for which every condition holds" },
--   { id = "conditions", title = "Conditions that hold" },
-- ]
-- about = """
-- For each account of an active break-glass entry; only the register tells which accounts those are: there is a second
-- one; other persons keep it; it relies on another kind of credential, kept in another place; it is not synchronised from another
-- directory and does not sign in through another identity provider; it is enabled; it holds a privileged role; it was validated within its cadence. Two accounts in one
-- person's hands fail, and so does having no active entry at all. An account is independent when every condition holds, not independent when one fails, unknown
-- otherwise."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.condition
FROM (
  SELECT CONCAT(g.identity_id, ' ', g.condition) AS subject, g.label, 'conditions' AS line, g.holds AS verdict,
         CONCAT(g.condition, ': ', g.condition_reason) AS reason, g.condition
  FROM glass_conditions g
  UNION ALL
  SELECT s.identity_id AS subject, s.label, 'independent' AS line,
         CASE WHEN s.failed > 0 THEN 'no' WHEN s.untold > 0 THEN 'unknown' ELSE 'yes' END AS verdict,
         CASE WHEN s.failed > 0 THEN CONCAT(CAST(s.failed AS VARCHAR), ' conditions fail')
              WHEN s.untold > 0 THEN CONCAT(CAST(s.untold AS VARCHAR), ' conditions cannot be told')
              ELSE 'every condition holds' END AS reason,
         '' AS condition
  FROM (SELECT identity_id, label,
               SUM(CASE WHEN holds = 'no' THEN 1 ELSE 0 END) AS failed,
               SUM(CASE WHEN holds = 'unknown' THEN 1 ELSE 0 END) AS untold
        FROM glass_conditions
        GROUP BY identity_id, label) s
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST;
