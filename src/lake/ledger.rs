//! What was taken in, from where, with which totals; and what each partition was made from.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::source::Refusals;
use crate::store::Place;

/// Bumped when a reader or a table changes meaning: everything is read again.
pub(super) const READER_VERSION: u32 = 7;

/// Every object of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLedger {
    /// Digest of the settings that shape the rows; another digest means everything is read again.
    pub settings: String,
    /// By key.
    pub objects: BTreeMap<String, ObjectEntry>,
    /// Objects of the ledger that the store no longer lists; their rows are kept.
    #[serde(default)]
    pub gone: u64,
}

/// One object as taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectEntry {
    /// Version, entity tag, or size and time.
    pub version: String,
    /// Bytes as stored.
    pub size: u64,
    /// Of the stored bytes.
    pub sha256: String,
    /// `json`, `gzip+json`, `csv`, …
    pub format: String,
    /// Snapshot instant in microseconds; absent for event sources.
    pub snapshot_at: Option<i64>,
    /// First local day the key speaks for, as days since 1970; absent when it names none.
    #[serde(default)]
    pub key_from: Option<i32>,
    /// Last local day the key speaks for.
    pub key_day: Option<i32>,
    /// Records met.
    pub read: u64,
    /// Records refused.
    pub rejected: u64,
    /// Refused records by reason.
    pub reasons: BTreeMap<String, Refusals>,
    /// Texts of methods that no rule knows, kept as `other`, with how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unmapped: BTreeMap<String, u64>,
    /// Rows outside the lake's window.
    pub out_of_period: u64,
    /// First event in microseconds.
    pub first_event: Option<i64>,
    /// Last event in microseconds.
    pub last_event: Option<i64>,
    /// The object is a page that names a next one.
    #[serde(default)]
    pub continues: bool,
    /// Why the object could not be read to its end.
    pub fault: Option<String>,
    /// Where its rows are.
    pub fragments: Vec<Fragment>,
}

/// Rows of one object, table and day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// Table name.
    pub table: String,
    /// Partition day as days since 1970.
    pub day: i32,
    /// Rows.
    pub rows: u64,
    /// Key in the lake.
    pub key: String,
    /// Of the fragment's bytes.
    pub sha256: String,
}

/// Every partition by `table/day`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partitions {
    /// `sign_ins/2026-10-05` to its entry.
    pub entries: BTreeMap<String, PartitionEntry>,
}

/// One partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionEntry {
    /// Digest over the inputs.
    pub inputs: String,
    /// Rows kept per source.
    pub kept: BTreeMap<String, u64>,
    /// Copies dropped per source.
    pub duplicates: BTreeMap<String, u64>,
    /// Rows kept per source and stream, for tables that have one.
    #[serde(default)]
    pub streams: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows kept per source that were delivered later than the settle time after their event.
    #[serde(default)]
    pub late: BTreeMap<String, u64>,
    /// Events whose copies differed in content.
    pub conflicting: u64,
}

pub(crate) fn load<T: Default + for<'d> Deserialize<'d>>(place: &Place, key: &str) -> anyhow::Result<T> {
    match place.get(key)? {
        None => Ok(T::default()),
        Some(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("`{}` is not a ledger of this version; start with an empty lake", place.shown(key))),
    }
}

pub(crate) fn save<T: Serialize>(place: &Place, key: &str, value: &T) -> anyhow::Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    place.put(key, bytes)
}

/// Key of a source's ledger.
pub(crate) fn source_key(source: &str) -> String {
    format!("ledger/{source}.json")
}

pub(crate) const PARTITIONS: &str = "ledger/partitions.json";
