//! A look at an input without taking it in: what the newest objects hold and what they lack for a full verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use arrow::array::{Array, TimestampMicrosecondArray};
use arrow::record_batch::RecordBatch;

use super::unpack;
use crate::config::SourceConfig;
use crate::source::{self, Manner, ObjectContext};
use crate::store::{Object, Place};
use crate::table::{Instant, Row, SignIn, typed};

/// Bytes of an object that are read at most.
const BYTES: u64 = 8 << 20;
/// Objects that are looked at, until they hold enough records.
const OBJECTS: usize = 24;
const RECORDS: u64 = 2_000;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Probe {
    /// Objects looked at.
    pub objects: Vec<String>,
    /// `gzip+json`, `csv`, …
    pub formats: BTreeSet<String>,
    /// Records read.
    pub read: u64,
    /// Records refused.
    pub rejected: u64,
    /// Refused by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Why an object cannot be read.
    pub faults: Vec<String>,
    /// First event.
    pub first_event: Option<Instant>,
    /// Last event.
    pub last_event: Option<Instant>,
    /// Sign-ins that succeeded, and those of them that do not say how they were satisfied.
    pub successes: u64,
    /// See `successes`.
    pub untold: u64,
    /// Columns of the sign-ins that no record fills.
    pub absent: BTreeSet<String>,
}

/// Columns whose absence closes something: attribution, location, device, scope.
const WANTED: [&str; 8] = ["identity_id", "app_id", "correlation_id", "ip", "country", "device_compliant", "network_trusted", "mfa_required"];

/// Looks at the newest objects of a source, companions together with what they belong to.
///
/// # Errors
/// When the place cannot be read at all.
pub fn probe(config: &SourceConfig, place: &Place, objects: &[Object]) -> anyhow::Result<Probe> {
    let mut found = Probe::default();
    let mut filled: BTreeSet<&str> = BTreeSet::new();
    let mut rows = 0;
    for object in objects.iter().rev().take(OBJECTS) {
        if found.read >= RECORDS {
            break;
        }
        found.objects.push(object.key.clone());
        let mut stream = place.read(object);
        let context = ObjectContext { source: &config.id, tenant: &config.tenant, key: &object.key, snapshot_at: Instant(0), details: None };
        let mut notes = Vec::new();
        let unpacked = unpack::parts(&mut stream, &unpack::PLAIN, &mut |part| {
            let mut some = part.stream.take(BYTES);
            let manner = Manner { form: config.form, flush_at: usize::MAX };
            let (counts, framed) = source::read_records(config.reader, &context, &mut some, manner, &mut |made| {
                for builder in made.filled() {
                    let (name, batch) = (builder.table().name, builder.finish()?);
                    found.see(name, &batch, &mut filled)?;
                    rows += u64::from(name == SignIn::TABLE.name) * batch.num_rows() as u64;
                }
                Ok(())
            })?;
            found.formats.insert(format!("{}{}", part.packed, counts.form));
            found.read += counts.read;
            found.rejected += counts.rejected;
            for (reason, refusals) in counts.reasons {
                *found.reasons.entry(reason).or_default() += refusals.count;
            }
            // Where the look ended early, the cut is ours.
            if let (Err(e), true) = (framed, some.limit() > 0) {
                notes.push(e.to_string());
            }
            Ok(())
        })?;
        notes.extend(unpacked.err().map(|e| e.to_string()));
        found.faults.extend(notes.into_iter().map(|n| format!("`{}`: {n}", object.key)));
    }
    if rows > 0 {
        found.absent = WANTED.iter().filter(|c| !filled.contains(*c)).map(|c| (*c).to_owned()).collect();
    }
    Ok(found)
}

impl Probe {
    fn see(&mut self, table: &str, batch: &RecordBatch, filled: &mut BTreeSet<&'static str>) -> anyhow::Result<()> {
        if let Ok(at) = typed::<TimestampMicrosecondArray>(batch, table, "occurred_at") {
            let (low, high) = (arrow::compute::min(at).map(Instant), arrow::compute::max(at).map(Instant));
            self.first_event = self.first_event.into_iter().chain(low).min();
            self.last_event = self.last_event.into_iter().chain(high).max();
        }
        if table != SignIn::TABLE.name {
            return Ok(());
        }
        for row in SignIn::read(batch)?.iter().filter(|r| r.outcome == "success" && r.stream != "workload") {
            self.successes += 1;
            self.untold += u64::from(row.mfa_outcome == "unknown");
        }
        filled.extend(WANTED.iter().filter(|c| batch.column_by_name(c).is_some_and(|a| a.null_count() < a.len())));
        Ok(())
    }
}
