//! What the objects of one day or snapshot hold, and whether that is whole.

use std::collections::BTreeMap;

use super::Inputs;
use crate::lake::ObjectEntry;
use crate::table::{Rejected, Row};

/// What was delivered of one day.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) read: u64,
    pub(super) rejected: u64,
    /// Largest share of refused records in one object that holds enough of them to tell.
    pub(super) worst: f64,
    pub(super) bytes: u64,
    /// Rows that its objects made, of whatever day.
    pub(super) made: u64,
    /// An object says by its name that it speaks for the day, or has no day in its name and holds rows of it.
    pub(super) spoken: bool,
    /// Per part of the delivery: its objects, and those that name a next page.
    pub(super) pages: BTreeMap<String, (u64, u64)>,
    pub(super) fault: Option<String>,
}

/// Records from which the share of one object tells something.
const ENOUGH: u64 = 100;

impl Delivered {
    pub(super) fn add(&mut self, key: &str, e: &ObjectEntry) {
        self.read += e.read;
        self.rejected += e.rejected;
        self.bytes += e.size;
        self.made += rows_of(e).map(|f| f.rows).sum::<u64>();
        if e.read >= ENOUGH {
            self.worst = self.worst.max(e.rejected as f64 / e.read as f64);
        }
        let pages = self.pages.entry(part(key)).or_default();
        pages.0 += 1;
        pages.1 += u64::from(e.continues);
        self.fault = self.fault.take().or_else(|| e.fault.as_ref().map(|f| format!("`{key}`: {f}")));
    }
}

pub(super) fn rows_of(e: &ObjectEntry) -> impl Iterator<Item = &crate::lake::Fragment> {
    e.fragments.iter().filter(|f| f.table != Rejected::TABLE.name)
}

/// What is wrong with the objects of one day or snapshot.
pub(super) fn object_state(inputs: &Inputs<'_>, d: &Delivered, rows: u64) -> Option<(&'static str, String)> {
    let limit = inputs.config.run.max_rejected_share;
    if let Some(fault) = &d.fault {
        return Some((if fault.contains("truncated") { "truncated" } else { "unreadable" }, fault.clone()));
    }
    if let Some((part, _)) = d.pages.iter().find(|(_, (objects, unfinished))| objects == unfinished) {
        return Some(("truncated", format!("every object of `{part}` names a next page: the last one is missing")));
    }
    if d.rejected as f64 > limit * d.read as f64 {
        return Some(("rejects", format!("{} of {} records were refused, more than the allowed share {limit}", d.rejected, d.read)));
    }
    if d.worst > limit {
        return Some(("rejects", format!("{:.1} % of the records of one object were refused, more than the allowed share {limit}", d.worst * 100.0)));
    }
    // Records that are understood and make no row are a delivery; rows of other days alone are none.
    (d.made > 0 && rows == 0).then(|| ("missing", "the objects delivered under this day hold nothing of it".to_owned()))
}

/// A key without digits and file type: the same part of every snapshot, whatever its date, page and compression.
pub(super) fn part(key: &str) -> String {
    let (folder, file) = key.rsplit_once('/').unwrap_or(("", key));
    let name = file.split('.').next().unwrap_or(file);
    [folder, "/", name].concat().chars().filter(|c| !c.is_ascii_digit()).collect()
}
