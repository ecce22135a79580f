//! How a sign-in was satisfied: formats.md 1.10, row by row, first match wins.

use super::super::decision::{Decision, because, decide};
use super::super::method;
use super::codes::{self, CodeClass};
use super::facts::{Facts, Requirement, Role, StepFact, Success};
use super::words;

/// One row of the table.
pub(super) struct Rule {
    /// Row of formats.md 1.10, as stored in the `evidence` column.
    pub(super) row: &'static str,
    when: fn(&Facts<'_>) -> bool,
    then: fn(&Facts<'_>) -> Decision,
}

#[rustfmt::skip]
pub(super) static TABLE: &[Rule] = &[
    Rule { row: "1.10-1",  when: |f| f.workload,                                                                 then: |_| because("not_applicable", "workload") },
    Rule { row: "1.10-2",  when: |f| f.done() && f.bare && f.no_text(),                                          then: |_| because("unknown", "fields_missing") },
    Rule { row: "1.10-3",  when: |f| f.not_done() && required(f).is_some(),                                      then: required_not_met },
    Rule { row: "1.10-4",  when: |f| f.ok == Success::Interrupt,                                                         then: interrupted },
    Rule { row: "1.10-5",  when: |f| f.not_done(),                                                               then: |f| because("not_applicable", other_failure(f)) },
    Rule { row: "1.10-6",  when: |f| f.done() && f.proof().is_some(),                                            then: performed_by_step },
    Rule { row: "1.10-7",  when: |f| f.done() && completed(f),                                                   then: performed_by_text },
    Rule { row: "1.10-8",  when: |f| f.done() && (f.satisfied_by("external provider") || f.external_party), then: |_| decide("external") },
    Rule { row: "1.10-9",  when: |f| f.done() && f.has("mfa requirement satisfied by claim in the token"),       then: |_| decide("claim") },
    Rule { row: "1.10-10", when: |f| f.done() && (f.has("mfa requirement skipped") || f.has("skipped as flow exercised was windows broker logon flow")), then: |f| because("exempted", words::skip_reason(&f.txt)) },
    Rule { row: "1.10-11", when: |f| f.done() && f.mfa_detail.is_some(),                                         then: performed_by_detail },
    Rule { row: "1.10-12", when: |f| f.done() && f.foreign_home && f.requirement == Requirement::Multi,          then: |_| because("external", "home_tenant") },
    Rule { row: "1.10-13", when: |f| f.done() && f.requirement == Requirement::Multi && f.only_carried(),        then: |_| Decision { provisional: true, ..because("claim", "provisional") } },
    Rule { row: "1.10-14", when: |f| f.done() && f.requirement == Requirement::Multi, then: |_| Decision { provisional: true, ..because("unknown", "late_details") } },
    Rule { row: "1.10-15", when: |f| f.done() && (f.requirement == Requirement::Single || (f.requirement == Requirement::Empty && !f.steps.is_empty())), then: single_factor },
    Rule { row: "1.10-16", when: |f| f.done() && !f.interactive,                                                 then: |_| because("not_applicable", "token_refresh") },
    Rule { row: "1.10-17", when: |_| true,                                                                       then: |_| because("unknown", "no_rule") },
];

/// The first row that matches, with its number.
pub(super) fn settle(facts: &Facts<'_>) -> (Decision, &'static str) {
    TABLE.iter().find(|r| (r.when)(facts)).map_or((decide("unknown"), "1.10-17"), |r| ((r.then)(facts), r.row))
}

fn required(f: &Facts<'_>) -> Option<&'static str> {
    match codes::class(f.code?) {
        CodeClass::RequiredNotMet(reason) => Some(reason),
        _ => None,
    }
}

fn required_not_met(f: &Facts<'_>) -> Decision {
    let asked = f.steps.iter().rev().find(|s| !s.succeeded && matches!(s.role, Role::Secondary | Role::OneGesture)).map(|s| s.method);
    let method = asked.or_else(|| f.mfa_detail.map(words::step_method)).unwrap_or("");
    Decision { method, ..because("required_not_met", words::denial(&f.txt).or_else(|| required(f)).unwrap_or("failed")) }
}

fn interrupted(f: &Facts<'_>) -> Decision {
    if f.has("mfa required") { because("required_not_met", "interrupted") } else { because("not_applicable", "interrupt") }
}

fn other_failure(f: &Facts<'_>) -> &'static str {
    match f.code.map(codes::class) {
        Some(CodeClass::NotApplicable(reason)) => reason,
        _ => "failed",
    }
}

/// "First factor requirement satisfied by …" also speaks of strength, but not of MFA.
fn completed(f: &Facts<'_>) -> bool {
    let otherwise = f.txt.lines().filter(|l| l.contains("mfa requirement satisfied by")).any(|l| !l.contains("claim") && !l.contains("external provider"));
    otherwise || ["mfa completed", "mfa successfully completed", "user approved"].iter().any(|t| f.has(t))
}

fn performed(method: &'static str, one_gesture: bool) -> Decision {
    Decision { method, one_gesture, ..decide("performed") }
}

fn performed_by_step(f: &Facts<'_>) -> Decision {
    f.proof().map_or(performed("other", false), |s| performed(s.method, s.role == Role::OneGesture))
}

fn performed_by_text(f: &Facts<'_>) -> Decision {
    // No step says that it succeeded. Of those that may have, the weakest counts, and one gesture only where the text
    // speaks of a strong credential.
    let rank = |s: &&StepFact<'_>| method::RANKING.iter().position(|r| *r == s.method);
    let step = f.steps.iter().filter(|s| !s.denied && matches!(s.role, Role::Secondary | Role::OneGesture)).max_by_key(rank);
    let strong = f.has("strong authentication") || f.has("multi-factor device");
    match (step, f.mfa_detail) {
        (Some(s), _) => performed(s.method, strong && s.role == Role::OneGesture),
        (None, Some(detail)) => performed(words::step_method(detail), false),
        (None, None) => performed("other", false),
    }
}

fn performed_by_detail(f: &Facts<'_>) -> Decision {
    performed(f.mfa_detail.map_or("other", words::step_method), false)
}

fn single_factor(f: &Facts<'_>) -> Decision {
    let method = f.steps.iter().find(|s| s.role == Role::Primary).map_or("", |s| s.method);
    Decision { method, ..decide("single_factor") }
}

#[cfg(test)]
mod tests {
    use super::super::sign_in::tests::settle_json;
    use super::*;

    fn case(row: &str, outcome: &str, method: &str, json: &str) {
        let (decision, got) = settle_json(json);
        assert_eq!((got, decision.outcome, decision.method), (row, outcome, method), "{json}");
    }

    #[test]
    fn the_table_has_every_row_of_the_document_in_order() {
        let rows: Vec<_> = TABLE.iter().map(|r| r.row.to_owned()).collect();
        assert_eq!(rows, (1..=17).map(|n| format!("1.10-{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn row_1_workloads() {
        case("1.10-1", "not_applicable", "", r#"{"category":"ServicePrincipalSignInLogs","properties":{"servicePrincipalId":"x","status":{"errorCode":0}}}"#);
        case("1.10-1", "not_applicable", "", r#"{"signInEventTypes":["managedIdentity"],"status":{"errorCode":0}}"#);
        case("1.10-1", "not_applicable", "", r#"{"servicePrincipalId":"x","userId":"","status":{"errorCode":0}}"#);
    }

    #[test]
    fn row_2_graph_v1_cannot_prove_mfa() {
        case("1.10-2", "unknown", "", r#"{"userId":"u","isInteractive":true,"status":{"errorCode":0,"additionalDetails":null}}"#);
        case("1.10-9", "claim", "", r#"{"userId":"u","status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by claim in the token"}}"#);
    }

    #[test]
    fn row_3_required_and_not_met() {
        let (d, _) = settle_json(r#"{"userId":"u","status":{"errorCode":500121,"additionalDetails":"MFA denied; user declined the authentication"}}"#);
        assert_eq!((d.outcome, d.reason), ("required_not_met", Some("declined")));
        case("1.10-3", "required_not_met", "", r#"{"userId":"u","status":{"errorCode":"50074","additionalDetails":"MFA required in Azure AD"}}"#);
        case("1.10-3", "required_not_met", "", r#"{"category":"SignInLogs","resultType":"50158","properties":{"userId":"u"}}"#);
    }

    #[test]
    fn row_4_interrupts() {
        case("1.10-4", "not_applicable", "", r#"{"userId":"u","status":{"errorCode":50140}}"#);
        case("1.10-4", "required_not_met", "", r#"{"userId":"u","status":{"errorCode":50199,"additionalDetails":"MFA required"}}"#);
    }

    #[test]
    fn row_5_primary_failed_or_blocked() {
        case("1.10-5", "not_applicable", "", r#"{"userId":"u","status":{"errorCode":50126}}"#);
        case("1.10-5", "not_applicable", "", r#"{"userId":"u","status":{"errorCode":53003}}"#);
        case("1.10-5", "not_applicable", "", r#"{"category":"SignInLogs","resultType":"Failure","properties":{"userId":"u"}}"#);
    }

    #[test]
    fn row_6_a_second_factor_step_succeeded_whatever_its_label_says() {
        case(
            "1.10-6",
            "performed",
            "push",
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0},
            "authenticationDetails":[{"authenticationMethod":"Password","succeeded":true},{"authenticationMethod":"Mobile app notification","succeeded":true,"authenticationStepRequirement":"Primary authentication"}]}"#,
        );
        case(
            "1.10-6",
            "performed",
            "fido2",
            r#"{"userId":"u","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},
            "authenticationDetails":[{"authenticationMethod":"FIDO2 security key","succeeded":"True"}]}"#,
        );
        case("1.10-6", "performed", "sms", r#"{"userId":"u","status":{"errorCode":0},"authenticationDetails":"[{\"authenticationMethod\":\"Text message\",\"succeeded\":true}]"}"#);
        case(
            "1.10-6",
            "performed",
            "certificate",
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0},
            "authenticationDetails":[{"authenticationMethod":"X.509 Certificate","succeeded":true}]}"#,
        );
    }

    #[test]
    fn row_7_the_text_proves_completion_while_steps_are_in_progress() {
        case(
            "1.10-7",
            "performed",
            "push",
            r#"{"userId":"u","status":{"errorCode":0,"additionalDetails":"MFA completed in Azure AD"},
            "authenticationDetails":[{"authenticationMethod":"Mobile app notification","succeeded":false,"authenticationStepResultDetail":"Authentication in progress"}]}"#,
        );
        case(
            "1.10-7",
            "performed",
            "otp_app",
            r#"{"userId":"u","mfaDetail":{"authMethod":"OATH verification code"},"status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by strong authentication"}}"#,
        );
    }

    #[test]
    fn row_8_somebody_else_did_it() {
        case(
            "1.10-8",
            "external",
            "",
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by claim provided by external provider"}}"#,
        );
        case("1.10-8", "external", "", r#"{"userId":"u","tokenIssuerType":"NPSExtension","authenticationRequirement":"","status":{"errorCode":0}}"#);
        case(
            "1.10-8",
            "external",
            "",
            r#"{"userId":"u","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},"appliedConditionalAccessPolicies":[{"result":"success","enforcedGrantControls":["Example Custom Control"]}]}"#,
        );
    }

    #[test]
    fn a_first_factor_by_federation_is_no_second_factor() {
        case(
            "1.10-15",
            "single_factor",
            "password",
            r#"{"userId":"u","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},
            "authenticationDetails":[{"authenticationMethod":"Password","succeeded":true,"authenticationStepResultDetail":"First factor requirement satisfied by claim provided by external provider"}]}"#,
        );
    }

    #[test]
    fn row_7_other_texts_that_satisfy_the_requirement() {
        case("1.10-7", "performed", "other", r#"{"userId":"u","status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by QR code"}}"#);
    }

    #[test]
    fn row_7_a_failed_key_is_not_what_completed_it() {
        let json = r#"{"userId":"u","status":{"errorCode":0,"additionalDetails":"MFA completed in Azure AD"},"authenticationDetails":[
            {"authenticationMethod":"FIDO2 security key","succeeded":false},{"authenticationMethod":"Text message","succeeded":false,"authenticationStepResultDetail":"Authentication in progress"}]}"#;
        case("1.10-7", "performed", "sms", json);
        assert!(!settle_json(json).0.one_gesture);
    }

    #[test]
    fn a_certificate_beside_another_factor_or_a_claim_is_one_factor() {
        let step = |method: &str| format!(r#"{{"authenticationMethod":"{method}","succeeded":true}}"#);
        let json = |steps: String, text: &str| {
            format!(
                r#"{{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{{"errorCode":0,"additionalDetails":"{text}"}},"authenticationDetails":[{steps}]}}"#
            )
        };
        let two = json(format!("{},{}", step("X.509 Certificate"), step("Text message")), "");
        case("1.10-6", "performed", "sms", &two);
        case("1.10-9", "claim", "", &json(step("X.509 Certificate"), "MFA requirement satisfied by claim in the token"));
        case("1.10-6", "performed", "certificate", &json(step("X.509 Certificate"), ""));
    }

    #[test]
    fn row_9_a_claim_counts_even_when_one_factor_was_required() {
        case(
            "1.10-9",
            "claim",
            "",
            r#"{"userId":"u","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by claim in the token"},
            "authenticationDetails":[{"authenticationMethod":"Previously satisfied","succeeded":true}]}"#,
        );
    }

    #[test]
    fn row_10_skipped_by_a_relaxation() {
        let (d, row) = settle_json(
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0,"additionalDetails":"MFA requirement skipped due to remembered device"}}"#,
        );
        assert_eq!((row, d.outcome, d.reason), ("1.10-10", "exempted", Some("remembered_device")));
    }

    #[test]
    fn row_11_the_older_detail_is_a_fallback_and_an_empty_one_is_none() {
        case("1.10-11", "performed", "sms", r#"{"userId":"u","mfaDetail":{"authMethod":"Text message"},"status":{"errorCode":0}}"#);
        case(
            "1.10-15",
            "single_factor",
            "password",
            r#"{"userId":"u","mfaDetail":{},"authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"Password","succeeded":true}]}"#,
        );
    }

    #[test]
    fn row_12_the_home_tenant_did_it() {
        case(
            "1.10-12",
            "external",
            "",
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","crossTenantAccessType":"b2bCollaboration","homeTenantId":"a","resourceTenantId":"b","status":{"errorCode":0},"authenticationDetails":[]}"#,
        );
    }

    #[test]
    fn row_13_carried_without_text_is_a_claim_for_now() {
        let (d, row) = settle_json(
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"Previously satisfied","succeeded":true}]}"#,
        );
        assert_eq!((row, d.outcome, d.reason, d.provisional), ("1.10-13", "claim", Some("provisional"), true));
    }

    #[test]
    fn row_14_a_password_alone_never_proves_what_was_required() {
        case(
            "1.10-14",
            "unknown",
            "",
            r#"{"userId":"u","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"Password","succeeded":true}]}"#,
        );
    }

    #[test]
    fn row_15_one_factor() {
        case(
            "1.10-15",
            "single_factor",
            "password",
            r#"{"userId":"u","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"Password","succeeded":true}]}"#,
        );
        case(
            "1.10-15",
            "single_factor",
            "certificate",
            r#"{"userId":"u","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"X.509 Certificate","succeeded":true}]}"#,
        );
    }

    #[test]
    fn row_16_a_refresh_is_no_sign_in() {
        case(
            "1.10-16",
            "not_applicable",
            "",
            r#"{"category":"NonInteractiveUserSignInLogs","properties":{"userId":"u","authenticationRequirement":"","mfaDetail":null,"authenticationDetails":[],"status":{"errorCode":0}}}"#,
        );
    }

    #[test]
    fn row_17_nothing_assumed() {
        case("1.10-17", "unknown", "", r#"{"userId":"u","isInteractive":true,"authenticationRequirement":""}"#);
        case("1.10-17", "unknown", "", r#"{"userId":"u","isInteractive":true,"authenticationRequirement":"","status":{"errorCode":0},"authenticationDetails":[]}"#);
    }
}
