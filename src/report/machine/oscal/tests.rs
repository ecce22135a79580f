//! The three documents: every reference leads somewhere, and nothing passes that was not computed.

use std::collections::BTreeSet;

use super::*;
use crate::report::fixture::{empty, hostile, not_computed};
use crate::results::Verdict;

fn documents(results: &Results) -> Vec<Value> {
    render(results).unwrap().iter().map(|a| serde_json::from_slice(&a.bytes).unwrap()).collect()
}

/// Ids that are defined, and ids that are pointed at.
fn ids(value: &Value, defined: &mut Vec<String>, used: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match inner.as_str() {
                    Some(id) if name == "uuid" => defined.push(id.to_owned()),
                    Some(id) if name.ends_with("-uuid") => used.push(id.to_owned()),
                    Some(href) if name == "href" && href.starts_with('#') => used.push(href[1..].to_owned()),
                    _ => ids(inner, defined, used),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| ids(inner, defined, used)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_no_id_stands_twice() {
    for results in [empty(), hostile(), not_computed()] {
        for document in documents(&results) {
            let (mut defined, mut used) = (Vec::new(), Vec::new());
            ids(&document, &mut defined, &mut used);
            let known: BTreeSet<&String> = defined.iter().collect();
            assert_eq!(known.len(), defined.len(), "an id stands twice");
            assert!(used.iter().all(|id| known.contains(id)), "{document}");
        }
    }
}

#[test]
fn only_a_met_target_satisfies() {
    let mut results = hostile();
    let states = |results: &Results| {
        let document = documents(results).swap_remove(1);
        let findings = document["assessment-results"]["results"][0]["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().map(|f| f["target"]["status"]["state"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(states(&results).into_iter().collect::<Vec<_>>(), ["not-satisfied"]);
    for metric in &mut results.metrics {
        metric.verdict = Verdict::Met;
    }
    assert_eq!(states(&results).into_iter().collect::<Vec<_>>(), ["satisfied"]);
    assert!(states(&not_computed()).is_empty());
}

#[test]
fn exceptions_are_risks_by_their_state() {
    let mut results = hostile();
    for (entry, state) in results.register.iter_mut().zip(["requested", "approved", "active", "expired", "closed", "unknown"]) {
        entry.state = state.to_owned();
    }
    let documents = documents(&results);
    let risks = documents[1]["assessment-results"]["results"][0]["risks"].as_array().unwrap().clone();
    let states: Vec<&str> = risks.iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["deviation-requested", "deviation-requested", "deviation-approved", "open", "closed", "open"]);
    assert_eq!(risks[0]["deadline"], "2026-03-01T00:00:00Z");
    assert!(risks[0]["mitigating-factors"][0]["description"].is_string());
}

#[test]
fn a_plan_of_action_needs_something_to_do() {
    assert_eq!(render(&empty()).unwrap().len(), 2);
    assert_eq!(render(&hostile()).unwrap().len(), 3, "entries of the fixture are expired");
}

#[test]
fn tokens_are_tokens_and_differ() {
    assert_eq!(token("NIST SP 800-53 Rev. 5 IA-2(1)"), "NIST-SP-800-53-Rev.-5-IA-2-1");
    let titles: Vec<String> = matrix::rows(&empty()).unwrap().iter().map(|r| token(&r.control.title())).collect();
    assert_eq!(titles.iter().collect::<BTreeSet<_>>().len(), titles.len());
}
