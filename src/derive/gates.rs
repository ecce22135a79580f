//! What is missing, stale or truncated, and which tables that closes.
//!
//! A metric is computed only from inputs that are whole: the tables it reads are looked up here.

use std::collections::BTreeMap;

use super::snapshots::Snapshots;
use crate::config::Config;
use crate::lake::{Partitions, SourceLedger};
use crate::period::{self, Period};
use crate::source::Expected;
use crate::table::{Day, Instant};

/// One expected delivery of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) source: String,
    pub(crate) kind: &'static str,
    pub(crate) day: Day,
    /// `received`, `missing`, `truncated`, `rejects` or `stale`.
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) rows: i64,
}

/// Deliveries of a period and why tables are closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates {
    pub(crate) deliveries: Vec<Delivery>,
    closed: BTreeMap<&'static str, String>,
    at_start: BTreeMap<&'static str, String>,
}

/// Everything the gates look at.
#[derive(Debug)]
pub(crate) struct Inputs<'i> {
    pub(crate) config: &'i Config,
    pub(crate) ledgers: &'i BTreeMap<String, SourceLedger>,
    pub(crate) partitions: &'i Partitions,
    pub(crate) snapshots: &'i Snapshots,
}

impl Gates {
    pub(crate) fn new(inputs: &Inputs<'_>, period: &Period) -> Self {
        let mut gates = Self::default();
        for s in &inputs.config.sources {
            let tables: Vec<&'static str> = s.reader.tables().iter().map(|t| t.name).collect();
            let empty = SourceLedger::default();
            let ledger = inputs.ledgers.get(&s.id).unwrap_or(&empty);
            let deliveries = match s.expected {
                Expected::Daily => daily(inputs, ledger, &s.id, s.reader.kind(), s.starts.map(period::day), &tables, period),
                Expected::Snapshot => {
                    vec![snapshot(inputs, ledger, &s.id, s.reader.kind(), tables.first().copied().unwrap_or(""), period::instant(period.end), Day(period::day(period.after).0 - 1))]
                }
            };
            if s.expected == Expected::Snapshot {
                let opening =
                    snapshot(inputs, ledger, &s.id, s.reader.kind(), tables.first().copied().unwrap_or(""), period::instant(period.start), Day(period::day(period.first).0 - 1));
                close(&mut gates.at_start, &tables, &[opening]);
            }
            close(&mut gates.closed, &tables, &deliveries);
            gates.deliveries.extend(deliveries);
        }
        if let Some(ledger) = inputs.ledgers.get("register") {
            let delivery = snapshot(inputs, ledger, "register", "register", "exceptions", period::instant(period.end), Day(period::day(period.after).0 - 1));
            close(&mut gates.closed, &["exceptions", "exception_events"], std::slice::from_ref(&delivery));
            gates.deliveries.push(delivery);
        }
        gates
    }

    /// Why a lake table does not speak for the period; `None` when it does.
    pub(crate) fn closed(&self, table: &str, config: &Config) -> Option<String> {
        self.closed.get(table).cloned().or_else(|| not_configured(table, config))
    }

    /// Why a lake table does not speak for the period's start.
    pub(crate) fn closed_at_start(&self, table: &str, config: &Config) -> Option<String> {
        self.at_start.get(table).cloned().or_else(|| not_configured(table, config))
    }
}

fn not_configured(table: &str, config: &Config) -> Option<String> {
    let filled = config.sources.iter().any(|s| s.reader.tables().iter().any(|t| t.name == table)) || (config.register.is_some() && table.starts_with("exception"));
    (!filled).then(|| if table.starts_with("exception") { "no exception register is configured".to_owned() } else { format!("no configured source fills `{table}`") })
}

fn close(closed: &mut BTreeMap<&'static str, String>, tables: &[&'static str], deliveries: &[Delivery]) {
    let bad: Vec<&Delivery> = deliveries.iter().filter(|d| d.state != "received").collect();
    let Some(first) = bad.first() else { return };
    let more = match bad.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    for t in tables {
        closed.entry(t).or_insert_with(|| format!("source `{}`: {}{more}", first.source, first.reason));
    }
}

fn daily(inputs: &Inputs<'_>, ledger: &SourceLedger, source: &str, kind: &'static str, starts: Option<Day>, tables: &[&'static str], period: &Period) -> Vec<Delivery> {
    let limit = inputs.config.run.max_rejected_share;
    let mut keyed: BTreeMap<i32, (u64, u64, Option<String>)> = BTreeMap::new();
    for (key, e) in &ledger.objects {
        let days: Vec<i32> = match e.key_day {
            Some(d) => vec![d],
            None => e.fragments.iter().map(|f| f.day).collect(),
        };
        // A broken object without a day in its name can hide any day: it is held against all it touched, or all.
        let days = if days.is_empty() && e.fault.is_some() { period.days().map(|d| period::day(d).0).collect() } else { days };
        for d in days {
            let slot = keyed.entry(d).or_default();
            slot.0 += e.read;
            slot.1 += e.rejected;
            slot.2 = slot.2.take().or_else(|| e.fault.as_ref().map(|f| format!("`{key}`: {f}")));
        }
    }
    let delivery = |day: Day| {
        let rows: u64 = tables.iter().filter_map(|t| inputs.partitions.entries.get(&format!("{t}/{}", period::date(day)))).filter_map(|p| p.kept.get(source)).sum();
        let shown = period::date(day);
        let (state, reason) = match keyed.get(&day.0) {
            None if rows == 0 && starts.is_some_and(|s| day < s) => ("missing", format!("{shown} lies before the source's first day")),
            None if rows == 0 => ("missing", format!("nothing was delivered for {shown}")),
            Some((_, _, Some(fault))) => ("truncated", format!("{shown}: {fault}")),
            Some((read, rejected, None)) if *rejected as f64 > limit * *read as f64 => {
                ("rejects", format!("{shown}: {rejected} of {read} records were refused, more than the allowed share {limit}"))
            }
            _ => ("received", String::new()),
        };
        Delivery { source: source.to_owned(), kind, day, state, reason, rows: i64::try_from(rows).unwrap_or(i64::MAX) }
    };
    period.days().map(period::day).map(delivery).collect()
}

fn snapshot(inputs: &Inputs<'_>, ledger: &SourceLedger, source: &str, kind: &'static str, table: &str, end: Instant, day: Day) -> Delivery {
    let max_age = inputs.config.run.snapshot_max_age_hours;
    let chosen = inputs.snapshots.before(table, end).get(source).copied();
    let broken = inputs.snapshots.broken_before(table, source, end);
    let limit = inputs.config.run.max_rejected_share;
    let (state, reason) = match (chosen, broken) {
        (_, Some((at, fault))) if chosen.is_none_or(|c| at >= c) => ("truncated", format!("snapshot of {}: {fault}", period::rfc3339(at))),
        (None, _) => ("missing", format!("no snapshot before {}", period::rfc3339(end))),
        (Some(at), _) if (end.0 - at.0) > max_age * 3_600_000_000 => {
            ("stale", format!("the newest snapshot is of {}, more than {max_age} hours before {}", period::rfc3339(at), period::rfc3339(end)))
        }
        (Some(at), _) => {
            let of = ledger.objects.values().filter(|o| o.snapshot_at == Some(at.0));
            let (read, rejected) = of.fold((0, 0), |(r, x), o| (r + o.read, x + o.rejected));
            if rejected as f64 > limit * read as f64 {
                ("rejects", format!("snapshot of {}: {rejected} of {read} records were refused, more than the allowed share {limit}", period::rfc3339(at)))
            } else {
                ("received", String::new())
            }
        }
    };
    let rows = chosen.map_or(0, |at| {
        let label = format!("{table}/{}", period::date(period::utc_day(at)));
        inputs.partitions.entries.get(&label).and_then(|p| p.kept.get(source)).copied().unwrap_or(0)
    });
    Delivery { source: source.to_owned(), kind, day, state, reason, rows: i64::try_from(rows).unwrap_or(i64::MAX) }
}
