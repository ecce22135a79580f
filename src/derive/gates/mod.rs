//! What is missing, stale or truncated, and which tables that closes.
//!
//! A metric is computed only from inputs that are whole: the tables it reads are looked up here.

mod daily;
mod delivered;
mod snapshot;

use std::collections::BTreeMap;

use daily::daily;
use snapshot::{Wanted, snapshot};

use super::anchors::{self, Anchored};
use super::snapshots::Snapshots;
use crate::config::Config;
use crate::lake::{Partitions, SourceLedger};
use crate::period::{self, Period};
use crate::source::Expected;
use crate::table::Day;

/// One expected delivery of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) source: String,
    pub(crate) kind: &'static str,
    pub(crate) day: Day,
    /// `received`, `missing`, `truncated`, `unreadable`, `rejects` or `stale`.
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) rows: i64,
    /// Rows delivered later than the settle time after their event.
    pub(crate) late: i64,
}

/// Deliveries of a period and why tables are closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates {
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) anchors: Vec<Anchored>,
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
                Expected::Daily => daily(inputs, ledger, s, &tables, period),
                Expected::Snapshot | Expected::Standing => {
                    vec![snapshot(inputs, ledger, &Wanted::of(s), period::instant(period.end), Day(period::day(period.after).0 - 1))]
                }
            };
            if s.expected == Expected::Snapshot {
                let opening = snapshot(inputs, ledger, &Wanted::of(s), period::instant(period.start), Day(period::day(period.first).0 - 1));
                close(&mut gates.at_start, &tables, &[opening]);
            }
            close(&mut gates.closed, &super::filled(s), &deliveries);
            gates.deliveries.extend(deliveries);
        }
        gates.anchors = anchors::compare(inputs, period);
        for a in gates.anchors.iter().filter(|a| !a.agrees) {
            let tables = inputs.config.sources.iter().filter(|s| s.id == a.anchor.source).flat_map(super::filled);
            for t in tables {
                gates.closed.entry(t).or_insert_with(|| format!("source `{}`: {}", a.anchor.source, a.sentence()));
            }
        }
        if let Some(ledger) = inputs.ledgers.get("register") {
            let delivery = snapshot(
                inputs,
                ledger,
                &Wanted { source: "register", kind: "register", table: "exceptions", ages: true },
                period::instant(period.end),
                Day(period::day(period.after).0 - 1),
            );
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

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
