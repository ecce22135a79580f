//! How a login was satisfied: formats.md 7.3, row by row, first match wins.

use super::super::decision::{Decision, because, decide};
use super::facts::{Facts, Kind, Listed};

/// One row of the table.
pub(super) struct Rule {
    /// Row of formats.md 7.3, as stored in the `evidence` column. The tenth, a challenge alone, makes no row;
    /// the eleventh is for what the document leaves open.
    pub(super) row: &'static str,
    when: fn(&Facts<'_>) -> bool,
    then: fn(&Facts<'_>) -> Decision,
}

#[rustfmt::skip]
pub(super) static TABLE: &[Rule] = &[
    Rule { row: "7.3-1",  when: |f| f.kind == Kind::Failure,                                                    then: failed },
    Rule { row: "7.3-2",  when: |f| f.success() && f.typed("saml"),                                             then: |_| decide("external") },
    Rule { row: "7.3-3",  when: |f| f.verified.is_some(),                                                       then: |f| performed(f.verified) },
    Rule { row: "7.3-4",  when: |f| f.success() && f.proof().is_some() && f.recovery().is_none() && !alone(f),  then: |f| performed(f.proof()) },
    Rule { row: "7.3-5",  when: |f| f.success() && alone(f),                                                    then: |f| Decision { one_gesture: f.only(&["passkey"]), ..performed(f.proof()) } },
    Rule { row: "7.3-6",  when: |f| f.success() && f.recovery().is_some(),                                      then: |f| performed(f.recovery()) },
    Rule { row: "7.3-7",  when: |f| f.success() && f.lists("knowledge") && f.only(&["knowledge", "password"]),  then: risk_challenge },
    Rule { row: "7.3-8",  when: |f| f.success() && f.only(&["password"]),                                       then: |_| Decision { method: "password", ..decide("single_factor") } },
    // A claim only for who is enrolled, and no record tells that.
    Rule { row: "7.3-9",  when: |f| f.success() && (f.none || f.typed("reauth")),                               then: |_| because("unknown", "enrolment_not_in_record") },
    Rule { row: "7.3-11", when: |_| true,                                                                       then: otherwise },
];

/// The first row that matches, with its number.
pub(super) fn settle(facts: &Facts<'_>) -> (Decision, &'static str) {
    TABLE.iter().find(|r| (r.when)(facts)).map_or((because("unknown", "no_rule"), "7.3-11"), |r| ((r.then)(facts), r.row))
}

fn failed(f: &Facts<'_>) -> Decision {
    if f.used().is_some() { because("required_not_met", "failed") } else { because("not_applicable", "primary_failed") }
}

/// A passkey or a security key with nothing beside it. Only the passkey is known to have verified its user.
fn alone(f: &Facts<'_>) -> bool {
    f.only(&["passkey", "fido2"])
}

fn performed(by: Option<Listed<'_>>) -> Decision {
    let method = by.map_or("other", |l| l.method);
    Decision { method, reason: (method == "tap").then_some("recovery_code"), ..decide("performed") }
}

fn risk_challenge(f: &Facts<'_>) -> Decision {
    Decision { method: if f.lists("password") { "password" } else { "knowledge" }, ..because("single_factor", "risk_challenge") }
}

fn otherwise(f: &Facts<'_>) -> Decision {
    match (f.kind, f.second_factor, f.passed) {
        (Kind::Verification, true, Some(_)) => because("required_not_met", "failed"),
        (Kind::Verification, true, None) => because("unknown", "fields_missing"),
        (Kind::Verification, false, _) => because("not_applicable", "interrupt"),
        _ => because("unknown", "factor_not_in_record"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Activity;
    use super::super::sign_in::facts;
    use super::*;

    fn settle_json(events: &str) -> (Decision, &'static str) {
        let json = format!(r#"{{"events":{events}}}"#);
        let activity: Activity<'_> = serde_json::from_str(&json).unwrap();
        settle(&facts(&activity).unwrap()[0])
    }

    fn case(row: &str, outcome: &str, method: &str, events: &str) -> Decision {
        let (decision, got) = settle_json(events);
        assert_eq!((got, decision.outcome, decision.method), (row, outcome, method), "{events}");
        decision
    }

    fn success(methods: &str) -> String {
        format!(r#"[{{"name":"login_success","parameters":{{"login_type":"google_password","login_challenge_method":{methods}}}}}]"#)
    }

    #[test]
    fn the_table_has_every_row_of_the_document_in_order() {
        let rows: Vec<_> = TABLE.iter().map(|r| r.row.to_owned()).collect();
        // A challenge alone, the tenth, makes no row.
        assert_eq!(rows, (1..=11).filter(|n| *n != 10).map(|n| format!("7.3-{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn row_1_failures() {
        case("7.3-1", "not_applicable", "", r#"[{"name":"login_failure","parameters":{"login_challenge_method":"password"}}]"#);
        case("7.3-1", "not_applicable", "", r#"[{"name":"login_failure"}]"#);
        case("7.3-1", "required_not_met", "", r#"[{"name":"login_failure","parameters":{"login_challenge_method":["password","google_prompt"]}}]"#);
        case("7.3-1", "required_not_met", "", r#"[{"name":"login_failure","parameters":{"login_challenge_method":["password","backup_code"]}}]"#);
    }

    #[test]
    fn row_2_another_provider() {
        case("7.3-2", "external", "", r#"{"name":"login_success","parameters":[{"name":"login_type","value":"SAML"}]}"#);
    }

    #[test]
    fn row_3_a_second_factor_was_verified() {
        let verified = r#"{"name":"login_verification","parameters":[{"name":"is_second_factor","boolValue":true},{"name":"login_challenge_method","value":"google_authenticator"},{"name":"login_challenge_status","value":"Challenge Passed."}]}"#;
        case("7.3-3", "performed", "otp_app", &format!("[{verified}]"));
        case("7.3-3", "performed", "otp_app", &format!(r#"[{{"name":"login_success","parameters":{{"login_challenge_method":"password"}}}},{verified}]"#));
        let recovery = case("7.3-3", "performed", "tap", &format!("[{}]", verified.replace("google_authenticator", "backup_code")));
        assert_eq!(recovery.reason, Some("recovery_code"));
        // One verification does not tell which of two logins it belongs to.
        let login = r#"{"name":"login_success","parameters":{"login_challenge_method":"password"}}"#;
        case("7.3-8", "single_factor", "password", &format!("[{login},{login},{verified}]"));
    }

    #[test]
    fn row_4_a_second_factor_is_listed() {
        for (methods, method) in [
            (r#"["password","google_prompt"]"#, "push"),
            (r#""google_prompt""#, "push"),
            (r#"["password","security_key"]"#, "fido2"),
            (r#"["password","passkey"]"#, "passkey"),
            (r#"["password","idv_preregistered_phone"]"#, "phone"),
            (r#"["password","security_key_otp"]"#, "otp_hw"),
            (r#"["offline_otp"]"#, "otp_app"),
            // Which of several passed is not told: the weakest is claimed.
            (r#"["password","security_key","google_prompt","idv_any_phone"]"#, "phone"),
        ] {
            let decision = case("7.3-4", "performed", method, &success(methods));
            assert!(!decision.one_gesture);
        }
    }

    #[test]
    fn row_5_a_key_and_nothing_else() {
        assert!(case("7.3-5", "performed", "passkey", &success(r#"["passkey"]"#)).one_gesture);
        assert!(!case("7.3-5", "performed", "fido2", &success(r#"["security_key"]"#)).one_gesture);
    }

    #[test]
    fn row_6_a_recovery_code_is_never_hidden() {
        for methods in [r#"["password","backup_code"]"#, r#"["password","google_prompt","backup_code"]"#] {
            assert_eq!(case("7.3-6", "performed", "tap", &success(methods)).reason, Some("recovery_code"));
        }
    }

    #[test]
    fn row_7_a_risk_challenge_is_no_second_factor() {
        case("7.3-7", "single_factor", "password", &success(r#"["password","login_location"]"#));
        case("7.3-7", "single_factor", "knowledge", &success(r#"["knowledge_preregistered_phone"]"#));
    }

    #[test]
    fn row_8_a_password_however_often() {
        case("7.3-8", "single_factor", "password", &success(r#"["password","password","password"]"#));
        case("7.3-8", "single_factor", "password", &success(r#"["password","none"]"#));
    }

    #[test]
    fn row_9_carried_by_what_the_record_does_not_tell() {
        case("7.3-9", "unknown", "", &success(r#""none""#));
        case("7.3-9", "unknown", "", r#"{"name":"login_success","parameters":{"login_type":"reauth"}}"#);
    }

    #[test]
    fn row_10_a_challenge_alone_makes_no_row() {
        let activity: Activity<'_> = serde_json::from_str(r#"{"events":{"name":"login_challenge","parameters":{"login_challenge_method":"google_prompt"}}}"#).unwrap();
        assert!(facts(&activity).unwrap().is_empty());
    }

    #[test]
    fn row_11_nothing_assumed() {
        case("7.3-11", "unknown", "", r#"{"name":"login_success"}"#);
        case("7.3-11", "unknown", "", &success(r#"["password","something_new"]"#));
        case("7.3-11", "required_not_met", "", r#"{"name":"login_verification","parameters":{"is_second_factor":true,"login_challenge_status":"Challenge Failed."}}"#);
        case("7.3-11", "unknown", "", r#"{"name":"login_verification","parameters":{"is_second_factor":"true"}}"#);
        case("7.3-11", "not_applicable", "", r#"{"name":"login_verification","parameters":{"is_second_factor":false,"login_challenge_status":"Challenge Passed."}}"#);
    }
}
