//! The rows of a query, column by column, and the figure of any of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{drift, fold, series, survival};
use crate::period;
use crate::query::{Kind, LineSpec, Query, Rows};
use crate::results::{Dimension, DimensionValue, Drift, Figure, Line, Series, SubjectRow};
use crate::table::Day;

/// Subjects shown to people per line; all rows are in the row file.
const SHOWN: usize = 1000;

/// The cells of a result, column by column.
pub(super) struct Folded<'q> {
    kind: Kind,
    /// Fewer are better.
    fewer: bool,
    lines: Vec<String>,
    subjects: Vec<String>,
    labels: Vec<String>,
    /// verdict, category, bucket or status.
    outcomes: Vec<String>,
    reasons: Vec<String>,
    weights: Vec<f64>,
    measures: Measures,
    dimensions: Vec<(&'q str, Vec<String>)>,
}

impl<'q> Folded<'q> {
    pub(super) fn new(rows: &Rows, query: &'q Query) -> Self {
        let outcome = match query.kind {
            Kind::Ratio => "verdict",
            Kind::Count => "category",
            Kind::Mix => "bucket",
            Kind::Obligations => "status",
            Kind::Rate => "part",
            Kind::Duration => "ended",
            Kind::Detection => "severity",
            Kind::Drift => "bucket",
            Kind::Series => "subject",
        };
        Self {
            kind: query.kind,
            fewer: query.better == "lower",
            lines: rows.texts("line"),
            subjects: rows.texts("subject"),
            labels: rows.texts("label"),
            outcomes: rows.texts(outcome),
            reasons: rows.texts("reason"),
            weights: rows.numbers("weight"),
            measures: Measures::new(rows, query.kind),
            dimensions: query.dimensions.iter().map(|d| (d.as_str(), rows.texts(d))).collect(),
        }
    }

    /// One line; `closed` says why it has no figure.
    pub(super) fn line(&self, spec: &LineSpec, closed: Option<&str>) -> Line {
        if let Some(reason) = closed {
            let reason = Some(reason.to_owned());
            return Line { id: spec.id.clone(), title: spec.title.clone(), figure: None, reason, dimensions: Vec::new(), subjects: Vec::new(), rows: 0 };
        }
        let own = self.of(&spec.id);
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

    /// Rows of a line.
    pub(super) fn of(&self, line: &str) -> Vec<usize> {
        (0..self.lines.len()).filter(|i| self.lines[*i] == line).collect()
    }

    pub(super) fn fold(&self, rows: &[usize]) -> Figure {
        let cells = rows.iter().map(|i| fold::Cell { outcome: &self.outcomes[*i], reason: &self.reasons[*i], weight: self.weights[*i] });
        match self.kind {
            Kind::Ratio => Figure::Ratio(fold::ratio(cells, self.fewer)),
            Kind::Count => Figure::Count(fold::count(cells)),
            Kind::Mix => Figure::Mix(fold::mix(cells)),
            Kind::Obligations => Figure::Obligations(fold::obligations(cells)),
            Kind::Rate => Figure::Rate(fold::rate(cells)),
            Kind::Detection => Figure::Detection(fold::detection(cells)),
            Kind::Duration => Figure::Duration(survival::duration(&self.spells(rows))),
            Kind::Drift => Figure::Drift(self.drift(rows)),
            Kind::Series => Figure::Series(self.series(rows)),
        }
    }

    fn spells(&self, rows: &[usize]) -> Vec<survival::Spell> {
        let m = &self.measures;
        let of = |i: &usize| survival::Spell {
            entry: m.first[*i],
            exit: m.second[*i],
            exit_by: m.third[*i].max(m.second[*i]),
            ending: match self.outcomes[*i].as_str() {
                "event" => survival::Ending::Event,
                "competing" => survival::Ending::Competing,
                _ => survival::Ending::Open,
            },
        };
        rows.iter().map(of).collect()
    }

    fn drift(&self, rows: &[usize]) -> Drift {
        let m = &self.measures;
        let uses = rows.iter().map(|i| drift::Use { user: &self.subjects[*i], bucket: &self.outcomes[*i], after: m.after[*i], weight: self.weights[*i] });
        let (floor, least) = rows.first().map_or((0.0, 0.0), |i| (m.first[*i], m.second[*i]));
        drift::drift(uses, floor, least)
    }

    fn series(&self, rows: &[usize]) -> Series {
        let m = &self.measures;
        let counts = rows.iter().filter_map(|i| Some(series::Count { series: &self.subjects[*i], day: m.days[*i]?, after: m.after[*i], observed: m.first[*i] }));
        series::series(counts, rows.first().map_or(0.0, |i| m.second[*i]))
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
            "yes" if self.fewer => Some(0),
            "no" if self.fewer => None,
            "no" | "missed" => Some(0),
            "late" => Some(1),
            "unknown" => Some(2),
            _ => None,
        };
        if !matches!(self.kind, Kind::Ratio | Kind::Obligations) {
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

/// Number columns of the kinds that need more than a weight.
struct Measures {
    first: Vec<f64>,
    second: Vec<f64>,
    third: Vec<f64>,
    after: Vec<bool>,
    days: Vec<Option<Day>>,
}

impl Measures {
    fn new(rows: &Rows, kind: Kind) -> Self {
        let [a, b, c] = match kind {
            Kind::Duration => ["entry", "exit", "exit_by"],
            Kind::Drift => ["floor", "least", "weight"],
            Kind::Series => ["observed", "false_alarms", "weight"],
            _ => ["weight"; 3],
        };
        Self {
            first: rows.numbers(a),
            second: rows.numbers(b),
            third: rows.numbers(c),
            after: rows.texts("part").iter().map(|p| p == "after").collect(),
            days: rows.texts("day").iter().map(|d| d.parse().ok().map(period::day)).collect(),
        }
    }
}
