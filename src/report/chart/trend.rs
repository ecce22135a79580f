//! A value per period with the band of the unknown and the target.

use anyhow::Result;
use plotters::chart::ChartBuilder;

use super::spark::runs;
use super::theme::{AXIS, GRID, INK, MAIN, MUTED};
use super::{Canvas, Frame, Label, Level, Point, Side, UNIT, WIDTH, draw, step, unit, width};
use crate::report::font::Weight;

const HEIGHT: u32 = 260;
/// Period labels that fit side by side.
const LABELS: usize = 9;

/// One period.
#[derive(Debug, Clone)]
pub(in crate::report) struct TrendValue {
    /// Printed below.
    pub(in crate::report) period: String,
    /// The line; broken where there is none.
    pub(in crate::report) value: Option<f64>,
    /// Lower and upper bound by the unknown.
    pub(in crate::report) band: Option<(f64, f64)>,
}

/// A series over periods.
#[derive(Debug, Clone)]
pub(in crate::report) struct Trend {
    /// Oldest first.
    pub(in crate::report) values: Vec<TrendValue>,
    /// The target and how it is printed.
    pub(in crate::report) target: Option<(f64, String)>,
    /// How the last value is printed.
    pub(in crate::report) last: String,
    /// `true` for fractions of one, `false` for counts.
    pub(in crate::report) share: bool,
}

/// Draws the series.
pub(in crate::report) fn trend(frame: &Frame, trend: &Trend) -> Result<String> {
    let (low, high, step) = axis(trend);
    let last_x = trend.values.len().saturating_sub(1).max(1) as f64;
    let right = label_room(trend);

    draw(frame, (WIDTH, HEIGHT), |canvas| {
        let chart = ChartBuilder::on(&canvas.area)
            .margin_top(unit(12.0))
            .margin_right(unit(right))
            .x_label_area_size(unit(26.0))
            .y_label_area_size(unit(48.0))
            .build_cartesian_2d(0f64..last_x, low..high)?;
        let plot = chart.plotting_area();
        let at = |x: f64, y: f64| -> Point {
            let (x, y) = plot.map_coordinate(&(x, y));
            (f64::from(x) / f64::from(UNIT), f64::from(y) / f64::from(UNIT))
        };
        axes(canvas, trend, (low, high, step), &at)?;
        band(canvas, trend, &at)?;
        if let Some((target, _)) = &trend.target {
            canvas.dashes(at(0.0, *target), at(last_x, 0.0).0, INK)?;
        }
        let points = || trend.values.iter().enumerate().map(|(i, v)| v.value.map(|value| at(i as f64, value)));
        for run in runs(points()) {
            canvas.line(&run, MAIN, 2.2)?;
        }
        for point in points().flatten() {
            canvas.dot(point, 2.6, MAIN)?;
        }
        labels(canvas, trend, last_x, &at)
    })
}

/// Lower end, upper end and distance of the grid lines. A line may start above zero; the axis says so.
fn axis(trend: &Trend) -> (f64, f64, f64) {
    let bands = trend.values.iter().filter_map(|v| v.band);
    let known: Vec<f64> = trend
        .values
        .iter()
        .filter_map(|v| v.value)
        .chain(bands.flat_map(|(lower, upper)| [lower, upper]))
        .chain(trend.target.iter().map(|(target, _)| *target))
        .filter(|v| v.is_finite())
        .collect();
    let least = known.iter().copied().fold(f64::INFINITY, f64::min);
    let most = known.iter().copied().fold(0.0, f64::max);
    if trend.share {
        let low = [0.9, 0.8, 0.5].into_iter().find(|floor| least >= floor + 0.01).unwrap_or(0.0);
        let high = most.max(1.0);
        (low, high, (1.0 - low) / if low == 0.5 { 5.0 } else { 4.0 })
    } else {
        let step = step(most.max(1.0), 4.0);
        (0.0, (most.max(1.0) / step).ceil() * step, step)
    }
}

fn tick(value: f64, share: bool) -> String {
    if share {
        let digits = format!("{:.1}", value * 100.0);
        format!("{} %", digits.strip_suffix(".0").unwrap_or(&digits))
    } else {
        crate::report::number::count(value)
    }
}

fn axes(canvas: &Canvas<'_>, trend: &Trend, (low, high, step): (f64, f64, f64), at: &dyn Fn(f64, f64) -> Point) -> Result<()> {
    let last = trend.values.len().saturating_sub(1);
    let (left, right) = (at(0.0, low).0, at(last.max(1) as f64, low).0);
    let mut value = low;
    while value <= high + step * 0.001 {
        let y = at(0.0, value).1;
        canvas.line(&[(left, y), (right, y)], if value == low { AXIS } else { GRID }, 1.0)?;
        let label = Label::new(12.0, MUTED, Side::Right, Level::Middle);
        canvas.text(&tick(value, trend.share), (left - 8.0, y), label)?;
        value += step;
    }
    let every = trend.values.len().div_ceil(LABELS).max(1);
    for (i, value) in trend.values.iter().enumerate() {
        // counted from the end, so that the audited period always has its label
        if (last - i).is_multiple_of(every) {
            let (x, y) = at(i as f64, low);
            canvas.text(&value.period, (x, y + 9.0), Label::new(12.0, MUTED, Side::Middle, Level::Top))?;
        }
    }
    Ok(())
}

/// The area between the bounds, one polygon per unbroken stretch.
fn band(canvas: &Canvas<'_>, trend: &Trend, at: &dyn Fn(f64, f64) -> Point) -> Result<()> {
    let bound = |pick: fn((f64, f64)) -> f64| runs(trend.values.iter().enumerate().map(move |(i, v)| v.band.map(|band| at(i as f64, pick(band)))));
    for (lower, upper) in bound(|band| band.0).into_iter().zip(bound(|band| band.1)) {
        let outline: Vec<Point> = upper.into_iter().chain(lower.into_iter().rev()).collect();
        canvas.polygon(&outline, MAIN, 0.18)?;
    }
    Ok(())
}

/// Direct labels at the right: the last value and the target, pushed apart.
fn labels(canvas: &Canvas<'_>, trend: &Trend, last_x: f64, at: &dyn Fn(f64, f64) -> Point) -> Result<()> {
    const GAP: f64 = 16.0;
    let last = trend.values.last().and_then(|v| v.value).map(|value| at(last_x, value));
    let target = trend.target.as_ref().map(|(value, text)| (at(last_x, *value), text));
    let mut target_y = target.map(|(point, _)| point.1);
    if let (Some((_, y)), Some(wanted)) = (last, target_y)
        && (wanted - y).abs() < GAP
    {
        target_y = Some(if wanted < y { y - GAP } else { y + GAP });
    }
    if let Some((x, y)) = last {
        canvas.text(&trend.last, (x + 9.0, y), Label::new(13.0, MAIN, Side::Left, Level::Middle).bold())?;
    }
    if let (Some(((x, _), text)), Some(y)) = (target, target_y) {
        canvas.text("target", (x + 9.0, y), Label::new(12.0, INK, Side::Left, Level::Middle))?;
        let after = x + 9.0 + width("target ", 12.0, Weight::Regular);
        canvas.text(text, (after, y), Label::new(12.0, INK, Side::Left, Level::Middle).bold())?;
    }
    Ok(())
}

fn label_room(trend: &Trend) -> f64 {
    let target = trend.target.as_ref().map_or(0.0, |(_, text)| width("target ", 12.0, Weight::Regular) + width(text, 12.0, Weight::SemiBold));
    width(&trend.last, 13.0, Weight::SemiBold).max(target).max(24.0) + 16.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_with_gaps_is_drawn() {
        let value = |period: &str, value| TrendValue { period: period.to_owned(), value, band: value.map(|v| (v, v + 0.01)) };
        let values = vec![value("2026-08", Some(0.93)), value("2026-09", None), value("2026-10", Some(0.95))];
        let frame = Frame { id: "t".to_owned(), title: "t".to_owned(), description: "d".to_owned() };
        let target = Some((0.98, "98 %".to_owned()));
        let svg = trend(&frame, &Trend { values, target, last: "95.0 %".to_owned(), share: true }).unwrap();
        assert!(svg.contains(">95.0 %<") && svg.contains(">target<") && svg.contains(">90 %<"));
        assert!(!svg.contains("<polygon"), "no band across a gap");
    }

    #[test]
    fn an_empty_trend_is_still_a_picture() {
        let frame = Frame { id: "t".to_owned(), title: "t".to_owned(), description: "d".to_owned() };
        let svg = trend(&frame, &Trend { values: vec![], target: None, last: String::new(), share: false }).unwrap();
        assert!(svg.ends_with("</svg>\n"));
    }
}
