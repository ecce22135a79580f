//! Reads every record of one object: tells its form from its content, cuts it, decodes each record and keeps count.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::flat::FlatRow;
use super::frame::{self, FrameError};
use super::{ObjectContext, Record, Reject, Rows, Source, answer, csv};
use crate::table::Rejected;

/// How much of a refused record is kept for people to look at.
const EXCERPT: usize = 2_000;
/// Different reasons counted apart per object; a hostile file must not grow the ledger without end.
const REASONS: usize = 100;
const OTHER_REASONS: &str = "other reasons";

/// In which form records stand in an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// Told by the first bytes.
    #[default]
    Detect,
    /// JSON in any container.
    Json,
    /// Delimited text with a header.
    Csv,
}

impl Form {
    /// The form of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [("detect", Self::Detect), ("json", Self::Json), ("csv", Self::Csv)].into_iter().find(|(n, _)| *n == name).map(|(_, f)| f)
    }
}

/// Records refused for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refusals {
    /// How many.
    pub count: u64,
    /// Offset of the first.
    pub offset: u64,
    /// The value that was refused in the first, where the reason is a value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

/// What came of reading one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Form that was found: `json` or `csv`.
    pub form: &'static str,
    /// Records met.
    pub read: u64,
    /// Records refused.
    pub rejected: u64,
    /// By reason.
    pub reasons: BTreeMap<String, Refusals>,
    /// Pages, and those of them that name a next one.
    pub pages: u64,
    /// See `pages`.
    pub open_pages: u64,
    /// Something that may hold any number of records could not be read.
    pub fault: Option<String>,
}

/// How to read an object.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Form of its content.
    pub form: Form,
    /// Rows that a table may hold before they are handed on, so that memory stays bounded.
    pub flush_at: usize,
}

/// Reads every record of a decompressed stream; `full` is called whenever a table holds enough rows, and at the end.
///
/// # Errors
/// [`FrameError`] inside the outer result when the stream is neither JSON nor CSV or ends early; the rows before
/// that point have been delivered. The outer error is that of `full`.
pub fn read_records(
    source: &dyn Source,
    object: &ObjectContext<'_>,
    stream: &mut dyn Read,
    manner: Manner,
    full: &mut dyn FnMut(&mut Rows) -> anyhow::Result<()>,
) -> anyhow::Result<(Counts, Result<(), FrameError>)> {
    let mut reading = Reading {
        source,
        object,
        rows: Rows::default(),
        counts: Counts::default(),
        flush_at: manner.flush_at,
        full,
        failed: None,
        companion: source.companion_of(object.key).is_some(),
    };
    let framed = reading.all(stream, manner.form);
    if let Some(error) = reading.failed {
        return Err(error);
    }
    (reading.full)(&mut reading.rows)?;
    Ok((reading.counts, framed))
}

struct Reading<'r> {
    source: &'r dyn Source,
    object: &'r ObjectContext<'r>,
    rows: Rows,
    counts: Counts,
    flush_at: usize,
    full: &'r mut dyn FnMut(&mut Rows) -> anyhow::Result<()>,
    failed: Option<anyhow::Error>,
    companion: bool,
}

impl Reading<'_> {
    fn all(&mut self, stream: &mut dyn Read, form: Form) -> Result<(), FrameError> {
        let head = csv::head(stream).map_err(|e| FrameError::Broken(0, e))?;
        let form = if form == Form::Detect { csv::told_by(&head) } else { form };
        let mut whole = Cursor::new(head).chain(stream);
        if form == Form::Csv {
            self.counts.form = "csv";
            return csv::rows(&mut whole, self);
        }
        self.counts.form = "json";
        frame::records(&mut whole, self)
    }

    fn reject(&mut self, offset: u64, raw: &[u8], reason: &str, value: &str) {
        self.counts.read += 1;
        self.counts.rejected += 1;
        let known = self.counts.reasons.len() < REASONS || self.counts.reasons.contains_key(reason);
        let slot = self.counts.reasons.entry(if known { reason } else { OTHER_REASONS }.to_owned()).or_default();
        if slot.count == 0 {
            *slot = Refusals { count: 0, offset, value: value.to_owned() };
        }
        slot.count += 1;
        let text = String::from_utf8_lossy(&raw[..raw.len().min(EXCERPT)]);
        self.rows.push(&Rejected {
            source: self.object.source,
            tenant: self.object.tenant,
            reason,
            refused_value: Some(value).filter(|v| !v.is_empty()),
            record_text: text.trim_end(),
            raw_object: self.object.key,
            raw_offset: i64::try_from(offset).unwrap_or(i64::MAX),
        });
    }

    /// Decodes; a record that is no JSON at all is the caller's to name.
    fn decode(&mut self, offset: u64, json: &[u8], raw: &[u8]) -> frame::Syntax {
        let record = Record { offset: i64::try_from(offset).unwrap_or(i64::MAX), json };
        let mut said = self.source.decode(self.object, record, &mut self.rows);
        if matches!(said, Err(Reject::Content(_)))
            && let Some(inner) = wrapped_text(json)
        {
            said = self.source.decode(self.object, Record { json: inner.as_bytes(), ..record }, &mut self.rows);
        }
        let said = match said {
            Ok(()) => {
                self.counts.read += 1;
                frame::Syntax::Good
            }
            Err(Reject::Syntax) => frame::Syntax::Bad,
            Err(Reject::Content(reason)) => {
                if let Some(what) = unread_page(self.source, self.object, json) {
                    frame::Records::fault(self, offset, what);
                }
                self.reject(offset, raw, &reason, "");
                frame::Syntax::Good
            }
            Err(Reject::Value(reason, value)) => {
                self.reject(offset, raw, &reason, &value);
                frame::Syntax::Good
            }
        };
        if self.failed.is_none() && (self.rows.fullest() >= self.flush_at || self.rows.is_heavy()) {
            self.failed = (self.full)(&mut self.rows).err();
        }
        said
    }
}

impl frame::Records for Reading<'_> {
    fn record(&mut self, offset: u64, json: &[u8]) -> frame::Syntax {
        if let Some(rows) = answer::rows(json) {
            if rows.partial {
                frame::Records::fault(self, offset, "the query service answered in part");
            }
            // Rows of an answer have no place of their own; their number tells them apart.
            for (row, at) in rows.rows.iter().zip(offset..) {
                match row {
                    Some(row) => csv::Lines::line(self, at, row),
                    None => self.reject(at, b"", "row has another number of cells than there are columns", ""),
                }
            }
            return frame::Syntax::Good;
        }
        self.decode(offset, json, json)
    }

    fn refuse(&mut self, offset: u64, raw: &[u8], reason: &'static str) {
        self.reject(offset, raw, reason, "");
    }

    fn page(&mut self, more: bool) {
        self.counts.pages += 1;
        self.counts.open_pages += u64::from(more);
    }

    fn fault(&mut self, offset: u64, what: &'static str) {
        self.counts.fault.get_or_insert(format!("unreadable at byte {offset}: {what}"));
    }
}

impl csv::Lines for Reading<'_> {
    fn line(&mut self, offset: u64, row: &FlatRow<'_>) {
        if self.companion {
            // Its rows are told with the records they belong to.
            match self.source.detail(row) {
                Some(_) => self.counts.read += 1,
                None => self.reject(offset, serde_json::Value::Object(row.nested(&[], str::to_owned)).to_string().as_bytes(), "row names no record that it belongs to", ""),
            }
            return;
        }
        let json = self.source.unflatten(self.object, row).to_string();
        if self.decode(offset, json.as_bytes(), json.as_bytes()) == frame::Syntax::Bad {
            self.reject(offset, json.as_bytes(), "row is not a record of this source", "");
        }
    }

    fn refuse(&mut self, offset: u64, raw: &[u8], reason: &str) {
        self.reject(offset, raw, reason, "");
    }
}

/// Members under which collectors keep the record as it came, as text.
const ORIGINAL: [&str; 8] = ["/message", "/input/message", "/_raw", "/raw", "/body", "/result/_raw", "/event/original", "/log"];

/// The record that a collector wrapped as text.
fn wrapped_text(json: &[u8]) -> Option<String> {
    let outer: serde_json::Value = serde_json::from_slice(json).ok()?;
    let text = ORIGINAL.iter().find_map(|path| outer.pointer(path)?.as_str()).filter(|t| t.trim_start().starts_with('{'))?;
    Some(text.to_owned())
}

/// What a refused record may be instead: an answer that says an error, or a page under another name, with any number of
/// records in it. As one refused record among thousands it would pass.
fn unread_page(source: &dyn Source, object: &ObjectContext<'_>, json: &[u8]) -> Option<&'static str> {
    let page: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
    if ["error", "errorSummary"].iter().any(|key| page.get(*key).is_some_and(|e| e.is_object() || e.is_string())) {
        return Some("an answer that tells an error");
    }
    let outer = page.values().filter_map(serde_json::Value::as_object).flat_map(serde_json::Map::values);
    let lists = page.values().chain(outer).filter_map(serde_json::Value::as_array);
    let understood = |item: &serde_json::Value| {
        let (json, mut rows) = (item.to_string(), Rows::default());
        source.decode(object, Record { offset: 0, json: json.as_bytes() }, &mut rows).is_ok() && rows.fullest() > 0
    };
    let mut heads = lists.flat_map(|l| l.iter().take(5)).filter(|item| item.is_object());
    heads.any(understood).then_some("a page with records that could not be taken out of it")
}
