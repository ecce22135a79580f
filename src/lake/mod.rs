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
mod unpack;

use anyhow::Context;
use arrow::record_batch::RecordBatch;

use crate::period;
use crate::store::Place;
use crate::table::{Day, Row, Table};

pub use ingest::{Ingest, IngestReport, Watch};
pub use ledger::{Fragment, ObjectEntry, PartitionEntry, Partitions, SourceLedger};
pub use probe::{Probe, probe};
pub use parquet::{decode, encode, encode_batch};

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

    /// Rows of one partition with only the columns that `R` names.
    ///
    /// # Errors
    /// When the partition exists and cannot be read.
    pub fn project<'a, R: Row<'a>>(&self, day: Day) -> anyhow::Result<Vec<RecordBatch>> {
        let key = partition_key(&R::TABLE, day);
        match self.place.get(&key)? {
            None => Ok(Vec::new()),
            Some(bytes) => parquet::decode_columns(bytes, R::TABLE.columns).with_context(|| format!("reading `{key}`")),
        }
    }

    /// Replaces one partition.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn replace(&self, table: &Table, day: Day, batches: &[RecordBatch]) -> anyhow::Result<()> {
        let key = partition_key(table, day);
        if batches.iter().all(|b| b.num_rows() == 0) {
            return self.place.delete(&key);
        }
        self.place.put(&key, encode(table, batches)?)
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
