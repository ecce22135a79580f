-- ---
-- id = "D2"
-- name = "factor_change_then_sign_in"
-- title = "A new factor, then a sign-in from a new network"
-- kind = "detection"
-- better = "lower"
-- reads = ["factor_changes"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:IA-5"]
-- containment = [
--   "Revoke the identity's sessions and refresh tokens",
--   "Remove the factor that was registered last and register anew, in person",
--   "Ask the actor of the change for the request behind it",
-- ]
-- lines = [
--   { id = "factor_change", title = "Factors changed and used from a network not seen before" },
-- ]
-- about = """
-- A factor of an identity was registered or changed, and within 24 hours a success came from a network that none of
-- its sign-ins of the day before came from. High when somebody other than the identity changed it and no ticket is
-- named, medium otherwise. What followed a reset within a day stands in K30, and here as well when it is high."""
-- ---
SELECT c.target_id AS subject,
       c.label,
       'factor_change' AS line,
       CASE WHEN c.by_other AND c.ticket = '' THEN 'high' ELSE 'medium' END AS severity,
       c.changed_at AS first_seen,
       c.success_at AS last_seen,
       CASE WHEN c.by_other THEN 'factor changed by somebody else, then a sign-in from a new network' ELSE 'factor changed, then a sign-in from a new network' END AS reason,
       c.place,
       CONCAT(c.activity, ' by ', c.actor) AS how,
       c.success_event_id AS evidence,
       c.ticket
FROM factor_changes c
WHERE c.success_at IS NOT NULL AND (NOT c.after_reset OR (c.by_other AND c.ticket = ''))
ORDER BY subject NULLS LAST, first_seen NULLS LAST, evidence NULLS LAST;
