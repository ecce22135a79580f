//! Findings: one per control for which metrics with a verdict speak.

use serde_json::{Value, json};

use super::{Frame, observation, prop, token};
use crate::report::machine::said;
use crate::report::matrix::{Conclusion, Row};

/// A control without a verdict has observations and no finding.
pub(super) fn all(frame: &Frame<'_>, rows: &[Row<'_>]) -> Vec<Value> {
    rows.iter().filter_map(|row| finding(frame, row)).collect()
}

fn finding(frame: &Frame<'_>, row: &Row<'_>) -> Option<Value> {
    let (state, reason, remarks) = match row.conclusion() {
        Conclusion::Supported => {
            ("satisfied", "pass", "Every metric with a target meets it and none is missing. The metrics support the control; a person decides whether it is met.")
        }
        Conclusion::NotSupported => ("not-satisfied", "other", "A target is missed."),
        Conclusion::NotDetermined => ("not-satisfied", "other", "The unknown cases decide a target."),
        Conclusion::Open => return None,
    };
    let control = &row.control;
    let spoken: Vec<String> = row.supports.iter().map(|s| format!("{} {}: {}", s.id, s.word, s.figure)).collect();
    let observations: Vec<Value> = row.supports.iter().filter(|s| s.metric.is_some()).map(|s| json!({ "observation-uuid": observation::of_metric(frame, &s.id) })).collect();
    let title = said(&format!("{}: {}", control.title(), control.about));
    Some(json!({
        "uuid": frame.ids.of("finding", &control.title()),
        "title": title,
        "description": said(&format!("Metrics that support this control: {}", spoken.join("; "))),
        "props": [
            prop("framework", &control.framework),
            prop("framework-version", &control.version),
            prop("framework-standing", control.standing.words()),
            prop("control", &control.id),
            prop("exceptions-admitted", &control.admitted()),
            prop("mapping-source", &control.source),
            prop("mapping-read", &control.read),
            prop("mapping-verified", if control.verified { "yes" } else { "no" }),
        ],
        "target": {
            "type": "objective-id",
            "target-id": token(&control.title()),
            "title": title,
            "status": { "state": state, "reason": reason, "remarks": remarks },
        },
        "related-observations": observations,
    }))
}
