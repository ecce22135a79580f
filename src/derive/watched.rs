//! Which single events detections look at: few enough to keep for a period, enough to tell the story.

use std::collections::{BTreeMap, BTreeSet};

use super::exception::{Life, break_glass};
use super::judge::Judge;
use crate::period;
use crate::table::derived::{Attempt, Event, Watched};
use crate::table::policy::Change;

/// Who is watched on one local day.
pub(super) struct Watch<'w> {
    judge: &'w Judge<'w>,
    /// Objects of a change to factors or credentials, a day either way.
    changed: BTreeSet<&'w str>,
    /// Accounts of break-glass entries, groups expanded: every stream counts.
    glass: BTreeSet<&'w str>,
}

impl<'w> Watch<'w> {
    pub(super) fn new(judge: &'w Judge<'w>, changes: &[Change<'w>], lives: &[Life<'w>], members: &'w BTreeMap<String, BTreeSet<String>>) -> Self {
        let touched = changes.iter().filter(|c| matches!(c.area, "user_method" | "user_mfa" | "account" | "bypass"));
        Self { judge, changed: touched.map(|c| c.target_id).filter(|t| !t.is_empty()).collect(), glass: break_glass(lives, members) }
    }

    /// Events of the day that are kept.
    pub(super) fn events<'a>(&self, rows: &[Event<'a>]) -> Vec<Watched<'a>> {
        let refused: BTreeSet<&str> = rows.iter().filter(|e| !refusal(e).is_empty()).filter_map(|e| e.identity_id).collect();
        let mut found: Vec<Watched<'a>> = Vec::new();
        for e in rows {
            let Some(identity_id) = e.identity_id else { continue };
            if period::local_day(e.occurred_at, self.judge.zone) == self.judge.day && self.keeps(e, identity_id, &refused) {
                found.push(watched(e, identity_id));
            }
        }
        found
    }

    /// Adds the events that decided attempts with a weaker method than the best registered (K42), and puts all in order.
    pub(super) fn with_weaker<'a>(&self, mut events: Vec<Watched<'a>>, attempts: &[(&Event<'a>, Attempt<'a>)]) -> Vec<Watched<'a>> {
        let kept: BTreeSet<(&str, &str)> = events.iter().map(|w| (w.tenant, w.event_id)).collect();
        let weaker = attempts.iter().filter(|(e, a)| self.judge.weaker(a) && !kept.contains(&(e.tenant, e.event_id)));
        events.extend(weaker.map(|(e, a)| watched(e, a.identity_id)).collect::<Vec<_>>());
        events.sort_by_key(|w| (w.tenant, w.identity_id, w.occurred_at, w.event_id));
        events
    }

    fn keeps(&self, e: &Event<'_>, identity_id: &str, refused: &BTreeSet<&str>) -> bool {
        if self.glass.contains(identity_id) || !refusal(e).is_empty() {
            return true;
        }
        let succeeded = matches!(e.outcome, "success" | "unknown");
        if e.legacy_protocol && succeeded && e.stream != "workload" {
            return true;
        }
        let told = e.stream == "interactive" && succeeded;
        told && (refused.contains(identity_id) || self.changed.contains(identity_id) || !self.judge.cover.naming(identity_id).is_empty())
    }
}

/// Whether a second factor was refused, and of which kind.
fn refusal(e: &Event<'_>) -> &'static str {
    const PROMPTS: [&str; 6] = ["declined", "timeout", "wrong_number", "fraud", "user", "failed"];
    const CODES: [&str; 3] = ["wrong_code", "credential", "failed"];
    if e.outcome != "failure" || e.mfa_outcome != "required_not_met" {
        return "";
    }
    let reason = e.mfa_reason.unwrap_or("failed");
    match e.method.unwrap_or("") {
        "otp_app" | "otp_hw" | "sms" if CODES.contains(&reason) => "code",
        "push" | "passwordless_phone" | "voice" if PROMPTS.contains(&reason) => "prompt",
        // The method is not always told; the reason then says which kind it was.
        _ if reason == "wrong_code" => "code",
        _ if matches!(reason, "declined" | "timeout" | "wrong_number" | "fraud") => "prompt",
        _ => "",
    }
}

fn watched<'a>(e: &Event<'a>, identity_id: &'a str) -> Watched<'a> {
    Watched {
        source: e.source,
        tenant: e.tenant,
        event_id: e.event_id,
        occurred_at: e.occurred_at,
        identity_id,
        stream: e.stream,
        outcome: e.outcome,
        refusal: refusal(e),
        app_id: e.app_id.unwrap_or(""),
        correlation_id: e.correlation_id.unwrap_or(""),
        method: e.method.unwrap_or(""),
        legacy_protocol: e.legacy_protocol,
        ip: e.ip.unwrap_or(""),
        asn: e.asn,
        country: e.country.unwrap_or(""),
        latitude: e.latitude,
        longitude: e.longitude,
        accuracy_km: e.accuracy_km,
    }
}
