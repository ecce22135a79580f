//! This run held against the issue before it: findings, figures and register entries that changed.

use std::collections::{BTreeMap, BTreeSet};

use super::restate;
use crate::publish::{self, Issue};
use crate::results::{Cause, ChangeSet, ChangedFinding, ExceptionDelta, Figure, Finding, Line, Metric, MetricDelta, RegisterEntry, Results, Verdict};
use crate::store::Place;

const OTHER_NAMES: &str = "Findings were not compared: that issue shows people under other names, as they are or under pseudonyms of another key.";

/// What changed since the current issue of this period, or else of the period before. `None` when neither was issued.
///
/// A run that finds what the current issue already says keeps what that issue told, so that it is the same issue again.
pub(super) fn since(output: &Place, results: &Results, before: &str) -> anyhow::Result<Option<ChangeSet>> {
    match publish::issued(output, &results.period.id)? {
        Some(issue) if is_same(&issue.results, results) => Ok(issue.results.changes_since),
        Some(issue) => Ok(Some(compare(&issue, results))),
        None => Ok(publish::issued(output, before)?.map(|issue| compare(&issue, results))),
    }
}

fn is_same(then: &Results, now: &Results) -> bool {
    let plain = |results: &Results| Results { changes_since: None, ..results.clone() };
    plain(then) == plain(now)
}

/// Everything that differs between an issue and this run.
fn compare(issue: &Issue, now: &Results) -> ChangeSet {
    let then = &issue.results;
    let key = |f: &Finding| identity(f, then.period.id == now.period.id);
    // Nobody can be found again under another name: to call all findings new and resolved would be wrong.
    let same_names = then.names_people_as(now);
    let (old, new) = if same_names { (by_key(&then.findings, key), by_key(&now.findings, key)) } else { (Vec::new(), Vec::new()) };
    let news = new.iter().filter(|(k, _)| !has(&old, k)).map(|(_, f)| changed(f, &f.severity, ""));
    let resolved = old.iter().filter(|(k, _)| !has(&new, k)).map(|(_, f)| changed(f, &f.severity, &f.severity));
    let worsened = new.iter().filter_map(|(k, f)| {
        let before = old.iter().find(|(other, _)| other == k).map(|(_, f)| *f)?;
        (rank(&f.severity) > rank(&before.severity)).then(|| changed(f, &f.severity, &before.severity))
    });
    ChangeSet {
        since: issue.path.clone(),
        period: then.period.id.clone(),
        as_of: then.as_of.clone(),
        findings_new: news.collect(),
        findings_resolved: resolved.collect(),
        findings_worsened: worsened.collect(),
        not_compared: (!same_names).then(|| OTHER_NAMES.to_owned()),
        metrics: metrics(then, now),
        exceptions: exceptions(&then.register, &now.register),
    }
}

/// Within a period the same event is found again; across periods the same identity is.
fn identity(f: &Finding, same_period: bool) -> String {
    let seen = if same_period { f.first_seen.as_str() } else { "" };
    format!("{}|{}|{seen}", f.metric, f.identity)
}

/// The gravest finding of each key, in the order given.
fn by_key(findings: &[Finding], key: impl Fn(&Finding) -> String) -> Vec<(String, &Finding)> {
    let mut found: Vec<(String, &Finding)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for f in findings {
        let name = key(f);
        let Some(place) = places.get(&name).copied() else {
            places.insert(name.clone(), found.len());
            found.push((name, f));
            continue;
        };
        if let Some(slot) = found.get_mut(place)
            && rank(&f.severity) > rank(&slot.1.severity)
        {
            slot.1 = f;
        }
    }
    found
}

fn has(findings: &[(String, &Finding)], key: &str) -> bool {
    findings.iter().any(|(k, _)| k == key)
}

fn rank(severity: &str) -> u8 {
    match severity {
        "high" => 3,
        "medium" => 2,
        "low" => 1,
        _ => 0,
    }
}

fn changed(f: &Finding, severity: &str, before: &str) -> ChangedFinding {
    ChangedFinding {
        metric: f.metric.clone(),
        identity: f.identity.clone(),
        label: f.label.clone(),
        reason: f.reason.clone(),
        severity: severity.to_owned(),
        severity_before: before.to_owned(),
        first_seen: f.first_seen.clone(),
    }
}

fn metrics(then: &Results, now: &Results) -> Vec<MetricDelta> {
    let old: BTreeMap<&str, &Metric> = then.metrics.iter().map(|m| (m.id.as_str(), m)).collect();
    let new: BTreeSet<&str> = now.metrics.iter().map(|m| m.id.as_str()).collect();
    let mut found = Vec::new();
    for metric in &now.metrics {
        let before = old.get(metric.id.as_str()).copied();
        found.extend(metric.lines.iter().enumerate().filter_map(|(place, line)| delta((then, before), (now, metric), line, place == 0)));
    }
    let gone = then.metrics.iter().filter(|m| !new.contains(m.id.as_str()));
    found.extend(gone.map(|m| MetricDelta {
        metric: m.id.clone(),
        line: String::new(),
        old: "part of the queries".to_owned(),
        new: "no longer part of the queries".to_owned(),
        cause: Cause::Definition,
        old_verdict: m.verdict,
        new_verdict: Verdict::NotComputed,
    }));
    found
}

fn delta((issued, before): (&Results, Option<&Metric>), (today, metric): (&Results, &Metric), line: &Line, headline: bool) -> Option<MetricDelta> {
    let old = before.map_or_else(|| "not part of that issue".to_owned(), |m| restate::shown(Some(m), &line.id));
    let new = restate::shown(Some(metric), &line.id);
    let old_verdict = before.map_or(Verdict::NotComputed, |m| m.verdict);
    let turned = headline && old_verdict != metric.verdict;
    // Other pseudonyms change the order of ids, and with it the permutations that tell the chance of a drift.
    let by_order = matches!(line.figure, Some(Figure::Drift(_))) && !issued.names_people_as(today);
    if (old == new || by_order) && !turned {
        return None;
    }
    let cause = cause((issued, before), (today, metric), &line.id, old == new);
    Some(MetricDelta { metric: metric.id.clone(), line: line.id.clone(), old, new, cause, old_verdict, new_verdict: metric.verdict })
}

fn cause((issued, before): (&Results, Option<&Metric>), (today, metric): (&Results, &Metric), line: &str, only_verdict: bool) -> Cause {
    let restated = || today.restatements.iter().any(|r| r.period == issued.period.id && r.metric == metric.id && r.line == line);
    let reconfigured = issued.config_sha256 != today.config_sha256 && issued.intake.sources == today.intake.sources;
    let Some(before) = before.filter(|m| m.query_sha256 == metric.query_sha256) else { return Cause::Definition };
    if issued.period.id != today.period.id && restated() {
        Cause::Restatement
    } else if reconfigured || (only_verdict && before.target != metric.target) {
        Cause::Configuration
    } else {
        Cause::Data
    }
}

/// Entries of the same id are taken together: a register may name one twice, and that is a fault of its own.
fn exceptions(then: &[RegisterEntry], now: &[RegisterEntry]) -> Vec<ExceptionDelta> {
    let states = |entries: &[RegisterEntry]| {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for e in entries {
            found.entry(e.id.clone()).and_modify(|s| *s = format!("{s}, {}", e.state)).or_insert_with(|| e.state.clone());
        }
        found
    };
    let (old, new) = (states(then), states(now));
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let delta = |id: &String| {
        let of = |states: &BTreeMap<String, String>| states.get(id).cloned().unwrap_or_default();
        ExceptionDelta { entry: id.clone(), old: of(&old), new: of(&new) }
    };
    ids.into_iter().map(delta).filter(|d| d.old != d.new).collect()
}

#[cfg(test)]
mod tests;
