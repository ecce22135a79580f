//! Durations: the quartiles, the marks, and the steps of the curve.

use anyhow::Result;

use super::block::Block;
use super::reading::days;
use super::table::{Kind, Table};
use crate::report::number::{share, whole};
use crate::results::Duration;

/// Steps of the curve that a table shows.
const STEPS: usize = 40;

pub(super) fn blocks(id: &str, name: &str, d: &Duration, blocks: &mut Vec<Block>) -> Result<()> {
    if d.subjects == 0 {
        return Ok(());
    }
    let shown = |value: Option<f64>| value.map_or_else(|| "not reached".to_owned(), days);
    let mut rows = vec![
        ("A quarter has ended by", shown(d.first_quartile)),
        ("Half has ended by (median)", shown(d.median)),
        ("Half has ended by, every end as late as the data allow", shown(d.median_latest)),
        ("Three quarters have ended by", shown(d.third_quartile)),
        ("95 of 100 have ended by", shown(d.ninety_fifth)),
        ("Longest that ended", d.longest_ended.map_or_else(|| "none has ended".to_owned(), days)),
        ("Longest open", d.longest_open.map_or_else(|| "none is open".to_owned(), days)),
    ];
    let marks: Vec<(String, String)> = d.ended_by.iter().map(|(day, part)| (format!("Ended by day {day:.0}"), share(*part))).collect();
    rows.extend(marks.iter().map(|(label, value)| (label.as_str(), value.clone())));
    let heads = [("Measure", Kind::Wide), ("Value", Kind::Number)];
    let caption = format!("{name}: Kaplan\u{2013}Meier with delayed entry");
    blocks.push(Table::new(format!("{id}-quartiles"), caption, &heads).rows(rows.into_iter().map(|(label, value)| vec![label.into(), value.into()])).block());
    if !d.curve.is_empty() {
        let heads = [("Day", Kind::Number), ("Not ended", Kind::Number), ("95 % interval", Kind::Number), ("At risk", Kind::Number)];
        let thinned = d.curve.len().div_ceil(STEPS).max(1);
        let rows = d
            .curve
            .iter()
            .step_by(thinned)
            .map(|p| vec![days(p.day).into(), share(p.survival).into(), format!("{} to {}", share(p.lower), share(p.upper)).into(), whole(p.at_risk).into()]);
        blocks.push(Table::new(format!("{id}-curve"), format!("{name}: the curve"), &heads).rows(rows).folded().block());
    }
    Ok(())
}
