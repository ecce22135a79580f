-- ---
-- id = "K29"
-- name = "impossible_travel"
-- title = "Impossible travel of identities under an exception"
-- kind = "detection"
-- better = "lower"
-- reads = ["travel_pairs", "thresholds"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:SI-4"]
-- containment = [
--   "Revoke the identity's sessions and refresh tokens",
--   "Reset the password and have every factor registered anew, in person",
--   "Take the exception out of force until the finding is settled",
-- ]
-- lines = [
--   { id = "travel", title = "Pairs of sign-ins that nobody can have made" },
-- ]
-- about = """
-- Two successful interactive attempts of one identity that follow each other, of identities that a register entry
-- names: the distance, both accuracy radii subtracted where they are told, is at least 500 km and the speed it implies
-- at least 800 km/h (thresholds). Sign-ins through listed relays are looked past; pairs within one autonomous system
-- are dropped. High when the identity made an administrative change within an hour of either event. For a break-glass
-- account two different places are a finding, whatever the speed. Places from the provider are approximate."""
-- ---
SELECT CONCAT(p.first_event_id, ' ', p.second_event_id) AS subject,
       p.label,
       'travel' AS line,
       CASE WHEN p.break_glass THEN 'high' WHEN p.changes_near > 0 THEN 'high' ELSE 'medium' END AS severity,
       p.first_at AS first_seen,
       p.second_at AS last_seen,
       CASE WHEN p.break_glass THEN 'break-glass account in two places' WHEN p.changes_near > 0 THEN 'impossible travel, with an administrative change within the hour'
            ELSE 'impossible travel' END AS reason,
       CONCAT(p.first_place, ', then ', p.second_place) AS place,
       CONCAT(CAST(CAST(p.distance_km AS BIGINT) AS VARCHAR), ' km') AS how,
       p.identity_id AS evidence,
       p.exception_id AS ticket
FROM travel_pairs p
CROSS JOIN (SELECT MAX(CASE WHEN threshold_key = 'travel.distance_km' THEN threshold_value ELSE 0 END) AS km,
                   MAX(CASE WHEN threshold_key = 'travel.speed_kmh' THEN threshold_value ELSE 0 END) AS kmh
            FROM thresholds) h
WHERE (p.break_glass AND p.distance_km > 0)
   OR (p.exception_id <> '' AND p.distance_km >= h.km AND p.speed_kmh >= h.kmh AND NOT p.same_network)
ORDER BY subject NULLS LAST;
