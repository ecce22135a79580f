//! Tables: heads, rows, and how many rows a medium can hold.

use serde::Serialize;

use super::block::{Block, Medium, Status};
use crate::report::number::whole;

/// A cell.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Cell {
    /// Shown as text, whatever it contains.
    pub(super) text: String,
    /// Adds the shape of a status.
    pub(super) status: Option<Status>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, status: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Cell {
    pub(super) fn marked(text: impl Into<String>, status: Status) -> Self {
        Self { text: text.into(), status: Some(status) }
    }
}

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::report) enum Kind {
    /// Short text.
    Text,
    /// Text that may need several lines.
    Wide,
    /// Figures, set to the right.
    Number,
}

/// A table head.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Head {
    /// Printed.
    pub(super) title: String,
    /// How the column is set.
    pub(super) kind: Kind,
}

/// Rows under heads; the first column heads its row.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Table {
    /// Unique within the report.
    pub(super) id: String,
    /// What the rows are.
    pub(super) caption: String,
    /// One per column.
    pub(super) heads: Vec<Head>,
    /// Each as long as `heads`.
    pub(super) rows: Vec<Vec<Cell>>,
    /// Which rows are not shown and where they are; empty when all are shown.
    pub(super) note: String,
    /// Printed instead of a table without rows.
    pub(super) empty: String,
    /// May be folded away on a screen.
    pub(super) folded: bool,
    /// Can be filtered and sorted on a screen.
    pub(super) searchable: bool,
    /// Needs the long side of the paper.
    pub(super) landscape: bool,
    #[serde(skip)]
    total: Option<u64>,
    #[serde(skip)]
    rest: String,
    #[serde(skip)]
    limits: (usize, usize),
}

/// Static rows a browser holds without effort; paper takes as many before it becomes useless.
const ROWS: usize = 1_000;

impl Table {
    pub(super) fn new(id: impl Into<String>, caption: impl Into<String>, heads: &[(&str, Kind)]) -> Self {
        Self {
            id: id.into(),
            caption: caption.into(),
            heads: heads.iter().map(|(title, kind)| Head { title: (*title).to_owned(), kind: *kind }).collect(),
            rows: Vec::new(),
            note: String::new(),
            empty: "No rows.".to_owned(),
            folded: false,
            searchable: false,
            landscape: false,
            total: None,
            rest: "the rest is in results.json".to_owned(),
            limits: (ROWS, ROWS),
        }
    }

    pub(super) fn rows(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// What is printed when there are no rows.
    pub(super) fn or(mut self, empty: &str) -> Self {
        empty.clone_into(&mut self.empty);
        self
    }

    /// How many rows are shown on a screen and on paper, and where the rest is.
    pub(super) fn limited(mut self, html: usize, pdf: usize, rest: &str) -> Self {
        self.limits = (html.min(ROWS), pdf.min(ROWS));
        rest.clone_into(&mut self.rest);
        self
    }

    /// The rows given are themselves only the first of `total`.
    pub(super) fn of(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    pub(super) fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    pub(super) fn searchable(mut self) -> Self {
        self.searchable = true;
        self
    }

    pub(super) fn landscape(mut self) -> Self {
        self.landscape = true;
        self
    }

    pub(super) fn block(self) -> Block {
        Block::Table { table: self }
    }

    /// Cuts the rows to what `medium` can hold and says so.
    pub(super) fn cap(&mut self, medium: Medium) {
        let given = self.rows.len() as u64;
        let total = self.total.unwrap_or(given).max(given);
        let limit = if medium == Medium::Html { self.limits.0 } else { self.limits.1 };
        self.rows.truncate(limit);
        let shown = self.rows.len() as u64;
        if shown < total {
            self.note = format!("{} of {} rows are shown; {}.", whole(shown), whole(total), self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_table_says_what_is_missing() {
        let rows = (0..2_000).map(|i| vec![Cell::from(i.to_string())]);
        let table = Table::new("t", "rows", &[("n", Kind::Number)]).rows(rows).limited(5_000, 50, "all are in a.csv");
        let (mut html, mut pdf) = (table.clone(), table);
        html.cap(Medium::Html);
        pdf.cap(Medium::Pdf);
        assert_eq!((html.rows.len(), pdf.rows.len()), (1_000, 50));
        assert_eq!(pdf.note, "50 of 2,000 rows are shown; all are in a.csv.");
    }
}
