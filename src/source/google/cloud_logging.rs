//! Login activity as Cloud Logging keeps it (formats.md 7.1): an audit log entry around the activity, with other names
//! for the same members.

use serde_json::{Map, Value, json};

/// The activity inside a log entry; `None` when the record is no such entry.
pub(super) fn activity(json: &[u8]) -> Option<Value> {
    let entry: Map<String, Value> = serde_json::from_slice(json).ok()?;
    let payload = entry.get("protoPayload")?;
    let login = payload["serviceName"].as_str().is_none_or(|s| s.eq_ignore_ascii_case("login.googleapis.com"));
    let metadata = &payload["metadata"];
    let listed = metadata["event"].as_array().map(|all| all.iter().map(event).collect::<Vec<_>>());
    let named = || payload["methodName"].as_str().map(|m| json!({ "name": snake(m.rsplit('.').next().unwrap_or(m)) }));
    Some(json!({
        "id": {
            "time": entry.get("timestamp"),
            "uniqueQualifier": first(&[&metadata["activityId"]["uniqQualifier"], entry.get("insertId").unwrap_or(&Value::Null)]),
            "applicationName": if login { "login" } else { "other" },
        },
        "actor": { "email": payload["authenticationInfo"]["principalEmail"] },
        "ipAddress": payload["requestMetadata"]["callerIp"],
        "events": listed.filter(|l| !l.is_empty()).unwrap_or_else(|| named().into_iter().collect()),
    }))
}

fn first(values: &[&Value]) -> Value {
    values.iter().find(|v| !v.is_null()).map_or(Value::Null, |v| (*v).clone())
}

fn event(event: &Value) -> Value {
    let parameters = event["parameter"].as_array().into_iter().flatten().map(|p| {
        let many = first(&[&p["multiStrValue"], &p["multiValue"]]);
        json!({ "name": p["name"], "value": p["value"], "boolValue": p["boolValue"], "intValue": p["intValue"], "multiValue": many })
    });
    json!({ "name": event["eventName"], "parameters": parameters.collect::<Vec<_>>() })
}

/// `loginSuccess` to `login_success`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_with_and_without_its_events() {
        let entry = br#"{"protoPayload":{"serviceName":"login.googleapis.com","methodName":"google.login.LoginService.loginFailure","authenticationInfo":{"principalEmail":"ada@example.com"},"requestMetadata":{"callerIp":"192.0.2.1"}},"insertId":"i","timestamp":"2026-10-05T07:00:00Z"}"#;
        let found = activity(entry).unwrap();
        assert_eq!((&found["events"][0]["name"], &found["id"]["uniqueQualifier"], &found["actor"]["email"]), (&json!("login_failure"), &json!("i"), &json!("ada@example.com")));
        assert!(activity(br#"{"id":{}}"#).is_none());
    }
}
