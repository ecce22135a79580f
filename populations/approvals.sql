-- ---
-- id = "approvals"
-- title = "Approvals within the period"
-- reads = ["separations", "period"]
-- about = """
-- Every approval of an exception or of an extension that was given within the period, of entries that were active
-- at some time of it. To test: that the approver was entitled and another person than the requestor. An approval
-- without a recorded instant is not in it; such entries stand in the population of exceptions."""
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
WHERE s.approved_at >= p.start_at AND s.approved_at < p.end_at
ORDER BY item NULLS LAST;
