//! Companion objects: some exports tell the steps of a sign-in in a file of their own beside the sign-ins.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;

use super::flat::FlatRow;
use super::frame::FrameError;
use super::{Source, csv};

/// Details that are held in memory at most; a download has 250,000 sign-ins of a few steps each.
const MOST: u64 = 3_000_000;
const MOST_BYTES: usize = 512 << 20;

/// What a companion tells, by the id of the record that it belongs to.
#[derive(Debug, Default)]
pub struct Details {
    by_record: BTreeMap<String, Vec<Value>>,
}

impl Details {
    /// Records that something is told of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_record.len()
    }

    /// Nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_record.is_empty()
    }

    /// Takes in what another part tells.
    pub fn extend(&mut self, more: Self) {
        for (id, details) in more.by_record {
            self.by_record.entry(id).or_default().extend(details);
        }
    }

    /// Everything told of one record, in the order of the file.
    pub(super) fn of(&self, id: &str) -> Option<Vec<Value>> {
        self.by_record.get(id).cloned()
    }
}

/// Reads a whole companion; rows that belong to no record are refused where the companion itself is counted.
///
/// # Errors
/// [`FrameError`] when the stream is no CSV or ends early.
pub fn read_details(source: &dyn Source, stream: &mut dyn Read) -> Result<Details, FrameError> {
    let mut collecting = Collecting { source, found: Details::default(), count: 0, bytes: 0 };
    csv::rows(stream, &mut collecting)?;
    if collecting.count > MOST || collecting.bytes > MOST_BYTES {
        return Err(FrameError::Broken(0, std::io::Error::other("it tells more than is held in memory: cut the export into days")));
    }
    Ok(collecting.found)
}

struct Collecting<'s> {
    source: &'s dyn Source,
    found: Details,
    count: u64,
    bytes: usize,
}

impl csv::Lines for Collecting<'_> {
    fn line(&mut self, _: u64, row: &FlatRow<'_>) {
        if let Some((id, detail)) = self.source.detail(row) {
            self.count += 1;
            self.bytes += detail.to_string().len();
            if self.count > MOST || self.bytes > MOST_BYTES {
                return;
            }
            self.found.by_record.entry(id).or_default().push(detail);
        }
    }
    fn refuse(&mut self, _: u64, _: &[u8], _: &str) {}
}
