//! The view: what the report says, as text, in reading order.
//!
//! Everything a template prints is decided here: numbers are formatted, names are bounded, tables
//! are cut, sentences are written. HTML and PDF are two typesettings of the same view, so they
//! cannot disagree.

mod act;
mod block;
mod catalogue;
mod changes;
mod controls;
mod definitions;
mod details;
mod durations;
mod duties;
mod exceptions;
mod gaps;
mod intake;
mod mixes;
mod plot;
mod reading;
mod register;
mod sections;
mod statistics;
mod stock;
mod summary;
mod table;
mod waterfall;

use anyhow::Result;
use serde::Serialize;

use self::block::{Block, Status};
pub(super) use self::block::{Medium, Picture};
use super::number::{instant, plural};
use super::text::{prose, short};
use crate::results::{Figure, Metric, Pseudonymised, Results};

/// A figure in one line.
pub(super) fn figure_text(figure: &Figure) -> String {
    let reading = reading::reading(figure);
    [reading.value.clone(), reading.note()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("  ")
}

/// How a metric stands, in a word.
pub(super) fn standing(metric: &Metric) -> &'static str {
    reading::fact(metric).word
}

/// A whole report.
#[derive(Debug, Clone, Serialize)]
pub(super) struct View {
    /// Language of all text.
    lang: &'static str,
    /// What the document is.
    title: &'static str,
    /// Whose it is.
    organisation: String,
    /// Printed on every page.
    classification: String,
    /// `October 2026`.
    period: String,
    /// The instant of the run.
    as_of: String,
    /// Program and version.
    tool: String,
    /// The first thing a reader sees.
    verdict: Verdict,
    /// Cover lines.
    cover: Vec<CoverLine>,
    /// In reading order.
    sections: Vec<Section>,
}

/// The verdict on page 1.
#[derive(Debug, Clone, Serialize)]
struct Verdict {
    status: Status,
    sentence: String,
    counts: String,
    reasons: Vec<String>,
}

/// A label and its text on the cover.
#[derive(Debug, Clone, Serialize)]
struct CoverLine {
    label: &'static str,
    text: String,
}

/// A chapter.
#[derive(Debug, Clone, Serialize)]
struct Section {
    id: &'static str,
    title: &'static str,
    blocks: Vec<Block>,
}

impl Section {
    fn new(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Self {
        Self { id, title, blocks }
    }
}

impl View {
    /// Reads `results` into a view for `medium`. `templates` names the templates in force.
    pub(super) fn new(results: &Results, templates: &str, medium: Medium) -> Result<Self> {
        let mut sections = sections::all(results)?;
        for section in &mut sections {
            block::cap(&mut section.blocks, medium);
        }
        Ok(Self {
            lang: "en",
            title: "MFA audit report",
            organisation: short(&results.organisation.name),
            classification: short(&results.organisation.classification),
            period: short(&results.period.label),
            as_of: short(&instant(&results.as_of)),
            tool: short(&format!("{} {}", results.tool.name, results.tool.version)),
            verdict: summary::verdict(results),
            cover: cover(results, templates),
            sections,
        })
    }

    /// Every picture, in reading order.
    pub(super) fn pictures(&self) -> Vec<&Picture> {
        let mut found = Vec::new();
        for section in &self.sections {
            block::pictures(&section.blocks, &mut found);
        }
        found
    }
}

impl Picture {
    /// Unique within the report.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The SVG.
    pub(super) fn svg(&self) -> &str {
        &self.svg
    }
}

fn cover(results: &Results, templates: &str) -> Vec<CoverLine> {
    let period = &results.period;
    let hours = plural(period.hours.unsigned_abs(), "hour", "hours");
    let interval =
        format!("{}, from {} until before {} ({hours}, made in {})", short(&period.id), short(&instant(&period.start)), short(&instant(&period.end)), short(&period.time_zone),);
    let people = results.pseudonymised.as_ref().map(|p| ("People", pseudonyms(p)));
    [
        ("Period", interval),
        ("Data as of", short(&instant(&results.as_of))),
        ("Produced by", short(&format!("{} {}", results.tool.name, results.tool.version))),
        ("Break-glass accounts", act::glass_line(results)),
        ("Classification", short(&results.organisation.classification)),
        ("Configuration, SHA-256", short(&results.config_sha256)),
        ("Queries, SHA-256", short(&results.queries_sha256)),
        ("Templates, SHA-256", short(templates)),
    ]
    .into_iter()
    .chain(people)
    .map(|(label, text)| CoverLine { label, text })
    .collect()
}

/// Said on the cover and in the summary.
fn pseudonyms(given: &Pseudonymised) -> String {
    prose(&format!("People are shown under pseudonyms, made with the key {}. The map to their names is kept by the organisation, apart from this report.", given.key_id))
}
