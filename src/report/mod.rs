//! The report stage: one pure function from [`Results`] and templates to files.
//!
//! Reads nothing but its arguments: no clock, no environment, no file. The date in the PDF is
//! [`Results::as_of`], the fonts and templates are in the binary, so the same results give the same
//! bytes years later. Everything that is text in the results is hostile until `text` has seen it.

mod calendar;
mod chart;
mod controls;
mod csv;
#[cfg(test)]
mod fixture;
mod font;
mod html;
mod json;
mod machine;
mod matrix;
mod number;
mod pdf;
mod templates;
#[cfg(test)]
mod tests;
mod text;
mod view;
mod workbook;
mod world;

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, Result};

pub(crate) use self::csv::sheet::{Sheet, number as csv_number, text as csv_text};
pub use self::templates::Templates;
pub(crate) use self::workbook::{Page, Value as CellValue, book};
use crate::results::{Figure, Results};

/// A kind of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// One self-contained page, `report.html`.
    Html,
    /// One tagged archival document, `report.pdf`.
    Pdf,
    /// The results themselves, `results.json`.
    Json,
    /// One file per table below `csv/`.
    Csv,
    /// Assessment plan, assessment results and plan of action below `oscal/`.
    Oscal,
    /// One finding per line, `ocsf.jsonl`.
    Ocsf,
    /// One run, `report.sarif`.
    Sarif,
    /// Each metric as a test, `junit.xml`.
    Junit,
    /// One sheet per table, `report.xlsx`.
    Xlsx,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: &'static [Self] = &[Self::Html, Self::Pdf, Self::Json, Self::Csv, Self::Oscal, Self::Ocsf, Self::Sarif, Self::Junit, Self::Xlsx];

    /// The name used on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Oscal => "oscal",
            Self::Ocsf => "ocsf",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Xlsx => "xlsx",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no format or standard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{given}`: use one of {known}")]
pub struct UnknownName {
    what: &'static str,
    given: String,
    known: String,
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(given: &str) -> Result<Self, UnknownName> {
        Self::ALL.iter().copied().find(|format| format.as_str() == given).ok_or_else(|| UnknownName {
            what: "report format",
            given: given.to_owned(),
            known: Self::ALL.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(", "),
        })
    }
}

/// The archival and accessibility standards a PDF claims, both checked while it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PdfStandard {
    /// PDF/A-3a and PDF/UA-1 with `results.json` attached.
    #[default]
    A3aUa1,
    /// PDF/A-2a and PDF/UA-1 without attachment, for sites that forbid attachments.
    A2aUa1,
}

impl PdfStandard {
    /// Every choice, the default first.
    pub const ALL: &'static [Self] = &[Self::A3aUa1, Self::A2aUa1];

    /// The name used on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A3aUa1 => "a-3a+ua-1",
            Self::A2aUa1 => "a-2a+ua-1",
        }
    }
}

impl fmt::Display for PdfStandard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PdfStandard {
    type Err = UnknownName;

    fn from_str(given: &str) -> Result<Self, UnknownName> {
        Self::ALL.iter().copied().find(|standard| standard.as_str() == given).ok_or_else(|| UnknownName {
            what: "PDF standard",
            given: given.to_owned(),
            known: Self::ALL.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", "),
        })
    }
}

/// A figure in one line, worded as the reports word it.
#[must_use]
pub fn figure_text(figure: &Figure) -> String {
    view::figure_text(figure)
}

/// A finished file: its name relative to the report folder, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Relative path with `/`, for example `csv/register.csv`.
    pub name: String,
    /// Media type as sent in a `Content-Type` header.
    pub media_type: &'static str,
    /// Contents.
    pub bytes: Vec<u8>,
}

/// How to render.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the PDF claims to be.
    pub pdf_standard: PdfStandard,
    /// The templates in force.
    pub templates: Templates,
}

/// Renders `results` in each of `formats`, in the order given.
///
/// # Errors
///
/// When an overriding template is faulty, or when the PDF engine refuses the document.
pub fn render(results: &Results, formats: &[Format], options: &Options) -> Result<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    for format in formats {
        artifacts.extend(render_format(results, *format, options).with_context(|| format!("cannot render the `{format}` report"))?);
    }
    Ok(artifacts)
}

fn render_format(results: &Results, format: Format, options: &Options) -> Result<Vec<Artifact>> {
    Ok(match format {
        Format::Html => vec![Artifact { name: "report.html".to_owned(), media_type: "text/html; charset=utf-8", bytes: html::render(results, &options.templates)?.into_bytes() }],
        Format::Pdf => vec![Artifact { name: "report.pdf".to_owned(), media_type: "application/pdf", bytes: pdf::render(results, options)? }],
        Format::Json => vec![Artifact { name: "results.json".to_owned(), media_type: "application/json", bytes: json::render(results)? }],
        Format::Csv => csv::render(results)?.into_iter().chain([calendar::render(results)?]).collect(),
        Format::Oscal => machine::oscal::render(results)?,
        Format::Ocsf => vec![machine::ocsf::render(results)?],
        Format::Sarif => vec![machine::sarif::render(results)?],
        Format::Junit => vec![machine::junit::render(results)?],
        Format::Xlsx => vec![workbook::render(results)?],
    })
}
