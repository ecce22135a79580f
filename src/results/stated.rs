//! What register and settings state, and what a reader must know.

use serde::{Deserialize, Serialize};

/// One entry of the exception register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// Register id.
    pub id: String,
    /// One of the seven categories, or `unknown`.
    pub category: String,
    /// The register's own text.
    pub category_raw: String,
    /// `requested`, `approved`, `unapproved`, `active`, `expired`, `closed` or `unknown`.
    pub state: String,
    /// Accountable person.
    pub owner: String,
    /// What it covers, in the register's words.
    pub scope: String,
    /// Number of directory objects named.
    pub objects: u64,
    /// Activation instant, RFC 3339, empty when none.
    pub activated: String,
    /// Expiry instant, RFC 3339, empty when none.
    pub expires: String,
    /// Whole days active as of the period's end.
    pub age_days: Option<i64>,
    /// Whole days past expiry while not closed.
    pub overdue_days: Option<i64>,
    /// Declared compensating controls.
    pub compensating_controls: String,
    /// Last review: instant and outcome.
    pub last_review: String,
    /// What is wrong with the entry; empty when nothing is.
    pub faults: Vec<String>,
}

/// A sentence for the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// `limit`, `data` or `policy`.
    pub topic: String,
    /// One sentence.
    pub text: String,
}

/// A configured value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyLine {
    /// `Review cadence, break_glass`.
    pub name: String,
    /// `30 days`.
    pub value: String,
    /// `configuration` or `tool default, not policy`.
    pub origin: String,
    /// First day it applies.
    pub from: String,
}
