//! What was read, refused and missing.

use serde::{Deserialize, Serialize};

/// What went in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Intake {
    /// Control totals per source.
    pub sources: Vec<SourceTotals>,
    /// Up to 500 objects, faulty ones first; all are in `tables/intake.parquet`.
    pub objects: Vec<ObjectIntake>,
    /// All objects.
    pub object_count: u64,
    /// Days and snapshots that were expected and did not come, or came broken.
    pub gaps: Vec<Gap>,
    /// Rejected records by source and reason.
    pub rejects: Vec<RejectReason>,
    /// Totals counted elsewhere, held against what arrived.
    #[serde(default)]
    pub anchors: Vec<Anchor>,
    /// Texts of methods that no rule knows; their rows are kept as `other`.
    #[serde(default)]
    pub unmapped: Vec<RejectReason>,
}

/// A total counted elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Source id.
    pub source: String,
    /// What was counted.
    pub counts: String,
    /// The total counted elsewhere.
    pub expected: u64,
    /// The total that arrived.
    pub found: u64,
    /// Allowed difference as a share.
    pub tolerance: f64,
    /// The difference is allowed.
    pub agrees: bool,
}

/// Control totals: read = parsed + rejected; rows = kept + duplicate + out of period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTotals {
    /// Source id of the configuration.
    pub source: String,
    /// Objects.
    pub objects: u64,
    /// Bytes as stored.
    pub bytes: u64,
    /// Records met.
    pub read: u64,
    /// Records understood.
    pub parsed: u64,
    /// Records refused.
    pub rejected: u64,
    /// Rows made from the parsed records: one each for logs, several or none for directory exports.
    #[serde(default)]
    pub rows: u64,
    /// Later or poorer copies of the same event.
    pub duplicate: u64,
    /// Outside the lake's window.
    pub out_of_period: u64,
    /// Rows in the lake.
    pub kept: u64,
    /// Of those, rows delivered later than the settle time after their event.
    #[serde(default)]
    pub late: u64,
    /// First event, RFC 3339.
    pub first_event: String,
    /// Last event, RFC 3339.
    pub last_event: String,
}

/// One input object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectIntake {
    /// Source id.
    pub source: String,
    /// Key below the source's URL.
    pub key: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// Of the stored bytes.
    pub sha256: String,
    /// Detected shape.
    pub format: String,
    /// Records met.
    pub read: u64,
    /// Records refused.
    pub rejected: u64,
    /// First fault, empty when none.
    pub fault: String,
}

/// Something expected that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Source id.
    pub source: String,
    /// ISO date, or the instant of a snapshot.
    pub day: String,
    /// `missing`, `truncated`, `stale`, `rejects`.
    pub state: String,
    /// Sentence.
    pub reason: String,
}

/// Rejected records of one source for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectReason {
    /// Source id.
    pub source: String,
    /// Reason.
    pub reason: String,
    /// Count.
    pub count: u64,
    /// Key and byte offset of the first.
    pub example: String,
}
