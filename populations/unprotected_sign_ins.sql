-- ---
-- id = "unprotected_sign_ins"
-- title = "Sign-ins without a second factor"
-- reads = ["unprotected_attempts"]
-- needs = ["register", "roles"]
-- about = """
-- Every successful attempt of the period that was satisfied without a second factor: a single factor (class N) or
-- one skipped by a relaxation (class S), also where policy lists the relaxation. Three strata: privileged, when a
-- privileged role was held at that time; exception, when an active entry explains it; other. Where roles are not
-- known the attempt stands by its exception. To test: that the record says what the class says, and that the
-- exception covers it."""
-- ---
SELECT CONCAT(a.source, '/', a.tenant, '/', a.attempt_id) AS item,
       a.label,
       CASE WHEN a.privileged_then = 'yes' THEN 'privileged' WHEN a.exception_id <> '' THEN 'exception' ELSE 'other' END AS stratum,
       a.attempt_id,
       a.identity_id,
       a.app_id,
       a.decided_at,
       a.satisfied_by,
       a.class_reason,
       CASE WHEN a.relaxation_accepted THEN 'yes' ELSE 'no' END AS relaxation_listed,
       CASE WHEN a.legacy_protocol THEN 'yes' ELSE 'no' END AS legacy_client,
       a.privileged_then,
       a.exception_id,
       a.unmatched
FROM unprotected_attempts a
ORDER BY item NULLS LAST;
