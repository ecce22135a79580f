//! State: the newest snapshot not later than an instant.

use std::collections::{BTreeMap, BTreeSet};

use super::delivered::{Delivered, object_state, part};
use super::{Delivery, Inputs, whole};
use crate::config::SourceConfig;
use crate::lake::SourceLedger;
use crate::period;
use crate::source::Expected;
use crate::table::{Day, Instant};

/// A snapshot that is looked for.
pub(super) struct Wanted<'w> {
    pub(super) source: &'w str,
    pub(super) kind: &'static str,
    /// The table that tells how much it holds.
    pub(super) table: &'static str,
    /// Whether it speaks for a limited time only.
    pub(super) ages: bool,
}

impl<'w> Wanted<'w> {
    pub(super) fn of(s: &'w SourceConfig) -> Self {
        let table = s.reader.tables().first().map_or("", |t| t.name);
        Self { source: &s.id, kind: s.reader.kind(), table, ages: s.expected == Expected::Snapshot }
    }
}

pub(super) fn snapshot(inputs: &Inputs<'_>, ledger: &SourceLedger, wanted: &Wanted<'_>, end: Instant, day: Day) -> Delivery {
    let Wanted { source, kind, table, ages } = *wanted;
    let max_age = inputs.config.run.snapshot_max_age_hours;
    let chosen = inputs.snapshots.before(table, end).get(source).copied();
    let broken = inputs.snapshots.broken_before(table, source, end);
    // Rows of this very snapshot: another of the same day must not stand in for an empty one.
    let own = ledger.objects.values().filter(|o| o.snapshot_at.map(Instant) == chosen && chosen.is_some());
    let rows: u64 = own.flat_map(|o| &o.fragments).filter(|f| f.table == table).map(|f| f.rows).sum();
    let (state, why) = match (chosen, broken) {
        (_, Some((at, fault))) if chosen.is_none_or(|c| at >= c) => {
            (if fault.contains("truncated") { "truncated" } else { "unreadable" }, format!("snapshot of {}: {fault}", period::rfc3339(at)))
        }
        (None, _) => ("missing", format!("no snapshot before {}", period::rfc3339(end))),
        (Some(at), _) if ages && (end.0 - at.0) > max_age * 3_600_000_000 => {
            ("stale", format!("the newest snapshot is of {}, more than {max_age} hours before {}", period::rfc3339(at), period::rfc3339(end)))
        }
        (Some(at), _) => match whole_snapshot(inputs, ledger, at, rows) {
            Some((state, why)) => (state, format!("snapshot of {}: {why}", period::rfc3339(at))),
            None => ("received", String::new()),
        },
    };
    Delivery { source: source.to_owned(), kind, day, state, reason: why, rows: whole(rows), late: 0 }
}

/// Whether a snapshot holds something, ends, and has every part that the one before it had.
fn whole_snapshot(inputs: &Inputs<'_>, ledger: &SourceLedger, at: Instant, rows: u64) -> Option<(&'static str, String)> {
    let mut d = Delivered::default();
    let mut parts = BTreeMap::new();
    for (key, o) in &ledger.objects {
        let Some(taken) = o.snapshot_at else { continue };
        if taken == at.0 {
            d.add(key, o);
        }
        parts.entry(taken).or_insert_with(BTreeSet::new).insert(part(key));
    }
    if let Some(bad) = object_state(inputs, &d, rows) {
        return Some(bad);
    }
    if rows == 0 {
        return Some(("missing", "it holds no record, and an empty export cannot be told from a failed one".to_owned()));
    }
    if let Some(earlier) = unfinished(ledger, at) {
        return Some(("truncated", format!("it may be the last page only: {earlier} is of hours before and names a next page")));
    }
    let own = parts.get(&at.0)?;
    let (_, before) = parts.range(..at.0).next_back()?;
    // A snapshot of one file may be called anything; only a set of files can lack one.
    let lacking = before.difference(own).next().filter(|_| before.len() > 1)?;
    Some(("missing", format!("a part that the snapshot before it had is missing: `{lacking}`")))
}

/// A page of shortly before whose next one stands under another time.
fn unfinished(ledger: &SourceLedger, at: Instant) -> Option<String> {
    const SHORTLY: i64 = 6 * 3_600_000_000;
    let near = |taken: Option<i64>| taken.is_some_and(|t| (at.0 - SHORTLY..at.0).contains(&t));
    ledger.objects.iter().find(|(_, o)| o.continues && near(o.snapshot_at)).map(|(key, _)| format!("`{key}`"))
}
