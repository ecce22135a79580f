//! Rows of one user journey into one attempt.
//!
//! A journey is the same user, application and correlation id with gaps of at most ten minutes; its
//! outcome is that of its last settled row. Prompts and interrupt pages before it are not failures.

use crate::table::derived::Event;
use crate::table::sign_ins::OTHER_EVENTS;

/// Longest pause inside a journey.
const GAP: i64 = 10 * 60 * 1_000_000;

/// One journey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Journey<'a> {
    /// First row.
    pub(crate) first: Event<'a>,
    /// The row that decided it.
    pub(crate) last: Event<'a>,
    /// Rows.
    pub(crate) events: i64,
    /// Some row got as far as a second factor.
    pub(crate) reached_mfa: bool,
    /// Some row before the last was a refused second factor.
    pub(crate) refused: bool,
}

/// Whether a row can be part of a qualifying attempt: interactive, or a password-bearing legacy client.
fn belongs(e: &Event<'_>) -> bool {
    // A row that names nobody is kept when it may have succeeded: it was somebody's sign-in.
    let somebody = e.identity_id.is_some() || matches!(e.outcome, "success" | "unknown");
    somebody && e.stream != "workload" && (e.stream == "interactive" || e.legacy_protocol)
}

fn settled(e: &Event<'_>) -> bool {
    matches!(e.outcome, "success" | "failure") && e.mfa_reason != Some(OTHER_EVENTS)
}

/// A second factor was asked for: given, refused or left.
fn reached(e: &Event<'_>) -> bool {
    matches!(e.mfa_outcome, "performed" | "required_not_met") && !matches!(e.mfa_reason, Some("not_enrolled"))
}

/// A second factor was refused, not merely asked for.
fn refused(e: &Event<'_>) -> bool {
    e.outcome == "failure" && e.mfa_outcome == "required_not_met"
}

/// Joins rows into journeys, ordered by identity, application and time.
pub(crate) fn journeys(mut rows: Vec<Event<'_>>) -> Vec<Journey<'_>> {
    rows.retain(belongs);
    rows.sort_by(|a, b| (key(a), a.occurred_at, a.event_id).cmp(&(key(b), b.occurred_at, b.event_id)));
    let mut found: Vec<Journey<'_>> = Vec::new();
    let mut latest = None;
    for row in rows {
        let joins = match (found.last(), latest) {
            // A row without a correlation id is a journey of its own: nothing ties it to another.
            (Some(j), Some(at)) => row.correlation_id.is_some() && row.identity_id.is_some() && key(&j.last) == key(&row) && row.occurred_at.0 - at <= GAP,
            _ => false,
        };
        latest = Some(row.occurred_at.0);
        match found.last_mut() {
            Some(j) if joins => {
                j.events += 1;
                j.reached_mfa |= reached(&row);
                j.refused |= refused(&j.last) || (refused(&row) && j.last.outcome == "success");
                if settled(&row) || !settled(&j.last) {
                    j.last = row;
                }
            }
            _ => found.push(Journey { first: row, last: row, events: 1, reached_mfa: reached(&row), refused: false }),
        }
    }
    found
}

/// What all rows of a journey share.
fn key<'a>(e: &Event<'a>) -> [Option<&'a str>; 4] {
    [Some(e.tenant), e.identity_id, e.app_id, e.correlation_id]
}

#[cfg(test)]
mod tests {
    use super::super::class::tests::event;
    use super::*;
    use crate::table::Instant;
    use proptest::prelude::*;

    fn row(id: &'static str, minute: i64, outcome: &'static str) -> Event<'static> {
        Event { event_id: id, occurred_at: Instant(minute * 60_000_000), outcome, ..event("claim") }
    }

    #[test]
    fn prompts_before_the_success_are_one_attempt() {
        let found = journeys(vec![row("c", 2, "success"), row("a", 0, "interrupt"), row("b", 1, "interrupt")]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].first.event_id, found[0].last.event_id, found[0].events), ("a", "c", 3));
    }

    #[test]
    fn an_interrupt_page_after_the_success_does_not_undo_it() {
        let found = journeys(vec![row("a", 0, "success"), row("b", 1, "interrupt")]);
        assert_eq!(found[0].last.event_id, "a");
    }

    #[test]
    fn a_pause_of_more_than_ten_minutes_or_another_app_is_another_attempt() {
        assert_eq!(journeys(vec![row("a", 0, "success"), row("b", 10, "success")]).len(), 1);
        assert_eq!(journeys(vec![row("a", 0, "success"), row("b", 11, "success")]).len(), 2);
        assert_eq!(journeys(vec![row("a", 0, "success"), Event { app_id: Some("other"), ..row("b", 1, "success") }]).len(), 2);
        assert_eq!(journeys(vec![row("a", 0, "success"), Event { identity_id: Some("v"), ..row("b", 1, "success") }]).len(), 2);
    }

    #[test]
    fn without_a_correlation_id_nothing_is_joined() {
        let lone = |id| Event { correlation_id: None, ..row(id, 0, "success") };
        assert_eq!(journeys(vec![lone("a"), lone("b")]).len(), 2);
    }

    #[test]
    fn refreshes_and_workloads_are_no_attempts_but_legacy_refreshes_are() {
        let refresh = Event { stream: "non_interactive", ..row("a", 0, "success") };
        let workload = Event { stream: "workload", legacy_protocol: true, ..row("b", 0, "success") };
        let legacy = Event { stream: "non_interactive", legacy_protocol: true, ..row("c", 0, "success") };
        let nobody = Event { identity_id: None, ..row("d", 0, "failure") };
        assert_eq!(journeys(vec![refresh, workload, legacy, nobody]).len(), 1);
    }

    proptest! {
        #[test]
        fn every_row_is_in_exactly_one_journey_whatever_the_order(minutes in proptest::collection::vec((0i64..60, 0usize..3), 1..30)) {
            const APPS: [&str; 3] = ["x", "y", "z"];
            let rows: Vec<_> = minutes.iter().map(|(m, app)| Event { app_id: Some(APPS[*app]), ..row("e", *m, "success") }).collect();
            let mut reversed = rows.clone();
            reversed.reverse();
            let (a, b) = (journeys(rows.clone()), journeys(reversed));
            prop_assert_eq!(a.iter().map(|j| j.events).sum::<i64>(), rows.len() as i64);
            prop_assert_eq!(a, b);
        }
    }
}
