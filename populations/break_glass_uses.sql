-- ---
-- id = "break_glass_uses"
-- title = "Uses of break-glass accounts"
-- reads = ["glass_uses"]
-- about = """
-- Every sign-in event of the period of an account that a break-glass entry names, success or failure, whatever the
-- stream. To test: that a drill, an incident or a ticket explains it and that somebody noticed it."""
-- ---
SELECT u.item, u.label, u.stratum, u.identity_id, u.exception_id, u.used_at, u.outcome, u.stream, u.ip, u.country, u.use_class, u.explained_by
FROM (
  SELECT DISTINCT CONCAT(g.tenant, '/', g.event_id) AS item, g.label, '' AS stratum, g.identity_id, g.exception_id, g.used_at, g.outcome, g.stream,
         g.ip, g.country, g.use_class, g.explained_by
  FROM glass_uses g
) u
ORDER BY u.item NULLS LAST;
