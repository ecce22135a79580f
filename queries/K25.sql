-- ---
-- id = "K25"
-- name = "segregation_of_duties"
-- title = "Approvals by three different persons"
-- kind = "ratio"
-- better = "higher"
-- target = "exceptions.separation"
-- reads = ["separations"]
-- controls = ["NIST-800-53:AC-5", "ISO-27001:A.5.3", "SOC2:CC5.1"]
-- dimensions = ["act", "register_category"]
-- lines = [
--   { id = "approvals", title = "Requestor, implementer and approvers are different persons" },
-- ]
-- about = """
-- Of the approvals and extensions of every entry in force at some time of the period, those in which requestor,
-- implementer and every approver are different persons. The implementer is the actor of the change in the directory's
-- audit log that puts the exception into force; accounts are compared through the person map, so that a daily and an
-- admin account are one person. An automation counts as implementer only with its change record. An extension changes
-- the register alone: there requestor and approver must differ. Unknown: nobody recorded, or no change found."""
-- ---
SELECT s.exception_id AS subject,
       s.exception_id AS label,
       'approvals' AS line,
       CASE WHEN s.finding = 'distinct' THEN 'yes' WHEN s.finding = 'same' THEN 'no' ELSE 'unknown' END AS verdict,
       s.finding_reason AS reason,
       s.act,
       s.category AS register_category
FROM separations s
ORDER BY subject NULLS LAST, s.sequence NULLS LAST;
