//! OSCAL: a small assessment plan, the assessment results of one period, and a plan of action and milestones.
//!
//! The figures are observations. A control of the matrix gets a finding only where metrics with a verdict speak,
//! and "satisfied" only where nothing is missing. Exceptions are risks; what is overdue is an item of the plan
//! of action.

mod finding;
mod observation;
mod poam;
mod risk;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Ids, as_of, json_artifact, said};
use crate::digest;
use crate::report::json as results_json;
use crate::report::{Artifact, matrix};
use crate::results::Results;

const VERSION: &str = "1.2.1";
/// Namespace of our own properties.
const NAMESPACE: &str = "urn:mfaudit:oscal";
const MEDIA: &str = "application/oscal+json";

/// What all three documents share.
struct Frame<'r> {
    results: &'r Results,
    ids: Ids,
    /// Of the results themselves: a document changes its id when its content changes.
    digest: String,
    /// When the observations were made.
    collected: String,
    /// When they stop to speak: one period later.
    expires: String,
}

impl Frame<'_> {
    fn party(&self) -> String {
        self.ids.of("party", "organisation")
    }

    fn document(&self, name: &str) -> String {
        self.ids.of(name, &self.digest)
    }

    fn metadata(&self, title: &str) -> Value {
        json!({
            "title": said(&format!("{title}, {}, {}", self.results.organisation.name, self.results.period.label)),
            "last-modified": self.collected,
            "version": said(&format!("{} {}", self.results.period.id, self.digest.get(..12).unwrap_or_default())),
            "oscal-version": VERSION,
            "parties": [{ "uuid": self.party(), "type": "organization", "name": said(&self.results.organisation.name) }],
        })
    }

    fn about_organisation(&self) -> Value {
        json!([{ "subject-uuid": self.party(), "type": "party" }])
    }
}

/// `oscal/assessment-plan.json`, `oscal/assessment-results.json` and, when something is due, `oscal/poam.json`.
pub(in crate::report) fn render(results: &Results) -> Result<Vec<Artifact>> {
    let at = as_of(results)?;
    let length = results.period.hours.max(1).saturating_mul(3_600);
    let expires = jiff::Timestamp::from_second(at.as_second().saturating_add(length)).unwrap_or(at);
    let frame = Frame { results, ids: Ids::new(results), digest: digest::sha256(&results_json::render(results)?), collected: at.to_string(), expires: expires.to_string() };
    let rows = matrix::rows(results)?;
    let controls = reviewed(&rows);
    let mut files = vec![
        json_artifact("oscal/assessment-plan.json", MEDIA, &plan(&frame, &controls))?,
        json_artifact("oscal/assessment-results.json", MEDIA, &assessment(&frame, &controls, &rows))?,
    ];
    if let Some(document) = poam::document(&frame) {
        files.push(json_artifact("oscal/poam.json", MEDIA, &document)?);
    }
    Ok(files)
}

/// Identifiers may hold letters, digits, dots, hyphens and underscores only.
fn token(text: &str) -> String {
    let mut token = String::new();
    for c in text.chars() {
        let kept = if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' };
        if kept != '-' || !token.ends_with('-') {
            token.push(kept);
        }
    }
    let token = token.trim_matches('-');
    if token.starts_with(|c: char| c.is_ascii_alphabetic()) { token.to_owned() } else { format!("c-{token}") }
}

fn prop(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": said(value) })
}

fn reviewed(rows: &[matrix::Row<'_>]) -> Value {
    let ids: Vec<Value> = rows.iter().map(|r| json!({ "control-id": token(&r.control.title()) })).collect();
    json!({
        "description": "Controls of several frameworks that the metrics support. A metric supports a control; a person decides whether it is met.",
        "control-selections": [{ "include-controls": ids }],
    })
}

/// The plan says what is measured, so that the results have something to refer to.
fn plan(frame: &Frame<'_>, controls: &Value) -> Value {
    let system = frame.ids.of("resource", "system");
    let activities: Vec<Value> = frame
        .results
        .metrics
        .iter()
        .map(|m| json!({ "uuid": frame.ids.of("activity", &m.id), "title": said(&format!("{} {}", m.id, m.title)), "description": said(&m.about) }))
        .collect();
    let mut document = json!({
        "uuid": frame.document("assessment-plan"),
        "metadata": frame.metadata("Assessment plan, MFA audit"),
        "import-ssp": { "href": format!("#{system}") },
    });
    if !activities.is_empty() {
        document["local-definitions"] = json!({ "activities": activities });
    }
    document["reviewed-controls"] = controls.clone();
    document["assessment-subjects"] = json!([{ "type": "component", "include-all": {} }]);
    document["back-matter"] = json!({ "resources": [{
        "uuid": system,
        "title": "System security plan",
        "description": "Not held by this tool: put a link to the organisation's own plan here.",
    }] });
    json!({ "assessment-plan": document })
}

fn assessment(frame: &Frame<'_>, controls: &Value, rows: &[matrix::Row<'_>]) -> Value {
    let results = frame.results;
    let mut result = json!({
        "uuid": frame.ids.of("result", &frame.digest),
        "title": said(&format!("MFA coverage and exceptions, {}", results.period.label)),
        "description": if results.complete { "Every metric was computed." } else { "Incomplete: at least one metric was not computed, and supports nothing." },
        "start": said(&results.period.start),
        "end": said(&results.period.end),
        "props": [prop("period", &results.period.id), prop("configuration-sha256", &results.config_sha256), prop("queries-sha256", &results.queries_sha256)],
    });
    let components = observation::components(frame);
    if !components.is_empty() {
        result["local-definitions"] = json!({ "components": components });
    }
    result["reviewed-controls"] = controls.clone();
    result["observations"] = json!(observation::all(frame));
    for (name, list) in [("risks", risk::all(frame)), ("findings", finding::all(frame, rows))] {
        if !list.is_empty() {
            result[name] = json!(list);
        }
    }
    json!({ "assessment-results": {
        "uuid": frame.document("assessment-results"),
        "metadata": frame.metadata("Assessment results, MFA audit"),
        "import-ap": { "href": "assessment-plan.json" },
        "results": [result],
        "back-matter": { "resources": observation::resources(frame) },
    } })
}

#[cfg(test)]
mod tests;
