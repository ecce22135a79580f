-- ---
-- id = "drills"
-- title = "Drills that fell due"
-- reads = ["obligations"]
-- about = """
-- Every drill of a break-glass account that fell due in the period, whether it was done on time, late or not at
-- all. To test: that the account was really used from where it is kept, and that its use was noticed. A duty that
-- falls due after the period is not in it."""
-- ---
SELECT CONCAT(d.exception_id, ' ', CAST(d.place AS VARCHAR)) AS item,
       CONCAT(d.exception_id, ' (', d.owner, ')') AS label,
       '' AS stratum,
       d.exception_id,
       d.category,
       d.due_at,
       d.met_at,
       d.status,
       d.status_reason,
       d.owner
FROM (
  SELECT o.exception_id, o.category, o.due_at, o.met_at, o.status, o.status_reason, o.owner,
         ROW_NUMBER() OVER (PARTITION BY o.exception_id ORDER BY o.due_at) AS place
  FROM obligations o
  WHERE o.duty = 'drill' AND o.status <> 'not_yet_due'
) d
ORDER BY item NULLS LAST;
