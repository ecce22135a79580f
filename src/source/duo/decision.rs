//! What an authentication event proves: formats.md 6.4, row by row, first match wins.

use super::super::decision::{Decision, because, decide};
use super::facts::{self, Ended, Facts};

/// One row of the table.
pub(super) struct Rule {
    /// Row of formats.md 6.4, as stored in the `evidence` column; the eighth is for what the document leaves open.
    pub(super) row: &'static str,
    when: fn(&Facts) -> bool,
    then: fn(&Facts) -> Decision,
}

#[rustfmt::skip]
pub(super) static TABLE: &[Rule] = &[
    Rule { row: "6.4-1", when: |f| f.enrolment,                                              then: |_| because("not_applicable", "enrolment") },
    // A factor that is none contradicts its reason and proves nothing.
    Rule { row: "6.4-2", when: |f| f.given() && f.factor != "bypass_code" && !f.no_factor(), then: |f| Decision { method: facts::method(&f.factor), ..decide("performed") } },
    Rule { row: "6.4-3", when: |f| f.given() && f.factor == "bypass_code",                   then: |_| Decision { method: "tap", ..because("exempted", "bypass_code") } },
    Rule { row: "6.4-4", when: |f| f.passed() && f.reason == "remembered_device",            then: |_| decide("claim") },
    // The factor may still say `duo_push`: nobody was asked for it.
    Rule { row: "6.4-5", when: |f| f.passed() && facts::relaxation(&f.reason).is_some(),     then: |f| because("exempted", facts::relaxation(&f.reason).unwrap_or("other")) },
    Rule { row: "6.4-6", when: |f| f.ended == Ended::Fraud,                                  then: |f| refused(f, "fraud") },
    Rule { row: "6.4-7", when: |f| f.ended == Ended::Denied,                                 then: |f| refused(f, facts::denial(&f.reason)) },
    Rule { row: "6.4-8", when: |_| true,                                                     then: |f| because("unknown", if f.ended == Ended::Error { "service" } else { "no_rule" }) },
];

/// The method is the one that was asked for.
fn refused(f: &Facts, reason: &'static str) -> Decision {
    let method = if f.factor.is_empty() || f.factor == "not_available" { "" } else { facts::method(&f.factor) };
    Decision { method, ..because("required_not_met", reason) }
}

/// The first row that matches, with its number.
pub(super) fn settle(facts: &Facts) -> (Decision, &'static str) {
    TABLE.iter().find(|r| (r.when)(facts)).map_or((because("unknown", "no_rule"), "6.4-8"), |r| ((r.then)(facts), r.row))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Event type, result, reason and factor of an event.
    type Event = (&'static str, &'static str, &'static str, &'static str);

    fn case(row: &str, outcome: &str, detail: &str, (event_type, result, reason, factor): Event) {
        let (d, got) = settle(&Facts::of(event_type, result, reason, factor));
        let told = d.reason.unwrap_or(d.method);
        assert_eq!((got, d.outcome, told), (row, outcome, detail), "{event_type} {result} {reason} {factor}");
    }

    const AUTH: &str = "authentication";

    #[test]
    fn the_table_has_every_row_of_the_document_in_order_and_one_for_the_rest() {
        let rows: Vec<_> = TABLE.iter().map(|r| r.row.to_owned()).collect();
        assert_eq!(rows, (1..=8).map(|n| format!("6.4-{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn row_1_enrolment() {
        case("6.4-1", "not_applicable", "enrolment", ("enrollment", "success", "user_approved", "duo_push"));
        case("6.4-1", "not_applicable", "enrolment", ("Enrollment", "success", "", "not_available"));
    }

    #[test]
    fn row_2_a_factor_was_given() {
        case("6.4-2", "performed", "push", (AUTH, "success", "user_approved", "duo_push"));
        case("6.4-2", "performed", "otp_hw", (AUTH, "SUCCESS", "valid_passcode", "hardware_token"));
        case("6.4-2", "performed", "fido2", (AUTH, "success", "User Approved", "WebAuthn Security Key"));
        case("6.4-2", "performed", "other", (AUTH, "success", "user_approved", "something_new"));
    }

    #[test]
    fn row_3_a_bypass_code_is_an_exemption() {
        case("6.4-3", "exempted", "bypass_code", (AUTH, "success", "valid_passcode", "bypass_code"));
    }

    #[test]
    fn row_4_a_remembered_device() {
        case("6.4-4", "claim", "", (AUTH, "success", "remembered_device", "remembered_device"));
    }

    #[test]
    fn row_5_let_in_without_a_factor_whatever_the_factor_says() {
        for (reason, want) in [
            ("bypass_user", "bypass_user"),
            ("allow_unenrolled_user", "allow_unenrolled_user"),
            ("allow_unenrolled_user_on_trusted_network", "allow_unenrolled_user"),
            ("allowed_by_policy", "allowed_by_policy"),
            ("trusted_network", "trusted_network"),
            ("trusted_location", "trusted_location"),
        ] {
            case("6.4-5", "exempted", want, (AUTH, "success", reason, "duo_push"));
        }
    }

    #[test]
    fn row_6_fraud() {
        case("6.4-6", "required_not_met", "fraud", (AUTH, "fraud", "user_marked_fraud", "duo_push"));
    }

    #[test]
    fn row_7_denied() {
        case("6.4-7", "required_not_met", "policy", (AUTH, "denied", "endpoint_is_not_trusted", "duo_push"));
        case("6.4-7", "required_not_met", "user", (AUTH, "FAILURE", "no_response", "duo_push"));
        case("6.4-7", "required_not_met", "credential", (AUTH, "denied", "invalid_passcode", "passcode"));
        case("6.4-7", "required_not_met", "other", (AUTH, "denied", "something_new", "duo_push"));
    }

    #[test]
    fn row_8_nothing_assumed() {
        case("6.4-8", "unknown", "service", (AUTH, "error", "error", "duo_push"));
        case("6.4-8", "unknown", "no_rule", (AUTH, "success", "something_new", "duo_push"));
        case("6.4-8", "unknown", "no_rule", (AUTH, "success", "user_approved", "remembered_device"));
        case("6.4-8", "unknown", "no_rule", (AUTH, "something_new", "user_approved", "duo_push"));
        case("6.4-8", "unknown", "no_rule", (AUTH, "success", "", ""));
    }
}
