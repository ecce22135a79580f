//! The register as of an instant: states, movements, review duties.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;

use super::exception::Life;
use crate::config::Config;
use crate::period;
use crate::results::RegisterEntry;
use crate::table;
use crate::table::Instant;
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::snapshot::{ExceptionFlow, ExceptionState};

const DAY: i64 = 86_400_000_000;

/// Every entry with its events.
pub(crate) fn lives<'a>(entries: &'a [RecordBatch], events: &'a [RecordBatch], config: &Config) -> anyhow::Result<Vec<Life<'a>>> {
    let own = config.register.as_ref().map_or("", |r| r.time_zone.as_str());
    let zone = period::zone(if own.is_empty() { &config.organisation.time_zone } else { own })?;
    let mut by_entry: BTreeMap<&str, Vec<ExceptionEvent<'a>>> = BTreeMap::new();
    for e in table::rows::<ExceptionEvent<'_>>(events)? {
        by_entry.entry(e.exception_id).or_default().push(e);
    }
    let entries: Vec<Exception<'a>> = table::rows(entries)?;
    Ok(entries.into_iter().map(|e| Life::new(e, by_entry.remove(e.exception_id).unwrap_or_default(), &zone)).collect())
}

/// One entry as of `end`.
pub(crate) fn state<'a>(life: &Life<'a>, end: Instant) -> ExceptionState<'a> {
    let e = &life.entry;
    let entry_state = life.state(end);
    let started = life.active.first().map(|(from, _)| *from).or(e.activated_at);
    ExceptionState {
        exception_id: e.exception_id,
        category: e.category,
        category_raw: e.category_raw,
        entry_state,
        owner: e.owner.unwrap_or(""),
        controls_declared: e.controls_declared,
        controls_evidence_at: e.controls_evidence_at,
        activated_at: e.activated_at,
        expires_at: e.expires_at,
        age_days: started.filter(|_| matches!(entry_state, "active" | "expired" | "unapproved")).map(|s| (end.0 - s.0).div_euclid(DAY)),
        retires_at: e.retires_at,
        closed_at: e.closed_at,
        faults: e.faults.map_or(0, |f| i64::try_from(f.split(" | ").count()).unwrap_or(i64::MAX)),
    }
}

/// One entry as people read it.
pub(crate) fn shown(life: &Life<'_>, end: Instant) -> RegisterEntry {
    let e = &life.entry;
    let text = |t: Option<&str>| t.unwrap_or("").to_owned();
    let at = |t: Option<Instant>| t.map(period::rfc3339).unwrap_or_default();
    let as_of = state(life, end);
    let last = life.events.iter().rfind(|v| v.event_kind == "review" && v.happened_at.is_some_and(|t| t <= end));
    let overdue = e.expires_at.filter(|x| as_of.entry_state == "expired" && *x <= end).map(|x| (end.0 - x.0).div_euclid(DAY));
    RegisterEntry {
        id: e.exception_id.to_owned(),
        category: e.category.to_owned(),
        category_raw: e.category_raw.to_owned(),
        state: as_of.entry_state.to_owned(),
        owner: text(e.owner),
        scope: text(e.scope_text),
        objects: life.objects().count() as u64,
        activated: at(e.activated_at),
        expires: at(e.expires_at),
        age_days: as_of.age_days,
        overdue_days: overdue,
        compensating_controls: text(e.controls),
        last_review: last.map(|v| format!("{} {}", at(v.happened_at), v.outcome_text.unwrap_or("")).trim().to_owned()).unwrap_or_default(),
        faults: e.faults.map(|f| f.split(" | ").map(str::to_owned).collect()).unwrap_or_default(),
    }
}

/// Movements of one entry between two instants; opening + in - out = closing for every category.
pub(crate) fn flows<'a>(life: &Life<'a>, start: Instant, end: Instant) -> Vec<ExceptionFlow<'a>> {
    let within = |t: Instant| start <= t && t < end;
    let mut moves: Vec<(Instant, &'a str, &'static str, i64)> = Vec::new();
    let now = life.entry.category;
    if let Some(created) = life.entry.created_at.filter(|t| within(*t)) {
        moves.push((created, now, "entered", 0));
    }
    for (i, (from, until)) in life.active.iter().enumerate() {
        if within(*from) {
            moves.push((*from, now, if i == 0 { "activated" } else { "extended" }, 1));
        }
        if within(*until) {
            moves.push((*until, now, if life.entry.closed_at == Some(*until) { "closed" } else { "expired" }, -1));
        }
    }
    if let Some(closed) = life.entry.closed_at.filter(|t| within(*t) && !life.active.iter().any(|(_, until)| until == t)) {
        moves.push((closed, now, "closed", 0));
    }
    // An extension that begins an interval has been counted with it.
    let seamless = life.extensions.iter().filter(|x| within(x.at) && !life.active.iter().any(|(from, _)| *from == x.at));
    moves.extend(seamless.map(|x| (x.at, now, "extended", 0)));
    moves.sort();
    let mut rows = Vec::new();
    // Stocks are taken at the last instant before: a movement at the first instant of a period is the period's own.
    let before = |t: Instant| Instant(t.0 - 1);
    if life.is_active(before(start)) {
        rows.push((None, now, "opening", 1));
    }
    rows.extend(moves.into_iter().map(|(at, category, movement, effect)| (Some(at), category, movement, effect)));
    if life.is_active(before(end)) {
        rows.push((None, now, "closing", 1));
    }
    rows.into_iter()
        .zip(1..)
        .map(|((moved_at, category, movement, stock_effect), sequence)| ExceptionFlow {
            exception_id: life.entry.exception_id,
            category,
            movement,
            sequence,
            moved_at,
            stock_effect,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::exception::tests::{at, entry, happening};
    use super::*;

    fn movements(life: &Life<'static>, from: &str, to: &str) -> Vec<(&'static str, i64)> {
        flows(life, at(from), at(to)).iter().map(|f| (f.movement, f.stock_effect)).collect()
    }

    fn balance(moves: &[(&str, i64)]) -> bool {
        let sum = |of: &dyn Fn(&str) -> bool| moves.iter().filter(|(m, _)| of(m)).map(|(_, e)| e).sum::<i64>();
        sum(&|m| m == "opening") + sum(&|m| m != "opening" && m != "closing") == sum(&|m| m == "closing")
    }

    #[test]
    fn stocks_and_flows_balance_month_by_month() {
        let zone = period::zone("Europe/Berlin").unwrap();
        let extended = Exception { expires_at: Some(at("2026-12-31T23:00:00Z")), closed_at: Some(at("2026-11-15T10:00:00Z")), ..entry("E") };
        let life = Life::new(extended, vec![happening("extended", "2026-10-10T08:00:00Z", None, Some("expiry 2026-09-30 -> 2026-12-31"))], &zone);
        let months = ["2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"];
        let all: Vec<_> = months.windows(2).map(|m| movements(&life, m[0], m[1])).collect();
        assert_eq!(all[0], [("entered", 0)]);
        assert_eq!(all[1], [("activated", 1), ("expired", -1)]);
        assert_eq!(all[2], [("extended", 1), ("closing", 1)]);
        assert_eq!(all[3], [("opening", 1), ("closed", -1)]);
        assert!(all.iter().all(|m| balance(m)));
    }
}
