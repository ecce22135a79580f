//! Runs of refused second factors: prompts that nobody asked for (K31) and guessed codes (K30).

use std::collections::BTreeSet;

use super::super::ground::Ground;
use super::{Histories, network, place};
use crate::table::Instant;
use crate::table::derived::Watched;
use crate::table::traffic::FactorRun;

/// Rows of one journey this close together tell of one prompt.
const ONE_PROMPT: i64 = 2_000_000;

/// A run of refusals.
#[derive(Debug)]
pub(super) struct Run<'g> {
    kind: &'static str,
    label: &'g str,
    first: &'g Watched<'g>,
    ended_at: Instant,
    refusals: i64,
    success: Option<&'g Watched<'g>>,
    new_network: bool,
    places: String,
}

impl Run<'_> {
    pub(super) fn row(&self) -> FactorRun<'_> {
        FactorRun {
            tenant: self.first.tenant,
            identity_id: self.first.identity_id,
            label: self.label,
            run_kind: self.kind,
            started_at: self.first.occurred_at,
            ended_at: self.ended_at,
            refusals: self.refusals,
            success_at: self.success.map(|e| e.occurred_at),
            success_event_id: self.success.map_or("", |e| e.event_id),
            new_network: self.new_network,
            event_id: self.first.event_id,
            places: &self.places,
        }
    }
}

pub(super) fn runs<'g>(ground: &Ground<'g>, histories: &Histories<'g>) -> Vec<Run<'g>> {
    let window = (ground.threshold("prompts.window_minutes") * 60_000_000.0) as i64;
    let labels = ground.labels();
    let mut found = Vec::new();
    for ((_, id), events) in histories {
        for (kind, refusal) in [("prompts", "prompt"), ("codes", "code")] {
            let refused: Vec<&Watched<'_>> = events.iter().copied().filter(|e| e.refusal == refusal).collect();
            for run in split(&refused, window) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                // A run belongs to the period in which it ended: it may have begun on the evening before.
                if ground.within(last.occurred_at) {
                    let success = events.iter().copied().find(|e| e.outcome == "success" && e.occurred_at > last.occurred_at && e.occurred_at.0 - last.occurred_at.0 <= window);
                    found.push(Run {
                        kind,
                        label: labels.get(id).copied().unwrap_or(id),
                        first,
                        ended_at: last.occurred_at,
                        refusals: densest(run, window),
                        success,
                        new_network: run.iter().chain(success.iter()).any(|e| is_new(e, first, events)),
                        places: run.iter().map(|e| place(e)).collect::<BTreeSet<_>>().into_iter().take(8).collect::<Vec<_>>().join(", "),
                    });
                }
            }
        }
    }
    found
}

/// Refusals with pauses no longer than the window.
fn split<'e, 'g>(refused: &'e [&'g Watched<'g>], window: i64) -> Vec<&'e [&'g Watched<'g>]> {
    refused.chunk_by(|a, b| b.occurred_at.0 - a.occurred_at.0 <= window).collect()
}

/// Most unique prompts within any window.
fn densest(run: &[&Watched<'_>], window: i64) -> i64 {
    let mut unique: Vec<i64> = Vec::new();
    let mut latest: Option<&Watched<'_>> = None;
    for e in run {
        let again = latest.is_some_and(|l| !l.correlation_id.is_empty() && l.correlation_id == e.correlation_id && e.occurred_at.0 - l.occurred_at.0 <= ONE_PROMPT);
        if !again {
            unique.push(e.occurred_at.0);
        }
        latest = Some(e);
    }
    let most = unique.iter().enumerate().map(|(i, from)| unique.iter().skip(i).take_while(|t| **t - from <= window).count()).max();
    i64::try_from(most.unwrap_or(0)).unwrap_or(i64::MAX)
}

/// An event comes from a network that no success before the run came from.
fn is_new(event: &Watched<'_>, first: &Watched<'_>, events: &[&Watched<'_>]) -> bool {
    let own = network(event);
    let mut before = events.iter().filter(|e| e.outcome == "success" && e.occurred_at < first.occurred_at).peekable();
    // Without any earlier sign-in nothing can be called new.
    before.peek().is_some() && before.all(|e| network(e) != own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(second: i64, correlation_id: &'static str) -> Watched<'static> {
        Watched {
            source: "s",
            tenant: "",
            event_id: "e",
            occurred_at: Instant(second * 1_000_000),
            identity_id: "u",
            stream: "interactive",
            outcome: "failure",
            refusal: "prompt",
            app_id: "",
            correlation_id,
            method: "push",
            legacy_protocol: false,
            ip: "",
            asn: None,
            country: "",
            latitude: None,
            longitude: None,
            accuracy_km: None,
        }
    }

    const TEN_MINUTES: i64 = 600_000_000;

    fn most(seconds: &[i64]) -> i64 {
        let events: Vec<_> = seconds.iter().map(|s| refusal(*s, "c")).collect();
        densest(&events.iter().collect::<Vec<_>>(), TEN_MINUTES)
    }

    #[test]
    fn five_in_ten_minutes_are_five_and_rows_of_one_prompt_are_one() {
        assert_eq!(most(&[0, 100, 200, 300, 400]), 5);
        // The window holds both of its ends.
        assert_eq!(most(&[0, 150, 300, 450, 600]), 5);
        assert_eq!(most(&[0, 150, 300, 450, 601]), 4);
        assert_eq!(most(&[0, 1, 2, 100]), 2);
    }

    #[test]
    fn a_pause_longer_than_the_window_begins_another_run() {
        let events = [refusal(0, "a"), refusal(600, "b"), refusal(1201, "c")];
        let refs: Vec<_> = events.iter().collect();
        assert_eq!(split(&refs, TEN_MINUTES).iter().map(|r| r.len()).collect::<Vec<_>>(), [2, 1]);
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_run_or_fewer_than_one(mut seconds in proptest::collection::vec(0i64..3000, 1..40)) {
            seconds.sort_unstable();
            let n = most(&seconds);
            prop_assert!(1 <= n && n <= seconds.len() as i64);
        }
    }
}
