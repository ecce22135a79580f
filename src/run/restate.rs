//! The restatement ledger: figures that were issued and would read otherwise today, with the cause.

use std::collections::BTreeMap;

use crate::publish::Issue;
use crate::report;
use crate::results::{Figure, Line, Metric, Restatement, Results, SourceTotals, State};

/// What a period's figures are today.
pub(super) struct Today<'t> {
    /// `2026-09`.
    pub(super) period: &'t str,
    pub(super) metrics: &'t [Metric],
    /// The run's own results, for what else may have changed.
    pub(super) results: &'t Results,
}

/// Every figure of an issue that is another one today. A figure that could not be computed then was not issued.
pub(super) fn compare(issue: &Issue, today: &Today<'_>) -> Vec<Restatement> {
    let now: BTreeMap<&str, &Metric> = today.metrics.iter().map(|m| (m.id.as_str(), m)).collect();
    let mut found = Vec::new();
    for then in issue.results.metrics.iter().filter(|m| m.state == State::Computed) {
        for line in &then.lines {
            let Some(figure) = &line.figure else { continue };
            // Its chance is told by permutations in the order of ids, which other pseudonyms change.
            if matches!(figure, Figure::Drift(_)) && !issue.results.names_people_as(today.results) {
                continue;
            }
            let (old, new) = (in_words(figure), shown(now.get(then.id.as_str()).copied(), &line.id));
            if old != new {
                found.push(Restatement {
                    period: today.period.to_owned(),
                    metric: then.id.clone(),
                    line: line.id.clone(),
                    issue: issue.path.clone(),
                    issued_as_of: issue.results.as_of.clone(),
                    old,
                    new,
                    cause: cause(then, now.get(then.id.as_str()).copied(), &issue.results, today.results),
                });
            }
        }
    }
    found
}

/// The figure as the report prints it, in one sentence.
fn in_words(figure: &Figure) -> String {
    report::figure_text(figure).replace("  ", ", ")
}

/// A line as it reads, or why it does not.
pub(super) fn shown(metric: Option<&Metric>, line: &str) -> String {
    let Some(metric) = metric else { return "the metric is no longer part of the queries".to_owned() };
    let of_line = |l: &&Line| l.id == line;
    match metric.lines.iter().find(of_line) {
        Some(Line { figure: Some(figure), .. }) => in_words(figure),
        Some(Line { reason: Some(reason), .. }) => format!("not computed: {reason}"),
        _ => metric.reason.as_ref().map_or("not computed".to_owned(), |r| format!("not computed: {r}")),
    }
}

/// What differs between the two runs, the strongest cause first.
fn cause(then: &Metric, now: Option<&Metric>, issued: &Results, today: &Results) -> String {
    let mut causes = Vec::new();
    if now.is_none_or(|m| m.query_sha256 != then.query_sha256) {
        causes.push("definition: the query is another one".to_owned());
    }
    if issued.tool.version != today.tool.version {
        causes.push(format!("version: {} became {}", issued.tool.version, today.tool.version));
    }
    if issued.config_sha256 != today.config_sha256 {
        causes.push("configuration: it is another one".to_owned());
    }
    let data = data(&issued.intake.sources, &today.intake.sources);
    if !data.is_empty() {
        causes.push(format!("data: {}", data.join(", ")));
    }
    if causes.is_empty() {
        causes.push(if issued.as_of == today.as_of { "data: the same number of rows with other content".to_owned() } else { "time: what was provisional has settled".to_owned() });
    }
    causes.join("; ")
}

fn data(then: &[SourceTotals], now: &[SourceTotals]) -> Vec<String> {
    let before: BTreeMap<&str, &SourceTotals> = then.iter().map(|s| (s.source.as_str(), s)).collect();
    let change = |s: &SourceTotals| {
        let old = before.get(s.source.as_str()).map_or((0, 0), |o| (o.objects, o.kept));
        let diff = |new: u64, old: u64| i128::from(new) - i128::from(old);
        let (objects, rows) = (diff(s.objects, old.0), diff(s.kept, old.1));
        (objects != 0 || rows != 0).then(|| format!("{} {objects:+} objects, {rows:+} rows", s.source))
    };
    now.iter().filter_map(change).collect()
}
