-- ---
-- id = "exceptions"
-- title = "Exceptions in force at some time of the period"
-- reads = ["separations", "exception_states"]
-- about = """
-- Every register entry that was active at some time of the period, once, with who asked, who approved and who put
-- it into force. To test: that it was approved by the right person, that its reason holds, and that its controls
-- operate. Entries that were never active in the period are not in it."""
-- ---
SELECT s.exception_id AS item,
       CONCAT(s.exception_id, ' (', COALESCE(e.owner, ''), ')') AS label,
       '' AS stratum,
       s.category,
       e.entry_state,
       e.owner,
       e.activated_at,
       e.expires_at,
       e.closed_at,
       s.approved_at,
       s.requestor,
       s.approvers,
       s.implementer,
       s.event_id,
       s.finding,
       s.finding_reason
FROM separations s
LEFT JOIN exception_states e ON e.exception_id = s.exception_id
WHERE s.act = 'creation'
ORDER BY item NULLS LAST;
