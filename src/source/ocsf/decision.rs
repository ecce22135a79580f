//! How an authentication was satisfied: the rule of formats.md 9, part by part, first match wins.

use super::super::decision::{Decision, because, decide};
use super::super::method;

/// Did it succeed?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Success,
    Failure,
    /// The event does not tell; never assumed either way.
    Unknown,
}

/// One authentication factor in canonical words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FactorFact<'a> {
    pub(super) method: &'static str,
    pub(super) raw: &'a str,
}

/// Everything the decision table asks about.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) status: Status,
    /// `None` when the event does not tell.
    pub(super) mfa: Option<bool>,
    pub(super) factors: Vec<FactorFact<'a>>,
}

impl<'a> Facts<'a> {
    fn done(&self) -> bool {
        self.status == Status::Success
    }

    fn failed(&self) -> bool {
        self.status == Status::Failure
    }

    /// The strongest factor that is no password.
    fn strongest(&self) -> Option<FactorFact<'a>> {
        let rank = |m: &str| method::RANKING.iter().position(|r| *r == m).unwrap_or(usize::MAX);
        self.factors.iter().filter(|f| f.method != "password").min_by_key(|f| rank(f.method)).copied()
    }

    /// Factors are listed, and all of them are passwords.
    fn only_passwords(&self) -> bool {
        !self.factors.is_empty() && self.strongest().is_none()
    }
}

/// Number, caption and canonical method of the factor types. A biometric is not known to be bound to a device.
static FACTORS: [(i64, &str, &str); 11] = [
    (1, "SMS", "sms"),
    (2, "Security Question", "knowledge"),
    (3, "Phone Call", "voice"),
    (4, "Biometric", "other"),
    (5, "Push Notification", "push"),
    (6, "Hardware Token", "otp_hw"),
    (7, "OTP", "otp_app"),
    (8, "Email", "email"),
    (9, "U2F", "fido2"),
    (10, "WebAuthn", "fido2"),
    (11, "Password", "password"),
];

/// A factor from its number, or from its caption where the number names no type.
pub(super) fn factor(id: Option<i64>, caption: &str) -> FactorFact<'_> {
    let known = FACTORS.iter().find(|(n, _, _)| Some(*n) == id).or_else(|| FACTORS.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(caption)));
    let raw = if caption.is_empty() { known.map_or("", |(_, name, _)| *name) } else { caption };
    FactorFact { method: known.map_or("other", |(_, _, method)| *method), raw }
}

/// One row of the table.
pub(super) struct Rule {
    /// Part of the rule of formats.md 9, as stored in the `evidence` column; the sixth is for what the document
    /// leaves open.
    pub(super) row: &'static str,
    when: fn(&Facts<'_>) -> bool,
    then: fn(&Facts<'_>) -> Decision,
}

#[rustfmt::skip]
pub(super) static TABLE: &[Rule] = &[
    // A flag that the listed factors contradict proves nothing.
    Rule { row: "9-1", when: |f| f.done() && f.mfa == Some(true) && !f.only_passwords(), then: |f| Decision { method: f.strongest().map_or("other", |s| s.method), ..decide("performed") } },
    Rule { row: "9-2", when: |f| f.done() && f.mfa == Some(false),                       then: single_factor },
    Rule { row: "9-3", when: |f| f.done() && f.mfa.is_none(),                            then: |_| because("unknown", "fields_missing") },
    Rule { row: "9-4", when: |f| f.failed() && f.strongest().is_some(),                  then: |_| because("required_not_met", "failed") },
    Rule { row: "9-5", when: |f| f.failed(),                                             then: |_| because("not_applicable", "primary_failed") },
    Rule { row: "9-6", when: |_| true,                                                   then: |f| because("unknown", if f.done() { "only_a_password_listed" } else { "fields_missing" }) },
];

/// The first row that matches, with its number.
pub(super) fn settle(facts: &Facts<'_>) -> (Decision, &'static str) {
    TABLE.iter().find(|r| (r.when)(facts)).map_or((because("unknown", "fields_missing"), "9-6"), |r| ((r.then)(facts), r.row))
}

/// The one factor, where the event lists exactly one.
fn single_factor(f: &Facts<'_>) -> Decision {
    let method = match f.factors.as_slice() {
        [one] => one.method,
        _ => "",
    };
    Decision { method, ..decide("single_factor") }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, facts};
    use super::*;

    fn case(row: &str, outcome: &str, method: &str, json: &str) {
        let event: Event<'_> = serde_json::from_str(json).unwrap();
        let (decision, got) = settle(&facts(&event));
        assert_eq!((got, decision.outcome, decision.method), (row, outcome, method), "{json}");
    }

    #[test]
    fn the_table_has_every_part_of_the_rule_in_order() {
        let rows: Vec<_> = TABLE.iter().map(|r| r.row.to_owned()).collect();
        assert_eq!(rows, (1..=6).map(|n| format!("9-{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn factor_types() {
        assert_eq!(factor(Some(10), ""), FactorFact { method: "fido2", raw: "WebAuthn" });
        assert_eq!(factor(None, "push notification"), FactorFact { method: "push", raw: "push notification" });
        assert_eq!(factor(Some(99), "Time-based OTP"), FactorFact { method: "other", raw: "Time-based OTP" });
        assert_eq!(factor(Some(0), ""), FactorFact { method: "other", raw: "" });
    }

    #[test]
    fn part_1_performed_by_the_strongest_factor() {
        case("9-1", "performed", "fido2", r#"{"status_id":1,"is_mfa":true,"auth_factors":[{"factor_type_id":11},{"factor_type_id":1},{"factor_type_id":10}]}"#);
        case("9-1", "performed", "sms", r#"{"status":"Success","is_mfa":"true","auth_factors":{"factor_type":"SMS"}}"#);
        case("9-1", "performed", "other", r#"{"status_id":1,"is_mfa":true}"#);
    }

    #[test]
    fn part_2_one_factor() {
        case("9-2", "single_factor", "password", r#"{"status_id":1,"is_mfa":false,"auth_factors":[{"factor_type_id":11}]}"#);
        case("9-2", "single_factor", "", r#"{"status_id":1,"is_mfa":false,"auth_factors":[{"factor_type_id":11},{"factor_type_id":5}]}"#);
    }

    #[test]
    fn part_3_an_absent_flag_is_not_false() {
        case("9-3", "unknown", "", r#"{"status_id":1,"auth_factors":[{"factor_type_id":11}]}"#);
        case("9-3", "unknown", "", r#"{"status_id":1,"is_mfa":null,"auth_factors":[{"factor_type_id":10}]}"#);
    }

    #[test]
    fn part_4_a_second_factor_failed() {
        case("9-4", "required_not_met", "", r#"{"status_id":2,"auth_factors":[{"factor_type_id":11},{"factor_type_id":5}]}"#);
    }

    #[test]
    fn part_5_the_first_factor_failed() {
        case("9-5", "not_applicable", "", r#"{"status_id":2,"is_mfa":true,"auth_factors":[{"factor_type_id":11}]}"#);
        case("9-5", "not_applicable", "", r#"{"status":"Failure"}"#);
    }

    #[test]
    fn part_6_nothing_assumed() {
        case("9-6", "unknown", "", r#"{"status_id":99,"status":"Success","is_mfa":true}"#);
        case("9-6", "unknown", "", r#"{"is_mfa":true}"#);
        case("9-6", "unknown", "", r#"{"status_id":1,"is_mfa":true,"auth_factors":[{"factor_type_id":11}]}"#);
    }
}
