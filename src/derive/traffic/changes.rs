//! Changes of factors and credentials, and the sign-in that follows from a network not seen before.

use std::collections::BTreeMap;

use super::super::ground::{DAY, Ground};
use super::{Histories, network, place};
use crate::table::Instant;
use crate::table::derived::Watched;
use crate::table::policy::Change;
use crate::table::traffic::FactorChange;

/// A change with what followed it.
#[derive(Debug)]
pub(super) struct Changed<'g> {
    change: &'g Change<'g>,
    label: &'g str,
    by_other: bool,
    after_reset: bool,
    success: Option<&'g Watched<'g>>,
    place: String,
}

impl Changed<'_> {
    pub(super) fn row(&self) -> FactorChange<'_> {
        let c = self.change;
        FactorChange {
            tenant: c.tenant,
            event_id: c.event_id,
            target_id: c.target_id,
            label: self.label,
            changed_at: c.occurred_at,
            activity: c.activity,
            actor: c.actor_name.or(c.actor_id).unwrap_or("(not recorded)"),
            by_other: self.by_other,
            after_reset: self.after_reset,
            success_at: self.success.map(|e| e.occurred_at),
            success_event_id: self.success.map_or("", |e| e.event_id),
            place: &self.place,
            ticket: c.ticket.unwrap_or(""),
        }
    }
}

fn by_other(c: &Change<'_>) -> bool {
    c.actor_id != Some(c.target_id) && (c.actor_name.is_none() || c.actor_name != c.target_name)
}

/// A password reset, or factors taken away, by somebody else.
fn is_reset(c: &Change<'_>) -> bool {
    let a = c.activity.to_ascii_lowercase();
    let taken = matches!(c.area, "user_method" | "user_mfa") && (a.contains("delete") || a.contains("disable"));
    c.outcome == "success" && by_other(c) && (taken || (c.area == "account" && a.contains("reset password")))
}

/// Factors added or changed: what gives somebody a new way in.
fn gives_a_way_in(c: &Change<'_>) -> bool {
    let a = c.activity.to_ascii_lowercase();
    c.outcome == "success" && !c.target_id.is_empty() && c.area == "user_method" && ["registered", "create", "assign", "add", "updated", "changed"].iter().any(|w| a.contains(w))
}

pub(super) fn changes<'g>(ground: &Ground<'g>, histories: &Histories<'g>) -> Vec<Changed<'g>> {
    let labels = ground.labels();
    let mut resets: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
    for r in ground.changes.iter().filter(|r| is_reset(r)) {
        resets.entry(r.target_id).or_default().push(r.occurred_at);
    }
    let mut found = Vec::new();
    for c in ground.changes.iter().filter(|c| ground.within(c.occurred_at) && gives_a_way_in(c)) {
        let after_reset = resets.get(c.target_id).into_iter().flatten().any(|at| *at <= c.occurred_at && c.occurred_at.0 - at.0 <= DAY);
        let events = histories.get(&(c.tenant, c.target_id)).map(Vec::as_slice).unwrap_or_default();
        let success = stranger(events, c.occurred_at);
        if success.is_none() && !after_reset {
            continue;
        }
        found.push(Changed {
            change: c,
            label: labels.get(c.target_id).copied().unwrap_or(c.target_id),
            by_other: by_other(c),
            after_reset,
            success,
            place: success.map(place).unwrap_or_default(),
        });
    }
    found.sort_by_key(|c| (c.change.tenant, c.change.target_id, c.change.occurred_at, c.change.event_id));
    found
}

/// First success within a day after an instant, from a network that no success before it came from. Where nothing came
/// before, as for somebody new, nothing can be called strange.
fn stranger<'g>(events: &[&'g Watched<'g>], at: Instant) -> Option<&'g Watched<'g>> {
    let success = |e: &&&'g Watched<'g>| e.outcome == "success";
    let before: Vec<String> = events.iter().filter(success).filter(|e| e.occurred_at <= at).map(|e| network(e)).collect();
    let after = events.iter().filter(success).find(|e| e.occurred_at > at && e.occurred_at.0 - at.0 <= DAY && !before.contains(&network(e)));
    after.copied().filter(|_| !before.is_empty())
}
