//! Duties that fell due: on time, late, missed, per category.

use anyhow::Result;

use super::block::Block;
use super::plot;
use super::reading::reading;
use super::table::{Cell, Kind, Table};
use crate::report::chart::theme::{BAD, MAIN, NEUTRAL, WARN};
use crate::report::chart::{Bar, Bars, Segment};
use crate::report::number::whole;
use crate::report::text::words;
use crate::results::{Figure, Line, Obligations};

/// Bars shown before the rest is left to the table.
const BARS: usize = 16;

/// A line of obligations: per value of its first dimension, or as a whole.
pub(super) fn blocks(id: &str, name: &str, line: &Line, blocks: &mut Vec<Block>) -> Result<()> {
    let rows = rows(line);
    if rows.is_empty() {
        return Ok(());
    }
    let title = format!("{name}: duties due in the period");
    let key = [("on time", MAIN), ("late", WARN), ("missed", BAD), ("cannot be judged", NEUTRAL)];
    let bars = Bars { key: key.map(|(word, token)| (word.to_owned(), token)).to_vec(), bars: rows.iter().take(BARS).map(|(name, duties)| bar(name, duties)).collect() };
    let heads = [
        ("Category", Kind::Wide),
        ("Due", Kind::Number),
        ("On time", Kind::Number),
        ("Late", Kind::Number),
        ("Missed", Kind::Number),
        ("Cannot be judged", Kind::Number),
        ("Not yet due", Kind::Number),
        ("Adherence", Kind::Number),
    ];
    let id = format!("{id}-duties");
    let table = Table::new(format!("{id}-data"), title.clone(), &heads).limited(200, 100, "the rest is in the CSV file of this metric").rows(rows.iter().map(|(name, d)| {
        let counts = [d.due, d.on_time, d.late, d.missed, d.unknown, d.not_yet_due].map(|n| Cell::from(whole(n)));
        let adherence = reading(&Figure::Obligations((*d).clone())).value;
        std::iter::once(Cell::from(name.clone())).chain(counts).chain([Cell::from(adherence)]).collect()
    }));
    blocks.push(plot::bars(&id, &title, text(&rows), table, &bars)?);
    Ok(())
}

/// Per value of the first dimension, then the whole line.
fn rows(line: &Line) -> Vec<(String, &Obligations)> {
    let mut rows = Vec::new();
    for value in line.dimensions.first().map(|dimension| dimension.values.as_slice()).unwrap_or_default() {
        if let Figure::Obligations(duties) = &value.figure {
            let name = if value.value.trim().is_empty() { "not stated".to_owned() } else { words(&value.value) };
            rows.push((name, duties));
        }
    }
    if let Some(Figure::Obligations(duties)) = &line.figure {
        rows.push(("all".to_owned(), duties));
    }
    rows
}

fn bar(name: &str, duties: &Obligations) -> Bar {
    let parts = [(duties.on_time, MAIN), (duties.late, WARN), (duties.missed, BAD), (duties.unknown, NEUTRAL)];
    let segments = parts.map(|(n, token)| Segment::new(n as f64, token, whole(n)));
    Bar::new(name, segments.to_vec(), whole(duties.due))
}

fn text(rows: &[(String, &Obligations)]) -> String {
    let Some((_, all)) = rows.last() else {
        return String::new();
    };
    let worst = rows.iter().filter(|(name, _)| name != "all").max_by_key(|(_, duties)| (duties.missed, duties.late));
    let worst = match worst {
        Some((name, duties)) if duties.missed > 0 => {
            format!(" Most were missed for {name}: {}.", whole(duties.missed))
        }
        _ => String::new(),
    };
    format!("{} due: {} on time, {} late, {} missed, {} cannot be judged.{worst}", whole(all.due), whole(all.on_time), whole(all.late), whole(all.missed), whole(all.unknown))
}
