//! What one event says of a sign-in: formats.md 5.5, row by row, first match wins.
//!
//! The document decides per session; a record is read alone. Each row therefore asks only what one event can
//! answer, and the journey step joins the events of a session (see `sign_in`).

use super::super::decision::{Decision, because, decide};
use super::facts::{Ended, Facts, Kind};
use super::words;

/// One row of the table.
pub(super) struct Rule {
    /// Row of formats.md 5.5, as stored in the `evidence` column; the twelfth is for what the document leaves open.
    pub(super) row: &'static str,
    when: fn(&Facts<'_>) -> bool,
    then: fn(&Facts<'_>) -> Decision,
}

#[rustfmt::skip]
pub(super) static TABLE: &[Rule] = &[
    Rule { row: "5.5-1",  when: |f| f.is(Kind::SessionStart, Ended::Unmet) && f.says(&["invalid_credentials", "locked_out"]), then: |_| because("not_applicable", "primary_failed") },
    Rule { row: "5.5-2",  when: factor_refused,                                                   then: refused },
    Rule { row: "5.5-3",  when: |f| f.is(Kind::Evaluation, Ended::Challenged),                    then: |_| because("required_not_met", "interrupted") },
    Rule { row: "5.5-4",  when: |f| f.is(Kind::Evaluation, Ended::Denied),                        then: |_| because("not_applicable", "blocked_by_policy") },
    Rule { row: "5.5-5",  when: |f| (verified(f) && !one_gesture(f)) || (evaluated(f) && f.proof().is_some() && !f.carried()), then: performed },
    Rule { row: "5.5-6",  when: |f| evaluated(f) && f.carried(),                                  then: |f| Decision { method: f.proof().map_or("", |p| p.method), ..decide("claim") } },
    Rule { row: "5.5-7",  when: vouched_for,                                                      then: |_| decide("external") },
    Rule { row: "5.5-8",  when: one_gesture,                                                      then: |f| Decision { one_gesture: true, ..performed(f) } },
    Rule { row: "5.5-9",  when: |f| evaluated(f) && f.alone().is_some_and(|a| one_factor(a.method)), then: |f| Decision { method: f.alone().map_or("", |a| a.method), ..decide("single_factor") } },
    Rule { row: "5.5-10", when: |f| f.kind == Kind::AppAccess,                                    then: |_| because("not_applicable", "session_reuse") },
    Rule { row: "5.5-11", when: |f| f.is(Kind::SessionStart, Ended::Success) || evaluated(f),     then: |f| because("unknown", if f.alone().is_some() { "user_verification_not_recorded" } else { "factor_not_in_record" }) },
    Rule { row: "5.5-12", when: |_| true,                                                         then: otherwise },
];

/// The first row that matches, with its number.
pub(super) fn settle(facts: &Facts<'_>) -> (Decision, &'static str) {
    TABLE.iter().find(|r| (r.when)(facts)).map_or((because("unknown", "no_rule"), "5.5-12"), |r| ((r.then)(facts), r.row))
}

fn factor_refused(f: &Facts<'_>) -> bool {
    f.kind == Kind::DeniedPush || f.is(Kind::Factor, Ended::Unmet) || (f.ended == Ended::Unmet && f.says(&["fastpass declined phishing attempt"]))
}

/// The method is the one that was asked for.
fn refused(f: &Facts<'_>) -> Decision {
    let (reason, method) = if f.kind == Kind::DeniedPush { ("declined", "push") } else { (words::denial(&f.reason), f.used.map_or("", |u| u.method)) };
    Decision { method, ..because("required_not_met", reason) }
}

/// An authenticator other than the password was verified: passwords are left out before the table is asked.
fn verified(f: &Facts<'_>) -> bool {
    f.is(Kind::Factor, Ended::Success) && f.used.is_some()
}

/// Verified by an authenticator that also verified its user. A question, a mail or a number sent by telephone
/// can never be that, whatever the record says.
fn one_gesture(f: &Facts<'_>) -> bool {
    verified(f) && f.used.is_some_and(|u| u.user_verifying && !one_factor(u.method))
}

fn evaluated(f: &Facts<'_>) -> bool {
    f.is(Kind::Evaluation, Ended::Success)
}

fn vouched_for(f: &Facts<'_>) -> bool {
    let nothing_else = match f.kind {
        Kind::Federated | Kind::SessionStart => true,
        // The provider alone does not tell whether a factor of Okta's own followed; the list does.
        Kind::Evaluation => f.first.is_some() && f.second.is_none(),
        Kind::Factor | Kind::DeniedPush | Kind::AppAccess => false,
    };
    f.ended == Ended::Success && f.federated && nothing_else
}

/// Methods that are one factor when nothing stands beside them. The others may have verified the user.
fn one_factor(method: &str) -> bool {
    matches!(method, "password" | "email" | "sms" | "voice" | "phone" | "otp_app" | "otp_hw" | "knowledge" | "tap")
}

fn performed(f: &Facts<'_>) -> Decision {
    Decision { method: f.used.map(|u| u.method).or_else(|| f.proof().map(|p| p.method)).unwrap_or("other"), ..decide("performed") }
}

fn otherwise(f: &Facts<'_>) -> Decision {
    match (f.kind, f.ended) {
        (Kind::Federated, Ended::Unmet | Ended::Denied) => because("not_applicable", "primary_failed"),
        (_, Ended::Unmet | Ended::Denied | Ended::Limited) => because("not_applicable", "failed"),
        (_, Ended::Challenged | Ended::Open) => because("not_applicable", "interrupt"),
        (_, Ended::Success | Ended::Unknown) => because("unknown", "no_rule"),
    }
}

#[cfg(test)]
mod tests;
