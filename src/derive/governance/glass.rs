//! Break-glass accounts: what their independence needs, and every use of them (K21, K22). Only the register tells which they are.

use std::collections::BTreeMap;

use super::super::exception::Life;
use super::super::ground::{Accounts, Ground};
use crate::period;
use crate::table::Instant;
use crate::table::derived::Watched;
use crate::table::governance::{GlassCondition, GlassUse};

/// One condition of one account.
#[derive(Debug)]
pub(super) struct Judged<'g> {
    identity_id: &'g str,
    label: &'g str,
    exception_id: &'g str,
    condition: &'static str,
    holds: &'static str,
    reason: String,
}

impl Judged<'_> {
    pub(super) fn row(&self) -> GlassCondition<'_> {
        GlassCondition {
            identity_id: self.identity_id,
            label: self.label,
            exception_id: self.exception_id,
            condition: self.condition,
            holds: self.holds,
            condition_reason: &self.reason,
        }
    }
}

/// Accounts of active break-glass entries with the entry that names them.
fn accounts_of<'g>(ground: &Ground<'g>, at: Instant) -> BTreeMap<&'g str, &'g Life<'g>> {
    let entries = ground.lives.iter().filter(|l| l.entry.category == "break_glass" && l.is_active(at));
    let mut found = BTreeMap::new();
    for l in entries {
        for object in l.objects() {
            let ids: Vec<&str> = ground.members.get(object).map_or_else(|| vec![object], |m| m.iter().map(String::as_str).collect());
            for id in ids {
                found.entry(id).or_insert(l);
            }
        }
    }
    found
}

fn verdict(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

pub(super) fn conditions<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>) -> Vec<Judged<'g>> {
    let glass = accounts_of(ground, ground.close());
    let labels = ground.labels();
    let mut found = Vec::new();
    for (id, l) in &glass {
        let others: Vec<(&&str, &&Life<'_>)> = glass.iter().filter(|(o, _)| *o != id).collect();
        let mut add = |condition, holds: Option<bool>, reason: String| {
            found.push(Judged { identity_id: id, label: labels.get(id).copied().unwrap_or(id), exception_id: l.entry.exception_id, condition, holds: verdict(holds), reason });
        };
        add("pair", Some(!others.is_empty()), if others.is_empty() { "there is no second account".to_owned() } else { format!("{} accounts", glass.len()) });
        let (holds, reason) = custodian(accounts, l, &others);
        add("custodian", holds, reason);
        let (holds, reason) = credential(l, &others);
        add("credential", holds, reason);
        let own = ground.identity(id);
        let (holds, reason) = match own.map(|i| i.synced) {
            None => (None, "the account is not in the directory export".to_owned()),
            Some(None) => (None, "the directory export does not say whether the account is synchronised".to_owned()),
            Some(Some(synced)) => {
                (Some(!synced), if synced { "the account is synchronised from another directory" } else { "the account lives in this directory alone" }.to_owned())
            }
        };
        add("cloud_only", holds, reason);
        let enabled = own.map(|i| i.enabled != Some(false) && !i.deleted);
        add("enabled", enabled, if enabled == Some(false) { "the account is disabled or deleted".to_owned() } else { String::new() });
        let held = ground.holders.map(|h| h.held(id, ground.close()));
        add(
            "role_active",
            held,
            match held {
                Some(true) => "a privileged role is held".to_owned(),
                Some(false) => "no privileged role is held".to_owned(),
                None => "roles are not known".to_owned(),
            },
        );
        let (holds, reason) = validated(ground, l);
        add("validated", holds, reason);
    }
    found
}

fn custodian(accounts: &Accounts<'_>, l: &Life<'_>, others: &[(&&str, &&Life<'_>)]) -> (Option<bool>, String) {
    let person = |l: &Life<'_>| l.entry.custodian.filter(|c| !crate::register::placeholder(c)).map(|c| accounts.person(c).map_or_else(|| c.trim().to_lowercase(), str::to_owned));
    let Some(own) = person(l) else { return (None, "no custodian is recorded".to_owned()) };
    let theirs: Vec<Option<String>> = others.iter().map(|(_, o)| person(o)).collect();
    if theirs.iter().flatten().any(|t| *t == own) {
        return (Some(false), format!("{own} keeps another of these accounts as well"));
    }
    if theirs.iter().any(Option::is_none) {
        return (None, "another account has no recorded custodian".to_owned());
    }
    (Some(!theirs.is_empty()), format!("kept by {own}"))
}

/// Different credentials: two accounts with one kind of credential fail together when that kind fails.
fn credential(l: &Life<'_>, others: &[(&&str, &&Life<'_>)]) -> (Option<bool>, String) {
    let kind = |l: &Life<'_>| l.entry.credential_kind.filter(|c| !crate::register::placeholder(c)).map(|c| c.trim().to_lowercase());
    let Some(own) = kind(l) else { return (None, "no credential is recorded".to_owned()) };
    let theirs: Vec<Option<String>> = others.iter().map(|(_, o)| kind(o)).collect();
    if theirs.iter().flatten().any(|t| *t == own) {
        return (Some(false), format!("another account relies on {own} as well"));
    }
    if theirs.iter().any(Option::is_none) {
        return (None, "another account has no recorded credential".to_owned());
    }
    (Some(!theirs.is_empty()), own)
}

fn validated(ground: &Ground<'_>, l: &Life<'_>) -> (Option<bool>, String) {
    let Some((days, _)) = super::super::cadence_on(ground.config, "break_glass", super::super::Duty::Review, ground.last) else { return (None, "no cadence".to_owned()) };
    match l.entry.validated_at.filter(|at| *at < ground.end) {
        None => (Some(false), "no validation is recorded".to_owned()),
        Some(at) => (Some(ground.end.0 - at.0 <= days * super::super::ground::DAY), format!("last validated {}, to be repeated every {days} days", period::rfc3339(at))),
    }
}

/// One event of a break-glass account.
#[derive(Debug)]
pub(super) struct Used<'g> {
    event: &'g Watched<'g>,
    label: &'g str,
    exception_id: &'g str,
    use_class: &'static str,
    explained_by: String,
    latency_hours: f64,
}

impl Used<'_> {
    pub(super) fn row(&self) -> GlassUse<'_> {
        let e = self.event;
        GlassUse {
            tenant: e.tenant,
            event_id: e.event_id,
            identity_id: e.identity_id,
            label: self.label,
            exception_id: self.exception_id,
            used_at: e.occurred_at,
            outcome: e.outcome,
            stream: e.stream,
            ip: e.ip,
            country: e.country,
            use_class: self.use_class,
            explained_by: &self.explained_by,
            latency_hours: self.latency_hours,
        }
    }
}

/// Every event of the period, success or failure, of accounts that a break-glass entry names at that time.
pub(super) fn uses<'g>(ground: &Ground<'g>) -> Vec<Used<'g>> {
    let labels = ground.labels();
    let entries: Vec<&Life<'_>> = ground.lives.iter().filter(|l| l.entry.category == "break_glass").collect();
    let named = |id: &str, at: Instant| {
        let holds = |l: &&&Life<'g>| l.objects().any(|o| o == id || ground.members.get(o).is_some_and(|m| m.contains(id)));
        // An account that was one before or will be one is no less sensitive than an active one.
        entries.iter().filter(holds).max_by_key(|l| l.is_active(at)).copied()
    };
    let in_period = ground.watched.iter().filter(|e| ground.within(e.occurred_at));
    in_period
        .filter_map(|event| {
            let l = named(event.identity_id, event.occurred_at)?;
            let (use_class, explained_by) = explained(ground, event.occurred_at);
            let label = labels.get(event.identity_id).copied().unwrap_or(event.identity_id);
            Some(Used { event, label, exception_id: l.entry.exception_id, use_class, explained_by, latency_hours: ground.latency(event.occurred_at) })
        })
        .collect()
}

/// By calendar window and ticket; what was declared only after the use explains it late.
fn explained(ground: &Ground<'_>, at: Instant) -> (&'static str, String) {
    let inside = ground.config.calendar.iter().filter(|p| period::instant(p.from) <= at && at < period::instant(p.until));
    let mut best: Option<(&'static str, String)> = None;
    for p in inside {
        let in_time = period::instant(p.declared) <= at;
        let class = match (p.kind.as_str(), in_time) {
            (_, false) => "late_explained",
            ("drill", true) => "drill",
            _ => "declared_incident",
        };
        if best.as_ref().is_none_or(|(b, _)| *b == "late_explained") {
            best = Some((class, p.ticket.clone()));
        }
    }
    best.unwrap_or(("unexplained", String::new()))
}
