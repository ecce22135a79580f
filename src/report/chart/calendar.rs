//! Which days of the period came from which source: one row per source, one square per day.

use anyhow::Result;

use super::theme::{BAD, GRID, INK, MUTED, NEUTRAL, Token, WARN};
use super::{Canvas, Frame, Label, Level, Point, Side, WIDTH, draw, fitted, width};
use crate::report::font::Weight;

const LABELS: f64 = 170.0;
const ROW: f64 = 22.0;
const TOP: f64 = 44.0;

/// Days by sources.
#[derive(Debug, Clone)]
pub(in crate::report) struct Calendar {
    /// Labels of the days, `01` to `31`.
    pub(in crate::report) days: Vec<String>,
    /// Source and one state per day; empty text where nothing is wrong.
    pub(in crate::report) rows: Vec<(String, Vec<String>)>,
}

/// Draws the calendar.
pub(in crate::report) fn calendar(frame: &Frame, calendar: &Calendar) -> Result<String> {
    let names = calendar.rows.iter().map(|row| width(&row.0, 12.0, Weight::Regular));
    let left = names.fold(40.0, f64::max).min(LABELS) + 12.0;
    let cell = ((f64::from(WIDTH) - left - 4.0) / calendar.days.len().max(1) as f64).min(ROW);
    let height = TOP + ROW * calendar.rows.len() as f64 + 4.0;
    let every = if cell < 16.0 { 5 } else { 1 };

    draw(frame, (WIDTH, height.ceil() as u32), |canvas| {
        key(canvas, left)?;
        for (i, day) in calendar.days.iter().enumerate().filter(|(i, _)| i.is_multiple_of(every)) {
            let at = (left + cell * (i as f64 + 0.5), TOP - 5.0);
            canvas.text(day, at, Label::new(10.5, MUTED, Side::Middle, Level::Bottom))?;
        }
        for (row, (source, states)) in calendar.rows.iter().enumerate() {
            let top = TOP + ROW * row as f64;
            let label = Label::new(12.0, INK, Side::Right, Level::Middle);
            canvas.text(&fitted(source, 12.0, LABELS), (left - 8.0, top + ROW / 2.0), label)?;
            for (day, state) in states.iter().enumerate() {
                square(canvas, (left + cell * day as f64, top), cell, state)?;
            }
        }
        Ok(())
    })
}

fn key(canvas: &Canvas<'_>, left: f64) -> Result<()> {
    let words = [("nothing missing", GRID), ("missing", BAD), ("truncated or stale", WARN), ("other", NEUTRAL)];
    let mut x = left;
    for (word, token) in words {
        canvas.rect((x, 4.0), (10.0, 10.0), token)?;
        let label = Label::new(12.0, INK, Side::Left, Level::Middle);
        canvas.text(word, (x + 15.0, 9.0), label)?;
        x += 15.0 + width(word, 12.0, Weight::Regular) + 20.0;
    }
    Ok(())
}

fn square(canvas: &Canvas<'_>, corner: Point, cell: f64, state: &str) -> Result<()> {
    let token = token(state);
    canvas.rect(corner, (cell - 1.0, ROW - 1.0), token)?;
    // the first letter says the same as the colour
    let Some(letter) = state.chars().next().filter(|_| cell >= 12.0) else {
        return Ok(());
    };
    let at = (corner.0 + (cell - 1.0) / 2.0, corner.1 + (ROW - 1.0) / 2.0);
    let label = Label::new(10.5, token.text_on(), Side::Middle, Level::Middle).bold();
    canvas.text(&letter.to_uppercase().to_string(), at, label)
}

fn token(state: &str) -> Token {
    match state {
        "" => GRID,
        "missing" => BAD,
        "truncated" | "stale" => WARN,
        _ => NEUTRAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_day_is_marked_by_letter_and_colour() {
        let frame = Frame { id: "g".to_owned(), title: "t".to_owned(), description: "d".to_owned() };
        let days = ["01", "02"].map(str::to_owned).to_vec();
        let rows = vec![("signins".to_owned(), vec![String::new(), "missing".to_owned()])];
        let svg = calendar(&frame, &Calendar { days, rows }).unwrap();
        assert!(svg.contains(">M</text>"));
    }
}
