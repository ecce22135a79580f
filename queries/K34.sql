-- ---
-- id = "K34"
-- name = "unapproved_changes"
-- title = "Exclusions and extensions approved before they were made"
-- kind = "ratio"
-- better = "higher"
-- target = "exclusions.approved"
-- reads = ["control_changes", "separations", "period"]
-- controls = ["NIST-800-53:CM-3", "ISO-27001:A.8.32", "PCI-DSS-4.0.1:8.5.1"]
-- dimensions = ["effect"]
-- lines = [
--   { id = "changes", title = "Approved before the change" },
--   { id = "approvals", title = "Approvals that a change put into force" },
-- ]
-- about = """
-- Of the additions to what policy leaves out (policy edits and memberships of excluded groups, from the audit log), of
-- bypasses given, and of extensions in the register, those that an entry covering the object approved before them. A
-- policy extended without any recorded extension counts against it. Approval within the emergency hours (24) after the
-- change is counted apart, as excluded. The reverse: of the entries approved in the period and activated, those for which
-- the audit log holds a change within a week that leaves their object out; break-glass accounts, which are left out from
-- the start, are excluded."""
-- ---
SELECT u.subject, u.label, u.line, u.verdict, u.reason, u.effect
FROM (
  SELECT CONCAT(c.event_id, ' ', c.target_id) AS subject,
         CASE WHEN c.approval IN ('before', 'emergency') THEN c.target ELSE CONCAT(c.target, ' (', c.actor, ': ', c.diff, ')') END AS label,
         'changes' AS line,
         CASE WHEN c.approval = 'before' THEN 'yes' WHEN c.approval = 'emergency' THEN 'excluded' ELSE 'no' END AS verdict,
         CASE WHEN c.approval = 'before' THEN 'approved before the change'
              WHEN c.approval = 'emergency' THEN 'approved within the emergency hours'
              WHEN c.approval = 'late' THEN 'approved only later'
              ELSE 'no approval' END AS reason,
         c.effect
  FROM control_changes c
  WHERE c.effect IN ('exclusion_added', 'bypass_added', 'expiry_changed')
  UNION ALL
  SELECT s.exception_id AS subject,
         s.exception_id AS label,
         'approvals' AS line,
         CASE WHEN s.category = 'break_glass' THEN 'excluded' WHEN s.event_id <> '' THEN 'yes' ELSE 'no' END AS verdict,
         CASE WHEN s.category = 'break_glass' THEN 'break-glass account'
              WHEN s.event_id <> '' THEN 'a change puts it into force'
              ELSE 'approved and activated, and no change in the audit log puts it into force' END AS reason,
         'approval' AS effect
  FROM separations s CROSS JOIN period t
  WHERE s.act = 'creation' AND s.approved_at >= t.start_at AND s.approved_at < t.end_at
) u
ORDER BY u.line NULLS LAST, u.subject NULLS LAST;
