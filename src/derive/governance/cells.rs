//! Whether each entry says what its state obliges it to say (K26, the minimum list of S9).

use super::super::exception::{Life, list};
use super::super::ground::{Accounts, Ground};
use crate::register::placeholder;
use crate::table::governance::RegisterCell;

/// When a field is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Always,
    /// From approval on.
    Approved,
    /// From activation on.
    Active,
    /// Once the first review fell due.
    Reviewed,
    /// Once closed.
    Closed,
}

const FIELDS: [(&str, Due); 19] = [
    ("id", Due::Always),
    ("category", Due::Always),
    ("requestor", Due::Always),
    ("owner", Due::Always),
    ("approvers", Due::Approved),
    ("scope", Due::Always),
    ("object_ids", Due::Always),
    ("justification", Due::Always),
    ("risk", Due::Always),
    ("compensating_controls", Due::Always),
    ("monitoring_plan", Due::Always),
    ("created_at", Due::Always),
    ("activated_at", Due::Active),
    ("review_cadence", Due::Always),
    ("expires_at", Due::Always),
    ("planned_retirement", Due::Always),
    ("changes", Due::Always),
    ("last_validation", Due::Reviewed),
    ("closure_evidence", Due::Closed),
];

pub(super) fn cells<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>) -> Vec<RegisterCell<'g>> {
    let mut found = Vec::new();
    for life in ground.lives {
        let entry_state = life.state(ground.close());
        for (field_name, due) in FIELDS {
            let (cell_state, cell_reason) = judge(ground, accounts, life, field_name);
            found.push(RegisterCell {
                exception_id: life.entry.exception_id,
                category: life.entry.category,
                entry_state,
                field_name,
                required: required(ground, life, entry_state, due),
                cell_state,
                cell_reason,
            });
        }
    }
    found
}

fn required(ground: &Ground<'_>, life: &Life<'_>, state: &str, due: Due) -> bool {
    match due {
        Due::Always => true,
        Due::Approved => state != "requested",
        Due::Active => !matches!(state, "requested" | "approved"),
        Due::Closed => state == "closed",
        Due::Reviewed => {
            let cadence = super::super::cadence_on(ground.config, life.entry.category, super::super::Duty::Review, ground.last);
            let days = cadence.map_or(i64::MAX, |(days, _)| days).saturating_mul(super::super::ground::DAY);
            life.owed.first().is_some_and(|(from, until)| from.0.saturating_add(days) < ground.end.0.min(until.0))
        }
    }
}

fn judge(ground: &Ground<'_>, accounts: &Accounts<'_>, life: &Life<'_>, field: &str) -> (&'static str, &'static str) {
    let e = &life.entry;
    let faulty = |part: &str| e.faults.is_some_and(|f| f.split(" | ").any(|one| one.contains(&format!("`{field}`")) && one.contains(part)));
    match field {
        "id" if faulty("missing") => ("missing", "the entry has no id"),
        "id" if faulty("already used") => ("invalid", "the id is used twice"),
        "id" => ("valid", ""),
        "category" if e.category == "unknown" => ("invalid", "the category is none of the seven"),
        "category" => ("valid", ""),
        "owner" => person(accounts, e.owner, "nobody owns the entry", "the owner has left"),
        "requestor" => text(e.requestor),
        "approvers" => text(e.approvers),
        "scope" => text(e.scope_text),
        "object_ids" => objects(ground, life),
        "justification" => text(e.justification),
        "risk" => text(e.risk),
        "compensating_controls" => text(e.controls),
        "monitoring_plan" => text(e.monitoring),
        "review_cadence" => text(e.cadence_raw),
        "closure_evidence" => text(e.closure_evidence),
        "changes" if life.events.is_empty() => ("missing", "no history is recorded"),
        "changes" if faulty("no readable date") => ("invalid", "a date of the history cannot be read"),
        "changes" => ("valid", ""),
        _ => {
            let at = match field {
                "created_at" => e.created_at,
                "activated_at" => e.activated_at,
                "expires_at" => e.expires_at,
                "planned_retirement" => e.retires_at,
                _ => e.validated_at,
            };
            match at {
                _ if faulty("is not a date") => ("invalid", "the date cannot be read"),
                _ if faulty("is not after") => ("invalid", "it ends before it begins"),
                Some(_) => ("valid", ""),
                None => ("missing", "no date"),
            }
        }
    }
}

fn text(value: Option<&str>) -> (&'static str, &'static str) {
    match value {
        None => ("missing", "empty"),
        Some(t) if placeholder(t) => ("placeholder", "the text says nothing"),
        Some(_) => ("valid", ""),
    }
}

fn person(accounts: &Accounts<'_>, value: Option<&str>, none: &'static str, left: &'static str) -> (&'static str, &'static str) {
    let Some(name) = value.filter(|t| !placeholder(t)) else { return ("missing", none) };
    match accounts.account(name) {
        None => ("invalid", "no account of the directory has this name"),
        Some(i) if i.deleted || i.enabled == Some(false) => ("invalid", left),
        Some(_) => ("valid", ""),
    }
}

fn objects(ground: &Ground<'_>, life: &Life<'_>) -> (&'static str, &'static str) {
    let mut any = false;
    for object in list(life.entry.object_ids) {
        any = true;
        if !ground.members.contains_key(object) && ground.identity(object).is_none() {
            return ("invalid", "an object is not in the directory");
        }
    }
    if any { ("valid", "") } else { ("missing", "no object is named") }
}
