-- ---
-- id = "K11"
-- name = "enrolment_backlog"
-- title = "Workforce without a usable second factor, by age"
-- kind = "count"
-- better = "lower"
-- target = "enrolment.backlog"
-- reads = ["population", "registrations", "registered_methods", "exception_objects", "period"]
-- controls = ["ISO-27001:A.5.17", "SOC2:CC6.2", "NIST-800-53:IA-5"]
-- dimensions = ["covered_by_exception"]
-- lines = [
--   { id = "stock", title = "Backlog as of the end, by days since start" },
--   { id = "flow", title = "Movements: opening + joined + lost method - enrolled - left = closing", needs = ["opening"] },
-- ]
-- about = """
-- Stock: workforce identities without a usable second factor (none registered, none that policy allows, or not
-- provable from the registration export), by whole days since they started: 0-7, 8-14, 15-30, 31-90, over 90. Accounts
-- covered by an active enrolment exception are shown within, not removed. Flow: the same backlog at the period's
-- start, who joined it, who lost a method, who enrolled, who left the workforce, and at the end; the identity
-- opening + joined + lost method - enrolled - left = closing holds by construction and is printed."""
-- ---
SELECT u.subject, u.label,
       CASE WHEN u.line = 'stock' THEN 'stock' ELSE 'flow' END AS line,
       u.category, u.covered_by_exception
FROM (
  SELECT s.identity_id AS subject, s.label, l.line,
         CASE WHEN s.covered > 0 THEN 'yes' ELSE 'no' END AS covered_by_exception,
         CASE WHEN l.line = 'stock' AND NOT s.waiting_now THEN ''
              WHEN l.line = 'stock' AND s.started_at IS NULL THEN 'start unknown'
              WHEN l.line = 'stock' AND s.started_at > s.end_at - INTERVAL '8 days' THEN '0-7'
              WHEN l.line = 'stock' AND s.started_at > s.end_at - INTERVAL '15 days' THEN '8-14'
              WHEN l.line = 'stock' AND s.started_at > s.end_at - INTERVAL '31 days' THEN '15-30'
              WHEN l.line = 'stock' AND s.started_at > s.end_at - INTERVAL '91 days' THEN '31-90'
              WHEN l.line = 'stock' THEN 'over 90'
              WHEN NOT s.opening_known THEN ''
              WHEN l.line = 'opening' AND s.waiting_then THEN 'opening'
              WHEN l.line = 'closing' AND s.waiting_now THEN 'closing'
              WHEN l.line = 'moved' AND s.waiting_now AND NOT s.in_scope_then THEN 'joined'
              WHEN l.line = 'moved' AND s.waiting_now AND NOT s.waiting_then THEN 'lost method'
              WHEN l.line = 'moved' AND s.waiting_then AND s.in_scope_now AND NOT s.waiting_now THEN 'enrolled'
              WHEN l.line = 'moved' AND s.waiting_then AND NOT s.in_scope_now THEN 'left'
              ELSE '' END AS category
  FROM (
    SELECT p.identity_id, p.label, p.started_at, t.end_at, t.opening_known,
           COALESCE(x.covered, 0) AS covered,
           p.excluded = '' AS in_scope_now,
           p.excluded = '' AND NOT (COALESCE(m.factors, 0) > 0 AND COALESCE(r.capability, 1) = 2) AS waiting_now,
           COALESCE(p.opening_in_scope, FALSE) AS in_scope_then,
           COALESCE(p.opening_in_scope, FALSE) AND NOT COALESCE(p.opening_usable, FALSE) AS waiting_then
    FROM population p
    CROSS JOIN period t
    LEFT JOIN (SELECT tenant, identity_id,
                      -- where two exports disagree the worse one counts: 0 no, 1 not said, 2 yes
                      MIN(CASE WHEN capable IS NULL THEN 1 WHEN capable THEN 2 ELSE 0 END) AS capability
               FROM registrations
               GROUP BY tenant, identity_id) r
      ON r.tenant = p.tenant AND r.identity_id = p.identity_id
    LEFT JOIN (SELECT tenant, identity_id, SUM(CASE WHEN second_factor THEN 1 ELSE 0 END) AS factors
               FROM registered_methods
               GROUP BY tenant, identity_id) m
      ON m.tenant = p.tenant AND m.identity_id = p.identity_id
    LEFT JOIN (SELECT identity_id, COUNT(*) AS covered
               FROM exception_objects
               WHERE category = 'enrolment' AND entry_state = 'active'
               GROUP BY identity_id) x
      ON x.identity_id = p.identity_id
  ) s
  CROSS JOIN (SELECT 'stock' AS line UNION ALL SELECT 'opening' AS line UNION ALL SELECT 'moved' AS line UNION ALL SELECT 'closing' AS line) l
) u
WHERE u.category <> ''
ORDER BY line NULLS LAST, u.category NULLS LAST, u.subject NULLS LAST;
