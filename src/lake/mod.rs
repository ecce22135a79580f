//! The lake: canonical tables as hive-partitioned Parquet, and the ledgers that say what they were made from.
//!
//! ```text
//! <lake>/ledger/<source>.json          every object taken in: version, SHA-256, counts, fragments
//! <lake>/ledger/partitions.json        every partition: digest of its inputs, rows, duplicates
//! <lake>/fragments/<table>/…parquet    rows of one object and day, as read
//! <lake>/<table>/date=YYYY-MM-DD/part.parquet   the partition: de-duplicated and ordered
//! ```
//!
//! Fragments are what makes a second run cheap and exact at once: a partition is always made anew from
//! all fragments of its day, so it is the same whether its objects came in one run or in ten.

mod ingest;
mod ledger;
mod merge;
mod object;
mod parquet;
mod probe;
mod recall;
mod unpack;

use anyhow::Context;
use arrow::record_batch::RecordBatch;

use crate::period;
use crate::store::{ObjectWriter, Place};
use crate::table::{Day, Row, Table};

pub use ingest::{Ingest, IngestReport, Watch};
pub use ledger::{Fragment, ObjectEntry, PartitionEntry, Partitions, SourceLedger};
pub use parquet::{decode, decode_as, encode_batch};
pub use probe::{Probe, probe};
pub use recall::{At, Recalled, object_of, recall};

/// The lake at one URL.
#[derive(Debug, Clone)]
pub struct Lake {
    place: Place,
}

impl Lake {
    /// A lake in this place.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self { place }
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Rows of one partition; none when it does not exist.
    ///
    /// # Errors
    /// When the partition exists and cannot be read.
    pub fn partition(&self, table: &Table, day: Day) -> anyhow::Result<Vec<RecordBatch>> {
        match self.place.get(&partition_key(table, day))? {
            None => Ok(Vec::new()),
            Some(bytes) => decode(bytes).with_context(|| format!("reading `{}`", partition_key(table, day))),
        }
    }

    /// Rows of one partition with only the columns that `R` names, batch by batch.
    ///
    /// # Errors
    /// When the partition exists and cannot be read, or with the error of `each`.
    pub fn project<'a, R: Row<'a>>(&self, day: Day, each: &mut dyn FnMut(RecordBatch) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let key = partition_key(&R::TABLE, day);
        match self.place.get(&key)? {
            None => Ok(()),
            Some(bytes) => parquet::decode_columns(bytes, R::TABLE.columns, each).with_context(|| format!("reading `{key}`")),
        }
    }

    /// Writes one partition in pieces; it takes the place of the old one when it is finished.
    #[must_use]
    pub fn partition_writer<'l>(&'l self, table: &'l Table, day: Day) -> PartitionWriter<'l> {
        PartitionWriter { lake: self, table, key: partition_key(table, day), out: None, rows: 0 }
    }
}

/// A partition in the making.
pub struct PartitionWriter<'l> {
    lake: &'l Lake,
    table: &'l Table,
    key: String,
    out: Option<parquet::Writer<ObjectWriter>>,
    rows: u64,
}

impl PartitionWriter<'_> {
    /// Appends rows.
    ///
    /// # Errors
    /// When they do not fit the table or cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let out = match &mut self.out {
            Some(out) => out,
            none => none.insert(parquet::writer(self.table.schema(), self.lake.place.writer(&self.key)?)?),
        };
        self.rows += batch.num_rows() as u64;
        Ok(out.write(batch)?)
    }

    /// Makes the partition appear, or the old one vanish where no row was written; gives the number of rows.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> anyhow::Result<u64> {
        match self.out {
            Some(out) => out.into_inner()?.finish()?,
            None => self.lake.place.delete(&self.key)?,
        }
        Ok(self.rows)
    }
}

impl std::fmt::Debug for PartitionWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartitionWriter").field("key", &self.key).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Key of a partition.
#[must_use]
pub fn partition_key(table: &Table, day: Day) -> String {
    format!("{}/date={}/part.parquet", table.name, period::date(day))
}

/// A ledger of a later stage, kept beside the lake's own.
///
/// # Errors
/// When it exists and cannot be read.
pub(crate) fn load_ledger<T: Default + for<'d> serde::Deserialize<'d>>(lake: &Lake, key: &str) -> anyhow::Result<T> {
    ledger::load(&lake.place, key)
}

/// Writes a ledger of a later stage.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn save_ledger<T: serde::Serialize>(lake: &Lake, key: &str, value: &T) -> anyhow::Result<()> {
    ledger::save(&lake.place, key, value)
}
