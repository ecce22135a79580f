//! Administrator log: who changed what (formats.md 6.6).

use super::super::lenient::{List, Maybe, Text, Whole, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use crate::table::policy::Change;
use crate::table::{Instant, Row, Table};
use crate::{digest, period};

lenient! {
    /// An event, or the page that holds several.
    AdminLog {
        "action" => action: Text<'a>,
        "description" => description: Text<'a>,
        "isotimestamp" => iso: Text<'a>,
        "timestamp" => timestamp: Whole,
        "object" => object: Text<'a>,
        "username" => username: Text<'a>,
        "response" => response: Option<List<Maybe<AdminLog<'a>>>>,
    }
}

/// The administrator log.
#[derive(Debug)]
pub(in crate::source) struct Admin;

impl Source for Admin {
    fn kind(&self) -> &'static str {
        "duo.admin"
    }

    fn about(&self) -> &'static str {
        "Cisco Duo administrator log: Admin API `/admin/v1/logs/administrator` and log sync"
    }

    fn limits(&self) -> &'static str {
        "descriptions are free JSON text and may be unreadable"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Change::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let outer: AdminLog<'_> = super::parse(record.json)?;
        let events: Vec<&AdminLog<'_>> = match &outer.response {
            None => vec![&outer],
            Some(list) => list.0.iter().filter_map(|e| e.0.as_ref()).collect(),
        };
        // A record is taken whole or refused.
        let found = events.into_iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
        for change in &found {
            push(object, record, change, rows);
        }
        Ok(())
    }
}

/// An event with what every row needs.
struct Prepared<'e> {
    event: &'e AdminLog<'e>,
    action: &'e str,
    event_id: String,
    occurred_at: Instant,
}

fn prepare<'e>(event: &'e AdminLog<'_>) -> Result<Prepared<'e>, Reject> {
    let action = event.action.get().ok_or_else(|| Reject::missing("action"))?;
    let occurred_at = super::event_time(&event.iso, event.timestamp)?;
    // The log has no ids: an event is what it says, to the second.
    let parts = [action, event.object.or_empty(), event.username.or_empty(), event.description.or_empty()];
    let content = digest::sha256_parts(parts.iter().map(|p| p.as_bytes()));
    let event_id = format!("{}/{action}/{}", occurred_at.0.div_euclid(1_000_000), content.get(..16).unwrap_or_default());
    Ok(Prepared { event, action, event_id, occurred_at })
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, change: &Prepared<'_>, rows: &mut Rows) {
    let event = change.event;
    let text = event.description.get();
    // The description is meant to be JSON and is not always; what cannot be parsed stays as text.
    let values = text.and_then(|t| serde_json::from_str::<serde_json::Value>(t).ok()).filter(serde_json::Value::is_object);
    rows.push(&Change {
        source: object.source,
        tenant: object.tenant,
        event_id: &change.event_id,
        occurred_at: change.occurred_at,
        event_date: period::utc_day(change.occurred_at),
        area: area(change.action, text.unwrap_or(""), values.as_ref()),
        activity: change.action,
        twin: false,
        outcome: outcome(change.action),
        actor_id: None,
        actor_name: event.username.get(),
        actor_kind: if event.username.get().is_some() { "user" } else { "unknown" },
        target_id: "",
        target_name: event.object.get(),
        target_kind: None,
        container_id: None,
        old_values: None,
        new_values: text.filter(|_| values.is_some()),
        detail: text.filter(|_| values.is_none()),
        ticket: None,
        policy_effect: None,
        left_out: None,
        taken_back: None,
        diff_text: None,
        correlation_id: None,
        ingested_at: None,
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

fn outcome(action: &str) -> &'static str {
    let a = action.to_ascii_lowercase();
    if a.ends_with("_error") || a.ends_with("_lockout") { "failure" } else { "success" }
}

fn area(action: &str, description: &str, values: Option<&serde_json::Value>) -> &'static str {
    let a = action.to_ascii_lowercase();
    let has = |part: &str| a.contains(part);
    if has("bypass") || (has("user_") && granted_bypass(description, values)) {
        "bypass"
    } else if has("fraud") {
        "fraud"
    } else if has("policy") {
        "access_policy"
    } else if has("factor_restrictions") || has("single_sign_on") {
        "method_policy"
    } else if has("phone") || has("token") || has("u2f") || has("webauthn") || has("credential") {
        "user_method"
    } else if has("group") && (has("member") || has("add_user") || has("remove_user")) {
        "group_member"
    } else if a.starts_with("user_") || a.starts_with("admin_") {
        "account"
    } else {
        "other"
    }
}

/// The new status lets a user in without a second factor.
fn granted_bypass(description: &str, values: Option<&serde_json::Value>) -> bool {
    match values {
        Some(v) => v.get("status").and_then(serde_json::Value::as_str).is_some_and(|s| s.eq_ignore_ascii_case("bypass")),
        None => {
            let text = description.to_ascii_lowercase();
            text.contains("status") && text.contains("bypass")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(json: &str) -> Result<Rows, Reject> {
        let mut rows = Rows::default();
        Admin.decode(&OBJECT, Record { offset: 0, json: json.as_bytes() }, &mut rows).map(|()| rows)
    }

    fn batch(json: &str) -> arrow::record_batch::RecordBatch {
        decode(json).unwrap().filled().next().unwrap().finish().unwrap()
    }

    #[test]
    fn a_granted_bypass_and_a_description_that_is_no_json() {
        let page = r#"{"stat":"OK","response":[
            {"action":"user_update","description":"{\"status\": \"Bypass\"}","isotimestamp":"2026-10-05T09:00:00+00:00","timestamp":1791190800,"object":"ada","username":"Admin One"},
            {"action":"admin_lockout","description":"{broken","timestamp":1791190801,"object":"Admin One","username":""}]}"#;
        let batch = batch(page);
        let rows = Change::read(&batch).unwrap();
        assert_eq!((rows[0].area, rows[0].target_name, rows[0].actor_kind, rows[0].new_values), ("bypass", Some("ada"), "user", Some("{\"status\": \"Bypass\"}")));
        assert_eq!((rows[1].area, rows[1].outcome, rows[1].detail, rows[1].new_values), ("account", "failure", Some("{broken"), None));
    }

    #[test]
    fn an_event_delivered_twice_has_one_id_and_another_event_another() {
        let event = |object: &str, time: &str| format!(r#"{{"action":"bypass_create","object":"{object}","username":"a","description":"{{}}",{time}}}"#);
        let id = |json: &str| Change::read(&batch(json)).unwrap()[0].event_id.to_owned();
        let first = id(&event("ada", r#""timestamp":1791190800"#));
        assert_eq!(first, id(&event("ada", r#""isotimestamp":"2026-10-05T09:00:00+00:00""#)));
        assert_ne!(first, id(&event("bob", r#""timestamp":1791190800"#)));
    }

    #[test]
    fn actions_fall_into_areas() {
        for (action, description, want) in [
            ("user_update", r#"{"status":"Bypass"}"#, "bypass"),
            ("user_update", r#"{"status": "Bypass", broken"#, "bypass"),
            ("user_update", r#"{"status":"Active"}"#, "account"),
            ("user_update", r#"{"status":"Disabled","note":"no bypass"}"#, "account"),
            ("bypass_create", "{}", "bypass"),
            ("bypass_view", "{}", "bypass"),
            ("policy_update", "{}", "access_policy"),
            ("policy_create", "{}", "access_policy"),
            ("update_admin_factor_restrictions", "{}", "method_policy"),
            ("admin_single_sign_on_update", "{}", "method_policy"),
            ("phone_associate", "{}", "user_method"),
            ("admin_2fa_error", "{}", "account"),
            ("integration_update", "{}", "other"),
            ("something_new", "", "other"),
        ] {
            let values = serde_json::from_str::<serde_json::Value>(description).ok();
            assert_eq!(area(action, description, values.as_ref()), want, "{action} {description}");
        }
    }

    #[test]
    fn rejects() {
        assert_eq!(decode(r#"{"timestamp":1}"#).unwrap_err(), Reject::missing("action"));
        assert_eq!(decode(r#"{"action":"user_update"}"#).unwrap_err(), Reject::missing("timestamp"));
        assert_eq!(decode(r#"{"response":[{"action":"user_update","timestamp":1791190800},{"action":"x"}]}"#).unwrap_err(), Reject::missing("timestamp"));
    }
}
