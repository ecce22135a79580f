-- ---
-- id = "R1"
-- name = "reconciliation"
-- title = "Policy, register and sign-ins side by side"
-- kind = "count"
-- better = "none"
-- reads = ["reconciliation"]
-- needs = ["registrations"]
-- controls = ["PCI-DSS-4.0.1:8.5.1", "NYDFS:500.12", "NIST-800-53:AC-2"]
-- dimensions = ["population", "registered", "usable"]
-- lines = [
--   { id = "cells", title = "Every identity in exactly one cell" },
-- ]
-- about = """
-- Each identity of the population, and each object of the register that no directory lists, in exactly one cell by
-- three questions: does an enforced policy leave it out, what does the register say of it, and did it bypass MFA in
-- the period (settled attempts of class N, or S where policy does not list the relaxation)? Used means at least one
-- such attempt, also one from the time when a since ended entry was in force: K23 tells what came after. The dimensions repeat the matrix by population, by state in the register, and by whether a second
-- factor is usable."""
-- ---
SELECT r.identity_id AS subject,
       r.label,
       'cells' AS line,
       CASE WHEN r.population = 'unresolved' THEN 'object not in the directory'
            WHEN r.registered = 'active' AND r.excluded AND r.bypasses > 0 THEN 'governed and used'
            WHEN r.registered = 'active' AND r.excluded THEN 'governed and unused'
            WHEN r.registered = 'active' AND r.bypasses > 0 THEN 'governed, used without a policy exclusion'
            WHEN r.registered = 'active' THEN 'registered but not excluded'
            WHEN r.registered IN ('expired', 'closed') AND r.bypasses > 0 THEN 'expired but used'
            WHEN r.registered IN ('expired', 'closed') AND r.excluded THEN 'expired but still excluded'
            WHEN r.registered = 'pending' AND r.excluded THEN 'excluded while pending'
            WHEN r.registered = 'pending' AND r.bypasses > 0 THEN 'pending and used'
            WHEN r.registered = 'none' AND r.excluded AND r.bypasses > 0 THEN 'excluded but unregistered, used'
            WHEN r.registered = 'none' AND r.excluded THEN 'excluded but unregistered'
            WHEN r.registered = 'none' AND r.bypasses > 0 THEN 'bypass without either'
            ELSE 'no exception' END AS category,
       r.population,
       r.registered,
       r.usable
FROM reconciliation r
ORDER BY subject NULLS LAST;
