//! `report.xlsx`: the tables of the report as sheets, with real numbers and dates and no formula.
//!
//! Everything that is text in the results is written as a string cell, so a spreadsheet never runs it. The
//! file's own dates are the instant of the run: the same results give the same bytes.

mod page;
mod pages;
#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result};
use rust_xlsxwriter::{DocProperties, Workbook};

use self::page::Formats;
pub(crate) use self::page::{Page, Value};
use super::Artifact;
use super::text::short;
use crate::results::Results;

const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The workbook.
pub(super) fn render(results: &Results) -> Result<Artifact> {
    let title = format!("MFA audit report, {}, {}", results.organisation.name, results.period.label);
    let bytes = book(&title, &results.organisation.name, &results.as_of, &pages::all(results)?).context("cannot write `report.xlsx`")?;
    Ok(Artifact { name: "report.xlsx".to_owned(), media_type: MEDIA, bytes })
}

/// Sheets as one file; `created` is the instant that the file's own dates name.
pub(crate) fn book(title: &str, author: &str, created: &str, pages: &[Page]) -> Result<Vec<u8>> {
    let created = page::date(created).with_context(|| format!("this is no instant: `{created}`"))?;
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(short(title)).set_author(short(author)).set_creation_datetime(&created));
    let formats = Formats::new();
    for page in pages {
        page.write(book.add_worksheet(), &formats).with_context(|| format!("cannot write sheet `{}`", page.name()))?;
    }
    Ok(book.save_to_buffer()?)
}
