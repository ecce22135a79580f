-- ---
-- id = "K18"
-- name = "review_adherence"
-- title = "Exception reviews done on time"
-- kind = "obligations"
-- better = "higher"
-- target = "exceptions.reviews"
-- reads = ["obligations"]
-- controls = ["PCI-DSS-4.0.1:7.2.4", "NYDFS:500.12", "NIST-800-53:AC-2", "NIST-800-53:AC-6(7)", "ISO-27001:A.5.18", "CIS-M365-6:5.3.2"]
-- dimensions = ["category"]
-- lines = [{ id = "reviews", title = "Reviews that fell due in the period" }]
-- about = """
-- A ledger of duties: the first review is due one cadence after activation, the next one cadence after each completed
-- review, and when one is missed a new one falls due each cadence, so that doing only the last of a year does not
-- count for the others. On time: completed by the due instant. Late: completed after it, before the next fell due.
-- Missed: not completed when the next fell due or the period ended. A review counts only with an outcome recorded and
-- a reviewer other than the requestor; one without a reviewer's name is unknown. An exception that ended before the
-- due date owes nothing; duties due after the period are outside. Cadences per category are configuration."""
-- ---
SELECT o.exception_id AS subject,
       CONCAT(o.exception_id, ' (', o.owner, ')') AS label,
       'reviews' AS line,
       o.due_at,
       o.met_at,
       o.status,
       o.status_reason AS reason,
       o.category
FROM obligations o
WHERE o.duty = 'review'
ORDER BY o.due_at NULLS LAST, o.exception_id NULLS LAST;
