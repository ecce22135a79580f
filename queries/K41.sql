-- ---
-- id = "K41"
-- name = "mfa_changes"
-- title = "Changes that weaken MFA, with a ticket"
-- kind = "ratio"
-- better = "higher"
-- target = "changes.ticketed"
-- reads = ["control_changes"]
-- controls = ["NIST-800-53:CM-3", "ISO-27001:A.8.32", "SOC2:CC8.1"]
-- dimensions = ["effect"]
-- lines = [
--   { id = "ticketed", title = "With a ticket within a day" },
-- ]
-- about = """
-- Of the changes that disable MFA for a user, remove a method, relax or delete a policy, leave somebody out of one, give
-- a bypass, or register or change a method for somebody else, those for which a ticket is known: named by the audit record, by a register entry of the
-- object with something recorded within a day either way, or by the calendar. Self-service registration is another
-- class and not counted."""
-- ---
SELECT CONCAT(c.event_id, ' ', c.target_id) AS subject,
       CASE WHEN c.ticket <> '' THEN c.target ELSE CONCAT(c.target, ' (by ', c.actor, ')') END AS label,
       'ticketed' AS line,
       CASE WHEN c.ticket <> '' THEN 'yes' ELSE 'no' END AS verdict,
       CASE WHEN c.ticket <> '' THEN CONCAT('ticket ', c.ticket) ELSE CONCAT('no ticket: ', c.activity) END AS reason,
       c.effect
FROM control_changes c
WHERE c.effect IN ('mfa_disabled', 'method_removed', 'policy_relaxed', 'method_added_by_admin', 'bypass_added', 'exclusion_added')
ORDER BY subject NULLS LAST;
