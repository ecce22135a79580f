//! Horizontal bars: one or more segments each, starting at zero or, in a waterfall, at an offset.

use anyhow::Result;

use super::theme::{AXIS, GRID, INK, MUTED, Token};
use super::{Canvas, Frame, Label, Level, Side, WIDTH, draw, fitted, step, width};
use crate::report::font::Weight;

/// Height of one bar with its gap.
const ROW: f64 = 32.0;
/// Height of the bar itself.
const THICK: f64 = 20.0;
/// Height of one line of the key.
const KEY_ROW: f64 = 20.0;
/// Room for the labels on the left, at most.
const LABELS: f64 = 230.0;

/// A part of a bar.
#[derive(Debug, Clone)]
pub(in crate::report) struct Segment {
    /// Length.
    pub(in crate::report) value: f64,
    /// Colour.
    pub(in crate::report) token: Token,
    /// Printed inside when there is room.
    pub(in crate::report) label: String,
}

/// One bar.
#[derive(Debug, Clone)]
pub(in crate::report) struct Bar {
    /// Printed on the left.
    pub(in crate::report) label: String,
    /// Where the first segment begins: 0, or the level a waterfall has come down to.
    pub(in crate::report) start: f64,
    /// From left to right.
    pub(in crate::report) segments: Vec<Segment>,
    /// Printed bold at the end.
    pub(in crate::report) total: String,
}

/// A set of bars on one scale.
#[derive(Debug, Clone)]
pub(in crate::report) struct Bars {
    /// What the colours mean, as coloured words; empty when there is one colour.
    pub(in crate::report) key: Vec<(String, Token)>,
    /// From top to bottom.
    pub(in crate::report) bars: Vec<Bar>,
}

impl Segment {
    /// A part that prints its own value.
    pub(in crate::report) fn new(value: f64, token: Token, label: impl Into<String>) -> Self {
        let label = label.into();
        Self { value, token, label }
    }
}

impl Bar {
    /// A bar that starts at zero.
    pub(in crate::report) fn new(label: impl Into<String>, segments: Vec<Segment>, total: impl Into<String>) -> Self {
        let (label, total) = (label.into(), total.into());
        Self { label, start: 0.0, segments, total }
    }
}

/// Draws the bars.
pub(in crate::report) fn bars(frame: &Frame, bars: &Bars) -> Result<String> {
    let left = bars.bars.iter().map(|bar| width(&bar.label, 12.0, Weight::Regular)).fold(40.0, f64::max).min(LABELS) + 10.0;
    let right = bars.bars.iter().map(|bar| width(&bar.total, 13.0, Weight::SemiBold)).fold(0.0, f64::max) + 16.0;
    let key = key_places(&bars.key, left);
    let top = key.last().map_or(6.0, |place| place.1 + KEY_ROW);
    let bottom = top + ROW * bars.bars.len() as f64;
    let end = bars.bars.iter().map(reach).fold(0.0, f64::max).max(1e-9);
    let scale = (f64::from(WIDTH) - left - right) / end;

    draw(frame, (WIDTH, bottom.ceil() as u32 + 4), |canvas| {
        for ((name, token), place) in bars.key.iter().zip(&key) {
            canvas.rect(*place, (10.0, 10.0), *token)?;
            canvas.text(name, (place.0 + 15.0, place.1 + 5.0), Label::new(12.0, INK, Side::Left, Level::Middle))?;
        }
        grid(canvas, (left, top, bottom), end, scale)?;
        for (row, bar) in bars.bars.iter().enumerate() {
            one(canvas, bar, (left, top + ROW * row as f64 + (ROW - THICK) / 2.0), scale)?;
        }
        canvas.line(&[(left, top), (left, bottom)], AXIS, 1.0)
    })
}

/// How far a bar goes to the right.
fn reach(bar: &Bar) -> f64 {
    bar.start + bar.segments.iter().map(|segment| segment.value).sum::<f64>()
}

/// Top left corner of each entry of the key, wrapped at the right edge.
fn key_places(key: &[(String, Token)], left: f64) -> Vec<(f64, f64)> {
    let (mut x, mut y) = (left, 4.0);
    let mut places = Vec::with_capacity(key.len());
    for (name, _) in key {
        let needs = 15.0 + width(name, 12.0, Weight::Regular) + 20.0;
        if x > left && x + needs > f64::from(WIDTH) {
            x = left;
            y += KEY_ROW;
        }
        places.push((x, y));
        x += needs;
    }
    places
}

fn grid(canvas: &Canvas<'_>, (left, top, bottom): (f64, f64, f64), end: f64, scale: f64) -> Result<()> {
    let step = step(end, 5.0);
    let mut value = step;
    while value <= end * 1.000_001 {
        let x = left + value * scale;
        canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
        value += step;
    }
    Ok(())
}

fn one(canvas: &Canvas<'_>, bar: &Bar, (left, top): (f64, f64), scale: f64) -> Result<()> {
    let middle = top + THICK / 2.0;
    let name = fitted(&bar.label, 12.0, LABELS);
    canvas.text(&name, (left - 8.0, middle), Label::new(12.0, INK, Side::Right, Level::Middle))?;
    let mut x = left + bar.start * scale;
    for segment in bar.segments.iter().filter(|segment| segment.value > 0.0) {
        let long = segment.value * scale;
        // a gap of one pixel keeps neighbours apart without colour; a sliver stays visible
        canvas.rect((x, top), ((long - 1.0).max(0.6), THICK), segment.token)?;
        if width(&segment.label, 11.5, Weight::SemiBold) + 8.0 < long {
            let label = Label::new(11.5, segment.token.text_on(), Side::Middle, Level::Middle).bold();
            canvas.text(&segment.label, (x + long / 2.0, middle), label)?;
        }
        x += long;
    }
    let total = Label::new(13.0, if bar.total == "0" { MUTED } else { INK }, Side::Left, Level::Middle).bold();
    canvas.text(&bar.total, (x + 7.0, middle), total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::theme::{BAD, MAIN};

    fn frame() -> Frame {
        Frame { id: "c".to_owned(), title: "<t>".to_owned(), description: "d".to_owned() }
    }

    #[test]
    fn a_chart_names_and_describes_itself_and_escapes_labels() {
        let segment = |value, token| Segment { value, token, label: "<b>".to_owned() };
        let bar = Bar { label: "</text><script>".to_owned(), start: 0.0, segments: vec![segment(40.0, MAIN), segment(10.0, BAD)], total: "50".to_owned() };
        let svg = bars(&frame(), &Bars { key: vec![("in date".to_owned(), MAIN)], bars: vec![bar] }).unwrap();
        assert!(svg.contains("<title id=\"c-t\">&lt;t&gt;</title><desc id=\"c-d\">d</desc>"));
        assert!(!svg.contains("<script>") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn nothing_to_show_is_still_a_picture() {
        let svg = bars(&frame(), &Bars { key: vec![], bars: vec![] }).unwrap();
        assert!(svg.ends_with("</svg>\n"));
    }
}
