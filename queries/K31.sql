-- ---
-- id = "K31"
-- name = "mfa_fatigue"
-- title = "Prompts that nobody asked for"
-- kind = "detection"
-- better = "lower"
-- reads = ["factor_runs", "thresholds"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-63B:5.2.8"]
-- containment = [
--   "Revoke the identity's sessions and refresh tokens",
--   "Reset the password: whoever sent the prompts knows it",
--   "Ask the person which prompts were theirs, and move the account to a phishing-resistant method",
-- ]
-- lines = [
--   { id = "fatigue", title = "Bursts of prompts declined or not answered" },
-- ]
-- about = """
-- At least five unique prompts (threshold), not rows, declined or not answered within ten minutes (threshold). High
-- when a success follows within the window, or from a network that no earlier sign-in came from. A success without
-- refusals before it is no match. Number matching makes this rarer and does not remove it; no export tells whether it
-- was on."""
-- ---
SELECT r.identity_id AS subject,
       r.label,
       'fatigue' AS line,
       CASE WHEN r.success_at IS NOT NULL THEN 'high' WHEN r.new_network THEN 'high' ELSE 'medium' END AS severity,
       r.started_at AS first_seen,
       COALESCE(r.success_at, r.ended_at) AS last_seen,
       CASE WHEN r.success_at IS NOT NULL THEN 'prompts refused, then one accepted' ELSE 'prompts refused' END AS reason,
       r.places AS place,
       CONCAT(CAST(r.refusals AS VARCHAR), ' prompts') AS how,
       CASE WHEN r.success_event_id <> '' THEN r.success_event_id ELSE r.event_id END AS evidence,
       '' AS ticket
FROM factor_runs r
CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'prompts.refusals' THEN threshold_value ELSE 0 END) AS least FROM thresholds) h
WHERE r.run_kind = 'prompts' AND r.refusals >= h.least
ORDER BY subject NULLS LAST, first_seen NULLS LAST;
