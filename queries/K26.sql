-- ---
-- id = "K26"
-- name = "register_completeness"
-- title = "Register entries that say what their state requires"
-- kind = "ratio"
-- better = "higher"
-- target = "register.complete"
-- reads = ["register_cells"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12", "ISO-27001:A.5.18"]
-- dimensions = ["register_category", "field_name"]
-- lines = [
--   { id = "records", title = "Entries that are fully valid" },
--   { id = "cells", title = "Required cells that are valid" },
-- ]
-- about = """
-- Of the cells that an entry's state requires (approvers from approval on, activation from activation on, a validation
-- once the first review fell due, closure evidence once closed), those that are valid: present, no placeholder, dates
-- readable and in order, the owner an active account of the directory, every object id resolvable. An entry is valid
-- when all its required cells are."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.register_category, u.field_name
FROM (
  SELECT CONCAT(c.exception_id, ' ', c.field_name) AS subject, c.exception_id AS label, 'cells' AS line,
         CASE WHEN c.cell_state = 'valid' THEN 'yes' WHEN c.cell_state = 'unknown' THEN 'unknown' ELSE 'no' END AS verdict,
         CASE WHEN c.cell_state = 'valid' THEN 'valid' ELSE CONCAT(c.field_name, ': ', c.cell_reason) END AS reason,
         c.category AS register_category, c.field_name
  FROM register_cells c
  WHERE c.required
  UNION ALL
  SELECT s.exception_id AS subject, s.exception_id AS label, 'records' AS line,
         CASE WHEN s.bad > 0 THEN 'no' WHEN s.untold > 0 THEN 'unknown' ELSE 'yes' END AS verdict,
         CASE WHEN s.bad > 0 THEN CONCAT(CAST(s.bad AS VARCHAR), ' required cells are not valid')
              WHEN s.untold > 0 THEN 'a required cell cannot be judged'
              ELSE 'every required cell is valid' END AS reason,
         s.category AS register_category, '' AS field_name
  FROM (SELECT exception_id, category,
               SUM(CASE WHEN required AND cell_state NOT IN ('valid', 'unknown') THEN 1 ELSE 0 END) AS bad,
               SUM(CASE WHEN required AND cell_state = 'unknown' THEN 1 ELSE 0 END) AS untold
        FROM register_cells
        GROUP BY exception_id, category) s
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST;
