//! One test per row of formats.md 5.5.

use super::super::record::LogEvent;
use super::*;
use crate::source::time;
use crate::table::Instant;

/// Runs the table on an event; `None` when it makes no row.
fn settle_json(json: &str) -> Option<(Decision, &'static str)> {
    let event: LogEvent<'_> = serde_json::from_str(json).unwrap();
    let kind = Kind::of(event.event_type.or_empty())?;
    let facts = Facts::of(&event, kind, event.published.get().and_then(time::instant).unwrap_or(Instant(0)));
    (!facts.excluded()).then(|| settle(&facts))
}

fn case(row: &str, outcome: &str, detail: &str, json: &str) {
    let (d, got) = settle_json(json).unwrap();
    let told = d.reason.unwrap_or(d.method);
    assert_eq!((got, d.outcome, told), (row, outcome, detail), "{json}");
}

fn factor(result: &str, more: &str) -> String {
    format!(r#"{{"eventType":"user.authentication.auth_via_mfa","outcome":{{"result":"{result}"}},{more}}}"#)
}

fn debug(factor: &str) -> String {
    format!(r#""debugContext":{{"debugData":{{"factor":"{factor}"}}}}"#)
}

fn enrolment(method: &str, properties: &str) -> String {
    format!(r#""target":[{{"type":"AuthenticatorEnrollment","detailEntry":{{"methodTypeUsed":"{method}","methodUsedVerifiedProperties":"[{properties}]"}}}}]"#)
}

fn evaluation(result: &str, data: &str) -> String {
    format!(
        r#"{{"eventType":"policy.evaluate_sign_on","published":"2026-10-05T09:00:00.000Z","outcome":{{"result":"{result}"}},
        "target":[{{"type":"Rule","detailEntry":{{"policyRuleFactorMode":"1FA"}}}}],"debugContext":{{"debugData":{{{data}}}}}}}"#
    )
}

#[test]
fn the_table_has_every_row_of_the_document_in_order_and_one_for_the_rest() {
    let rows: Vec<_> = TABLE.iter().map(|r| r.row.to_owned()).collect();
    assert_eq!(rows, (1..=12).map(|n| format!("5.5-{n}")).collect::<Vec<_>>());
}

#[test]
fn row_1_the_password_was_wrong() {
    for reason in ["INVALID_CREDENTIALS", "LOCKED_OUT", "invalid_credentials"] {
        let json = format!(r#"{{"eventType":"user.session.start","outcome":{{"result":"FAILURE","reason":"{reason}"}}}}"#);
        case("5.5-1", "not_applicable", "primary_failed", &json);
    }
}

#[test]
fn row_2_a_factor_was_refused() {
    for (result, reason) in [("FAILURE", "failed"), ("ABANDONED", "abandoned"), ("UNANSWERED", "timeout")] {
        case("5.5-2", "required_not_met", reason, &factor(result, &debug("OKTA_VERIFY_PUSH")));
    }
    for kind in ["user.mfa.okta_verify.deny_push", "user.mfa.okta_verify.deny_push_upgrade_needed"] {
        case("5.5-2", "required_not_met", "declined", &format!(r#"{{"eventType":"{kind}","outcome":{{"result":"DENY"}}}}"#));
    }
    let phished = r#"{"eventType":"user.authentication.auth_via_mfa","outcome":{"result":"FAILURE","reason":"FastPass declined phishing attempt"}}"#;
    case("5.5-2", "required_not_met", "phishing", phished);
}

#[test]
fn row_3_a_challenge() {
    case("5.5-3", "required_not_met", "interrupted", &evaluation("CHALLENGE", r#""authMethodFirstType":"okta_password:password:lae1""#));
}

#[test]
fn row_4_blocked() {
    case("5.5-4", "not_applicable", "blocked_by_policy", &evaluation("DENY", ""));
}

#[test]
fn row_5_a_factor_was_verified() {
    case("5.5-5", "performed", "push", &factor("SUCCESS", &debug("OKTA_VERIFY_PUSH")));
    case("5.5-5", "performed", "platform_sso", &factor("SUCCESS", &enrolment("SIGNED_NONCE", "DEVICE_BOUND, PHISHING_RESISTANT")));
    case("5.5-5", "performed", "passwordless_phone", &factor("success", &enrolment("signed_nonce", "DEVICE_BOUND")));
    case("5.5-5", "performed", "other", &factor("SUCCESS", &debug("NEW_FACTOR")));
    case("5.5-5", "performed", "certificate", &factor("SUCCESS", r#""authenticationContext":{"credentialType":"CERTIFICATE"}"#));
    case("5.5-5", "performed", "fido2", &factor("SUCCESS", r#""debugContext":{"debugData":{"requestUri":"/api/v1/authn/factors/webauthn/verify"}}"#));
    case(
        "5.5-5",
        "performed",
        "fido2",
        &evaluation(
            "ALLOW",
            r#""authMethodFirstType":"okta_password:password:lae1","authMethodSecondType":"webauthn:webauthn:lae2","authMethodSecondVerificationTime":"2026-10-05T08:59:58.000Z""#,
        ),
    );
    case(
        "5.5-5",
        "performed",
        "sms",
        &evaluation(
            "ALLOW",
            r#""authMethodFirstType":"phone_number:sms:lae1","authMethodFirstVerificationTime":1791190790000,"authMethodSecondType":"okta_password:password:lae2""#,
        ),
    );
}

#[test]
fn passwords_and_other_intents_are_no_second_factor() {
    for json in [
        factor("SUCCESS", &debug("PASSWORD_AS_FACTOR")),
        factor("FAILURE", &debug("PASSWORD_AS_FACTOR")),
        factor("SUCCESS", &enrolment("Password", "")),
        factor("SUCCESS", r#""debugContext":{"debugData":{"factor":"SMS_FACTOR","factorIntent":"CREDENTIAL_RECOVERY"}}"#),
        r#"{"eventType":"system.push.send_factor_verify_push","outcome":{"result":"SUCCESS"}}"#.to_owned(),
    ] {
        assert_eq!(settle_json(&json), None, "{json}");
    }
    case("5.5-5", "performed", "sms", &factor("SUCCESS", r#""debugContext":{"debugData":{"factor":"SMS_FACTOR","factorIntent":"login"}}"#));
}

#[test]
fn row_6_the_second_factor_was_carried_by_the_session() {
    let old = r#""authMethodFirstType":"okta_password:password:lae1","authMethodSecondType":"okta_verify:push:lae2","authMethodSecondVerificationTime":"2026-10-05T08:40:00.000Z""#;
    case("5.5-6", "claim", "push", &evaluation("ALLOW", old));
    // Without a time nothing shows that it was given just now.
    case("5.5-6", "claim", "push", &evaluation("ALLOW", r#""authMethodFirstType":"okta_password:password:lae1","authMethodSecondType":"okta_verify:push:lae2""#));
}

#[test]
fn row_7_another_provider_vouched_for_the_user() {
    for kind in ["user.authentication.auth_via_IDP", "user.authentication.auth_via_inbound_SAML"] {
        case("5.5-7", "external", "", &format!(r#"{{"eventType":"{kind}","outcome":{{"result":"SUCCESS"}}}}"#));
    }
    case("5.5-7", "external", "", r#"{"eventType":"user.session.start","outcome":{"result":"SUCCESS"},"authenticationContext":{"authenticationProvider":"FEDERATION"}}"#);
    case("5.5-7", "external", "", &evaluation("ALLOW", r#""authMethodFirstType":"external_idp:idp:lae1""#));
    // A factor of Okta's own followed.
    let both = r#""authMethodFirstType":"external_idp:idp:lae1","authMethodSecondType":"okta_verify:push:lae2","authMethodSecondVerificationTime":"2026-10-05T08:59:00Z""#;
    case("5.5-5", "performed", "push", &evaluation("ALLOW", both));
}

#[test]
fn row_8_one_gesture_with_user_verification() {
    for (method, want) in [("signed_nonce", "platform_sso"), ("webauthn", "fido2"), ("webauthn passkey", "passkey")] {
        let json = factor("SUCCESS", &enrolment(method, "DEVICE_BOUND, PHISHING_RESISTANT, USER_VERIFYING"));
        case("5.5-8", "performed", want, &json);
        assert!(settle_json(&json).unwrap().0.one_gesture);
    }
    // A code in a mail verifies nobody, whatever its properties say.
    case("5.5-5", "performed", "email", &factor("SUCCESS", &enrolment("email", "USER_VERIFYING")));
}

#[test]
fn row_9_one_factor_only() {
    case("5.5-9", "single_factor", "password", &evaluation("ALLOW", r#""authMethodFirstType":"okta_password:password:lae1""#));
    case("5.5-9", "single_factor", "email", &evaluation("ALLOW", r#""authMethodFirstType":"okta_email:email:lae1""#));
}

#[test]
fn row_10_an_app_was_opened_inside_a_session() {
    case("5.5-10", "not_applicable", "session_reuse", r#"{"eventType":"user.authentication.sso","outcome":{"result":"SUCCESS"}}"#);
}

#[test]
fn row_11_a_session_alone_does_not_tell() {
    let session = r#"{"eventType":"user.session.start","outcome":{"result":"SUCCESS"},"authenticationContext":{"credentialType":"PASSWORD"}}"#;
    case("5.5-11", "unknown", "factor_not_in_record", session);
    case("5.5-11", "unknown", "factor_not_in_record", &evaluation("ALLOW", ""));
    case("5.5-11", "unknown", "user_verification_not_recorded", &evaluation("ALLOW", r#""authMethodFirstType":"okta_verify:signed_nonce:lae1""#));
}

#[test]
fn row_12_nothing_assumed() {
    case("5.5-12", "not_applicable", "failed", r#"{"eventType":"user.session.start","outcome":{"result":"FAILURE","reason":"GENERAL_NONSUCCESS"}}"#);
    case("5.5-12", "not_applicable", "primary_failed", r#"{"eventType":"user.authentication.auth_via_IDP","outcome":{"result":"FAILURE"}}"#);
    case("5.5-12", "unknown", "no_rule", r#"{"eventType":"user.session.start","outcome":{"result":"SOMETHING_NEW"}}"#);
    case("5.5-12", "unknown", "no_rule", r#"{"eventType":"user.authentication.auth_via_mfa","outcome":{"result":"SUCCESS"}}"#);
}
