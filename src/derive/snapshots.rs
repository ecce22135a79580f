//! Which snapshots the lake holds and which one speaks for an instant.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{BooleanArray, StringArray, TimestampMicrosecondArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;

use crate::lake::{Lake, Partitions, SourceLedger};
use crate::period;
use crate::table::{Instant, Table, typed};

/// Snapshots by table and source.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    whole: BTreeMap<(String, String), BTreeSet<Instant>>,
    broken: BTreeMap<(String, String), BTreeMap<Instant, String>>,
}

/// The snapshot chosen per source.
pub(crate) type Chosen = BTreeMap<String, Instant>;

impl Snapshots {
    /// `tables` says which tables a source fills, so that a broken snapshot without rows is still known.
    pub(crate) fn new(ledgers: &BTreeMap<String, SourceLedger>, tables: &BTreeMap<String, Vec<&'static str>>) -> Self {
        let mut found = Self::default();
        for (source, ledger) in ledgers {
            let filled = tables.get(source).map_or(&[][..], Vec::as_slice);
            for (key, entry) in &ledger.objects {
                let Some(at) = entry.snapshot_at.map(Instant) else { continue };
                for table in filled {
                    let place = ((*table).to_owned(), source.clone());
                    match &entry.fault {
                        None => drop(found.whole.entry(place).or_default().insert(at)),
                        Some(fault) => drop(found.broken.entry(place).or_default().insert(at, format!("`{key}`: {fault}"))),
                    }
                }
            }
        }
        // A snapshot of several objects is whole only if all of them are.
        for (place, bad) in &found.broken {
            if let Some(good) = found.whole.get_mut(place) {
                good.retain(|at| !bad.contains_key(at));
            }
        }
        found
    }

    /// Whole snapshots of a table by source.
    pub(crate) fn of<'s>(&'s self, table: &'s str) -> impl Iterator<Item = (&'s str, &'s BTreeSet<Instant>)> {
        self.whole.iter().filter(move |((t, _), _)| t == table).map(|((_, source), at)| (source.as_str(), at))
    }

    /// Every instant at which some source took a whole snapshot, oldest first.
    pub(crate) fn instants(&self, table: &str) -> BTreeSet<Instant> {
        self.of(table).flat_map(|(_, at)| at.iter().copied()).collect()
    }

    /// Newest snapshot of each source before `end`.
    pub(crate) fn before(&self, table: &str, end: Instant) -> Chosen {
        self.of(table).filter_map(|(s, at)| Some((s.to_owned(), *at.range(..end).next_back()?))).collect()
    }

    /// First snapshot of each source at or after `at`, else its newest: what tells of an event at that time.
    pub(crate) fn telling_of(&self, table: &str, at: Instant) -> Chosen {
        self.of(table).filter_map(|(s, all)| Some((s.to_owned(), *all.range(at..).next().or_else(|| all.last())?))).collect()
    }

    /// The newest broken snapshot of a source before `end`.
    pub(crate) fn broken_before(&self, table: &str, source: &str, end: Instant) -> Option<(Instant, &str)> {
        let bad = self.broken.get(&(table.to_owned(), source.to_owned()))?;
        bad.range(..end).next_back().map(|(at, why)| (*at, why.as_str()))
    }
}

/// Rows of the chosen snapshots.
pub(crate) fn load(lake: &Lake, table: &Table, chosen: &Chosen) -> anyhow::Result<Vec<RecordBatch>> {
    let days: BTreeSet<_> = chosen.values().map(|at| period::utc_day(*at)).collect();
    let mut found = Vec::new();
    for day in days {
        for batch in lake.partition(table, day)? {
            let sources: &StringArray = typed(&batch, table.name, "source")?;
            let at: &TimestampMicrosecondArray = typed(&batch, table.name, "snapshot_at")?;
            let mask: BooleanArray = (0..batch.num_rows()).map(|i| Some(chosen.get(sources.value(i)) == Some(&Instant(at.value(i))))).collect();
            found.push(filter_record_batch(&batch, &mask)?);
        }
    }
    Ok(found)
}

/// Digest of the partitions that chosen snapshots live in, for fingerprints of what is made from them.
pub(crate) fn fingerprint(partitions: &Partitions, table: &str, chosen: &Chosen) -> String {
    let mut text = String::new();
    for (source, at) in chosen {
        let label = format!("{table}/{}", period::date(period::utc_day(*at)));
        let inputs = partitions.entries.get(&label).map_or("", |e| e.inputs.as_str());
        text.push_str(&format!("{source} {} {inputs};", at.0));
    }
    text
}
