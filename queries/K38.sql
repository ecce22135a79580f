-- ---
-- id = "K38"
-- name = "token_audit"
-- title = "One-time-code tokens accounted for"
-- kind = "ratio"
-- better = "higher"
-- reads = ["population"]
-- needs = ["tokens"]
-- controls = ["NIST-800-53:IA-5", "PCI-DSS-4.0.1:8.6.3"]
-- lines = [
--   { id = "tokens", title = "Tokens issued, assigned and within their life" },
-- ]
-- about = """
-- Tokens issued, assigned, revoked and older than their maker's life, and leavers with live tokens. This needs the
-- inventory of the token server: identity providers export neither serial numbers nor ages, so it cannot be observed
-- from them."""
-- ---
SELECT p.identity_id AS subject, p.label, 'tokens' AS line, 'unknown' AS verdict, 'no token inventory' AS reason
FROM population p
WHERE p.excluded = ''
ORDER BY subject NULLS LAST;
