//! One raw object into fragments: unpacked, decoded, cut by partition day, written.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;
use jiff::tz::TimeZone;

use super::ingest::Ingest;
use super::ledger::{Fragment, ObjectEntry};
use super::parquet::encode_fragment;
use super::unpack::{self, Part};
use super::{Lake, merge};
use crate::config::{RegisterConfig, SourceConfig};
use crate::source::{self, Details, Expected, Manner, ObjectContext, Rows};
use crate::store::{Object, Place};
use crate::table::{Instant, Partition, Rejected, Row, Table, TableBuilder};
use crate::{digest, period, register};

/// Different texts counted apart per object.
const UNMAPPED: usize = 100;

/// What one source's objects are read with.
pub(super) enum Reading<'a> {
    /// A provider's export.
    Source(&'a SourceConfig),
    /// The exception register, in its zone.
    Register(&'a RegisterConfig, TimeZone),
}

/// One object to read.
pub(super) struct Job<'o> {
    /// It.
    pub(super) object: &'o Object,
    /// What tells one state of it, and of its companion, from the next.
    pub(super) state: String,
    /// Another object that tells more about its records.
    pub(super) companion: Option<&'o Object>,
    /// It is a companion itself, and this object that it belongs to is not there.
    pub(super) orphan: Option<String>,
}

impl Reading<'_> {
    fn is_snapshot(&self) -> bool {
        match self {
            Reading::Source(s) => s.reader.expected() != Expected::Daily,
            Reading::Register(..) => true,
        }
    }

    fn is_standing(&self) -> bool {
        matches!(self, Reading::Source(s) if s.reader.expected() == Expected::Standing)
    }

    fn taken(&self) -> Option<jiff::Timestamp> {
        match self {
            Reading::Source(s) => s.taken,
            Reading::Register(r, _) => r.taken,
        }
    }

    fn kind<'k>(&self, ahead: &'k dyn Fn(&str) -> bool) -> unpack::Kind<'k> {
        unpack::Kind { workbook: matches!(self, Reading::Register(..)), ahead }
    }

    pub(super) fn companion_of(&self, key: &str) -> Option<String> {
        match self {
            Reading::Source(s) => s.reader.companion_of(key),
            Reading::Register(..) => None,
        }
    }

    fn tenant(&self) -> &str {
        match self {
            Reading::Source(s) => &s.tenant,
            Reading::Register(..) => "",
        }
    }

    fn starts(&self) -> Option<i32> {
        match self {
            Reading::Source(s) => s.starts.map(|d| period::day(d).0),
            Reading::Register(..) => None,
        }
    }
}

/// Reads one object. What is wrong with it stands in its entry.
///
/// # Errors
/// When the lake cannot be written.
pub(super) fn read(ingest: &Ingest<'_>, id: &str, place: &Place, job: &Job<'_>, reading: &Reading<'_>) -> anyhow::Result<ObjectEntry> {
    let object = job.object;
    let mut entry = ObjectEntry { version: job.state.clone(), size: object.size, ..ObjectEntry::default() };
    if let Some((first, last)) = source::days_in_key(&object.key) {
        (entry.key_from, entry.key_day) = (Some(period::day(first).0), Some(period::day(last).0));
    }
    if reading.is_snapshot() {
        match (source::snapshot_time(&object.key, &period::zone(&ingest.config.organisation.time_zone)?), reading.taken()) {
            (Ok(at), _) => entry.snapshot_at = Some(at.0),
            (Err(_), Some(taken)) => entry.snapshot_at = Some(period::instant(taken).0),
            // A list that people keep may have no date: it holds from the beginning.
            (Err(_), None) if reading.is_standing() => entry.snapshot_at = Some(0),
            (Err(e), None) => return Ok(ObjectEntry { fault: Some(format!("{e:#}")), ..entry }),
        }
    }
    let details = match (job.companion, reading) {
        (Some(companion), Reading::Source(s)) => match details(place, companion, s) {
            Ok(found) => Some(found),
            Err(e) => return Ok(ObjectEntry { fault: Some(format!("its companion `{}`: {e:#}", companion.key)), ..entry }),
        },
        _ => None,
    };
    let mut stream = place.read(object);
    let context = ObjectContext { source: id, tenant: reading.tenant(), key: &object.key, snapshot_at: Instant(entry.snapshot_at.unwrap_or(0)), details: details.as_ref() };
    let mut writer = Writer {
        lake: ingest.lake,
        object: context,
        version: &job.state,
        snapshot: reading.is_snapshot(),
        starts: reading.starts(),
        entry: &mut entry,
        written: 0,
        pages: 0,
        open_pages: 0,
        inside: BTreeMap::new(),
    };
    let flush_at = usize::try_from(ingest.config.run.rows_in_memory).unwrap_or(usize::MAX);
    let unpacked = unpack::parts(&mut stream, &reading.kind(&|name| reading.companion_of(name).is_some()), &mut |mut part| writer.part(&mut part, reading, flush_at))?;
    writer.lone_companions();
    if let Err(e) = unpacked {
        entry.fault.get_or_insert(format!("truncated or unreadable: {e}"));
    }
    match stream.finish() {
        Ok(sha256) => entry.sha256 = sha256,
        Err(e) => entry.fault = Some(format!("truncated or unreadable: {e}")),
    }
    if let Some(main) = &job.orphan {
        entry.fault.get_or_insert(format!("it belongs to `{main}`, which is not there"));
    }
    Ok(entry)
}

/// What a companion tells; in an archive, all its files together.
fn details(place: &Place, companion: &Object, source: &SourceConfig) -> anyhow::Result<Details> {
    let mut stream = place.read(companion);
    let mut found = Details::default();
    unpack::parts(&mut stream, &unpack::PLAIN, &mut |part| {
        found.extend(source::read_details(source.reader, part.stream)?);
        Ok(())
    })??;
    Ok(found)
}

/// Writes the rows of one object, cut by partition day.
struct Writer<'w> {
    lake: &'w Lake,
    object: ObjectContext<'w>,
    version: &'w str,
    snapshot: bool,
    starts: Option<i32>,
    entry: &'w mut ObjectEntry,
    written: usize,
    pages: u64,
    open_pages: u64,
    /// Companions inside the archive by the file that each belongs to.
    inside: BTreeMap<String, Details>,
}

impl Writer<'_> {
    /// Reads one part: the object itself, or one file of the archive that it is.
    fn part(&mut self, part: &mut Part<'_>, reading: &Reading<'_>, flush_at: usize) -> anyhow::Result<()> {
        if let (false, Some(main), Reading::Source(s)) = (part.name.is_empty(), reading.companion_of(part.name), reading) {
            match source::read_details(s.reader, &mut part.stream) {
                Ok(found) => {
                    self.entry.read += found.len() as u64;
                    self.inside.entry(main).or_default().extend(found);
                }
                Err(e) => self.fault(part, Some(e.to_string())),
            }
            return Ok(());
        }
        let inner = format!("{}/{}", self.object.key, part.name);
        let beside = self.inside.remove(part.name);
        let context = ObjectContext { key: if part.name.is_empty() { self.object.key } else { &inner }, details: beside.as_ref().or(self.object.details), ..self.object };
        let (counts, fault) = match reading {
            Reading::Source(s) => {
                let manner = Manner { form: s.form, flush_at };
                let (counts, framed) = source::read_records(s.reader, &context, &mut part.stream, manner, &mut |rows| self.write(rows))?;
                (counts, framed.err().map(|e| e.to_string()))
            }
            Reading::Register(config, zone) => match register::read(&mut part.stream, &context, config, zone) {
                Ok((counts, mut rows)) => {
                    self.write(&mut rows)?;
                    (counts, None)
                }
                Err(e) => (source::Counts { form: "unknown", ..source::Counts::default() }, Some(format!("{e:#}"))),
            },
        };
        self.fault(part, fault);
        self.count(part, counts);
        Ok(())
    }

    /// A companion inside an archive whose file is not there tells of nothing.
    fn lone_companions(&mut self) {
        if let Some(main) = self.inside.keys().next() {
            self.entry.fault.get_or_insert(format!("a companion in it belongs to `{main}`, which is not there"));
        }
    }

    /// The first fault of an object stands for it.
    fn fault(&mut self, part: &Part<'_>, fault: Option<String>) {
        let named = |f: String| if part.name.is_empty() { f } else { format!("`{}`: {f}", part.name) };
        self.entry.fault = self.entry.fault.take().or(fault.map(named));
    }

    fn count(&mut self, part: &Part<'_>, counts: source::Counts) {
        let form = format!("{}{}", part.packed, counts.form);
        if !self.entry.format.split(' ').any(|f| f == form) {
            self.entry.format = format!("{} {form}", self.entry.format).trim_start().to_owned();
        }
        self.entry.read += counts.read;
        self.entry.rejected += counts.rejected;
        (self.pages, self.open_pages) = (self.pages + counts.pages, self.open_pages + counts.open_pages);
        // Of several pages in one object the last one tells; it is the only one that names none.
        self.entry.continues = self.pages > 0 && self.pages == self.open_pages;
        let nothing = counts.read > 1 && counts.rejected == counts.read;
        let reason = counts.reasons.keys().next().map_or("", String::as_str);
        let fault = counts.fault.or_else(|| nothing.then(|| format!("unreadable: none of {} records is understood: {reason}", counts.read)));
        self.fault(part, fault);
        for (reason, refusals) in counts.reasons {
            let slot = self.entry.reasons.entry(reason).or_insert(source::Refusals { count: 0, ..refusals.clone() });
            slot.count += refusals.count;
        }
    }

    fn write(&mut self, rows: &mut Rows) -> anyhow::Result<()> {
        for builder in rows.filled() {
            self.table(builder)?;
        }
        Ok(())
    }

    fn table(&mut self, builder: &mut TableBuilder) -> anyhow::Result<()> {
        let table = builder.table();
        if builder.is_overfull() {
            builder.finish()?;
            self.entry.fault.get_or_insert("unreadable: one record holds more text than a table can".to_owned());
            return Ok(());
        }
        let batch = builder.finish()?;
        self.note_unmapped(&batch);
        if table.name == Rejected::TABLE.name {
            return self.fragment(&table, self.entry.key_day.unwrap_or(0), &batch);
        }
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

    fn note_unmapped(&mut self, batch: &RecordBatch) {
        let texts = |name| crate::table::typed::<arrow::array::StringArray>(batch, "rows", name).ok();
        let (Some(methods), Some(raw)) = (texts("method"), texts("method_raw")) else { return };
        for (method, raw) in methods.iter().zip(raw) {
            let (Some("other"), Some(raw)) = (method, raw) else { continue };
            let raw: String = raw.chars().take(80).collect();
            let known = self.entry.unmapped.len() < UNMAPPED || self.entry.unmapped.contains_key(&raw);
            *self.entry.unmapped.entry(if known { raw } else { "other texts".to_owned() }).or_default() += 1;
        }
    }

    fn note_events(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        let at: &arrow::array::TimestampMicrosecondArray = crate::table::typed(batch, "events", "occurred_at")?;
        let (low, high) = (arrow::compute::min(at), arrow::compute::max(at));
        self.entry.first_event = self.entry.first_event.into_iter().chain(low).min();
        self.entry.last_event = self.entry.last_event.into_iter().chain(high).max();
        Ok(())
    }

    fn fragment(&mut self, table: &Table, day: i32, batch: &RecordBatch) -> anyhow::Result<()> {
        let name = digest::sha256(format!("{}\n{}\n{}", self.object.source, self.object.key, self.version).as_bytes());
        let key = format!("fragments/{}/{}-{:03}.parquet", table.name, &name[..24], self.written);
        let bytes = encode_fragment(batch)?;
        self.entry.fragments.push(Fragment { table: table.name.to_owned(), day, rows: batch.num_rows() as u64, key: key.clone(), sha256: digest::sha256(&bytes) });
        self.lake.place().put(&key, bytes)?;
        self.written += 1;
        Ok(())
    }
}
