//! How journeys ended at the second factor, failures included: what failure rates and spikes are told from.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::days::UNNAMED;
use super::journey::Journey;
use crate::period;
use crate::table::Day;
use crate::table::derived::{EndingDay, Event};

/// Journeys whose last row falls on the local day, per way they ended.
pub(super) fn roll_up<'a>(journeys: &[Journey<'a>], day: Day, zone: &TimeZone) -> Vec<EndingDay<'a>> {
    let mut groups: BTreeMap<_, EndingDay<'a>> = BTreeMap::new();
    for j in journeys.iter().filter(|j| period::local_day(j.last.occurred_at, zone) == day) {
        let e = &j.last;
        let ending = ending(e);
        let first = EndingDay {
            source: e.source,
            tenant: e.tenant,
            identity_id: e.identity_id.unwrap_or(UNNAMED),
            local_day: day,
            app_id: e.app_id.unwrap_or(""),
            country: e.country.unwrap_or(""),
            reached_mfa: j.reached_mfa,
            ending,
            reason: if ending == "failed" { reason(e) } else { "" },
            friction: ending == "satisfied" && j.refused,
            method: e.method.unwrap_or(""),
            attempts: 0,
        };
        let key = ((first.source, first.tenant, first.identity_id, first.app_id, first.country), (first.reached_mfa, first.ending, first.reason, first.friction, first.method));
        groups.entry(key).or_insert(first).attempts += 1;
    }
    groups.into_values().collect()
}

fn ending(e: &Event<'_>) -> &'static str {
    match e.outcome {
        "success" => "satisfied",
        "failure" => "failed",
        // Codes that only say "more is needed" are no failures.
        "interrupt" => "abandoned",
        _ => "unknown",
    }
}

/// The reason as the source normalised it; what no rule knows is `unmapped`, and is listed as such.
fn reason<'a>(e: &Event<'a>) -> &'a str {
    match (e.mfa_outcome, e.mfa_reason) {
        (_, Some(reason)) => reason,
        ("required_not_met", None) => "unmapped",
        _ => "before the second factor",
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::tests::event;
    use super::super::journey::journeys;
    use super::*;
    use crate::table::Instant;

    fn row(id: &'static str, minute: i64, outcome: &'static str, mfa_outcome: &'static str, mfa_reason: Option<&'static str>) -> Event<'static> {
        Event { event_id: id, occurred_at: Instant(minute * 60_000_000), outcome, mfa_reason, ..event(mfa_outcome) }
    }

    fn ended(rows: Vec<Event<'static>>) -> Vec<(&'static str, &'static str, bool, bool)> {
        roll_up(&journeys(rows), Day(0), &TimeZone::UTC).iter().map(|e| (e.ending, e.reason, e.reached_mfa, e.friction)).collect()
    }

    #[test]
    fn failing_and_then_succeeding_in_one_attempt_is_friction_and_no_failure() {
        let denied = row("a", 0, "failure", "required_not_met", Some("declined"));
        assert_eq!(ended(vec![denied, row("b", 1, "success", "performed", None)]), [("satisfied", "", true, true)]);
        assert_eq!(ended(vec![denied]), [("failed", "declined", true, false)]);
        assert_eq!(ended(vec![row("a", 0, "success", "performed", None)]), [("satisfied", "", true, false)]);
    }

    #[test]
    fn a_prompt_alone_is_no_failure_and_a_wrong_password_never_reached_the_second_factor() {
        assert_eq!(ended(vec![row("a", 0, "interrupt", "required_not_met", Some("prompted"))]), [("abandoned", "", true, false)]);
        assert_eq!(ended(vec![row("a", 0, "failure", "not_applicable", Some("primary_failed"))]), [("failed", "primary_failed", false, false)]);
        assert_eq!(ended(vec![row("a", 0, "success", "claim", None)]), [("satisfied", "", false, false)]);
    }
}
