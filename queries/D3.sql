-- ---
-- id = "D3"
-- name = "mfa_weakened"
-- title = "MFA weakened without a ticket"
-- kind = "detection"
-- better = "lower"
-- reads = ["control_changes"]
-- controls = ["NIST-800-53:CM-3", "NIST-800-53:AU-6"]
-- containment = [
--   "Ask the actor for the request behind the change",
--   "Put the requirement, policy or method back until it is answered",
--   "Look at the sign-ins of the identity since the change",
-- ]
-- lines = [
--   { id = "weakened", title = "Changes that weaken MFA and name no ticket" },
-- ]
-- about = """
-- Changes of the period that disable MFA for a user, relax or delete a policy or leave somebody out of one, give a bypass,
-- remove a method or register or change one for somebody else, and for which no ticket is known (K41 is their share). High when a policy, a
-- requirement or a bypass is concerned, medium when a method is."""
-- ---
SELECT c.target_id AS subject,
       c.target AS label,
       'weakened' AS line,
       CASE WHEN c.effect IN ('mfa_disabled', 'policy_relaxed', 'bypass_added', 'exclusion_added') THEN 'high' ELSE 'medium' END AS severity,
       c.changed_at AS first_seen,
       c.changed_at AS last_seen,
       CASE WHEN c.effect = 'mfa_disabled' THEN 'MFA disabled for a user, without a ticket'
            WHEN c.effect = 'policy_relaxed' THEN 'policy relaxed, without a ticket'
            WHEN c.effect = 'exclusion_added' THEN 'left out of a policy, without a ticket'
            WHEN c.effect = 'bypass_added' THEN 'bypass given, without a ticket'
            WHEN c.effect = 'method_removed' THEN 'method removed, without a ticket'
            ELSE 'method registered or changed for somebody else, without a ticket' END AS reason,
       '' AS place,
       CONCAT(c.activity, ' by ', c.actor) AS how,
       c.event_id AS evidence,
       c.exception_id AS ticket
FROM control_changes c
WHERE c.effect IN ('mfa_disabled', 'method_removed', 'policy_relaxed', 'method_added_by_admin', 'bypass_added', 'exclusion_added') AND c.ticket = ''
ORDER BY subject NULLS LAST, first_seen NULLS LAST, evidence NULLS LAST;
