-- ---
-- id = "extensions"
-- title = "Extensions within the period"
-- reads = ["separations", "period"]
-- about = """
-- Every extension of an exception that was approved within the period. To test: that the reason was looked at
-- again and that somebody other than the requestor decided. Of an extension the register alone tells; one that
-- changed the expiry without a record stands in the population of changes."""
-- ---
SELECT CONCAT(s.exception_id, ' ', s.act, ' ', CAST(s.sequence AS VARCHAR)) AS item,
       s.exception_id AS label,
       '' AS stratum,
       s.exception_id,
       s.category,
       s.act,
       s.approved_at,
       s.requestor,
       s.approvers,
       s.implementer,
       s.event_id,
       s.finding,
       s.finding_reason
FROM separations s
CROSS JOIN period p
WHERE s.act = 'extension' AND s.approved_at >= p.start_at AND s.approved_at < p.end_at
ORDER BY item NULLS LAST;
