//! Two hand-made issues and what is told of them.

use serde_json::json;

use super::*;
use crate::report::Artifact;
use crate::store::{StoreOptions, Stores};

/// Results with one metric, one finding and one register entry.
fn results(period: &str, as_of: &str) -> Results {
    let figure = json!({ "kind": "count", "total": 3.0, "categories": [] });
    let line = json!({ "id": "all", "title": "All", "figure": figure, "dimensions": [], "subjects": [], "rows": 3 });
    let metric = json!({
        "id": "K1", "name": "n", "title": "t", "kind": "count", "better": "lower", "about": "", "controls": [], "reads": [],
        "query_sha256": "q", "state": "computed", "verdict": "no_target", "lines": [line], "trend": [],
    });
    let finding = json!({
        "metric": "K29", "title": "t", "severity": "low", "identity": "u1", "label": "Ann", "reason": "r", "first_seen": "2026-09-03",
        "last_seen": "2026-09-03", "place": "", "how": "", "evidence": "", "ticket": "", "sign_ins": [], "changes": [], "rotation": "", "containment": [],
    });
    let entry = json!({
        "id": "EX-1", "category": "legacy", "category_raw": "", "state": "active", "owner": "", "scope": "", "objects": 1, "activated": "",
        "expires": "", "age_days": null, "overdue_days": null, "compensating_controls": "", "last_review": "", "faults": [],
    });
    let period = json!({ "id": period, "label": period, "start": "", "end": "", "time_zone": "UTC", "hours": 720, "days": 30 });
    let intake = json!({ "sources": [], "objects": [], "object_count": 0, "gaps": [], "rejects": [] });
    serde_json::from_value(json!({
        "schema": crate::results::SCHEMA, "tool": { "name": "mfaudit", "version": "0" }, "organisation": { "name": "o", "classification": "" },
        "period": period, "as_of": as_of, "config_sha256": "c", "queries_sha256": "q", "complete": true, "metrics": [metric],
        "register": [entry], "intake": intake, "notes": [], "policy": [], "findings": [finding],
    }))
    .unwrap()
}

fn issue(results: Results) -> Issue {
    Issue { path: format!("{}/abc", results.period.id), results }
}

#[test]
fn findings_come_go_and_worsen_by_identity() {
    let then = results("2026-10", "2026-11-02T00:00:00Z");
    let mut now = then.clone();
    now.findings[0].severity = "high".to_owned();
    let mut other = now.findings[0].clone();
    other.identity = "u2".to_owned();
    now.findings.push(other);
    let change = compare(&issue(then.clone()), &now);
    assert_eq!(change.findings_new.iter().map(|f| f.identity.as_str()).collect::<Vec<_>>(), ["u2"]);
    assert_eq!((change.findings_worsened[0].severity_before.as_str(), change.findings_worsened[0].severity.as_str()), ("low", "high"));
    now.findings.clear();
    assert_eq!(compare(&issue(then), &now).findings_resolved.len(), 1);
}

#[test]
fn across_periods_the_day_does_not_tell_findings_apart() {
    let then = results("2026-09", "2026-10-02T00:00:00Z");
    let mut now = results("2026-10", "2026-11-02T00:00:00Z");
    now.findings[0].first_seen = "2026-10-05".to_owned();
    assert!(compare(&issue(then), &now).findings_new.is_empty());
    let mut same = results("2026-10", "2026-11-01T00:00:00Z");
    same.findings[0].first_seen = "2026-10-04".to_owned();
    let change = compare(&issue(same), &now);
    assert_eq!((change.findings_new.len(), change.findings_resolved.len()), (1, 1));
}

#[test]
fn a_figure_moves_for_the_strongest_cause() {
    let then = results("2026-09", "2026-10-02T00:00:00Z");
    let mut now = results("2026-10", "2026-11-02T00:00:00Z");
    let causes = |then: &Results, now: &Results| compare(&issue(then.clone()), now).metrics.iter().map(|m| m.cause).collect::<Vec<_>>();
    assert!(causes(&then, &now).is_empty());
    let figure: crate::results::Figure = serde_json::from_value(json!({ "kind": "count", "total": 4.0, "categories": [] })).unwrap();
    now.metrics[0].lines[0].figure = Some(figure);
    assert_eq!(causes(&then, &now), [Cause::Data]);
    now.config_sha256 = "d".to_owned();
    assert_eq!(causes(&then, &now), [Cause::Configuration]);
    let text = || String::new();
    now.restatements = vec![crate::results::Restatement {
        period: "2026-09".to_owned(),
        metric: "K1".to_owned(),
        line: "all".to_owned(),
        issue: text(),
        issued_as_of: text(),
        old: text(),
        new: text(),
        cause: text(),
    }];
    assert_eq!(causes(&then, &now), [Cause::Restatement]);
    now.metrics[0].query_sha256 = "other".to_owned();
    assert_eq!(causes(&then, &now), [Cause::Definition]);
}

#[test]
fn a_verdict_that_turns_is_told_even_where_the_figure_stands() {
    let then = results("2026-10", "2026-11-02T00:00:00Z");
    let mut now = then.clone();
    now.metrics[0].verdict = Verdict::Missed;
    now.metrics[0].target = Some(crate::results::Target { key: "k".to_owned(), value: 1.0, from: "2026-01-01".to_owned() });
    let change = compare(&issue(then), &now);
    assert_eq!((change.metrics[0].cause, change.metrics[0].new_verdict), (Cause::Configuration, Verdict::Missed));
}

#[test]
fn register_entries_are_told_by_their_state() {
    let then = results("2026-10", "2026-11-02T00:00:00Z");
    let mut now = then.clone();
    now.register[0].state = "expired".to_owned();
    let mut added = now.register[0].clone();
    added.id = "EX-2".to_owned();
    now.register.push(added);
    let told = compare(&issue(then), &now).exceptions.into_iter().map(|e| (e.entry, e.old, e.new)).collect::<Vec<_>>();
    let of = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(told, [of("EX-1", "active", "expired"), of("EX-2", "", "expired")]);
}

/// The same run twice is the same issue, also when the first of them told of changes.
#[test]
fn a_repeated_run_tells_the_same_changes() {
    let stores = Stores::new(std::path::Path::new("."), StoreOptions::new()).unwrap();
    let output = stores.open("memory://since").unwrap();
    let publish = |r: &Results| {
        let bytes = serde_json::to_vec(r).unwrap();
        publish::publish(&output, &r.period.id, vec![Artifact { name: "results.json".into(), media_type: "application/json", bytes }], None).unwrap()
    };
    let september = results("2026-09", "2026-10-02T00:00:00Z");
    assert_eq!(since(&output, &september, "2026-08").unwrap(), None);
    let first = publish(&september);
    let mut october = results("2026-10", "2026-11-02T00:00:00Z");
    let told = since(&output, &october, "2026-09").unwrap();
    assert_eq!(told.as_ref().map(|c| c.since.as_str()), Some(first.path.as_str()));
    october.changes_since.clone_from(&told);
    let second = publish(&october);
    assert_eq!(since(&output, &Results { changes_since: None, ..october.clone() }, "2026-09").unwrap(), told);
    let later = Results { as_of: "2026-11-03T00:00:00Z".to_owned(), changes_since: None, ..october };
    assert_eq!(since(&output, &later, "2026-09").unwrap().map(|c| c.since), Some(second.path));
}

#[test]
fn findings_of_an_issue_with_other_names_are_not_compared() {
    let then = results("2026-09", "2026-10-02T00:00:00Z");
    let pseudonymised = |key: &str| Some(crate::results::Pseudonymised { key_id: key.to_owned(), config_sha256: String::new() });
    let mut now = results("2026-10", "2026-11-02T00:00:00Z");
    now.findings[0].identity = "id-1".to_owned();
    now.pseudonymised = pseudonymised("a");
    let change = compare(&issue(then.clone()), &now);
    assert!(change.findings_new.is_empty() && change.findings_resolved.is_empty() && change.not_compared.is_some());
    let same_key = Results { pseudonymised: pseudonymised("a"), ..then.clone() };
    let change = compare(&issue(same_key), &now);
    assert_eq!((change.findings_new.len(), change.findings_resolved.len(), change.not_compared), (1, 1, None));
    let other_key = Results { pseudonymised: pseudonymised("b"), ..then };
    assert!(compare(&issue(other_key), &now).not_compared.is_some());
}
