//! A metric in full: what every chapter shows of every metric, whatever it measures.

use anyhow::Result;

use super::block::{Block, Status};
use super::catalogue::Entry;
use super::plot;
use super::reading::{fact, reading, why_not};
use super::table::{Cell, Kind, Table};
use super::waterfall::waterfall;
use super::{durations, duties, mixes, statistics, stock};
use crate::report::number::{count, percent};
use crate::report::text::{capital, sentence, short, words};
use crate::results::{Dimension, DimensionValue, Figure, Line, Ratio, Reason};

/// Subjects shown per metric on a screen and on paper.
const SUBJECTS: (usize, usize) = (200, 40);

/// Headline and lines: fits half a page.
pub(super) fn figures(entry: Entry<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Fact { id: entry.anchor(), title: entry.title(), fact: fact(entry.metric) }];
    if !entry.metric.lines.is_empty() {
        blocks.push(lines(entry));
    }
    blocks
}

/// Trend, breakdowns and subjects.
pub(super) fn breakdown(entry: Entry<'_>) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    blocks.extend(plot::trend(entry)?);
    blocks.extend(mixes::chart(entry)?);
    for (position, line) in entry.metric.lines.iter().enumerate() {
        let id = format!("{}-l{position}", entry.anchor());
        let name = name(entry, line);
        match &line.figure {
            Some(Figure::Ratio(ratio)) if position == 0 => ratio_blocks(&id, &name, ratio, &mut blocks)?,
            Some(Figure::Count(held)) => stock::blocks(&id, &name, held, &mut blocks)?,
            Some(Figure::Obligations(_)) => duties::blocks(&id, &name, line, &mut blocks)?,
            Some(Figure::Duration(d)) => durations::blocks(&id, &name, d, &mut blocks)?,
            Some(Figure::Series(s)) => statistics::spikes(&id, &name, s, &mut blocks),
            Some(Figure::Drift(d)) => statistics::drift(d, &mut blocks),
            Some(Figure::Ratio(_) | Figure::Mix(_) | Figure::Rate(_) | Figure::Detection(_)) | None => {}
        }
    }
    if let Some(headline) = entry.metric.lines.first() {
        blocks.extend(dimensions(entry, headline));
        blocks.extend(subjects(entry, headline));
    }
    Ok(blocks)
}

/// Headline, lines and everything else below one heading.
pub(super) fn full(entry: Entry<'_>) -> Result<Vec<Block>> {
    let mut blocks = figures(entry);
    blocks.extend(breakdown(entry)?);
    Ok(blocks)
}

/// A line with its metric, so that no two tables have the same caption.
fn name(entry: Entry<'_>, line: &Line) -> String {
    format!("{}, {}", short(&entry.metric.id), short(&line.title))
}

fn lines(entry: Entry<'_>) -> Block {
    let metric = entry.metric;
    let rows = metric.lines.iter().map(|line| {
        let (value, basis) = match &line.figure {
            Some(figure) => {
                let read = reading(figure);
                let basis = if read.note().is_empty() { "sum of all categories".to_owned() } else { read.note() };
                (Cell::from(read.value), basis)
            }
            None => {
                let reason = line.reason.as_deref().map_or_else(|| why_not(metric), sentence);
                (Cell::marked("n/a", Status::NotComputed), reason)
            }
        };
        vec![short(&line.title).into(), value, basis.into()]
    });
    let heads = [("Line", Kind::Wide), ("Value", Kind::Number), ("Basis", Kind::Wide)];
    let caption = format!("{}: every line", short(&metric.id));
    Table::new(format!("{}-lines", entry.anchor()), caption, &heads).rows(rows).block()
}

fn ratio_blocks(id: &str, name: &str, ratio: &Ratio, blocks: &mut Vec<Block>) -> Result<()> {
    blocks.push(waterfall(id, name, ratio)?);
    for (part, reasons, what) in
        [("failing", &ratio.failing, "counted as no"), ("counting", &ratio.counting, "counted as yes"), ("undetermined", &ratio.undetermined, "counted as unknown")]
    {
        if !reasons.is_empty() {
            let caption = format!("{name}: why subjects are {what}");
            blocks.push(reasons_table(&format!("{id}-{part}"), &caption, reasons));
        }
    }
    Ok(())
}

fn reasons_table(id: &str, caption: &str, reasons: &[Reason]) -> Block {
    let total: f64 = reasons.iter().map(|reason| reason.weight).sum();
    let rows = reasons.iter().map(|reason| vec![words(&reason.reason).into(), count(reason.weight).into(), percent(reason.weight, total).into()]);
    let heads = [("Reason", Kind::Wide), ("Count", Kind::Number), ("Share", Kind::Number)];
    Table::new(id, caption, &heads).rows(rows).limited(200, 60, "the rest is in results.json").block()
}

fn dimensions(entry: Entry<'_>, line: &Line) -> Vec<Block> {
    let tables = line.dimensions.iter().enumerate().filter(|(_, dimension)| !dimension.values.is_empty());
    tables.map(|(position, dimension)| by_dimension(entry, line, position, dimension)).collect()
}

fn by_dimension(entry: Entry<'_>, line: &Line, position: usize, dimension: &Dimension) -> Block {
    let mut values: Vec<&DimensionValue> = dimension.values.iter().collect();
    // worst first; without a good direction the order of the results stands
    match entry.metric.better.as_str() {
        "higher" => values.sort_by(|a, b| size(&a.figure, f64::INFINITY).total_cmp(&size(&b.figure, f64::INFINITY))),
        "lower" => values.sort_by(|a, b| size(&b.figure, f64::NEG_INFINITY).total_cmp(&size(&a.figure, f64::NEG_INFINITY))),
        _ => {}
    }
    let rows = values.into_iter().map(|value| {
        let read = reading(&value.figure);
        let stated = if value.value.trim().is_empty() { "not stated".to_owned() } else { words(&value.value) };
        let note = if read.note().is_empty() { "sum of all categories".to_owned() } else { read.note() };
        vec![stated.into(), read.value.into(), note.into()]
    });
    let column = words(&dimension.name);
    let head = capital(&column);
    let heads = [(head.as_str(), Kind::Text), ("Value", Kind::Number), ("Basis", Kind::Wide)];
    let caption = format!("{} by {column}", name(entry, line));
    Table::new(format!("{}-d{position}", entry.anchor()), caption, &heads).rows(rows).limited(200, 60, "the rest is in the CSV file of this metric").searchable().block()
}

/// What a breakdown is ordered by; `absent` stands for a figure without a value.
fn size(figure: &Figure, absent: f64) -> f64 {
    match figure {
        Figure::Ratio(ratio) => ratio.value.unwrap_or(absent),
        Figure::Count(held) => held.total,
        Figure::Mix(mix) => mix.total,
        Figure::Obligations(duties) => duties.adherence.unwrap_or(absent),
        Figure::Rate(rate) => rate.value.unwrap_or(absent),
        Figure::Duration(d) => d.median.unwrap_or(absent),
        Figure::Detection(d) => d.findings as f64,
        Figure::Drift(d) => d.distance.unwrap_or(absent),
        Figure::Series(s) => s.spikes.len() as f64,
    }
}

fn subjects(entry: Entry<'_>, line: &Line) -> Option<Block> {
    if line.subjects.is_empty() {
        return None;
    }
    let rows = line.subjects.iter().map(|row| vec![short(&row.subject).into(), short(&row.label).into(), words(&row.verdict).into(), words(&row.reason).into()]);
    let heads = [("Subject", Kind::Wide), ("Name", Kind::Wide), ("Verdict", Kind::Text), ("Reason", Kind::Wide)];
    let caption = format!("{}: who speaks against it", name(entry, line));
    let table = Table::new(format!("{}-subjects", entry.anchor()), caption, &heads)
        .rows(rows)
        .limited(SUBJECTS.0, SUBJECTS.1, "all rows are in the metric's row file")
        .folded()
        .searchable();
    Some(table.block())
}
