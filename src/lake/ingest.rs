//! Raw objects into fragments, in parallel and in bounded memory; then fragments into partitions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use anyhow::Context;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::ledger::{self, Fragment, ObjectEntry, Partitions, READER_VERSION, SourceLedger};
use super::parquet::encode_fragment;
use super::{Lake, merge, unpack};
use crate::config::{Config, SourceConfig};
use crate::source::{self, Expected, FrameError, ObjectContext, Rows};
use crate::store::{Object, Place, Stores};
use crate::table::{Instant, Partition, TableBuilder};
use crate::{digest, period, register};

/// Told as work proceeds; drawn as bars or written as log lines by the command.
pub trait Watch: Sync + Debug {
    /// Objects of a source that will be read.
    fn source(&self, source: &str, objects: u64, bytes: u64);
    /// One object is done.
    fn object(&self, source: &str, key: &str, entry: &ObjectEntry);
    /// Partitions that will be made anew, and each one done.
    fn partitions(&self, total: u64);
    /// One partition is done.
    fn partition(&self, name: &str, rows: u64);
}

/// What an ingest did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IngestReport {
    /// Objects read.
    pub read: u64,
    /// Objects unchanged since the last run.
    pub unchanged: u64,
    /// Partitions made anew.
    pub partitions: u64,
    /// Ledger per source id, the register's included.
    pub ledgers: BTreeMap<String, SourceLedger>,
    /// All partitions of the lake.
    pub lake: Partitions,
}

/// An ingest and what it needs.
#[derive(Debug)]
pub struct Ingest<'a> {
    /// Configuration.
    pub config: &'a Config,
    /// Stores.
    pub stores: &'a Stores,
    /// Target.
    pub lake: &'a Lake,
    /// Progress.
    pub watch: &'a dyn Watch,
}

/// What one source's objects are read with.
enum Reading<'a> {
    Source(&'a SourceConfig),
    Register(&'a crate::config::RegisterConfig, TimeZone),
}

impl Ingest<'_> {
    /// Reads what is new or changed and makes the affected partitions anew.
    ///
    /// # Errors
    /// When a place cannot be listed or the lake cannot be written. A single bad object is not an error:
    /// it stands in its ledger with a fault.
    pub fn run(&self) -> anyhow::Result<IngestReport> {
        let threads = usize::try_from(self.config.run.threads).unwrap_or(0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("starting the workers")?;
        let mut report = IngestReport::default();
        for source in &self.config.sources {
            let place = self.stores.open(&source.url)?;
            self.source(&pool, &source.id, &source.pattern, &place, &Reading::Source(source), &mut report)?;
        }
        if let Some(register) = &self.config.register {
            let zone = period::zone(if register.time_zone.is_empty() { &self.config.organisation.time_zone } else { &register.time_zone })?;
            let place = self.stores.open(&register.url)?;
            self.source(&pool, "register", &register.pattern, &place, &Reading::Register(register, zone), &mut report)?;
        }
        report.lake = ledger::load(self.lake.place(), ledger::PARTITIONS)?;
        report.partitions = pool.install(|| merge::merge(self.lake, &report.ledgers, &mut report.lake, self.config.run.rows_in_memory, self.watch))?;
        Ok(report)
    }

    fn source(&self, pool: &rayon::ThreadPool, id: &str, pattern: &str, place: &Place, reading: &Reading<'_>, report: &mut IngestReport) -> anyhow::Result<()> {
        let key = ledger::source_key(id);
        let mut known: SourceLedger = ledger::load(self.lake.place(), &key)?;
        let objects = place.list(pattern).with_context(|| format!("source `{id}`"))?;
        let listed: BTreeSet<&str> = objects.iter().map(|o| o.key.as_str()).collect();
        // A broken object that was taken away has nothing to keep, and must not close its day for ever.
        known.objects.retain(|k, e| listed.contains(k.as_str()) || e.fault.is_none());
        known.gone = known.objects.keys().filter(|k| !listed.contains(k.as_str())).count() as u64;
        let settings = self.settings(reading);
        if known.settings != settings {
            anyhow::ensure!(
                known.gone == 0,
                "source `{id}`: its settings changed, so everything must be read again, but {} objects are no longer in the store: restore them, or take a new lake",
                known.gone
            );
            known = SourceLedger { settings, ..SourceLedger::default() };
        }
        let fresh: Vec<Object> = objects
            .into_iter()
            .filter(|o| {
                // A faulty object is tried again: what kept it from being read may be over.
                let same = known.objects.get(&o.key).is_some_and(|e| e.version == o.version && e.size == o.size && e.fault.is_none());
                report.unchanged += u64::from(same);
                !same
            })
            .collect();
        self.watch.source(id, fresh.len() as u64, fresh.iter().map(|o| o.size).sum());
        let read: Vec<(String, ObjectEntry)> = pool.install(|| {
            fresh
                .par_iter()
                .map(|o| {
                    let entry = self.object(id, place, o, reading)?;
                    self.watch.object(id, &o.key, &entry);
                    Ok((o.key.clone(), entry))
                })
                .collect::<anyhow::Result<_>>()
        })?;
        report.read += read.len() as u64;
        let stale: BTreeSet<String> = read.iter().filter_map(|(k, _)| known.objects.get(k)).flat_map(|e| e.fragments.iter().map(|f| f.key.clone())).collect();
        known.objects.extend(read);
        ledger::save(self.lake.place(), &key, &known)?;
        // Old fragments go only after the ledger no longer names them.
        let live: BTreeSet<&str> = known.objects.values().flat_map(|e| e.fragments.iter().map(|f| f.key.as_str())).collect();
        for gone in stale.iter().filter(|k| !live.contains(k.as_str())) {
            self.lake.place().delete(gone)?;
        }
        report.ledgers.insert(id.to_owned(), known);
        Ok(())
    }

    /// Digest of all that shapes the rows of a source besides its bytes.
    fn settings(&self, reading: &Reading<'_>) -> String {
        let zone = &self.config.organisation.time_zone;
        let text = match reading {
            Reading::Source(s) => format!("{READER_VERSION} {} {} {:?} {:?} {zone}", s.reader.kind(), s.tenant, s.starts, s.taken),
            Reading::Register(r, _) => format!("{READER_VERSION} register {} {:?} {:?} {:?} {zone}", r.time_zone, r.taken, r.columns, r.categories),
        };
        digest::sha256(text.as_bytes())
    }

    fn object(&self, id: &str, place: &Place, object: &Object, reading: &Reading<'_>) -> anyhow::Result<ObjectEntry> {
        let mut entry = ObjectEntry { version: object.version.clone(), size: object.size, ..ObjectEntry::default() };
        entry.key_day = source::day_in_key(&object.key).map(|d| period::day(d).0);
        let snapshot = match reading {
            Reading::Source(s) => s.reader.expected() == Expected::Snapshot,
            Reading::Register(..) => true,
        };
        let mut snapshot_at = Instant::default();
        if snapshot {
            let taken = match reading {
                Reading::Source(s) => s.taken,
                Reading::Register(r, _) => r.taken,
            };
            match (source::snapshot_time(&object.key, &period::zone(&self.config.organisation.time_zone)?), taken) {
                (Ok(at), _) => snapshot_at = at,
                (Err(_), Some(taken)) => snapshot_at = period::instant(taken),
                (Err(e), None) => return Ok(ObjectEntry { fault: Some(format!("{e:#}")), ..entry }),
            }
            entry.snapshot_at = Some(snapshot_at.0);
        }
        let mut stream = place.read(object);
        let tenant = match reading {
            Reading::Source(s) => s.tenant.as_str(),
            Reading::Register(..) => "",
        };
        let context = ObjectContext { source: id, tenant, key: &object.key, snapshot_at };
        match unpack::unpack(&mut stream, matches!(reading, Reading::Register(..))) {
            Err(e) => entry.fault = Some(format!("truncated or unreadable: {e}")),
            Ok((packed, mut plain)) => {
                let mut writer = FragmentWriter { lake: self.lake, object: &context, version: &object.version, snapshot, starts: starts(reading), entry: &mut entry, written: 0 };
                let (counts, format, fault) = match reading {
                    Reading::Source(s) => {
                        let flush_at = usize::try_from(self.config.run.rows_in_memory).unwrap_or(usize::MAX);
                        let (counts, framed) = source::read_records(s.reader, &context, &mut plain, flush_at, &mut |rows| writer.write(rows))?;
                        (counts, "json", framed.err().as_ref().map(FrameError::to_string))
                    }
                    Reading::Register(config, zone) => match register::read(&mut plain, &context, config, zone) {
                        Ok((counts, mut rows, format)) => {
                            writer.write(&mut rows)?;
                            (counts, format, None)
                        }
                        Err(e) => (source::Counts::default(), "unknown", Some(format!("{e:#}"))),
                    },
                };
                entry.format = format!("{packed}{format}");
                (entry.read, entry.rejected, entry.reasons, entry.continues) = (counts.read, counts.rejected, counts.reasons, counts.continues);
                entry.fault = fault;
            }
        }
        match stream.finish() {
            Ok(sha256) => entry.sha256 = sha256,
            Err(e) => entry.fault = Some(format!("truncated or unreadable: {e}")),
        }
        Ok(entry)
    }
}

fn starts(reading: &Reading<'_>) -> Option<i32> {
    match reading {
        Reading::Source(s) => s.starts.map(|d| period::day(d).0),
        Reading::Register(..) => None,
    }
}

/// Writes the rows of one object, cut by partition day.
struct FragmentWriter<'w> {
    lake: &'w Lake,
    object: &'w ObjectContext<'w>,
    version: &'w str,
    snapshot: bool,
    starts: Option<i32>,
    entry: &'w mut ObjectEntry,
    written: usize,
}

impl FragmentWriter<'_> {
    fn write(&mut self, rows: &mut Rows) -> anyhow::Result<()> {
        for builder in rows.filled() {
            self.table(builder)?;
        }
        Ok(())
    }

    fn table(&mut self, builder: &mut TableBuilder) -> anyhow::Result<()> {
        let table = builder.table();
        let batch = builder.finish()?;
        if self.snapshot || table.partition != Partition::EventDay {
            // The partition of a snapshot is the UTC day its instant falls on.
            return self.fragment(&table, period::utc_day(self.object.snapshot_at).0, &batch);
        }
        self.note_events(&batch)?;
        for (day, part) in merge::by_day(&batch)? {
            if self.starts.is_some_and(|s| day < s) {
                self.entry.out_of_period += part.num_rows() as u64;
            } else {
                self.fragment(&table, day, &part)?;
            }
        }
        Ok(())
    }

    fn note_events(&mut self, batch: &arrow::record_batch::RecordBatch) -> anyhow::Result<()> {
        let at: &arrow::array::TimestampMicrosecondArray = crate::table::typed(batch, "events", "occurred_at")?;
        let (low, high) = (arrow::compute::min(at), arrow::compute::max(at));
        self.entry.first_event = self.entry.first_event.into_iter().chain(low).min();
        self.entry.last_event = self.entry.last_event.into_iter().chain(high).max();
        Ok(())
    }

    fn fragment(&mut self, table: &crate::table::Table, day: i32, batch: &arrow::record_batch::RecordBatch) -> anyhow::Result<()> {
        let name = digest::sha256(format!("{}\n{}\n{}", self.object.source, self.object.key, self.version).as_bytes());
        let key = format!("fragments/{}/{}-{:03}.parquet", table.name, &name[..24], self.written);
        let bytes = encode_fragment(batch)?;
        self.entry.fragments.push(Fragment { table: table.name.to_owned(), day, rows: batch.num_rows() as u64, key: key.clone(), sha256: digest::sha256(&bytes) });
        self.lake.place().put(&key, bytes)?;
        self.written += 1;
        Ok(())
    }
}
