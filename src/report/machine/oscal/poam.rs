//! The plan of action and milestones: exceptions that are overdue, and findings that need action.

use serde_json::{Value, json};

use super::{Frame, observation, prop, risk};
use crate::report::machine::said;
use crate::results::{Finding, RegisterEntry};

/// `None` when nothing is overdue and nothing grave was found: the format knows no empty plan.
pub(super) fn document(frame: &Frame<'_>) -> Option<Value> {
    let overdue: Vec<(String, &RegisterEntry)> = risk::entries(frame).into_iter().filter(|(_, e)| is_overdue(e)).collect();
    let grave = observation::of_findings(frame, is_grave);
    let mut items: Vec<Value> = overdue.iter().map(|(uuid, e)| exception(frame, uuid, e)).collect();
    items.extend(grave.iter().map(|(uuid, f)| finding(frame, uuid, f)));
    if items.is_empty() {
        return None;
    }
    let mut observations = vec![observation::register(frame)];
    observations.extend(observation::findings(frame, is_grave));
    let mut document = json!({
        "uuid": frame.document("poam"),
        "metadata": frame.metadata("Plan of action and milestones, MFA audit"),
        "system-id": { "id": said(&frame.results.organisation.name) },
        "observations": observations,
    });
    if !overdue.is_empty() {
        document["risks"] = overdue.iter().map(|(uuid, e)| risk::risk(frame, uuid, e)).collect();
    }
    document["poam-items"] = json!(items);
    Some(json!({ "plan-of-action-and-milestones": document }))
}

fn is_overdue(entry: &RegisterEntry) -> bool {
    entry.state == "expired" || (entry.state != "closed" && entry.overdue_days.is_some_and(|days| days > 0))
}

fn is_grave(finding: &Finding) -> bool {
    matches!(finding.severity.as_str(), "high" | "medium")
}

fn exception(frame: &Frame<'_>, risk: &str, entry: &RegisterEntry) -> Value {
    let days = entry.overdue_days.map_or_else(|| "unknown".to_owned(), |d| d.to_string());
    json!({
        "uuid": frame.ids.of("poam-item", risk),
        "title": said(&format!("Exception {} is over and not closed", entry.id)),
        "description": said(&format!("Remove the exclusion or approve it anew. Owner: {}. Expired: {}.", entry.owner, entry.expires)),
        "props": [prop("days-overdue", &days), prop("owner", &entry.owner)],
        "related-observations": [{ "observation-uuid": observation::of_register(frame) }],
        "related-risks": [{ "risk-uuid": risk }],
    })
}

fn finding(frame: &Frame<'_>, uuid: &str, f: &Finding) -> Value {
    json!({
        "uuid": frame.ids.of("poam-item", uuid),
        "title": said(&format!("{}: {}", f.title, f.label)),
        "description": said(&format!("{}. First steps: {}", f.reason, f.containment.join("; "))),
        "props": [prop("severity", &f.severity), prop("metric", &f.metric), prop("first-seen", &f.first_seen)],
        "related-observations": [{ "observation-uuid": uuid }],
    })
}
