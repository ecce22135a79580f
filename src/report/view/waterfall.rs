//! From everybody to those who count: what a ratio leaves out, and why.

use anyhow::Result;

use super::block::Block;
use super::plot;
use super::table::{Cell, Kind, Table};
use crate::report::chart::theme::{BAD, MAIN, NEUTRAL, WARN};
use crate::report::chart::{Bar, Bars, Segment};
use crate::report::number::count;
use crate::report::text::words;
use crate::results::{Ratio, Reason};

/// Reasons a waterfall shows before it sums the rest up.
const STEPS: usize = 12;

/// All = excluded + in scope; in scope = yes + no + unknown.
pub(super) fn waterfall(id: &str, name: &str, ratio: &Ratio) -> Result<Block> {
    let steps = merged(&ratio.excluded);
    let scope = ratio.denominator + ratio.unknown;
    let excluded: f64 = steps.iter().map(|step| step.1).sum();
    let no = ratio.denominator - ratio.numerator;

    let mut key = vec![("yes", MAIN), ("no", BAD), ("unknown", WARN)];
    if excluded > 0.0 {
        key.push(("excluded", NEUTRAL));
    }
    let key = key.into_iter().map(|(word, token)| (word.to_owned(), token)).collect();
    let bars = Bars { key, bars: bars(ratio, &steps) };
    let text = format!(
        "{} in all, {} excluded, {} in scope: {} yes, {} no, {} unknown.",
        count(scope + excluded),
        count(excluded),
        count(scope),
        count(ratio.numerator),
        count(no),
        count(ratio.unknown)
    );
    let id = format!("{id}-waterfall");
    let title = format!("{name}: who is counted");
    let heads = [("Step", Kind::Wide), ("Count", Kind::Number)];
    let all = [("All", scope + excluded)].into_iter().map(|(name, weight)| (name.to_owned(), weight));
    let left_out = steps.into_iter().map(|(reason, weight)| (format!("Excluded: {reason}"), weight));
    let parts = [("In scope", scope), ("In scope: yes", ratio.numerator), ("In scope: no", no), ("In scope: unknown", ratio.unknown)];
    let parts = parts.into_iter().map(|(name, weight)| (name.to_owned(), weight));
    let rows = all.chain(left_out).chain(parts);
    let table = Table::new(format!("{id}-data"), title.clone(), &heads).rows(rows.map(|(name, weight)| vec![Cell::from(name), Cell::from(count(weight))]));
    plot::bars(&id, &title, text, table, &bars)
}

/// Everybody, then what each reason takes away, then what is left.
fn bars(ratio: &Ratio, steps: &[(String, f64)]) -> Vec<Bar> {
    let segment = |value: f64, token| Segment::new(value, token, count(value));
    let scope = ratio.denominator + ratio.unknown;
    let mut left = scope + steps.iter().map(|step| step.1).sum::<f64>();
    let mut bars = Vec::new();
    if left > scope {
        bars.push(Bar::new("all", vec![segment(left, NEUTRAL)], count(left)));
    }
    for (reason, weight) in steps {
        left -= weight;
        let mut bar = Bar::new(format!("excluded: {reason}"), vec![segment(*weight, NEUTRAL)], count(*weight));
        bar.start = left;
        bars.push(bar);
    }
    let parts = vec![segment(ratio.numerator, MAIN), segment(ratio.denominator - ratio.numerator, BAD), segment(ratio.unknown, WARN)];
    bars.push(Bar::new("in scope", parts, count(scope)));
    bars
}

/// The first reasons, the rest summed up.
fn merged(reasons: &[Reason]) -> Vec<(String, f64)> {
    let mut steps: Vec<(String, f64)> = reasons.iter().take(STEPS).map(|reason| (words(&reason.reason), reason.weight)).collect();
    let rest = reasons.get(STEPS..).unwrap_or_default();
    if !rest.is_empty() {
        steps.push((format!("{} further reasons", rest.len()), rest.iter().map(|reason| reason.weight).sum()));
    }
    steps
}
