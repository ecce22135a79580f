//! The exception register: CSV, JSON, Parquet or XLSX into `exceptions` and `exception_events`.
//!
//! No entry is dropped. What cannot be read is a named fault of the entry, and the entry stays.

mod category;
mod dates;
mod entry;
mod sheet;

use std::io::Read;

use anyhow::Context;
use jiff::tz::TimeZone;

use crate::config::RegisterConfig;
use crate::source::{Counts, ObjectContext, Rows};

/// Bytes of a register that are read at most; a register is a list kept by people.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a whole register.
///
/// # Errors
/// When the content is none of the four formats, is truncated, or has no `id` column.
pub fn read(stream: &mut dyn Read, object: &ObjectContext<'_>, config: &RegisterConfig, zone: &TimeZone) -> anyhow::Result<(Counts, Rows)> {
    let mut bytes = Vec::new();
    stream.take(MAX_BYTES + 1).read_to_end(&mut bytes).context("reading the register")?;
    anyhow::ensure!(bytes.len() as u64 <= MAX_BYTES, "the register is larger than 256 MiB: is this the right file?");
    let (format, lines) = sheet::lines(&bytes)?;
    let columns = entry::Columns::new(config, lines.iter().flat_map(|l| l.keys().map(String::as_str)));
    // A register always names the emergency accounts at least: an empty one is a failed export, not an answer.
    anyhow::ensure!(!lines.is_empty(), "the register holds no entry; an empty register cannot be told from a failed export");
    if !columns.knows("id") {
        anyhow::bail!("the register has no column for `id`: set `register.columns.id` to its header");
    }
    let mut rows = Rows::default();
    let mut counts = Counts { form: format, ..Counts::default() };
    let mut seen = std::collections::BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        let number = i64::try_from(i).unwrap_or(i64::MAX) + 1;
        entry::push(&entry::Line { values: line, columns: &columns, number, config, zone }, object, &mut seen, &mut rows);
        counts.read += 1;
    }
    Ok((counts, rows))
}

/// The n-th entry of a register, counted from 1, as a JSON object of its columns.
///
/// # Errors
/// When the register cannot be read or has no such entry.
pub fn entry(stream: &mut dyn Read, number: i64) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    stream.take(MAX_BYTES).read_to_end(&mut bytes).context("reading the register")?;
    let (_, lines) = sheet::lines(&bytes)?;
    let at = usize::try_from(number)?.checked_sub(1);
    let line = at.and_then(|at| lines.get(at)).with_context(|| format!("the register has no entry {number}"))?;
    Ok(serde_json::to_string(line)?)
}

pub use dates::Moment;
pub(crate) use entry::placeholder;

/// Instant of a date or time as a register writes it: see [`Moment`].
#[must_use]
pub fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    dates::moment(text, zone)
}
