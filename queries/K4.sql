-- ---
-- id = "K4"
-- name = "enforcement_coverage_sign_ins"
-- title = "Sign-ins protected by MFA"
-- kind = "ratio"
-- better = "higher"
-- target = "coverage.sign_ins"
-- reads = ["population", "attempt_days", "period"]
-- controls = ["NIST-800-53:IA-2(2)", "PCI-DSS-4.0.1:8.4.2", "ISO-27001:A.8.5"]
-- dimensions = ["department", "privileged"]
-- lines = [
--   { id = "exposure", title = "Exposure: all qualifying attempts" },
--   { id = "control_effectiveness", title = "Control effectiveness: attempts for which policy required MFA" },
-- ]
-- about = """
-- Numerator: qualifying attempts of classes M1 to M4. Denominator: qualifying attempts (one per user journey;
-- failures, prompts, refreshes and duplicates are none). The first line answers how exposed sign-ins were; the
-- second, limited to attempts for which the policy in force required MFA, how well the control worked: the two are
-- never merged. An attempt whose record does not say whether MFA was required is unknown in the second line.
-- Attempts of break-glass, service, shared and guest accounts and of workloads are excluded by reason; those of
-- leavers and of identities that the directory does not list stay in, as they were made."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       l.line,
       CASE WHEN p.attempts_excluded <> '' THEN 'excluded'
            WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'no' THEN 'excluded'
            WHEN d.local_day >= t.settled_before_day THEN 'unknown'
            WHEN d.satisfied_by = 'U' THEN 'unknown'
            WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'unknown' THEN 'unknown'
            WHEN d.satisfied_by IN ('M1', 'M2', 'M3', 'M4') THEN 'yes'
            ELSE 'no' END AS verdict,
       CASE WHEN p.attempts_excluded <> '' THEN p.attempts_excluded
            WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'no' THEN 'policy did not require MFA'
            WHEN d.local_day >= t.settled_before_day THEN 'provisional: younger than the settle time'
            WHEN d.satisfied_by = 'U' THEN CONCAT('cannot be told: ', d.class_reason)
            WHEN l.line = 'control_effectiveness' AND d.mfa_required = 'unknown' THEN 'the record does not say whether MFA was required'
            WHEN d.satisfied_by = 'M1' THEN 'second factor completed'
            WHEN d.satisfied_by = 'M4' THEN 'one-gesture strong method'
            WHEN d.satisfied_by = 'M2' THEN 'claim carried from an earlier sign-in'
            WHEN d.satisfied_by = 'M3' THEN 'trusted external provider'
            WHEN d.satisfied_by = 'S' THEN CONCAT('skipped: ', d.class_reason)
            WHEN d.legacy_protocol THEN 'legacy client'
            ELSE 'single factor' END AS reason,
       CAST(SUM(d.attempts) AS BIGINT) AS weight,
       p.department,
       p.privileged
FROM attempt_days d
CROSS JOIN period t
CROSS JOIN (SELECT 'exposure' AS line UNION ALL SELECT 'control_effectiveness' AS line) l
JOIN population p
  ON p.tenant = d.tenant AND p.identity_id = d.identity_id
GROUP BY 1, 2, 3, 4, 5, 7, 8
ORDER BY subject NULLS LAST, line NULLS LAST, verdict NULLS LAST, reason NULLS LAST;
