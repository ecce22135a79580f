//! The control matrix: one row per control and metric.

use anyhow::Result;

use super::sheet::{Sheet, text};
use crate::report::Artifact;
use crate::report::matrix::{self, Row, Support};
use crate::results::Results;

const HEADS: [&str; 19] = [
    "framework",
    "version",
    "standing",
    "control",
    "about",
    "conclusion",
    "metric",
    "title",
    "verdict",
    "figure",
    "before_exceptions",
    "after_exceptions",
    "exceptions_admitted",
    "condition",
    "evidence",
    "note",
    "source",
    "read",
    "verified",
];

/// `csv/controls.csv`.
pub(super) fn controls(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("controls", &HEADS)?;
    for row in matrix::rows(results)? {
        for support in &row.supports {
            sheet.row(fields(&row, Some(support)))?;
        }
        if row.supports.is_empty() {
            sheet.row(fields(&row, None))?;
        }
    }
    sheet.finish()
}

fn fields(row: &Row<'_>, support: Option<&Support<'_>>) -> [String; 19] {
    let c = &row.control;
    let of = |pick: fn(&Support<'_>) -> String| support.map(pick).unwrap_or_default();
    let title = support.and_then(|s| s.metric).map_or("", |m| m.title.as_str());
    [
        text(&c.framework),
        text(&c.version),
        text(c.standing.words()),
        text(&c.id),
        text(&c.about),
        text(row.conclusion().words()),
        text(&of(|s| s.id.clone())),
        text(title),
        text(&of(|s| s.word.to_owned())),
        text(&of(|s| s.figure.clone())),
        text(&of(|s| s.before.clone())),
        text(&of(|s| s.after.clone())),
        text(c.exceptions.words()),
        text(&c.condition),
        text(&c.evidence),
        text(&c.note),
        text(&c.source),
        text(&c.read),
        c.verified.to_string(),
    ]
}
