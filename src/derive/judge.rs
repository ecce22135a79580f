//! One journey into one attempt: class, attribution, privilege; and attempts into their roll-up.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::class;
use super::cover::Cover;
use super::days::UNNAMED;
use super::exception::Life;
use super::holders::Holders;
use super::journey::Journey;
use super::names::Names;
use super::strength::Strongest;
use crate::config::{Ranking, Trust};
use crate::period;
use crate::table::Day;
use crate::table::derived::{Attempt, AttemptDay, Event};

/// What an attempt of one day is judged by.
pub(super) struct Judge<'j> {
    pub(super) day: Day,
    pub(super) zone: &'j TimeZone,
    pub(super) trust: &'j Trust,
    pub(super) cover: &'j Cover<'j, 'j>,
    pub(super) holders: Option<&'j Holders>,
    pub(super) names: &'j Names<'j>,
    pub(super) strongest: &'j Strongest<'j>,
    pub(super) ranking: &'j Ranking,
}

impl<'j> Judge<'j> {
    pub(super) fn attempt<'a>(&self, journey: &Journey<'a>) -> Option<Attempt<'a>>
    where
        'j: 'a,
    {
        let e = &journey.last;
        if !matches!(e.outcome, "success" | "unknown") || period::local_day(e.occurred_at, self.zone) != self.day {
            return None;
        }
        let class = class::class(e, self.trust)?;
        let identity_id = e.identity_id.unwrap_or(UNNAMED);
        let app_id = e.app_id.unwrap_or("");
        let apps = applications(e);
        let explained: Option<(&'j Life<'j>, bool)> = matches!(class.name, "N" | "S").then(|| self.cover.attribute(identity_id, &apps, e.occurred_at)).flatten();
        let bypass = matches!(class.name, "N" | "S");
        let near = (bypass && explained.is_none()).then(|| self.cover.near(identity_id, &apps, e.occurred_at));
        let second_factor = matches!(class.name, "M1" | "M4");
        Some(Attempt {
            source: e.source,
            tenant: e.tenant,
            attempt_id: e.event_id,
            identity_id,
            started_at: journey.first.occurred_at,
            decided_at: e.occurred_at,
            local_day: self.day,
            app_id,
            satisfied_by: class.name,
            class_reason: class.reason,
            relaxation_accepted: class.accepted,
            method: if second_factor { e.method.unwrap_or("other") } else { "" },
            method_strength: if second_factor { e.method_strength.unwrap_or("unknown") } else { "" },
            strongest: if second_factor { self.strongest.of(e.tenant, identity_id) } else { "" },
            legacy_protocol: e.legacy_protocol,
            mfa_required: match e.mfa_required {
                Some(true) => "yes",
                Some(false) => "no",
                None => "unknown",
            },
            privileged_then: self.holders.map_or("unknown", |h| if h.held(identity_id, e.occurred_at) { "yes" } else { "no" }),
            exception_id: explained.map_or("", |(l, _)| l.entry.exception_id),
            exception_ambiguous: explained.is_some_and(|(_, many)| many),
            unmatched: near.map_or("", |n| n.why),
            near_id: near.map_or("", |n| n.id),
            overdue_days: near.map_or(0, |n| n.overdue_days),
            constrained: if explained.is_some() { constrained(e) } else { "" },
            events: journey.events,
        })
    }

    /// A second factor that the ranking puts behind the best registered one.
    pub(super) fn weaker(&self, a: &Attempt<'_>) -> bool {
        let rank = |method: &str| self.ranking.0.iter().position(|m| m == method);
        matches!((rank(a.method), rank(a.strongest)), (Some(used), Some(best)) if used > best)
    }
}

/// Everything by which a register can name the application.
pub(super) fn applications<'a>(e: &Event<'a>) -> Vec<&'a str> {
    [e.app_id, e.app_name, e.resource_id].into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

/// Whether an attempt under an exception came from a compliant device and an allowed network (K44).
fn constrained(e: &Event<'_>) -> &'static str {
    match (e.device_compliant, e.network_trusted) {
        (Some(true), Some(true)) => "yes",
        (Some(false), _) | (_, Some(false)) => "no",
        _ => "unknown",
    }
}

/// Attempts per identity, day and way of satisfaction.
pub(super) fn roll_up<'a>(attempts: &[Attempt<'a>]) -> Vec<AttemptDay<'a>> {
    let mut groups: BTreeMap<_, AttemptDay<'a>> = BTreeMap::new();
    for a in attempts {
        let key = (
            (a.tenant, a.identity_id, a.source),
            (a.satisfied_by, a.class_reason, a.relaxation_accepted, a.method, a.method_strength, a.strongest),
            (a.mfa_required, a.privileged_then, a.legacy_protocol),
            (a.exception_id, a.exception_ambiguous, a.unmatched, a.near_id, a.overdue_days, a.constrained),
        );
        let first = || AttemptDay {
            source: a.source,
            tenant: a.tenant,
            identity_id: a.identity_id,
            local_day: a.local_day,
            satisfied_by: a.satisfied_by,
            class_reason: a.class_reason,
            relaxation_accepted: a.relaxation_accepted,
            method: a.method,
            method_strength: a.method_strength,
            strongest: a.strongest,
            mfa_required: a.mfa_required,
            privileged_then: a.privileged_then,
            exception_id: a.exception_id,
            exception_ambiguous: a.exception_ambiguous,
            unmatched: a.unmatched,
            near_id: a.near_id,
            overdue_days: a.overdue_days,
            constrained: a.constrained,
            legacy_protocol: a.legacy_protocol,
            attempts: 0,
        };
        groups.entry(key).or_insert_with(first).attempts += 1;
    }
    groups.into_values().collect()
}
