//! Risks: every entry of the register. An exception that is in force is a deviation somebody approved.

use serde_json::{Value, json};

use super::{Frame, observation, prop};
use crate::report::machine::{instant, numbered, said};
use crate::results::RegisterEntry;

/// Every entry.
pub(super) fn all(frame: &Frame<'_>) -> Vec<Value> {
    entries(frame).iter().map(|(uuid, entry)| risk(frame, uuid, entry)).collect()
}

/// Each entry with the id of its risk.
pub(super) fn entries<'r>(frame: &Frame<'r>) -> Vec<(String, &'r RegisterEntry)> {
    let all = &frame.results.register;
    let keys = numbered(all.iter().map(|e| e.id.clone()));
    all.iter().zip(keys).map(|(entry, key)| (frame.ids.of("risk", &key), entry)).collect()
}

/// The risk of one entry.
pub(super) fn risk(frame: &Frame<'_>, uuid: &str, entry: &RegisterEntry) -> Value {
    let scope = said(&entry.scope);
    let mut props = vec![prop("entry", &entry.id), prop("category", &entry.category), prop("state", &entry.state), prop("owner", &entry.owner)];
    if !entry.faults.is_empty() {
        props.push(prop("faults", &entry.faults.join("; ")));
    }
    let mut value = json!({
        "uuid": uuid,
        "title": said(&format!("MFA exception {}", entry.id)),
        "description": said(&format!("{} exception, {} directory objects: {scope}", entry.category.replace('_', " "), entry.objects)),
        "statement": "Accounts in the scope of this exception may sign in without a second factor.",
        "props": props,
        "status": status(&entry.state),
    });
    if !entry.compensating_controls.trim().is_empty() {
        let factor = format!("{uuid}|{}", entry.compensating_controls);
        value["mitigating-factors"] = json!([{ "uuid": frame.ids.of("mitigating-factor", &factor), "description": said(&entry.compensating_controls) }]);
    }
    if let Some(until) = instant(&entry.expires) {
        value["deadline"] = json!(until.to_string());
    }
    value["related-observations"] = json!([{ "observation-uuid": observation::of_register(frame) }]);
    value
}

/// In force without approval, or in a state that cannot be told, is open like one that is over.
fn status(state: &str) -> &'static str {
    match state {
        "requested" | "approved" => "deviation-requested",
        "active" => "deviation-approved",
        "closed" => "closed",
        _ => "open",
    }
}
