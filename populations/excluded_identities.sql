-- ---
-- id = "excluded_identities"
-- title = "Identities left out of the workforce"
-- reads = ["population"]
-- about = """
-- Every identity that the waterfall keeps out of the workforce, with the one reason that keeps it out. To test:
-- that it really is a guest, a service, a shared or a disabled account, since everybody who is left out is missing
-- from the denominators."""
-- ---
SELECT CONCAT(p.tenant, '/', p.identity_id) AS item,
       p.label,
       '' AS stratum,
       p.identity_id,
       p.population,
       p.excluded,
       p.attempts_excluded,
       CASE WHEN p.privileged THEN 'yes' WHEN NOT p.privileged THEN 'no' ELSE 'unknown' END AS privileged_role,
       p.department,
       p.person_id
FROM population p
WHERE p.excluded <> ''
ORDER BY item NULLS LAST;
