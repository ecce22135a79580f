//! Values into pictures with generated descriptions and the data beside them.

use anyhow::Result;

use super::block::{Block, Chart, Picture};
use super::catalogue::Entry;
use super::reading::is_share;
use super::table::{Cell, Kind, Table};
use crate::report::chart::{self, Bars, Frame, Trend, TrendValue};
use crate::report::number::{count, points, range, share, target};
use crate::report::text::{short, shortened};
use crate::results::{Metric, TrendPoint};

/// A period label that fits below an axis.
const PERIOD: usize = 12;

/// A picture with its heading and its data, whatever draws it.
pub(super) fn chart(id: &str, title: &str, text: String, table: Table, paint: impl FnOnce(&Frame) -> Result<String>) -> Result<Block> {
    let frame = Frame { id: id.to_owned(), title: title.to_owned(), description: text };
    let svg = paint(&frame)?;
    let picture = Picture { id: frame.id, text: frame.description, svg };
    Ok(Block::Chart { chart: Chart { title: frame.title, picture, table } })
}

/// Bars with their data.
pub(super) fn bars(id: &str, title: &str, text: String, table: Table, bars: &Bars) -> Result<Block> {
    chart(id, title, text, table, |frame| chart::bars(frame, bars))
}

/// The metric's trend, when there are two values or more.
pub(super) fn trend(entry: Entry<'_>) -> Result<Option<Block>> {
    let metric = entry.metric;
    if metric.trend.iter().filter(|point| point.value.is_some()).count() < 2 {
        return Ok(None);
    }
    let is_share = is_share(metric);
    let show = |value: f64| if is_share { share(value) } else { count(value) };
    let values = metric.trend.iter().map(|point| TrendValue { period: shortened(&point.period, PERIOD), value: point.value, band: point.lower.zip(point.upper) });
    let plot = Trend {
        values: values.collect(),
        target: metric.target.as_ref().map(|t| (t.value, show_target(metric, t.value))),
        last: metric.trend.last().and_then(|point| point.value).map(show).unwrap_or_default(),
        share: is_share,
    };
    let id = format!("{}-trend", entry.anchor());
    let title = format!("{}, by period", entry.title());
    let heads = [("Period", Kind::Text), ("Value", Kind::Number), ("Bounds by the unknown", Kind::Number), ("Note", Kind::Wide)];
    let table = Table::new(format!("{id}-data"), title.clone(), &heads).rows(metric.trend.iter().map(|point| trend_row(point, is_share, &show)));
    chart(&id, &title, trend_text(metric, &show), table, |frame| chart::trend(frame, &plot)).map(Some)
}

fn trend_row(point: &TrendPoint, is_share: bool, show: &dyn Fn(f64) -> String) -> Vec<Cell> {
    let bounds = match (point.lower, point.upper) {
        (Some(lower), Some(upper)) if is_share => range(lower, upper),
        (Some(lower), Some(upper)) => format!("{}\u{2013}{}", count(lower), count(upper)),
        _ => "none".to_owned(),
    };
    let value = point.value.map_or_else(|| "n/a".to_owned(), show);
    let note = match (&point.reason, point.value) {
        (Some(reason), _) => short(reason),
        (None, None) => "not computed".to_owned(),
        (None, Some(_)) => "computed".to_owned(),
    };
    vec![short(&point.period).into(), value.into(), bounds.into(), note.into()]
}

/// The target without its bound word, which the dashed line stands for.
fn show_target(metric: &Metric, value: f64) -> String {
    let text = target(value, &metric.better, is_share(metric));
    text.strip_prefix("at least ").or_else(|| text.strip_prefix("at most ")).unwrap_or(&text).to_owned()
}

fn trend_text(metric: &Metric, show: &dyn Fn(f64) -> String) -> String {
    let mut known = metric.trend.iter().filter_map(|point| point.value.map(|value| (point, value)));
    let (Some((first, from)), Some((last, to))) = (known.next(), known.next_back()) else {
        return String::new();
    };
    let way = match to.total_cmp(&from) {
        std::cmp::Ordering::Greater => "rose from",
        std::cmp::Ordering::Less => "fell from",
        std::cmp::Ordering::Equal => "stayed at",
    };
    let mut text = if way == "stayed at" {
        format!("The value stayed at {} from {} to {}", show(from), short(&first.period), short(&last.period))
    } else {
        let (start, end) = (short(&first.period), short(&last.period));
        format!("The value {way} {} in {start} to {} in {end}", show(from), show(to))
    };
    if let Some(goal) = &metric.target {
        text.push_str("; the target is ");
        text.push_str(&target(goal.value, &metric.better, is_share(metric)));
        if is_share(metric) {
            let distance = points(to, goal.value);
            let distance = distance.split_once(" (").map_or(distance.as_str(), |(shown, _)| shown);
            text.push_str(&format!(", distance {distance}"));
        }
    }
    let missing = metric.trend.iter().filter(|point| point.value.is_none()).count();
    if missing > 0 {
        text.push_str(&format!("; {missing} of {} periods have no value", metric.trend.len()));
    }
    text.push('.');
    text
}

/// The small trend line of the summary, when there are two values or more.
pub(super) fn spark(entry: Entry<'_>) -> Result<Option<Picture>> {
    let metric = entry.metric;
    let values: Vec<Option<f64>> = metric.trend.iter().map(|point| point.value).collect();
    if values.iter().flatten().count() < 2 {
        return Ok(None);
    }
    let show = |value: f64| {
        if is_share(metric) { share(value) } else { count(value) }
    };
    let frame = Frame { id: format!("{}-spark", entry.anchor()), title: format!("{}, trend", entry.title()), description: trend_text(metric, &show) };
    let svg = chart::spark(&frame, &values, metric.target.as_ref().map(|t| t.value))?;
    Ok(Some(Picture { id: frame.id, text: frame.description, svg }))
}
