//! What `Get-MgBetaAuditLogSignIn | ConvertTo-Json` leaves (formats.md 1.1): one list, keys in Pascal case, dates as
//! `/Date(ms)/`. Every class is told as by the log itself.

use serde_json::Value;

use super::super::record::Subject;
use super::{graph, pascal};

/// One record.
pub(super) fn record(subject: &Subject<'_>) -> anyhow::Result<Value> {
    Ok(converted(graph(subject)?))
}

fn converted(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.into_iter().map(|(key, member)| (pascal(&key), member_of(&key, member))).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(converted).collect()),
        plain => plain,
    }
}

fn member_of(key: &str, member: Value) -> Value {
    let stamp = member.as_str().filter(|_| key.ends_with("DateTime")).and_then(|text| text.parse::<jiff::Timestamp>().ok());
    stamp.map_or_else(|| converted(member), |at| format!("/Date({})/", at.as_millisecond()).into())
}
