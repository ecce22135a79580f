//! The worksheet: one row per drawn item with its evidence, and empty columns for what the auditor finds.

use std::collections::BTreeMap;

use anyhow::Context;

use super::{Draw, Drawn, Frozen, Item, Record, Shape};
use crate::report::{CellValue, Page, Sheet, book, csv_text};

/// Columns before the evidence.
const LEAD: [(&str, f64); 5] = [("number", 10.0), ("item", 36.0), ("label", 30.0), ("stratum", 14.0), ("drawn", 12.0)];
/// Columns that the auditor fills in.
const OPEN: [(&str, f64); 5] = [("result", 20.0), ("deviation", 14.0), ("tested_by", 18.0), ("tested_on", 14.0), ("notes", 48.0)];
const WIDTH: f64 = 24.0;

/// Heads and widths.
fn heads(of: &Frozen) -> Vec<(&str, f64)> {
    LEAD.into_iter().chain(of.columns.iter().map(|c| (c.name.as_str(), WIDTH))).chain(OPEN).collect()
}

/// Drawn items with what the population says of them.
fn rows<'s>(of: &'s Frozen, draw: &'s Draw) -> anyhow::Result<Vec<(&'s Drawn, &'s Item)>> {
    let known: BTreeMap<&str, &Item> = of.items.iter().map(|i| (i.item.as_str(), i)).collect();
    let row = |d: &'s Drawn| anyhow::Ok((d, *known.get(d.item.as_str()).with_context(|| format!("item `{}` is not in the population", d.item))?));
    draw.items.iter().map(row).collect()
}

fn round(drawn: &Drawn) -> &'static str {
    if drawn.extension { "extension" } else { "first" }
}

/// `worksheet.csv`.
///
/// # Errors
/// When a drawn item is not in the population, or the file cannot be written.
pub fn csv(of: &Frozen, draw: &Draw) -> anyhow::Result<Vec<u8>> {
    let heads: Vec<&str> = heads(of).into_iter().map(|(name, _)| name).collect();
    let mut sheet = Sheet::at("worksheet.csv".to_owned(), &heads)?;
    for (number, (drawn, item)) in (1_u64..).zip(rows(of, draw)?) {
        let lead = [number.to_string(), item.item.clone(), csv_text(&item.label), csv_text(&item.stratum), round(drawn).to_owned()];
        let evidence = item.evidence.iter().map(|cell| csv_text(cell));
        sheet.row(lead.into_iter().chain(evidence).chain(OPEN.map(|_| String::new())))?;
    }
    Ok(sheet.finish()?.bytes)
}

/// `worksheet.xlsx`: the same with heads that stay in view and a filter, and a sheet that says what was drawn from.
///
/// # Errors
/// When a drawn item is not in the population, or the file cannot be written.
pub fn xlsx(of: &Frozen, record: &Record, draw: &Draw) -> anyhow::Result<Vec<u8>> {
    let mut cells = Vec::new();
    for (number, (drawn, item)) in (1_u64..).zip(rows(of, draw)?) {
        let mut row = vec![CellValue::whole(number)];
        row.extend([item.item.as_str(), item.label.as_str(), item.stratum.as_str(), round(drawn)].map(CellValue::text));
        row.extend(of.columns.iter().zip(&item.evidence).map(|(column, text)| cell(column.shape, text)));
        row.extend(OPEN.map(|_| CellValue::Empty));
        cells.push(row);
    }
    let pages = [Page::new("Sample", &heads(of), cells), Page::new("About", &[("What", 28.0), ("Value", 72.0)], about(record, draw))];
    book(&format!("{}, {}", of.title, of.period), &record.tool, &of.as_of, &pages)
}

fn cell(shape: Shape, text: &str) -> CellValue {
    match shape {
        Shape::Text => CellValue::text(text),
        Shape::Number => CellValue::number(text.parse().ok()),
        Shape::When => CellValue::when(text),
    }
}

fn about(record: &Record, draw: &Draw) -> Vec<Vec<CellValue>> {
    let mut lines = vec![
        ("Population", record.title.clone()),
        ("Period", record.period.clone()),
        ("Items", record.items.to_string()),
        ("population.csv, SHA-256", record.population_sha256.clone()),
        ("definition.sql, SHA-256", record.definition_sha256.clone()),
        ("Seed", draw.seed.clone()),
        ("Method", draw.method.clone()),
        ("Confidence", draw.plan.confidence.to_string()),
        ("Tolerable rate", draw.plan.tolerable.to_string()),
        ("Expected deviations", draw.plan.expected.to_string()),
    ];
    for s in &draw.strata {
        let all = if s.test_all { ": test all" } else { "" };
        lines.push(("Drawn", format!("{} {} of {}{all}", s.stratum, s.sample, s.population).trim().to_owned()));
    }
    lines.push(("Earlier draws", record.earlier_draws.len().to_string()));
    lines.extend(record.notes.iter().map(|note| ("Note", note.clone())));
    lines.into_iter().map(|(what, value)| vec![CellValue::text(what), CellValue::text(&value)]).collect()
}
