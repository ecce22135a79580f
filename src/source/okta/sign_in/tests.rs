//! Shapes, ties between rows, rejects.

use super::*;

const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

fn decode(json: &str) -> Result<Rows, Reject> {
    let mut rows = Rows::default();
    SignIns.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows).map(|()| rows)
}

fn batch(json: &str) -> arrow::record_batch::RecordBatch {
    decode(json).unwrap().filled().next().unwrap().finish().unwrap()
}

/// An event of a session with more fields.
fn event(kind: &str, result: &str, more: &str) -> String {
    format!(
        r#"{{"uuid":"e","published":"2026-10-05T09:00:00.123Z","eventType":"{kind}","actor":{{"id":"u","type":"User","alternateId":"u@example.com"}},
        "outcome":{{"result":"{result}"}},"transaction":{{"type":"WEB","id":"tx"}},
        "authenticationContext":{{"externalSessionId":"idx1","rootSessionId":"root1","issuer":{{"id":"https://idp.example.com"}}}},
        "client":{{"userAgent":{{"browser":"FIREFOX"}},"ipAddress":"192.0.2.1","geographicalContext":{{"country":"Germany","geolocation":{{"lat":52.5,"lon":13.4}}}}}},
        "securityContext":{{"asNumber":64496}}{more}}}"#
    )
}

#[test]
fn every_shape_gives_the_same_row_but_for_delivery() {
    let bare = event("user.session.start", "SUCCESS", "");
    for json in [
        bare.clone(),
        format!(r#"{{"version":"0","id":"x","detail-type":"SystemLog","source":"aws.partner/okta.com/o/s","time":"2026-10-05T09:01:00Z","resources":[],"detail":{bare}}}"#),
        format!(r#"{{"time":1791190800,"event":{bare}}}"#),
        format!(r#"{{"eventTypeVersion":"1.0","data":{{"events":[{bare}]}}}}"#),
        bare.replace("eventType", "eventtype").replace("alternateId", "alternateid").replace("ipAddress", "ipaddress").replace("authenticationContext", "authenticationcontext"),
    ] {
        let batch = batch(&json);
        let row = SignIn::read(&batch).unwrap()[0];
        assert_eq!((row.event_id, row.identity_id, row.identity_name, row.stream), ("e", Some("u"), Some("u@example.com"), "interactive"), "{json}");
        assert_eq!((row.correlation_id, row.ip, row.client, row.country), (Some("idx1"), Some("192.0.2.1"), Some("FIREFOX"), None), "{json}");
        assert_eq!((row.latitude, row.asn, row.mfa_outcome, row.mfa_reason, row.raw_offset), (Some(52.5), Some(64496), "unknown", Some("other_events"), 7), "{json}");
    }
}

#[test]
fn each_event_of_a_hook_is_a_row_and_an_empty_hook_is_none() {
    let (a, b) = (event("user.session.start", "SUCCESS", ""), event("policy.evaluate_sign_on", "CHALLENGE", "").replace(r#""e""#, r#""f""#));
    let batch = batch(&format!(r#"{{"data":{{"events":[{a},{b}]}}}}"#));
    assert_eq!(SignIn::read(&batch).unwrap().iter().map(|r| r.event_id).collect::<Vec<_>>(), ["e", "f"]);
    assert_eq!(decode(r#"{"data":{"events":[]}}"#).unwrap().fullest(), 0);
}

#[test]
fn other_events_are_understood_and_make_no_row() {
    for kind in ["system.push.send_factor_verify_push", "user.authentication.verify", "policy.lifecycle.update", "something.new"] {
        assert_eq!(decode(&format!(r#"{{"eventType":"{kind}"}}"#)).unwrap().fullest(), 0, "{kind}");
    }
    let password = event("user.authentication.auth_via_mfa", "SUCCESS", r#","debugContext":{"debugData":{"factor":"PASSWORD_AS_FACTOR"}}"#);
    assert_eq!(decode(&password).unwrap().fullest(), 0);
}

/// Outcome, MFA outcome, correlation id and app of an event's row; an outcome that waits for other events is marked.
fn ties(kind: &str, result: &str, more: &str) -> (String, String, Option<String>, Option<String>) {
    let batch = batch(&event(kind, result, more));
    let row = SignIn::read(&batch).unwrap()[0];
    let waits = if row.mfa_reason == Some(OTHER_EVENTS) { ", others" } else { "" };
    (format!("{}{waits}", row.outcome), row.mfa_outcome.to_owned(), row.correlation_id.map(str::to_owned), row.app_id.map(str::to_owned))
}

fn tied(outcome: &str, mfa_outcome: &str, correlation: Option<&str>, app: Option<&str>) -> (String, String, Option<String>, Option<String>) {
    (outcome.to_owned(), mfa_outcome.to_owned(), correlation.map(str::to_owned), app.map(str::to_owned))
}

#[test]
fn a_classic_factor_settles_and_an_identity_engine_one_waits_for_the_evaluation() {
    let mfa = "user.authentication.auth_via_mfa";
    let cut = r#","debugContext":{"debugData":{"factor":"OKTA_VERIFY_PUSH"}}"#;
    let classic = &format!(r#"{cut},"target":[{{"type":"User","id":"u"}}]"#);
    // Without targets the engine cannot be told.
    assert_eq!(ties(mfa, "SUCCESS", cut), tied("success, others", "performed", Some("idx1"), None));
    assert_eq!(ties(mfa, "SUCCESS", classic), tied("success", "performed", Some("idx1"), None));
    let enrolled = |properties: &str| {
        format!(r#","target":[{{"type":"AuthenticatorEnrollment","detailEntry":{{"methodTypeUsed":"signed_nonce","methodUsedVerifiedProperties":"[{properties}]"}}}}]"#)
    };
    assert_eq!(ties(mfa, "SUCCESS", &enrolled("DEVICE_BOUND")), tied("success, others", "performed", Some("idx1"), None));
    assert_eq!(ties(mfa, "SUCCESS", &enrolled("DEVICE_BOUND, USER_VERIFYING")), tied("success", "performed", Some("idx1"), None));
}

#[test]
fn one_factor_stands_alone_and_a_refusal_is_tied_to_its_transaction() {
    let evaluation = "policy.evaluate_sign_on";
    let listing = |methods: &str| format!(r#","target":[{{"type":"AppInstance","id":"app1","displayName":"Example"}}],"debugContext":{{"debugData":{{{methods}}}}}"#);
    let one = listing(r#""authMethodFirstType":"okta_password:password:x""#);
    assert_eq!(ties(evaluation, "ALLOW", &one), tied("success", "single_factor", None, Some("app1")));
    let two = r#""authMethodFirstType":"okta_password:password:x","authMethodSecondType":"okta_verify:push:y","authMethodSecondVerificationTime""#;
    assert_eq!(ties(evaluation, "ALLOW", &listing(&format!(r#"{two}:"2026-10-05T08:59:59Z""#))), tied("success", "performed", Some("idx1"), None));
    assert_eq!(ties(evaluation, "ALLOW", &listing(&format!(r#"{two}:"2026-10-05T08:00:00Z""#))), tied("success", "claim", Some("idx1"), Some("app1")));
    assert_eq!(ties(evaluation, "ALLOW", &listing("")), tied("success, others", "unknown", Some("idx1"), None));
    assert_eq!(ties(evaluation, "DENY", &one), tied("failure", "not_applicable", Some("tx"), None));
    assert_eq!(ties(evaluation, "CHALLENGE", &one), tied("interrupt", "required_not_met", Some("tx"), None));
    assert_eq!(ties("user.mfa.okta_verify.deny_push", "SUCCESS", ""), tied("failure", "required_not_met", Some("tx"), None));
}

#[test]
fn before_there_is_a_session_the_transaction_ties() {
    for session in ["unknown", "trs123"] {
        let batch = batch(&event("user.session.start", "SUCCESS", "").replace("idx1", session));
        assert_eq!(SignIn::read(&batch).unwrap()[0].correlation_id, Some("tx"));
    }
}

#[test]
fn an_app_opened_in_a_session_is_no_interactive_sign_in() {
    let batch = batch(&event("user.authentication.sso", "SUCCESS", r#","target":[{"type":"AppUser","id":"x"},{"type":"AppInstance","id":"app1"}]"#));
    let row = SignIn::read(&batch).unwrap()[0];
    assert_eq!((row.stream, row.app_id, row.mfa_outcome), ("non_interactive", Some("app1"), "not_applicable"));
}

#[test]
fn another_provider_is_named() {
    let batch = batch(&event("user.authentication.auth_via_IDP", "SUCCESS", ""));
    let row = SignIn::read(&batch).unwrap()[0];
    assert_eq!((row.mfa_outcome, row.issuer, row.outcome), ("external", Some("https://idp.example.com"), "success"));
}

#[test]
fn what_no_row_can_hold_is_refused_with_a_reason() {
    for (json, reason) in [
        (r#"{}"#, "`eventType` is missing"),
        (r#"{"event":"text"}"#, "`eventType` is missing"),
        (r#"{"eventType":"user.session.start","published":"2026-10-05T09:00:00Z"}"#, "`uuid` is missing"),
        (r#"{"eventType":"user.session.start","uuid":"e"}"#, "`published` is missing"),
        (r#"{"eventType":"user.session.start","uuid":"e","published":"redacted"}"#, "`published` is not a timestamp"),
        (r#"{"data":{"events":[1]}}"#, "`data.events` holds something that is not an object"),
    ] {
        assert_eq!(decode(json).unwrap_err().reason(), reason, "{json}");
    }
    assert_eq!(decode("{\"uuid\":").unwrap_err(), Reject::Syntax);
}

#[test]
fn one_bad_event_refuses_its_whole_record() {
    let good = event("user.session.start", "SUCCESS", "");
    assert!(decode(&format!(r#"{{"data":{{"events":[{good},{{"eventType":"user.session.start"}}]}}}}"#)).is_err());
}

/// Found by fuzzing: a flat row that holds the name of its own column once more was put back for ever.
#[test]
fn a_flat_row_is_put_back_once() {
    let json = r#"{"eventType_s":"user.session.start","uuid_g":"e","published_t":"2026-10-05T09:00:00Z","x.eventType_s":"y"}"#;
    assert_eq!(decode(json).unwrap().fullest(), 1);
}
