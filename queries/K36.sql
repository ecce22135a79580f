-- ---
-- id = "K36"
-- name = "data_completeness"
-- title = "Deliveries that arrived whole"
-- kind = "ratio"
-- better = "higher"
-- target = "intake.deliveries"
-- reads = ["intake", "intake_days"]
-- controls = ["NIST-800-53:AU-6", "NIST-800-53:CA-7", "PCI-DSS-4.0.1:10.4.1", "ISO-27001:A.8.15", "SOC2:CC4.1"]
-- dimensions = ["source"]
-- lines = [
--   { id = "deliveries", title = "Expected days and snapshots received whole" },
--   { id = "records", title = "Records read that were understood" },
-- ]
-- about = """
-- First line: of the deliveries expected for the period (one per source and day for logs, one fresh snapshot as of the
-- end for everything else), those received whole; missing, truncated, stale and over-rejected ones fail by reason.
-- Second line: of all records read from the objects that the run stands on, those understood; a refused record is a
-- failure, and so is every record of an object that could not be read to its end, at least one, since nobody can tell
-- what the rest held. This metric gates the others: what it finds missing closes every metric that needs it."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.weight, u.source
FROM (
  SELECT CONCAT(d.source, ' ', CAST(d.expected_day AS VARCHAR)) AS subject,
         CONCAT(d.source, ' ', CAST(d.expected_day AS VARCHAR)) AS label,
         'deliveries' AS line,
         CASE WHEN d.arrival = 'received' THEN 'yes' ELSE 'no' END AS verdict,
         CASE WHEN d.arrival = 'received' THEN 'received' ELSE d.arrival_reason END AS reason,
         1 AS weight, d.source
  FROM intake_days d
  UNION ALL
  SELECT i.object_key AS subject, i.object_key AS label, 'records' AS line,
         v.verdict,
         CASE WHEN v.verdict = 'yes' THEN 'understood'
              WHEN i.fault <> '' THEN 'the object could not be read to its end'
              ELSE 'refused' END AS reason,
         CASE WHEN i.fault <> '' AND v.verdict = 'yes' THEN 0
              WHEN i.fault <> '' AND i.records_read = 0 THEN 1
              WHEN i.fault <> '' THEN i.records_read
              WHEN v.verdict = 'yes' THEN i.records_parsed
              ELSE i.records_rejected END AS weight,
         i.source
  FROM intake i
  CROSS JOIN (SELECT 'yes' AS verdict UNION ALL SELECT 'no' AS verdict) v
) u
WHERE u.weight > 0
ORDER BY u.line NULLS LAST, u.source NULLS LAST, u.subject NULLS LAST, u.verdict NULLS LAST;
