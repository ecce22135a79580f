//! SARIF 2.1.0: missed targets, findings, exceptions and faults of the register as results of one run.
//!
//! An exception suppresses only while it is active. One that is asked for is under review and one that is over
//! is rejected; a result with either is not suppressed. The standard has no expiry, so it stands in the
//! property bag.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Excuse, Ids, as_of, baseline, excuse, finding_key, headline, instant, json_artifact, justification, numbered, said};
use crate::digest;
use crate::report::Artifact;
use crate::results::{ChangeSet, ChangedFinding, Finding, Metric, RegisterEntry, Results, State, Verdict};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
/// Rule of an entry in the register.
const EXCEPTION: &str = "EXCEPTION";
/// Rule of an entry that is not fully valid.
const FAULT: &str = "REGISTER-FAULT";

/// A result before it is written.
struct Entry<'e> {
    rule: &'e str,
    /// `fail`, `open` or `informational`; only a failure has a level.
    kind: &'static str,
    level: &'static str,
    message: String,
    /// Whom or what it is about.
    place: String,
    /// What tells it from others, in every issue.
    key: String,
    suppressions: Vec<Value>,
    /// Against the last issue; none when nothing was issued before.
    baseline: Option<&'static str>,
}

/// `report.sarif`.
pub(in crate::report) fn render(results: &Results) -> Result<Artifact> {
    let rules = rules(results);
    let entries = entries(results);
    let ids = Ids::new(results);
    let written: Vec<Value> = entries.iter().map(|entry| written(&ids, &rules, entry)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "mfaudit", "version": said(&results.tool.version), "rules": rules } },
            "automationDetails": { "id": format!("mfaudit/{}", said(&results.period.id)), "guid": ids.of("run", &results.as_of) },
            "invocations": [invocation(results)?],
            "results": written,
            "columnKind": "unicodeCodePoints",
            "properties": {
                "organisation": said(&results.organisation.name),
                "period": said(&results.period.id),
                "configurationSha256": said(&results.config_sha256),
                "queriesSha256": said(&results.queries_sha256),
            },
        }],
    });
    json_artifact("report.sarif", "application/sarif+json", &document)
}

/// What was not computed is told as a notification: it is no result, and no silence either.
fn invocation(results: &Results) -> Result<Value> {
    let missing = results.metrics.iter().filter(|m| m.state == State::NotComputed || m.verdict == Verdict::NotComputed);
    let notes: Vec<Value> = missing
        .map(|m| {
            let text = said(&format!("{} {}: {}", m.id, m.title, headline(m)));
            json!({ "level": "error", "message": { "text": text }, "associatedRule": { "id": said(&m.id) } })
        })
        .collect();
    Ok(json!({ "executionSuccessful": results.complete, "endTimeUtc": as_of(results)?.to_string(), "toolExecutionNotifications": notes }))
}

fn rules(results: &Results) -> Vec<Value> {
    let rule = |id: &str, name: &str, title: &str, about: &str, controls: &[String]| {
        json!({
            "id": said(id),
            "name": said(name),
            "shortDescription": { "text": said(title) },
            "fullDescription": { "text": said(about) },
            "properties": { "tags": controls.iter().map(|c| said(c)).collect::<Vec<_>>() },
        })
    };
    let mut rules: Vec<Value> = results.metrics.iter().map(|m| rule(&m.id, &m.name, &m.title, &m.about, &m.controls)).collect();
    rules.push(rule(EXCEPTION, "mfa_exception", "An exception from MFA", "An entry of the exception register that is not closed. It is suppressed only while it is active.", &[]));
    rules.push(rule(FAULT, "register_fault", "A register entry that is not fully valid", "An entry of the exception register with a fault, as the report names it.", &[]));
    rules
}

fn entries(results: &Results) -> Vec<Entry<'_>> {
    let mut all: Vec<Entry<'_>> = results.metrics.iter().filter_map(|m| target(results, m)).collect();
    let keys = numbered(results.findings.iter().map(finding_key));
    all.extend(results.findings.iter().zip(&keys).map(|(f, key)| finding(results, f, key)));
    let keys = numbered(results.register.iter().map(|e| e.id.clone()));
    all.extend(results.register.iter().zip(&keys).filter_map(|(e, key)| exception(results, e, key)));
    all.extend(results.register.iter().zip(&keys).filter_map(|(e, key)| fault(results, e, key)));
    all.extend(results.changes_since.iter().flat_map(|c| &c.findings_resolved).map(absent));
    all
}

/// The issue before, where findings could be compared with it: in one run all results have a baseline state, or none has.
fn compared(results: &Results) -> Option<&ChangeSet> {
    results.changes_since.as_ref().filter(|c| c.not_compared.is_none())
}

/// A target that is missed, or that the unknown cases decide.
fn target<'r>(results: &'r Results, metric: &'r Metric) -> Option<Entry<'r>> {
    let (kind, level) = match (metric.state, metric.verdict) {
        (State::Computed, Verdict::Missed) => ("fail", "error"),
        (State::Computed, Verdict::NotDetermined) => ("open", "none"),
        _ => return None,
    };
    let target = metric.target.as_ref().map_or_else(|| "none".to_owned(), |t| format!("{} = {}", t.key, t.value));
    Some(Entry {
        rule: &metric.id,
        kind,
        level,
        message: said(&format!("{}: {}. Target: {target}", metric.title, headline(metric))),
        place: metric.id.clone(),
        key: format!("metric|{}", metric.id),
        suppressions: Vec::new(),
        baseline: compared(results).map(|c| baseline::metric(c, metric)),
    })
}

fn finding<'r>(results: &'r Results, f: &'r Finding, key: &str) -> Entry<'r> {
    let level = match f.severity.as_str() {
        "high" => "error",
        "medium" => "warning",
        _ => "note",
    };
    let suppressions = excuse(results, f).and_then(suppression).into_iter().collect();
    Entry {
        rule: &f.metric,
        kind: "fail",
        level,
        message: said(&format!("{}: {}", f.label, f.reason)),
        place: f.identity.clone(),
        key: format!("finding|{key}"),
        suppressions,
        baseline: compared(results).map(|c| baseline::finding(c, &results.period.id, f)),
    }
}

fn exception<'r>(results: &'r Results, entry: &'r RegisterEntry, key: &str) -> Option<Entry<'r>> {
    let given = suppression(entry)?;
    Some(Entry {
        rule: EXCEPTION,
        kind: "fail",
        level: if Excuse::of(entry) == Excuse::Rejected { "warning" } else { "note" },
        message: justification(entry),
        place: entry.id.clone(),
        key: format!("exception|{key}"),
        suppressions: vec![given],
        baseline: compared(results).map(|c| baseline::entry(c, entry)),
    })
}

fn fault<'r>(results: &'r Results, entry: &'r RegisterEntry, key: &str) -> Option<Entry<'r>> {
    if entry.faults.is_empty() {
        return None;
    }
    Some(Entry {
        rule: FAULT,
        kind: "fail",
        level: "warning",
        message: said(&format!("Register entry {}: {}", entry.id, entry.faults.join("; "))),
        place: entry.id.clone(),
        key: format!("fault|{key}"),
        suppressions: Vec::new(),
        baseline: compared(results).map(|c| baseline::entry(c, entry)),
    })
}

/// What the last issue held and this run does not.
fn absent(f: &ChangedFinding) -> Entry<'_> {
    Entry {
        rule: &f.metric,
        kind: "fail",
        level: "note",
        message: said(&format!("{}: {}", f.label, f.reason)),
        place: f.identity.clone(),
        key: format!("finding|{}|{}|{}|{}", f.metric, f.identity, f.first_seen, f.reason),
        suppressions: Vec::new(),
        baseline: Some("absent"),
    }
}

/// `None` for an entry that is closed or whose state cannot be told: it excuses nothing and asks for nothing.
fn suppression(entry: &RegisterEntry) -> Option<Value> {
    let status = match Excuse::of(entry) {
        Excuse::Accepted => "accepted",
        Excuse::Pending => "underReview",
        Excuse::Rejected => "rejected",
        Excuse::None => return None,
    };
    let mut properties = json!({ "entry": said(&entry.id), "state": said(&entry.state) });
    if let Some(until) = instant(&entry.expires) {
        properties["expiryUtc"] = json!(until.to_string());
    }
    Some(json!({ "kind": "external", "status": status, "justification": justification(entry), "properties": properties }))
}

fn written(ids: &Ids, rules: &[Value], entry: &Entry<'_>) -> Value {
    let rule = said(entry.rule);
    let mut value = json!({
        "ruleId": rule,
        "kind": entry.kind,
        "level": entry.level,
        "message": { "text": entry.message },
        "guid": ids.of("sarif", &entry.key),
        "partialFingerprints": { "mfaudit/v1": digest::sha256(entry.key.as_bytes()) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": "results.json" } },
            "logicalLocations": [{ "name": said(&entry.place), "fullyQualifiedName": said(&format!("{rule}/{}", entry.place)) }],
        }],
    });
    if let Some(index) = rules.iter().position(|r| r["id"] == rule) {
        value["ruleIndex"] = json!(index);
    }
    if !entry.suppressions.is_empty() {
        value["suppressions"] = json!(entry.suppressions);
    }
    if let Some(state) = entry.baseline {
        value["baselineState"] = json!(state);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{hostile, not_computed};

    fn run(results: &Results) -> Value {
        let document: Value = serde_json::from_slice(&render(results).unwrap().bytes).unwrap();
        document["runs"][0].clone()
    }

    #[test]
    fn an_exception_suppresses_only_while_it_is_active() {
        let mut results = hostile();
        for (entry, state) in results.register.iter_mut().zip(["active", "requested", "expired", "closed", "unapproved", "unknown"]) {
            entry.state = state.to_owned();
        }
        let run = run(&results);
        let given: Vec<&str> = run["results"].as_array().unwrap().iter().filter(|r| r["ruleId"] == EXCEPTION).map(|r| r["suppressions"][0]["status"].as_str().unwrap()).collect();
        assert_eq!(given, ["accepted", "underReview", "rejected", "rejected"]);
        assert_eq!(run["results"].as_array().unwrap().iter().filter(|r| r["ruleId"] == FAULT).count(), 6);
    }

    #[test]
    fn what_was_not_computed_is_a_notification() {
        let run = run(&not_computed());
        assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 6);
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert!(run["results"].as_array().unwrap().iter().all(|r| r["ruleId"] == EXCEPTION || r["ruleId"] == FAULT));
    }

    #[test]
    fn every_result_points_at_its_rule() {
        let run = run(&hostile());
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }
}
