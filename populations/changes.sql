-- ---
-- id = "changes"
-- title = "Changes that touch MFA"
-- reads = ["control_changes"]
-- about = """
-- Every change of the period that touches MFA: exclusions, policies, methods, requirements of single users, and
-- extensions of exceptions. To test: that the change was approved before it was made and that the record says what
-- was changed."""
-- ---
SELECT CONCAT(c.tenant, '/', c.event_id, '/', c.target_id) AS item,
       c.target AS label,
       '' AS stratum,
       c.event_id,
       c.changed_at,
       c.effect,
       c.activity,
       c.actor,
       c.actor_kind,
       c.actor_person,
       c.target_id,
       c.container_id,
       c.diff,
       c.ticket,
       c.exception_id,
       c.approval
FROM control_changes c
ORDER BY item NULLS LAST;
