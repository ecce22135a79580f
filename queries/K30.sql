-- ---
-- id = "K30"
-- name = "code_anomalies"
-- title = "One-time codes guessed, and factors swapped after a reset"
-- kind = "detection"
-- better = "lower"
-- reads = ["factor_runs", "factor_changes", "thresholds"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:IA-5"]
-- containment = [
--   "Revoke the identity's sessions and refresh tokens",
--   "Remove the factor that was registered last and register anew, in person",
--   "Ask the service desk who asked for the reset, and how that person was identified",
-- ]
-- lines = [
--   { id = "codes", title = "Wrong codes and then a success" },
--   { id = "swaps", title = "A factor registered within a day of a reset by somebody else" },
-- ]
-- about = """
-- Per identity: at least five wrong one-time codes (threshold) without a pause longer than the window, and then a
-- success within the window; and a factor registered within 24 hours of a reset of password or factors by somebody
-- else. Drift in seconds, resynchronisation, and whether a token is hardware or software are in no sign-in log: they
-- cannot be observed."""
-- ---
SELECT u.subject, u.label, u.line, u.severity, u.first_seen, u.last_seen, u.reason, u.place, u.how, u.evidence, u.ticket
FROM (
  SELECT r.identity_id AS subject, r.label, 'codes' AS line,
         CASE WHEN r.new_network THEN 'high' ELSE 'medium' END AS severity,
         r.started_at AS first_seen, r.success_at AS last_seen,
         'wrong codes, then a success' AS reason, r.places AS place,
         CONCAT(CAST(r.refusals AS VARCHAR), ' wrong codes') AS how, r.success_event_id AS evidence, '' AS ticket
  FROM factor_runs r
  CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'codes.refusals' THEN threshold_value ELSE 0 END) AS least FROM thresholds) h
  WHERE r.run_kind = 'codes' AND r.refusals >= h.least AND r.success_at IS NOT NULL
  UNION ALL
  SELECT c.target_id AS subject, c.label, 'swaps' AS line,
         CASE WHEN c.success_at IS NOT NULL THEN 'high' ELSE 'medium' END AS severity,
         c.changed_at AS first_seen, COALESCE(c.success_at, c.changed_at) AS last_seen,
         'factor registered within a day of a reset' AS reason, c.place,
         CONCAT(c.activity, ' by ', c.actor) AS how, c.event_id AS evidence, c.ticket
  FROM factor_changes c
  WHERE c.after_reset
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST, u.first_seen NULLS LAST, u.evidence NULLS LAST;
