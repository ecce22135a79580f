//! The small trend line beside a headline figure.

use anyhow::Result;

use super::theme::{AXIS, MAIN};
use super::{Frame, Point, draw};

const SIZE: (u32, u32) = (120, 28);

/// Draws `values`, oldest first, with gaps where there is none; the target is a dashed line.
pub(in crate::report) fn spark(frame: &Frame, values: &[Option<f64>], target: Option<f64>) -> Result<String> {
    let known = || values.iter().flatten().copied().chain(target);
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    let span = (high - low).max(1e-9);
    let steps = values.len().saturating_sub(1).max(1) as f64;
    let x = |i: usize| 4.0 + i as f64 / steps * 111.0;
    let y = |value: f64| 24.0 - (value - low) / span * 20.0;

    draw(frame, SIZE, |canvas| {
        if let Some(target) = target {
            canvas.dashes((4.0, y(target)), 115.0, AXIS)?;
        }
        let points = values.iter().enumerate().map(|(i, value)| value.map(|value| (x(i), y(value))));
        for run in runs(points) {
            canvas.line(&run, MAIN, 1.6)?;
        }
        match values.last() {
            Some(Some(last)) => canvas.dot((x(values.len() - 1), y(*last)), 2.6, MAIN),
            _ => Ok(()),
        }
    })
}

/// The unbroken stretches of a line.
pub(super) fn runs(points: impl Iterator<Item = Option<Point>>) -> Vec<Vec<Point>> {
    let mut runs: Vec<Vec<Point>> = vec![Vec::new()];
    for point in points {
        match (point, runs.last_mut()) {
            (Some(point), Some(run)) => run.push(point),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_breaks_the_line() {
        let points = [Some((0.0, 1.0)), Some((1.0, 1.0)), None, Some((3.0, 1.0)), Some((4.0, 1.0))];
        assert_eq!(runs(points.into_iter()).len(), 2);
    }
}
