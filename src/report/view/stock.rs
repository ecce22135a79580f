//! Counts per category: stocks as bars, flows as an identity that adds up.

use anyhow::Result;

use super::block::{Block, Status};
use super::plot;
use super::table::{Kind, Table};
use crate::report::chart::theme::MAIN;
use crate::report::chart::{Bar, Bars, Segment};
use crate::report::number::{count, percent, plural};
use crate::report::text::words;
use crate::results::{Count, Reason};

/// Bars shown before the rest is left to the table.
const BARS: usize = 20;

/// What adds to a stock and what takes from it.
const IN: [&str; 4] = ["joined", "lost_method", "activated", "revived"];
const OUT: [&str; 4] = ["enrolled", "left", "closed", "expired"];
/// Movements that leave the stock as it is.
const BESIDE: [&str; 4] = ["entered", "extended", "closed_after_expiry", "recategorised"];

/// A line of counts.
pub(super) fn blocks(id: &str, name: &str, held: &Count, blocks: &mut Vec<Block>) -> Result<()> {
    if held.categories.is_empty() {
        return Ok(());
    }
    match ends(&held.categories) {
        Some((opening, closing)) => flow(id, name, held, (opening, closing), blocks),
        None => blocks.push(bars(id, name, held)?),
    }
    Ok(())
}

/// Opening and closing stock, when the categories are a flow.
fn ends(categories: &[Reason]) -> Option<(f64, f64)> {
    let find = |name: &str| categories.iter().find(|category| key(category) == name).map(|category| category.weight);
    match (find("opening"), find("closing")) {
        (None, None) => None,
        (opening, closing) => Some((opening.unwrap_or(0.0), closing.unwrap_or(0.0))),
    }
}

fn key(category: &Reason) -> String {
    category.reason.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

fn flow(id: &str, title: &str, held: &Count, (opening, closing): (f64, f64), blocks: &mut Vec<Block>) {
    let mut sum = opening;
    let mut text = format!("opening {}", count(opening));
    let mut understood = true;
    let moves = |c: &&Reason| !matches!(key(c).as_str(), "opening" | "closing") && !BESIDE.contains(&key(c).as_str());
    for category in held.categories.iter().filter(moves) {
        let (name, weight) = (words(&category.reason), category.weight);
        let name_key = key(category);
        let leaves = OUT.contains(&name_key.as_str());
        understood &= leaves || IN.contains(&name_key.as_str());
        // a query may give what leaves the stock as a negative number already
        if leaves || weight < 0.0 {
            sum -= weight.abs();
            text.push_str(&format!(" \u{2212} {name} {}", count(weight.abs())));
        } else {
            sum += weight;
            text.push_str(&format!(" + {name} {}", count(weight)));
        }
    }
    text.push_str(&format!(" = closing {}", count(closing)));
    if (sum - closing).abs() < 1e-6 {
        blocks.push(Block::text(format!("{title}: {text}. The identity adds up.")));
    } else if understood {
        let off = count((closing - sum).abs());
        blocks.push(Block::callout(Status::Missed, format!("{title}: {text}. The identity does not add up: it is off by {off}.")));
    }
    // Read from top to bottom, the table is the identity.
    let place = |c: &Reason| match key(c).as_str() {
        "opening" => 0,
        k if IN.contains(&k) => 1,
        k if OUT.contains(&k) => 2,
        "closing" => 3,
        _ => 4,
    };
    let mut ordered: Vec<&Reason> = held.categories.iter().collect();
    ordered.sort_by_key(|c| place(c));
    let rows = ordered.into_iter().map(|c| vec![words(&c.reason).into(), count(c.weight).into()]);
    let table = Table::new(format!("{id}-flow"), title, &[("Movement", Kind::Wide), ("Count", Kind::Number)]);
    blocks.push(table.rows(rows).block());
}

fn bars(id: &str, name: &str, held: &Count) -> Result<Block> {
    let title = format!("{name}, by category");
    let drawn = held.categories.iter().take(BARS).map(|category| {
        let segments = vec![Segment::new(category.weight, MAIN, "")];
        Bar::new(words(&category.reason), segments, count(category.weight))
    });
    let rows = held.categories.iter().map(|category| vec![words(&category.reason).into(), count(category.weight).into(), percent(category.weight, held.total).into()]);
    let heads = [("Category", Kind::Wide), ("Count", Kind::Number), ("Share", Kind::Number)];
    let table = Table::new(format!("{id}-bars-data"), title.clone(), &heads).rows(rows).limited(200, 60, "the rest is in results.json");
    let largest = held.categories.iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
    let text = format!(
        "{} in {}; the largest is {} with {}.",
        count(held.total),
        plural(held.categories.len() as u64, "category", "categories"),
        largest.map_or_else(String::new, |c| words(&c.reason)),
        largest.map_or_else(String::new, |c| count(c.weight)),
    );
    plot::bars(&format!("{id}-bars"), &title, text, table, &Bars { key: Vec::new(), bars: drawn.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(parts: &[(&str, f64)]) -> Count {
        let categories = parts.iter().map(|(reason, weight)| Reason { reason: (*reason).to_owned(), weight: *weight });
        Count { total: 0.0, categories: categories.collect() }
    }

    #[test]
    fn a_flow_that_adds_up_says_so() {
        let mut out = Vec::new();
        let parts = held(&[("opening", 212.0), ("joined", 31.0), ("lost_method", 4.0), ("enrolled", 60.0), ("left", 5.0), ("entered", 9.0), ("closing", 182.0)]);
        blocks("x", "K11, Flow", &parts, &mut out).unwrap();
        let Block::Text { text } = &out[0] else { panic!("no text") };
        assert!(text.contains("opening 212 + joined 31 + lost method 4 \u{2212} enrolled 60 \u{2212} left 5 = closing 182"));
    }

    #[test]
    fn a_flow_that_does_not_is_called_out() {
        let mut out = Vec::new();
        blocks("x", "K11, Flow", &held(&[("opening", 2.0), ("joined", 1.0), ("closing", 4.0)]), &mut out).unwrap();
        assert!(matches!(&out[0], Block::Callout { status: Status::Missed, text } if text.contains("off by 1")));
    }
}
