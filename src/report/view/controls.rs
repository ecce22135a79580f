//! The control matrix: what each metric supports, before and after excusing exceptions, and where the mapping was read.

use anyhow::Result;

use super::block::{Block, Status};
use super::reading::fact;
use super::table::{Cell, Kind, Table};
use crate::report::controls::Control;
use crate::report::matrix::{self, Row, Support};
use crate::report::text::{capital, short};
use crate::results::Results;

/// One table per framework, then the sources.
pub(super) fn blocks(results: &Results) -> Result<Vec<Block>> {
    let rows = matrix::rows(results)?;
    let mut blocks = vec![
        Block::text("A metric supports a control: it is one piece of evidence, and a person decides whether the control is met. What was not computed supports nothing."),
        Block::text(
            "Where a framework admits exceptions, the figure after excusing them stands beside the one before. Where it admits none, an approved exception is still a fail.",
        ),
    ];
    for (position, group) in rows.chunk_by(|a, b| same(&a.control, &b.control)).enumerate() {
        let Some(first) = group.first().map(|row| &row.control) else { continue };
        blocks.push(Block::heading(format!("control-matrix-{position}"), format!("{} {}", first.framework, first.version)));
        blocks.push(Block::text(format!("{}. Exceptions admitted: {}.", capital(first.standing.words()), first.admitted())));
        blocks.push(group_table(position, first, group));
    }
    blocks.push(Block::heading("control-sources", "Where the mapping was read"));
    blocks.push(sources(&rows));
    Ok(blocks)
}

fn same(a: &Control, b: &Control) -> bool {
    a.framework == b.framework && a.version == b.version
}

fn group_table(position: usize, first: &Control, group: &[Row<'_>]) -> Block {
    let heads = [
        ("Control", Kind::Text),
        ("About", Kind::Wide),
        ("Metric", Kind::Text),
        ("Status", Kind::Text),
        ("Before excusing exceptions", Kind::Wide),
        ("After excusing them", Kind::Wide),
    ];
    let caption = format!("{} {}: metrics that support each control", first.framework, first.version);
    Table::new(format!("controls-{position}"), caption, &heads).rows(group.iter().flat_map(control_rows)).searchable().block()
}

fn control_rows(row: &Row<'_>) -> Vec<Vec<Cell>> {
    let control = &row.control;
    let about = if control.note.is_empty() { control.about.clone() } else { format!("{}. {}", control.about, control.note) };
    let lead = || vec![Cell::from(control.id.clone()), Cell::from(about.clone())];
    let mut rows: Vec<Vec<Cell>> = row.supports.iter().map(|s| lead().into_iter().chain(support_cells(s)).collect()).collect();
    if !control.evidence.is_empty() {
        let other = ["other evidence", "not measured", control.evidence.as_str(), "no figure"];
        rows.push(lead().into_iter().chain(other.into_iter().map(Cell::from)).collect());
    }
    rows
}

fn support_cells(support: &Support<'_>) -> [Cell; 4] {
    let status = support.metric.map_or(Status::NotComputed, |m| fact(m).status);
    [support.id.clone().into(), Cell::marked(support.word, status), short(&support.before).into(), short(&support.after).into()]
}

fn sources(rows: &[Row<'_>]) -> Block {
    let heads = [("Control", Kind::Wide), ("Conclusion", Kind::Text), ("Exceptions admitted", Kind::Wide), ("Source", Kind::Wide), ("Read", Kind::Text), ("Verified", Kind::Text)];
    let line = |row: &Row<'_>| {
        let c = &row.control;
        let verified = if c.verified { "read in the source" } else { "from memory" };
        vec![c.title().into(), row.conclusion().words().into(), c.admitted().into(), c.source.clone().into(), c.read.clone().into(), verified.into()]
    };
    Table::new("control-sources-list", "Every control with its source and the day it was read", &heads).rows(rows.iter().map(line)).folded().searchable().landscape().block()
}
