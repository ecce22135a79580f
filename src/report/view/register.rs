//! The register entry by entry.

use super::block::{Block, Status};
use super::table::{Cell, Kind, Table};
use crate::report::number::{instant, plural, whole};
use crate::report::text::{or_none, short, words};
use crate::results::RegisterEntry;

/// Past its expiry and not closed.
pub(super) fn is_overdue(entry: &RegisterEntry) -> bool {
    entry.overdue_days.is_some_and(|days| days > 0) || entry.state == "expired"
}

/// What is wrong, one row per fault.
pub(super) fn faults(register: &[RegisterEntry]) -> Block {
    let rows = register.iter().flat_map(|entry| entry.faults.iter().map(|fault| vec![short(&entry.id).into(), words(&entry.category).into(), short(fault).into()]));
    let heads = [("Entry", Kind::Text), ("Category", Kind::Text), ("Fault", Kind::Wide)];
    Table::new("register-faults", "Faults of register entries", &heads).rows(rows).limited(500, 200, "all are in csv/register.csv").searchable().block()
}

/// Every entry, worst first.
pub(super) fn entries(register: &[RegisterEntry]) -> Block {
    let mut sorted: Vec<&RegisterEntry> = register.iter().collect();
    // worst first: longest overdue, then faulty, then in the order of the register
    sorted.sort_by_key(|entry| (std::cmp::Reverse(entry.overdue_days.unwrap_or(0)), entry.faults.is_empty()));
    let heads = [
        ("Entry", Kind::Text),
        ("Category", Kind::Text),
        ("State", Kind::Text),
        ("Owner", Kind::Wide),
        ("Scope", Kind::Wide),
        ("Active from", Kind::Text),
        ("Expires", Kind::Text),
        ("Age, days", Kind::Number),
        ("Overdue, days", Kind::Number),
        ("Compensating controls", Kind::Wide),
        ("Last review", Kind::Text),
        ("Faults", Kind::Number),
    ];
    Table::new("register", "Exception register at the end of the period", &heads)
        .rows(sorted.into_iter().map(entry_row))
        .limited(1_000, 1_000, "all are in csv/register.csv")
        .searchable()
        .landscape()
        .block()
}

fn entry_row(entry: &RegisterEntry) -> Vec<Cell> {
    let category = if entry.category == "unknown" && !entry.category_raw.trim().is_empty() { format!("unknown: {}", short(&entry.category_raw)) } else { words(&entry.category) };
    let state = words(&entry.state);
    let state = if is_overdue(entry) { Cell::marked(state, Status::Missed) } else { state.into() };
    let scope = format!("{} ({})", or_none(&entry.scope), plural(entry.objects, "object", "objects"));
    let days = |days: Option<i64>| days.map_or_else(|| "n/a".to_owned(), |days| days.to_string());
    vec![
        short(&entry.id).into(),
        category.into(),
        state,
        or_none(&entry.owner).into(),
        scope.into(),
        or_none(&instant(&entry.activated)).into(),
        or_none(&instant(&entry.expires)).into(),
        days(entry.age_days).into(),
        entry.overdue_days.map_or_else(|| "none".to_owned(), |days| days.to_string()).into(),
        or_none(&entry.compensating_controls).into(),
        or_none(&instant(&entry.last_review)).into(),
        whole(entry.faults.len() as u64).into(),
    ]
}
