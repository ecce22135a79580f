-- ---
-- id = "K28"
-- name = "exception_sprawl"
-- title = "Sprawl of exceptions"
-- kind = "rate"
-- better = "lower"
-- reads = ["exception_states", "exception_objects", "exception_flows", "population"]
-- needs = ["identities"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12"]
-- lines = [
--   { id = "per_thousand", title = "Active exceptions per 1,000 of the workforce" },
--   { id = "duplicates", title = "Identities with several active exceptions, of those with one" },
--   { id = "extensions", title = "Extensions in the period per active exception" },
--   { id = "without_id", title = "Active exceptions without a resolvable object" },
--   { id = "net_growth", title = "Net growth of the stock in the period" },
--   { id = "top_owner", title = "Share of the owner with most" },
-- ]
-- about = """
-- A vector, never a score. Active entries as of the end over the workforce in thousands; identities named by two or
-- more active entries over those named by one at least; extensions of the period over active entries; active entries
-- without any object over active entries; closing less opening stock over opening stock; entries of the owner with
-- most over active entries."""
-- ---
SELECT u.subject, u.label, u.line, u.part, u.weight
FROM (
  SELECT e.exception_id AS subject, e.exception_id AS label, 'per_thousand' AS line, 'numerator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_states e WHERE e.entry_state = 'active'
  UNION ALL
  SELECT p.identity_id AS subject, p.label, 'per_thousand' AS line, 'denominator' AS part, CAST(0.001 AS DOUBLE) AS weight
  FROM population p WHERE p.excluded = ''
  UNION ALL
  SELECT o.identity_id AS subject, o.identity_id AS label, 'duplicates' AS line, 'denominator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_objects o JOIN exception_states e ON e.exception_id = o.exception_id
  WHERE e.entry_state = 'active' GROUP BY o.identity_id
  UNION ALL
  SELECT o.identity_id AS subject, o.identity_id AS label, 'duplicates' AS line, 'numerator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_objects o JOIN exception_states e ON e.exception_id = o.exception_id
  WHERE e.entry_state = 'active' GROUP BY o.identity_id HAVING COUNT(DISTINCT o.exception_id) > 1
  UNION ALL
  SELECT f.exception_id AS subject, f.exception_id AS label, 'extensions' AS line, 'numerator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_flows f WHERE f.movement = 'extended'
  UNION ALL
  SELECT e.exception_id AS subject, e.exception_id AS label, l.line, 'denominator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_states e CROSS JOIN (SELECT 'extensions' AS line UNION ALL SELECT 'without_id' AS line UNION ALL SELECT 'top_owner' AS line) l
  WHERE e.entry_state = 'active'
  UNION ALL
  SELECT e.exception_id AS subject, e.exception_id AS label, 'without_id' AS line, 'numerator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_states e
  LEFT JOIN (SELECT DISTINCT x.exception_id FROM exception_objects x JOIN population p ON p.identity_id = x.identity_id) o ON o.exception_id = e.exception_id
  WHERE e.entry_state = 'active' AND o.exception_id IS NULL
  UNION ALL
  SELECT f.exception_id AS subject, f.exception_id AS label, 'net_growth' AS line, 'numerator' AS part,
         CAST(CASE WHEN f.movement = 'closing' THEN 1 ELSE -1 END AS DOUBLE) AS weight
  FROM exception_flows f WHERE f.movement IN ('opening', 'closing')
  UNION ALL
  SELECT f.exception_id AS subject, f.exception_id AS label, 'net_growth' AS line, 'denominator' AS part, CAST(1 AS DOUBLE) AS weight
  FROM exception_flows f WHERE f.movement = 'opening'
  UNION ALL
  SELECT s.owner AS subject, s.owner AS label, 'top_owner' AS line, 'numerator' AS part, CAST(s.entries AS DOUBLE) AS weight
  FROM (SELECT g.owner, g.entries, ROW_NUMBER() OVER (ORDER BY g.entries DESC, g.owner DESC) AS place
        FROM (SELECT owner, COUNT(exception_id) AS entries FROM exception_states WHERE entry_state = 'active' GROUP BY owner) g) s
  WHERE s.place = 1
) u
ORDER BY u.line NULLS LAST, u.part NULLS LAST, u.subject NULLS LAST, u.weight NULLS LAST;
