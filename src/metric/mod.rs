//! Rows with verdicts into figures: one fold per kind, repeated per dimension value.

mod drift;
mod fold;
mod series;
mod survival;
mod table;
mod verdict;

use std::collections::BTreeMap;

use crate::derive::Desk;
use crate::query::{self, LineSpec, Query, Rows};
use crate::results::{Figure, Line, Metric, State, Target, TrendPoint, Verdict};
use table::Folded;

pub use verdict::{headline, judge};

/// A metric with the rows behind it.
#[derive(Debug)]
pub struct Measured {
    /// The figures.
    pub metric: Metric,
    /// The rows; absent when the metric was not computed.
    pub rows: Option<Rows>,
}

/// Measures one query on one desk.
///
/// # Errors
/// When the query itself is at fault; a missing input is no error but a metric that is not computed.
pub fn measure(query: &Query, desk: &Desk, target: Option<Target>) -> anyhow::Result<Measured> {
    let mut metric = Metric {
        id: query.id.clone(),
        name: query.name.clone(),
        title: query.title.clone(),
        kind: query.kind.name().to_owned(),
        better: query.better.clone(),
        about: query.about.clone(),
        controls: query.controls.clone(),
        reads: query.reads.clone(),
        query_sha256: query.sha256.clone(),
        state: State::Computed,
        reason: None,
        target,
        verdict: Verdict::NoTarget,
        lines: Vec::new(),
        trend: Vec::new(),
    };
    if let Some(reason) = query.facts().iter().find_map(|f| desk.cannot_tell(*f)) {
        metric.state = State::NotObservable;
        metric.reason = Some(reason.to_owned());
        metric.verdict = judge(&metric);
        return Ok(Measured { metric, rows: None });
    }
    if let Some(reason) = query.facts().iter().find_map(|f| desk.lacks(*f)) {
        metric.state = State::NotComputed;
        metric.verdict = Verdict::NotComputed;
        metric.reason = Some(reason.to_owned());
        return Ok(Measured { metric, rows: None });
    }
    let rows = query::execute(query, &desk.tables)?;
    let table = Folded::new(&rows, query);
    for spec in &query.lines {
        let needs = spec.needs.iter().filter_map(|n| crate::derive::Fact::named(n));
        let closed = needs.filter_map(|f| desk.lacks(f).or_else(|| desk.cannot_tell(f))).next();
        metric.lines.push(table.line(spec, closed));
    }
    if let Some(first) = metric.lines.first().filter(|l| l.figure.is_none()) {
        let needs = query.lines.first().map(|l| l.needs.as_slice()).unwrap_or_default();
        let observable = !needs.iter().filter_map(|n| crate::derive::Fact::named(n)).any(|f| desk.cannot_tell(f).is_some());
        metric.state = if observable { State::NotComputed } else { State::NotObservable };
        metric.reason.clone_from(&first.reason);
    }
    metric.verdict = judge(&metric);
    Ok(Measured { metric, rows: Some(rows) })
}

/// The figure of every line over rows that a query returned.
#[must_use]
pub fn figures(query: &Query, rows: &Rows) -> BTreeMap<String, Figure> {
    let table = Folded::new(rows, query);
    let of = |spec: &LineSpec| table.fold(&table.of(&spec.id));
    query.lines.iter().map(|l| (l.id.clone(), of(l))).collect()
}

/// Every line over rows that a query returned, as [`measure`] makes them; one of `closed` has no figure, for the reason given.
#[must_use]
pub fn lines(query: &Query, rows: &Rows, closed: &BTreeMap<String, String>) -> Vec<Line> {
    let table = Folded::new(rows, query);
    query.lines.iter().map(|l| table.line(l, closed.get(&l.id).map(String::as_str))).collect()
}

/// The headline of an earlier period.
#[must_use]
pub fn trend_point(period: &str, metric: &Metric) -> TrendPoint {
    let bounds = metric.lines.first().and_then(|l| l.figure.as_ref()).map(headline);
    TrendPoint {
        period: period.to_owned(),
        value: bounds.and_then(|b| b.value),
        lower: bounds.and_then(|b| b.lower),
        upper: bounds.and_then(|b| b.upper),
        reason: metric.reason.clone(),
    }
}
