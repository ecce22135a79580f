-- ---
-- id = "K16"
-- name = "compensating_controls"
-- title = "Active exceptions with a compensating control that operates"
-- kind = "ratio"
-- better = "higher"
-- target = "exceptions.controls"
-- reads = ["exception_states", "thresholds", "period"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12", "NIST-800-53:RA-7", "SOC2:CC3.4"]
-- dimensions = ["category"]
-- lines = [
--   { id = "evidenced", title = "Evidence of operation in the last 90 days (threshold in force)" },
--   { id = "declared", title = "At least one control declared" },
-- ]
-- about = """
-- Denominator: exceptions active as of the period's end; an entry whose dates
-- cannot be read may be active and is unknown. Declared: the entry names a compensating control; texts such
-- as "n/a" or "tbd" are none. Evidenced, the headline: declared, and evidence that a control operated is dated within
-- the threshold (90 days unless policy says otherwise) before the period's end and not after it."""
-- ---
SELECT e.exception_id AS subject,
       e.exception_id AS label,
       l.line,
       CASE WHEN e.entry_state = 'unknown' THEN 'unknown'
            WHEN e.entry_state <> 'active' THEN 'excluded'
            WHEN NOT e.controls_declared THEN 'no'
            WHEN l.line = 'declared' THEN 'yes'
            WHEN e.controls_evidence_at IS NULL THEN 'no'
            WHEN e.controls_evidence_at >= p.end_at THEN 'no'
            WHEN EXTRACT(EPOCH FROM p.end_at) - EXTRACT(EPOCH FROM e.controls_evidence_at) <= h.threshold_value * 86400 THEN 'yes'
            ELSE 'no' END AS verdict,
       CASE WHEN e.entry_state = 'unknown' THEN 'the entry cannot be read: it may be active'
            WHEN e.entry_state <> 'active' THEN CONCAT('not active: ', e.entry_state)
            WHEN NOT e.controls_declared THEN 'no control declared'
            WHEN l.line = 'declared' THEN 'control declared'
            WHEN e.controls_evidence_at IS NULL THEN 'no evidence of operation'
            WHEN e.controls_evidence_at >= p.end_at THEN 'evidence is dated after the period'
            WHEN EXTRACT(EPOCH FROM p.end_at) - EXTRACT(EPOCH FROM e.controls_evidence_at) <= h.threshold_value * 86400 THEN 'evidence of operation'
            ELSE 'evidence of operation is too old' END AS reason,
       e.category
FROM exception_states e
CROSS JOIN period p
CROSS JOIN (SELECT threshold_value FROM thresholds WHERE threshold_key = 'controls.evidence_days') h
CROSS JOIN (SELECT 'evidenced' AS line UNION ALL SELECT 'declared' AS line) l
ORDER BY subject NULLS LAST, line NULLS LAST;
