//! The parts a section is made of. A template knows these kinds and no metric.

use serde::Serialize;

use super::table::Table;
use crate::results::Verdict;

/// How something stands. Each has its own word and its own shape; colour only helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::report) enum Status {
    /// Off target.
    Missed,
    /// The unknown cases decide.
    NotDetermined,
    /// An input is missing.
    NotComputed,
    /// On target.
    Met,
    /// Nothing to compare with.
    NoTarget,
}

impl Status {
    /// What the report prints.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Missed => "Off target",
            Self::NotDetermined => "Not determined",
            Self::NotComputed => "Not computed",
            Self::Met => "On target",
            Self::NoTarget => "No target",
        }
    }
}

impl From<Verdict> for Status {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met => Self::Met,
            Verdict::Missed => Self::Missed,
            Verdict::NotDetermined => Self::NotDetermined,
            Verdict::NoTarget => Self::NoTarget,
            Verdict::NotComputed => Self::NotComputed,
        }
    }
}

/// Where a view is shown; paper holds fewer rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Medium {
    /// `report.html`.
    Html,
    /// `report.pdf`.
    Pdf,
}

/// A part of a section.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::report) enum Block {
    /// A heading below the section's.
    Heading { id: String, text: String },
    /// A paragraph.
    Text { text: String },
    /// A sentence nobody may miss.
    Callout { status: Status, text: String },
    /// Sentences about metrics, worst first.
    Findings { lines: Vec<Finding> },
    /// The headline metrics.
    Headlines { rows: Vec<Headline> },
    /// One metric against its target.
    Fact { id: String, title: String, fact: Fact },
    /// Blocks side by side.
    Columns { columns: Vec<Column> },
    /// Rows.
    Table { table: Table },
    /// A picture and its data.
    Chart { chart: Chart },
    /// Words and what they mean.
    Terms { terms: Vec<Term> },
    /// Lines to sign on.
    SignOff { roles: Vec<String> },
}

impl Block {
    pub(super) fn heading(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Heading { id: id.into(), text: text.into() }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    pub(super) fn callout(status: Status, text: impl Into<String>) -> Self {
        Self::Callout { status, text: text.into() }
    }
}

/// A sentence about one metric.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Finding {
    /// How the metric stands.
    pub(super) status: Status,
    /// The same as a word.
    pub(super) word: &'static str,
    /// Id of the metric's place in the report.
    pub(super) target: String,
    /// The metric's title.
    pub(super) title: String,
    /// What was found.
    pub(super) text: String,
}

/// One metric in the summary.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Headline {
    /// Id of the metric's place in the report.
    pub(super) target: String,
    /// Id and title.
    pub(super) title: String,
    /// The figures.
    pub(super) fact: Fact,
    /// The small trend line, when there are two periods or more.
    pub(super) spark: Option<Picture>,
}

/// A metric's headline, all as text.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Fact {
    /// `97.1 %`, `19 of 20`, `n/a`.
    pub(super) value: String,
    /// `13,008 of 13,396`.
    pub(super) basis: String,
    /// What the unknown cases could make of it; empty without any.
    pub(super) unknown: String,
    /// `at least 95 %` or `no target`.
    pub(super) goal: String,
    /// `+0.4 pt (up) since 2026-09`, or why there is none.
    pub(super) change: String,
    /// Against the target.
    pub(super) status: Status,
    /// The same as a word.
    pub(super) word: &'static str,
    /// Why there is no value; empty when there is one.
    pub(super) reason: String,
    /// The file with the rows behind it, beside the report; empty when there are none.
    pub(super) rows: String,
}

/// A column of blocks.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Column {
    /// Its heading.
    pub(super) title: String,
    /// What it holds.
    pub(super) text: String,
    /// From top to bottom.
    pub(super) blocks: Vec<Block>,
}

/// A word and what it means.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Term {
    /// The word.
    pub(super) term: String,
    /// Sentences.
    pub(super) about: Vec<String>,
}

/// A picture; the template finds the SVG by its id.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Picture {
    /// Unique within the report, safe in markup and file names.
    pub(super) id: String,
    /// The finding with its numbers.
    pub(super) text: String,
    /// Not part of the data: trusted markup, handed over apart.
    #[serde(skip)]
    pub(super) svg: String,
}

/// A picture with its heading and its data.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Chart {
    /// What it shows.
    pub(super) title: String,
    /// The picture.
    pub(super) picture: Picture,
    /// The values drawn.
    pub(super) table: Table,
}

/// Cuts all tables below `blocks` to what `medium` can hold.
pub(super) fn cap(blocks: &mut [Block], medium: Medium) {
    for block in blocks {
        match block {
            Block::Table { table } => table.cap(medium),
            Block::Chart { chart } => chart.table.cap(medium),
            Block::Columns { columns } => {
                for column in columns {
                    cap(&mut column.blocks, medium);
                }
            }
            _ => {}
        }
    }
}

/// All pictures below `blocks`, in reading order.
pub(super) fn pictures<'a>(blocks: &'a [Block], found: &mut Vec<&'a Picture>) {
    for block in blocks {
        match block {
            Block::Chart { chart } => found.push(&chart.picture),
            Block::Headlines { rows } => found.extend(rows.iter().filter_map(|row| row.spark.as_ref())),
            Block::Columns { columns } => {
                for column in columns {
                    pictures(&column.blocks, found);
                }
            }
            _ => {}
        }
    }
}
