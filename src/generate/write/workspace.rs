//! Rows of a Log Analytics workspace (formats.md 1.1): flat columns, nested ones as the text of their JSON.
//!
//! | table | of |
//! |---|---|
//! | `SigninLogs` | people, RADIUS |
//! | `AADNonInteractiveUserSignInLogs` | refreshes, old mail clients |
//! | `AADServicePrincipalSignInLogs` | workloads |
//! | `ADFSSignInLogs` | the federation server |
//!
//! Every class is told as by the log itself.

use serde_json::{Map, Value};

use super::super::names::PLACES;
use super::super::proof::Stream;
use super::super::record::Subject;
use super::{graph, pascal};

/// One row.
pub(super) fn record(subject: &Subject<'_>) -> anyhow::Result<Value> {
    let event = subject.event;
    let nested = graph(subject)?;
    let mut row = Map::new();
    row.insert("TimeGenerated".to_owned(), nested["createdDateTime"].clone());
    row.insert("OperationName".to_owned(), "Sign-in activity".into());
    row.insert("ResultType".to_owned(), event.sheet.code.to_string().into());
    row.insert("Location".to_owned(), PLACES[event.place].country.into());
    row.insert("AADTenantId".to_owned(), subject.world.tenant.to_string().into());
    for (key, value) in nested.as_object().into_iter().flatten() {
        let column = match key.as_str() {
            // The table a row stands in says it.
            "signInEventTypes" => continue,
            "ipAddress" => "IPAddress".to_owned(),
            "location" => "LocationDetails".to_owned(),
            "resourceId" => "ResourceIdentity".to_owned(),
            "appliedConditionalAccessPolicies" => "ConditionalAccessPolicies".to_owned(),
            other => pascal(other),
        };
        let cell = match value {
            Value::Null => continue,
            Value::Object(_) | Value::Array(_) => Value::String(value.to_string()),
            plain => plain.clone(),
        };
        row.insert(column, cell);
    }
    row.insert("Type".to_owned(), table(event.sheet.stream).into());
    Ok(Value::Object(row))
}

const fn table(stream: Stream) -> &'static str {
    match stream {
        Stream::Interactive | Stream::GraphV1 => "SigninLogs",
        Stream::NonInteractive => "AADNonInteractiveUserSignInLogs",
        Stream::ServicePrincipal => "AADServicePrincipalSignInLogs",
        Stream::Federation => "ADFSSignInLogs",
    }
}
