-- ---
-- id = "K3"
-- name = "enforcement_coverage_users"
-- title = "Workforce whose every sign-in was protected by MFA"
-- kind = "ratio"
-- better = "higher"
-- target = "coverage.users"
-- reads = ["population", "attempt_days", "period"]
-- controls = ["NIST-800-53:IA-2(2)", "PCI-DSS-4.0.1:8.4.2", "ISO-27001:A.8.5", "NYDFS:500.12", "UK-Cyber-Essentials:MFA", "HIPAA:164.312(d)"]
-- dimensions = ["department", "privileged"]
-- lines = [
--   { id = "strict", title = "Strict: every qualifying attempt protected" },
--   { id = "relaxed", title = "With relaxations that policy accepts" },
--   { id = "excused", title = "After excusing registered exceptions", needs = ["register"] },
-- ]
-- about = """
-- Numerator: workforce identities all of whose qualifying attempts in the period were protected (classes M1 to M4).
-- Denominator: workforce identities with at least one qualifying attempt: interactive, or by a password-bearing
-- legacy client, successful, settled. One unprotected attempt makes a user uncovered. Where nothing unprotected is
-- proven but some attempt cannot be told (fields missing, provisional, untrusted provider), the user is unknown.
-- Users without an attempt are "no evidence", printed beside the figure and never counted as covered. Attempts
-- under an active exception still count as not covered in the strict line; the third line excuses them; the second
-- accepts skipped prompts (class S) where policy lists that relaxation."""
-- ---
SELECT p.identity_id AS subject,
       p.label,
       l.line,
       CASE WHEN p.excluded <> '' THEN 'excluded'
            WHEN a.attempts IS NULL THEN 'excluded'
            WHEN l.line = 'strict' AND a.bare + a.skipped > 0 THEN 'no'
            WHEN l.line = 'relaxed' AND a.bare + a.skipped_unlisted > 0 THEN 'no'
            WHEN l.line = 'excused' AND a.unexcused > 0 THEN 'no'
            WHEN a.untold > 0 THEN 'unknown'
            ELSE 'yes' END AS verdict,
       CASE WHEN p.excluded <> '' THEN p.excluded
            WHEN a.attempts IS NULL THEN 'no qualifying attempt'
            WHEN l.line = 'strict' AND a.bare > 0 THEN 'signed in with one factor'
            WHEN l.line = 'strict' AND a.skipped > 0 THEN 'MFA skipped by a relaxation'
            WHEN l.line = 'relaxed' AND a.bare > 0 THEN 'signed in with one factor'
            WHEN l.line = 'relaxed' AND a.skipped_unlisted > 0 THEN 'MFA skipped by a relaxation that policy does not list'
            WHEN l.line = 'excused' AND a.unexcused > 0 THEN 'unprotected without an active exception'
            WHEN a.untold > 0 THEN 'an attempt cannot be told'
            ELSE 'every attempt protected' END AS reason,
       p.department,
       p.privileged
FROM population p
CROSS JOIN (SELECT 'strict' AS line UNION ALL SELECT 'relaxed' AS line UNION ALL SELECT 'excused' AS line) l
LEFT JOIN (SELECT c.tenant, c.identity_id,
                  SUM(c.attempts) AS attempts,
                  SUM(CASE WHEN c.class = 'N' THEN c.attempts ELSE 0 END) AS bare,
                  SUM(CASE WHEN c.class = 'S' THEN c.attempts ELSE 0 END) AS skipped,
                  SUM(CASE WHEN c.class = 'S' AND NOT c.relaxation_accepted THEN c.attempts ELSE 0 END) AS skipped_unlisted,
                  SUM(CASE WHEN c.class = 'N' AND c.exception_id = '' THEN c.attempts
                           WHEN c.class = 'S' AND c.exception_id = '' THEN c.attempts ELSE 0 END) AS unexcused,
                  SUM(CASE WHEN c.class = 'U' THEN c.attempts ELSE 0 END) AS untold
           FROM (SELECT d.tenant, d.identity_id, d.attempts, d.relaxation_accepted, d.exception_id,
                        CASE WHEN d.local_day >= t.settled_before_day THEN 'U' ELSE d.satisfied_by END AS class
                 FROM attempt_days d CROSS JOIN period t) c
           GROUP BY c.tenant, c.identity_id) a
  ON a.tenant = p.tenant AND a.identity_id = p.identity_id
ORDER BY subject NULLS LAST, l.line NULLS LAST;
