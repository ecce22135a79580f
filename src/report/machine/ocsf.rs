//! OCSF: one event per line. Compliance findings for metrics with a target and for register entries, detection
//! findings for what detections found. Excused ones carry the status Suppressed.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Excuse, Ids, as_of, excuse, finding_key, headline, instant, justification, numbered, said};
use crate::report::Artifact;
use crate::report::controls::{self, Control};
use crate::results::{Finding, Metric, RegisterEntry, Results, State, Verdict};

const VERSION: &str = "1.5.0";

/// A value of an enumeration: number and caption.
type Named = (u32, &'static str);

const NEW: Named = (1, "New");
const IN_PROGRESS: Named = (2, "In Progress");
const SUPPRESSED: Named = (3, "Suppressed");
const RESOLVED: Named = (4, "Resolved");

/// What every event of a run shares.
struct Frame<'r> {
    results: &'r Results,
    ids: Ids,
    time: i64,
    controls: Vec<Control>,
}

/// What an event says besides its class.
struct Said<'s> {
    key: &'s str,
    severity: Named,
    status: Named,
    detail: String,
    message: String,
    finding: Value,
}

/// `ocsf.jsonl`.
pub(in crate::report) fn render(results: &Results) -> Result<Artifact> {
    let frame = Frame { results, ids: Ids::new(results), time: as_of(results)?.as_millisecond(), controls: controls::all()? };
    let mut events: Vec<Value> = results.metrics.iter().filter(|m| m.target.is_some()).map(|m| metric(&frame, m)).collect();
    let keys = numbered(results.register.iter().map(|e| e.id.clone()));
    events.extend(results.register.iter().zip(&keys).map(|(e, key)| entry(&frame, e, key)));
    let keys = numbered(results.findings.iter().map(finding_key));
    events.extend(results.findings.iter().zip(&keys).map(|(f, key)| finding(&frame, f, key)));
    if events.is_empty() {
        events.push(nothing(&frame));
    }
    let mut bytes = Vec::new();
    for event in &events {
        serde_json::to_writer(&mut bytes, event)?;
        bytes.push(b'\n');
    }
    Ok(Artifact { name: "ocsf.jsonl".to_owned(), media_type: "application/jsonl", bytes })
}

fn event(frame: &Frame<'_>, class: Named, said: &Said<'_>) -> Value {
    let (class_uid, class_name) = class;
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": class_uid,
        "class_name": class_name,
        "type_uid": class_uid * 100 + 1,
        "type_name": format!("{class_name}: Create"),
        "time": frame.time,
        "severity_id": said.severity.0,
        "severity": said.severity.1,
        "status_id": said.status.0,
        "status": said.status.1,
        "status_detail": said.detail,
        "message": said.message,
        "metadata": {
            "version": VERSION,
            "uid": frame.ids.of("ocsf", said.key),
            "product": { "name": "mfaudit", "vendor_name": "mfaudit", "version": frame.results.tool.version },
            "labels": [format!("period:{}", frame.results.period.id)],
        },
        "finding_info": said.finding,
    })
}

fn compliance(frame: &Frame<'_>, said: &Said<'_>, compliance: Value) -> Value {
    let mut event = event(frame, (2003, "Compliance Finding"), said);
    event["compliance"] = compliance;
    event
}

fn metric(frame: &Frame<'_>, metric: &Metric) -> Value {
    let figure = headline(metric);
    let key = format!("metric|{}", metric.id);
    let (severity, status, outcome): (Named, Named, Named) = match (metric.state, metric.verdict) {
        (State::Computed, Verdict::Met) => ((1, "Informational"), RESOLVED, (1, "Pass")),
        (State::Computed, Verdict::Missed) => ((3, "Medium"), NEW, (3, "Fail")),
        (State::Computed, Verdict::NotDetermined) => ((2, "Low"), NEW, (2, "Warning")),
        _ => ((0, "Unknown"), NEW, (0, "Unknown")),
    };
    let supported: Vec<&Control> = frame.controls.iter().filter(|c| c.metrics.contains(&metric.id)).collect();
    let target = metric.target.as_ref().map_or("none", |t| t.key.as_str());
    let said_of = Said {
        key: &key,
        severity,
        status,
        detail: figure.clone(),
        message: said(&format!("{} {}: {figure}", metric.id, metric.title)),
        finding: json!({
            "uid": frame.ids.of("finding", &key),
            "title": said(&format!("{} {}", metric.id, metric.title)),
            "desc": said(&metric.about),
            "created_time": frame.time,
            "types": ["metric"],
            "analytic": analytic(metric.id.as_str(), &metric.title, &metric.query_sha256),
        }),
    };
    let result = json!({
        "standards": standards(&supported),
        "requirements": requirements(&supported),
        "control": said(target),
        "status_id": outcome.0,
        "status": outcome.1,
        "status_detail": figure,
    });
    compliance(frame, &said_of, result)
}

fn standards(supported: &[&Control]) -> Vec<String> {
    let mut names: Vec<String> = supported.iter().map(|c| format!("{} {}", c.framework, c.version)).collect();
    names.dedup();
    if names.is_empty() { vec!["the organisation's own target".to_owned()] } else { names }
}

fn requirements(supported: &[&Control]) -> Vec<String> {
    if supported.is_empty() { vec!["not mapped".to_owned()] } else { supported.iter().map(|c| c.title()).collect() }
}

fn analytic(id: &str, title: &str, digest: &str) -> Value {
    json!({ "type_id": 1, "type": "Rule", "uid": said(id), "name": said(title), "version": said(digest) })
}

fn entry(frame: &Frame<'_>, entry: &RegisterEntry, name: &str) -> Value {
    let key = format!("exception|{name}");
    let (severity, status, outcome): (Named, Named, Named) = match (Excuse::of(entry), entry.state.as_str()) {
        (Excuse::Accepted, _) => ((1, "Informational"), SUPPRESSED, (2, "Warning")),
        (Excuse::Pending, _) => ((2, "Low"), IN_PROGRESS, (2, "Warning")),
        (Excuse::Rejected, _) => ((3, "Medium"), NEW, (3, "Fail")),
        (Excuse::None, "closed") => ((1, "Informational"), RESOLVED, (1, "Pass")),
        (Excuse::None, _) => ((2, "Low"), NEW, (0, "Unknown")),
    };
    let why = justification(entry);
    let faults = if entry.faults.is_empty() { "no fault".to_owned() } else { said(&entry.faults.join("; ")) };
    let said_of = Said {
        key: &key,
        severity,
        status,
        detail: why.clone(),
        message: said(&format!("MFA exception {}: {}", entry.id, entry.state)),
        finding: json!({
            "uid": frame.ids.of("finding", &key),
            "title": said(&format!("MFA exception {}", entry.id)),
            "desc": why,
            "created_time": instant(&entry.activated).map_or(frame.time, |t| t.as_millisecond()),
            "types": ["exception"],
        }),
    };
    let result = json!({
        "standards": ["the organisation's own register of exceptions"],
        "requirements": ["an exception is approved, active and reviewed"],
        "control": said(&entry.category),
        "status_id": outcome.0,
        "status": outcome.1,
        "status_detail": faults,
    });
    let mut event = compliance(frame, &said_of, result);
    if let Some(until) = instant(&entry.expires) {
        event["unmapped"] = json!({ "exception_expires": until.to_string() });
    }
    event
}

fn finding(frame: &Frame<'_>, f: &Finding, name: &str) -> Value {
    let key = format!("detection|{name}");
    let severity: Named = match f.severity.as_str() {
        "high" => (4, "High"),
        "medium" => (3, "Medium"),
        "low" => (2, "Low"),
        _ => (0, "Unknown"),
    };
    let covered = excuse(frame.results, f);
    let (status, detail) = match covered.map(|e| (Excuse::of(e), e)) {
        Some((Excuse::Accepted, e)) => (SUPPRESSED, justification(e)),
        Some((Excuse::Pending, e)) => (IN_PROGRESS, justification(e)),
        _ => (NEW, said(&f.how)),
    };
    let mut info = json!({
        "uid": frame.ids.of("finding", &key),
        "title": said(&f.title),
        "desc": said(&f.reason),
        "created_time": frame.time,
        "types": ["detection"],
        "analytic": analytic(&f.metric, &f.title, "1"),
    });
    for (field, text) in [("first_seen_time", &f.first_seen), ("last_seen_time", &f.last_seen)] {
        if let Some(at) = instant(text) {
            info[field] = json!(at.as_millisecond());
        }
    }
    let message = said(&format!("{}: {}", f.label, f.reason));
    let mut event = event(frame, (2004, "Detection Finding"), &Said { key: &key, severity, status, detail, message, finding: info });
    event["is_alert"] = json!(f.severity == "high");
    event["resources"] = json!([{ "uid": said(&f.identity), "name": said(&f.label), "type": "identity" }]);
    event["evidences"] = json!([{ "data": { "events": said(&f.evidence), "place": said(&f.place), "how": said(&f.how) } }]);
    if !f.containment.is_empty() {
        event["remediation"] = json!({ "desc": said(&f.containment.join("; ")) });
    }
    event
}

/// A file without a line looks like one that was lost.
fn nothing(frame: &Frame<'_>) -> Value {
    let text = "No metric has a target, the register is empty and no detection found anything";
    let said_of = Said {
        key: "nothing",
        severity: (1, "Informational"),
        status: NEW,
        detail: text.to_owned(),
        message: text.to_owned(),
        finding: json!({ "uid": frame.ids.of("finding", "nothing"), "title": text, "created_time": frame.time, "types": ["metric"] }),
    };
    let result = json!({ "standards": ["the organisation's own target"], "requirements": ["not mapped"], "control": "none", "status_id": 0, "status": "Unknown" });
    compliance(frame, &said_of, result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{empty, hostile, not_computed};

    fn lines(results: &Results) -> Vec<Value> {
        let bytes = render(results).unwrap().bytes;
        String::from_utf8(bytes).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    #[test]
    fn every_event_has_what_the_schema_requires() {
        for results in [empty(), hostile(), not_computed()] {
            for event in lines(&results) {
                for field in ["activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id", "metadata", "finding_info"] {
                    assert!(!event[field].is_null(), "{field}: {event}");
                }
                assert_eq!(event["type_uid"].as_u64(), event["class_uid"].as_u64().map(|c| c * 100 + 1));
            }
        }
    }

    #[test]
    fn what_an_active_exception_excuses_is_suppressed_and_nothing_else_is() {
        let mut results = hostile();
        for (entry, state) in results.register.iter_mut().zip(["active", "requested", "expired", "closed", "unapproved", "unknown"]) {
            entry.state = state.to_owned();
        }
        let exceptions: Vec<Value> = lines(&results).into_iter().filter(|e| e["finding_info"]["types"][0] == "exception").collect();
        let statuses: Vec<&str> = exceptions.iter().map(|e| e["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["Suppressed", "In Progress", "New", "Resolved", "New", "New"]);
    }

    #[test]
    fn a_metric_that_was_not_computed_does_not_pass() {
        for event in lines(&not_computed()).iter().filter(|e| e["finding_info"]["types"][0] == "metric") {
            assert_eq!(event["compliance"]["status"], "Unknown");
        }
    }
}
