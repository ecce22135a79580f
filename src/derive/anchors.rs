//! Anchors: totals that somebody read elsewhere, held against what arrived. A whole delivery of half the tenant looks
//! whole; only a number from outside tells.

use super::gates::Inputs;
use crate::config::{Anchor, SourceConfig};
use crate::period::{self, Period};
use crate::source::Expected;
use crate::table::Instant;

/// An anchor of the period with what was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Anchored {
    pub(crate) anchor: Anchor,
    pub(crate) found: u64,
    /// Within the tolerance.
    pub(crate) agrees: bool,
}

impl Anchored {
    pub(crate) fn sentence(&self) -> String {
        let a = &self.anchor;
        format!("{} {} arrived where {} were counted elsewhere, more than the allowed difference of {} %", self.found, a.counts.replace('_', " "), a.value, a.tolerance * 100.0)
    }
}

/// Every anchor of this period.
pub(super) fn compare(inputs: &Inputs<'_>, period: &Period) -> Vec<Anchored> {
    let of_period = inputs.config.anchors.iter().filter(|a| a.period == period.id());
    of_period
        .filter_map(|a| {
            let source = inputs.config.sources.iter().find(|s| s.id == a.source)?;
            let found = match source.expected {
                Expected::Daily => events(inputs, source, a, period),
                Expected::Snapshot | Expected::Standing => listed(inputs, source, a, period),
            };
            let agrees = (found as f64 - a.value as f64).abs() <= a.tolerance * a.value as f64;
            Some(Anchored { anchor: a.clone(), found, agrees })
        })
        .collect()
}

/// Rows of the period's calendar days in UTC, in which portals count.
fn events(inputs: &Inputs<'_>, source: &SourceConfig, anchor: &Anchor, period: &Period) -> u64 {
    let (table, stream) = anchor.table();
    let day = |date| {
        let Some(p) = inputs.partitions.entries.get(&format!("{table}/{date}")) else { return 0 };
        match stream {
            None => p.kept.get(&source.id).copied().unwrap_or(0),
            Some(stream) => p.streams.get(&source.id).and_then(|s| s.get(stream)).copied().unwrap_or(0),
        }
    };
    period.days().map(day).sum()
}

/// Rows of the snapshot that speaks for the period's end.
fn listed(inputs: &Inputs<'_>, source: &SourceConfig, anchor: &Anchor, period: &Period) -> u64 {
    let (table, _) = anchor.table();
    let chosen = inputs.snapshots.before(table, period::instant(period.end)).get(&source.id).copied();
    let objects = inputs.ledgers.get(&source.id).into_iter().flat_map(|l| l.objects.values());
    let own = objects.filter(|o| chosen.is_some() && o.snapshot_at.map(Instant) == chosen);
    own.flat_map(|o| &o.fragments).filter(|f| f.table == table).map(|f| f.rows).sum()
}
