//! Rows with verdicts into figures: one fold per kind, repeated per dimension value.

mod fold;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use crate::derive::Desk;
use crate::query::{self, Kind, LineSpec, Query, Rows};
use crate::results::{Dimension, DimensionValue, Figure, Line, Metric, State, SubjectRow, Target, TrendPoint, Verdict};

pub use verdict::{headline, judge};

/// Subjects shown to people per line; all rows are in the row file.
const SHOWN: usize = 1000;

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
    if let Some(reason) = query.facts().iter().find_map(|f| desk.lacks(*f)) {
        metric.state = State::NotComputed;
        metric.verdict = Verdict::NotComputed;
        metric.reason = Some(reason.to_owned());
        return Ok(Measured { metric, rows: None });
    }
    let rows = query::execute(query, &desk.tables)?;
    let table = Folded::new(&rows, query);
    for spec in &query.lines {
        metric.lines.push(table.line(spec, desk));
    }
    if let Some(first) = metric.lines.first().filter(|l| l.figure.is_none()) {
        metric.state = State::NotComputed;
        metric.reason.clone_from(&first.reason);
    }
    metric.verdict = judge(&metric);
    Ok(Measured { metric, rows: Some(rows) })
}

/// The figure of every line over rows that a query returned.
#[must_use]
pub fn figures(query: &Query, rows: &Rows) -> BTreeMap<String, Figure> {
    let table = Folded::new(rows, query);
    let of = |spec: &LineSpec| table.fold(&(0..table.lines.len()).filter(|i| table.lines[*i] == spec.id).collect::<Vec<_>>());
    query.lines.iter().map(|l| (l.id.clone(), of(l))).collect()
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

/// The cells of a result, column by column.
struct Folded<'q> {
    kind: Kind,
    lines: Vec<String>,
    subjects: Vec<String>,
    labels: Vec<String>,
    /// verdict, category, bucket or status.
    outcomes: Vec<String>,
    reasons: Vec<String>,
    weights: Vec<f64>,
    dimensions: Vec<(&'q str, Vec<String>)>,
}

impl<'q> Folded<'q> {
    fn new(rows: &Rows, query: &'q Query) -> Self {
        let outcome = match query.kind {
            Kind::Ratio => "verdict",
            Kind::Count => "category",
            Kind::Mix => "bucket",
            Kind::Obligations => "status",
        };
        Self {
            kind: query.kind,
            lines: rows.texts("line"),
            subjects: rows.texts("subject"),
            labels: rows.texts("label"),
            outcomes: rows.texts(outcome),
            reasons: rows.texts("reason"),
            weights: rows.numbers("weight"),
            dimensions: query.dimensions.iter().map(|d| (d.as_str(), rows.texts(d))).collect(),
        }
    }

    fn line(&self, spec: &LineSpec, desk: &Desk) -> Line {
        let needs = spec.needs.iter().filter_map(|n| crate::derive::Fact::named(n));
        let closed = needs.filter_map(|f| desk.lacks(f)).next().map(str::to_owned);
        if closed.is_some() {
            return Line { id: spec.id.clone(), title: spec.title.clone(), figure: None, reason: closed, dimensions: Vec::new(), subjects: Vec::new(), rows: 0 };
        }
        let own: Vec<usize> = (0..self.lines.len()).filter(|i| self.lines[*i] == spec.id).collect();
        Line {
            id: spec.id.clone(),
            title: spec.title.clone(),
            figure: Some(self.fold(&own)),
            reason: None,
            dimensions: self.dimensions.iter().filter_map(|(name, values)| self.dimension(name, values, &own)).collect(),
            subjects: self.subjects_against(&own),
            rows: own.len() as u64,
        }
    }

    fn fold(&self, rows: &[usize]) -> Figure {
        let cells = rows.iter().map(|i| fold::Cell { outcome: &self.outcomes[*i], reason: &self.reasons[*i], weight: self.weights[*i] });
        match self.kind {
            Kind::Ratio => Figure::Ratio(fold::ratio(cells)),
            Kind::Count => Figure::Count(fold::count(cells)),
            Kind::Mix => Figure::Mix(fold::mix(cells)),
            Kind::Obligations => Figure::Obligations(fold::obligations(cells)),
        }
    }

    /// A dimension that has no value in this line says nothing about it.
    fn dimension(&self, name: &str, values: &[String], rows: &[usize]) -> Option<Dimension> {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for i in rows {
            // Who is out of the population has no place in its breakdown.
            if self.kind != Kind::Ratio || self.outcomes[*i] != "excluded" {
                groups.entry(values[*i].as_str()).or_default().push(*i);
            }
        }
        if groups.keys().all(|k| k.is_empty()) {
            return None;
        }
        let values = groups.into_iter().map(|(value, rows)| DimensionValue { value: value.to_owned(), figure: self.fold(&rows) }).collect();
        Some(Dimension { name: name.to_owned(), values })
    }

    /// Subjects that speak against the organisation: failing first, then those nobody can judge.
    fn subjects_against(&self, rows: &[usize]) -> Vec<SubjectRow> {
        let order = |outcome: &str| match outcome {
            "no" | "missed" => Some(0),
            "late" => Some(1),
            "unknown" => Some(2),
            _ => None,
        };
        if matches!(self.kind, Kind::Mix | Kind::Count) {
            return Vec::new();
        }
        let mut against: Vec<(u8, &usize)> = rows.iter().filter_map(|i| Some((order(&self.outcomes[*i])?, i))).collect();
        against.sort_by(|(a, i), (b, j)| a.cmp(b).then_with(|| self.weights[**j].total_cmp(&self.weights[**i])).then_with(|| i.cmp(j)));
        let mut seen = BTreeSet::new();
        against
            .into_iter()
            .map(|(_, i)| SubjectRow {
                subject: self.subjects[*i].clone(),
                label: Some(&self.labels[*i]).filter(|l| !l.is_empty()).unwrap_or(&self.subjects[*i]).clone(),
                verdict: self.outcomes[*i].clone(),
                reason: self.reasons[*i].clone(),
            })
            .filter(|s| seen.insert((s.subject.clone(), s.verdict.clone(), s.reason.clone())))
            .take(SHOWN)
            .collect()
    }
}
