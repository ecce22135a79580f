//! Raw objects into fragments, in parallel and in bounded memory; then fragments into partitions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use anyhow::Context;
use rayon::prelude::*;

use super::ledger::{self, ObjectEntry, Partitions, READER_VERSION, SourceLedger};
use super::object::{self, Job, Reading};
use super::{Lake, merge};
use crate::config::Config;
use crate::store::{Object, Place, Stores};
use crate::{digest, period, source};

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
        report.partitions = pool.install(|| {
            merge::Merge { lake: self.lake, rows_in_memory: self.config.run.rows_in_memory, settle_hours: self.config.run.settle_hours, watch: self.watch }
                .all(&report.ledgers, &mut report.lake)
        })?;
        Ok(report)
    }

    fn source(&self, pool: &rayon::ThreadPool, id: &str, pattern: &str, place: &Place, reading: &Reading<'_>, report: &mut IngestReport) -> anyhow::Result<()> {
        let key = ledger::source_key(id);
        let mut known: SourceLedger = ledger::load(self.lake.place(), &key)?;
        let objects = place.list(pattern).with_context(|| format!("source `{id}`"))?;
        let listed: BTreeSet<&str> = objects.iter().map(|o| o.key.as_str()).collect();
        forget(&mut known, &objects, &listed);
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
        let jobs = jobs(&objects, reading);
        let fresh: Vec<&Job<'_>> = jobs
            .iter()
            .filter(|j| {
                // A faulty object is tried again: what kept it from being read may be over.
                let same = known.objects.get(&j.object.key).is_some_and(|e| e.version == j.state && e.size == j.object.size && e.fault.is_none());
                report.unchanged += u64::from(same);
                !same
            })
            .collect();
        self.watch.source(id, fresh.len() as u64, fresh.iter().map(|j| j.object.size).sum());
        let read: Vec<(String, ObjectEntry)> = pool.install(|| {
            fresh
                .par_iter()
                .map(|job| {
                    let entry = object::read(self, id, place, job, reading)?;
                    self.watch.object(id, &job.object.key, &entry);
                    Ok((job.object.key.clone(), entry))
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
            Reading::Source(s) => format!("{READER_VERSION} {} {} {:?} {:?} {:?} {zone}", s.reader.kind(), s.tenant, s.starts, s.taken, s.form),
            Reading::Register(r, _) => format!("{READER_VERSION} register {} {:?} {:?} {:?} {zone}", r.time_zone, r.taken, r.columns, r.categories),
        };
        digest::sha256(text.as_bytes())
    }
}

/// Every object with the companion that is read together with it.
fn jobs<'o>(objects: &'o [Object], reading: &Reading<'_>) -> Vec<Job<'o>> {
    let main_of = |o: &Object| reading.companion_of(&o.key);
    let mains: BTreeMap<String, &Object> = objects.iter().filter_map(|o| Some((main_of(o)?, o))).collect();
    let known: BTreeSet<&str> = objects.iter().map(|o| o.key.as_str()).collect();
    let job = |object: &'o Object| {
        let companion = mains.get(&object.key).copied();
        // A companion that comes later, or comes anew, changes what the object says.
        let state = companion.map_or(object.version.clone(), |c| format!("{} with {}", object.version, c.version));
        Job { object, state, companion, orphan: main_of(object).filter(|m| !known.contains(m.as_str())) }
    };
    objects.iter().map(job).collect()
}

/// A broken object that was taken away is forgotten when it held nothing, or when its day came again under another name.
/// Otherwise its fault stays: what it lacked is still lacking.
fn forget(known: &mut SourceLedger, objects: &[Object], listed: &BTreeSet<&str>) {
    let fresh: BTreeSet<_> = objects.iter().filter(|o| !known.objects.contains_key(&o.key)).filter_map(|o| source::days_in_key(&o.key)).collect();
    let again = |e: &ObjectEntry| e.key_day.is_some_and(|day| fresh.iter().any(|(first, last)| (period::day(*first).0..=period::day(*last).0).contains(&day)));
    known.objects.retain(|key, e| listed.contains(key.as_str()) || e.fault.is_none() || (e.read > 0 && !again(e)));
}
