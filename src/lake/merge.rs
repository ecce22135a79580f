//! Fragments into partitions: de-duplicated by key, ordered, written in one step.

use std::collections::BTreeMap;

use arrow::array::{Array, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, SortField};
use rayon::prelude::*;

use super::ingest::Watch;
use super::ledger::{self, Fragment, PartitionEntry, Partitions, SourceLedger};
use super::{Lake, decode, parquet, partition_key};
use crate::table::{self, Day, Table, typed};
use crate::{digest, period};

/// Columns that say where a copy came from, not what it says.
const DELIVERY: [&str; 4] = ["ingested_at", "completeness", "raw_object", "raw_offset"];

/// What partitions are made with.
pub(super) struct Merge<'m> {
    pub(super) lake: &'m Lake,
    pub(super) rows_in_memory: i64,
    /// A row delivered later than this after its event is late.
    pub(super) settle_hours: i64,
    pub(super) watch: &'m dyn Watch,
}

impl Merge<'_> {
    /// Makes every partition anew whose fragments changed; returns how many.
    pub(super) fn all(&self, ledgers: &BTreeMap<String, SourceLedger>, known: &mut Partitions) -> anyhow::Result<u64> {
        let lake = self.lake;
        let mut wanted: BTreeMap<(&str, i32), Vec<&Fragment>> = BTreeMap::new();
        for fragment in ledgers.values().flat_map(|l| l.objects.values()).flat_map(|o| &o.fragments) {
            wanted.entry((fragment.table.as_str(), fragment.day)).or_default().push(fragment);
        }
        // What the ledger says was made must still be there: a lost partition would read as a day without rows.
        let present: std::collections::BTreeSet<String> = lake.place().list("*/date=*/part.parquet")?.into_iter().map(|o| o.key).collect();
        let mut work = Vec::new();
        let mut entries = BTreeMap::new();
        for ((name, day), mut fragments) in wanted {
            let Some(table) = table::named(name) else { continue };
            fragments.sort_by(|a, b| (&a.sha256, &a.key).cmp(&(&b.sha256, &b.key)));
            let settle = self.settle_hours.to_le_bytes();
            let inputs = digest::sha256_parts(fragments.iter().map(|f| f.sha256.as_bytes()).chain([&settle[..]]));
            let label = format!("{name}/{}", period::date(Day(day)));
            match known.entries.remove(&label) {
                Some(entry) if entry.inputs == inputs && present.contains(&partition_key(&table, Day(day))) => drop(entries.insert(label, entry)),
                _ => work.push((label, table, Day(day), fragments, inputs)),
            }
        }
        self.watch.partitions(work.len() as u64);
        let made: Vec<(String, PartitionEntry)> = work
            .par_iter()
            .map(|(label, table, day, fragments, inputs)| {
                let entry = self.partition(table, *day, fragments, inputs)?;
                self.watch.partition(label, entry.kept.values().sum());
                Ok((label.clone(), entry))
            })
            .collect::<anyhow::Result<_>>()?;
        let count = made.len() as u64;
        entries.extend(made);
        // What is left in `known` has no fragments any more.
        for label in known.entries.keys() {
            if let Some((table, day)) = label.split_once('/').and_then(|(t, d)| Some((table::named(t)?, d.parse().ok()?))) {
                lake.place().delete(&partition_key(&table, period::day(day)))?;
            }
        }
        *known = Partitions { entries };
        ledger::save(lake.place(), ledger::PARTITIONS, known)?;
        Ok(count)
    }

    fn partition(&self, table: &Table, day: Day, fragments: &[&Fragment], inputs: &str) -> anyhow::Result<PartitionEntry> {
        let lake = self.lake;
        let total: u64 = fragments.iter().map(|f| f.rows).sum();
        // A day larger than memory is made in passes; copies of one event always fall into one pass.
        let passes = total.div_ceil(u64::try_from(self.rows_in_memory.max(1)).unwrap_or(1)).max(1);
        let mut entry = PartitionEntry { inputs: inputs.to_owned(), ..PartitionEntry::default() };
        let mut out = parquet::writer(table.schema(), lake.place().writer(&partition_key(table, day))?)?;
        for pass in 0..passes {
            let mut batches = Vec::new();
            for fragment in fragments {
                let bytes = lake.place().get(&fragment.key)?.ok_or_else(|| anyhow::anyhow!("`{}` is missing from the lake; start with an empty lake", fragment.key))?;
                for batch in decode(bytes)? {
                    batches.push(if passes == 1 { batch } else { of_pass(table, &batch, pass, passes)? });
                }
            }
            let all = concat_batches(&table.schema(), &batches)?;
            if all.num_rows() > 0 {
                out.write(&distinct(table, &all, self.settle_hours, &mut entry)?)?;
            }
        }
        out.into_inner()?.finish()?;
        Ok(entry)
    }
}

/// Rows whose key falls into this pass.
fn of_pass(table: &Table, batch: &RecordBatch, pass: u64, passes: u64) -> anyhow::Result<RecordBatch> {
    let keys = rows_of(batch, table.key.iter().copied())?;
    let mask = (0..batch.num_rows()).map(|i| Some(digest::spread(keys.row(i).as_ref()) % passes == pass)).collect();
    Ok(filter_record_batch(batch, &mask)?)
}

/// One row per key: the most complete copy, then the latest delivered, then the first in the store.
fn distinct(table: &Table, all: &RecordBatch, settle_hours: i64, entry: &mut PartitionEntry) -> anyhow::Result<RecordBatch> {
    let keys = rows_of(all, table.key.iter().copied())?;
    let content = rows_of(all, table.columns.iter().map(|c| c.name).filter(|c| !DELIVERY.contains(c)))?;
    let ints = |name| typed::<Int64Array>(all, table.name, name).ok();
    let completeness = ints("completeness");
    let offsets = ints("raw_offset");
    let delivered = typed::<TimestampMicrosecondArray>(all, table.name, "ingested_at").ok();
    let objects = typed::<StringArray>(all, table.name, "raw_object").ok();
    let rank = |i: u32| {
        let i = i as usize;
        let final_first = std::cmp::Reverse(completeness.map_or(0, |c| c.value(i)));
        let late_first = std::cmp::Reverse(delivered.filter(|d| d.is_valid(i)).map(|d| d.value(i)));
        (final_first, late_first, objects.map(|o| o.value(i)), offsets.map(|o| o.value(i)))
    };
    let mut order: Vec<u32> = (0..u32::try_from(all.num_rows())?).collect();
    order.sort_by(|a, b| keys.row(*a as usize).cmp(&keys.row(*b as usize)).then_with(|| rank(*a).cmp(&rank(*b))));
    let sources: &StringArray = typed(all, table.name, "source")?;
    let streams = typed(all, table.name, "stream").ok();
    let mut counted = Counted { sources, streams, occurred: typed(all, table.name, "occurred_at").ok(), delivered, found: BTreeMap::new() };
    let mut kept: Vec<u32> = Vec::with_capacity(order.len());
    for i in order {
        match kept.last() {
            Some(last) if keys.row(*last as usize) == keys.row(i as usize) => {
                *entry.duplicates.entry(sources.value(i as usize).to_owned()).or_default() += 1;
                entry.conflicting += u64::from(content.row(*last as usize) != content.row(i as usize));
            }
            _ => {
                counted.add(i as usize, settle_hours);
                kept.push(i);
            }
        }
    }
    counted.into(entry);
    let sorting = rows_of(all, order_columns(table, all))?;
    kept.sort_by(|a, b| sorting.row(*a as usize).cmp(&sorting.row(*b as usize)));
    Ok(take_record_batch(all, &UInt32Array::from(kept))?)
}

/// Kept rows by source and stream: how many, and how many of them late.
struct Counted<'c> {
    sources: &'c StringArray,
    streams: Option<&'c StringArray>,
    occurred: Option<&'c TimestampMicrosecondArray>,
    delivered: Option<&'c TimestampMicrosecondArray>,
    found: BTreeMap<(&'c str, Option<&'c str>), (u64, u64)>,
}

impl Counted<'_> {
    fn add(&mut self, i: usize, settle_hours: i64) {
        let slot = self.found.entry((self.sources.value(i), self.streams.map(|s| s.value(i)))).or_default();
        slot.0 += 1;
        let delivered = self.delivered.filter(|d| d.is_valid(i)).map(|d| d.value(i));
        let late = self.occurred.zip(delivered).is_some_and(|(at, delivered)| delivered - at.value(i) > settle_hours * 3_600_000_000);
        slot.1 += u64::from(late);
    }

    fn into(self, entry: &mut PartitionEntry) {
        for ((source, stream), (kept, late)) in self.found {
            *entry.kept.entry(source.to_owned()).or_default() += kept;
            if let Some(stream) = stream {
                *entry.streams.entry(source.to_owned()).or_default().entry(stream.to_owned()).or_default() += kept;
            }
            if late > 0 {
                *entry.late.entry(source.to_owned()).or_default() += late;
            }
        }
    }
}

/// Events are read by identity and time; everything else by its key.
fn order_columns<'t>(table: &'t Table, batch: &RecordBatch) -> impl Iterator<Item = &'t str> {
    let by_identity = ["identity_id", "occurred_at", "event_id"];
    let use_identity = by_identity.iter().all(|c| batch.column_by_name(c).is_some());
    let key: &'t [&'static str] = table.key;
    let columns: Vec<&'t str> = if use_identity { by_identity.to_vec() } else { key.to_vec() };
    columns.into_iter()
}

fn rows_of<'c>(batch: &RecordBatch, columns: impl Iterator<Item = &'c str>) -> anyhow::Result<arrow::row::Rows> {
    let arrays: Vec<_> = columns.filter_map(|c| batch.column_by_name(c).cloned()).collect();
    let converter = RowConverter::new(arrays.iter().map(|a| SortField::new(a.data_type().clone())).collect())?;
    Ok(converter.convert_columns(&arrays)?)
}

/// Rows per event day; one part without a copy when all rows share the day.
pub(super) fn by_day(batch: &RecordBatch) -> anyhow::Result<Vec<(i32, RecordBatch)>> {
    let days: &Date32Array = typed(batch, "events", "event_date")?;
    let mut rows: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
    for (i, day) in days.values().iter().enumerate() {
        rows.entry(*day).or_default().push(u32::try_from(i)?);
    }
    if rows.len() == 1 {
        return Ok(rows.into_keys().map(|d| (d, batch.clone())).collect());
    }
    rows.into_iter().map(|(day, indices)| Ok((day, take_record_batch(batch, &UInt32Array::from(indices))?))).collect()
}
