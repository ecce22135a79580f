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
use super::Artifact;
use super::text::short;
use crate::results::Results;

const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The workbook.
pub(super) fn render(results: &Results) -> Result<Artifact> {
    let created = page::date(&results.as_of).with_context(|| format!("`as_of` is no instant: `{}`", results.as_of))?;
    let title = short(&format!("MFA audit report, {}, {}", results.organisation.name, results.period.label));
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(title).set_author(short(&results.organisation.name)).set_creation_datetime(&created));
    let formats = Formats::new();
    for page in pages::all(results)? {
        page.write(book.add_worksheet(), &formats).with_context(|| format!("cannot write sheet `{}`", page.name()))?;
    }
    let bytes = book.save_to_buffer().context("cannot write `report.xlsx`")?;
    Ok(Artifact { name: "report.xlsx".to_owned(), media_type: MEDIA, bytes })
}
