//! The directory audit log: what administrators and people changed, one file a day.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calendar::Day;
use super::dice::{Guid, Purpose};
use super::directory::put_json;
use super::layout::gzip;
use super::people::Person;
use super::world::World;
use super::{Layout, Sink};

/// One audited act.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    /// Local minute of the day.
    pub(crate) minute: u32,
    /// `activityDisplayName`.
    pub(crate) activity: &'static str,
    /// `category`.
    pub(crate) category: &'static str,
    /// `loggedByService`.
    pub(crate) service: &'static str,
    /// `operationType`.
    pub(crate) operation: &'static str,
    /// Position of the actor; `None` for an application.
    pub(crate) actor: Option<usize>,
    /// `targetResources`.
    pub(crate) targets: Vec<Value>,
    /// `resultReason`.
    pub(crate) reason: String,
    /// Change record named in `additionalDetails`.
    pub(crate) ticket: Option<String>,
}

impl Act {
    /// A change to a user by an application, at nine in the morning.
    pub(crate) const fn plain() -> Self {
        Self {
            minute: 9 * 60,
            activity: "",
            category: "UserManagement",
            service: "Core Directory",
            operation: "Update",
            actor: None,
            targets: Vec::new(),
            reason: String::new(),
            ticket: None,
        }
    }
}

/// A user as the target of an act.
pub(crate) fn user_target(person: &Person, properties: &Value) -> Value {
    json!({
        "id": person.id.to_string(),
        "displayName": person.display,
        "type": "User",
        "userPrincipalName": person.upn,
        "groupType": null,
        "modifiedProperties": properties
    })
}

/// Any other object as the target of an act.
pub(crate) fn target(id: Guid, name: &str, kind: &str, properties: &Value) -> Value {
    json!({
        "id": id.to_string(),
        "displayName": name,
        "type": kind,
        "userPrincipalName": null,
        "groupType": if kind == "Group" { json!("azureAD") } else { Value::Null },
        "modifiedProperties": properties
    })
}

/// A changed property; both values are JSON inside a string, as in the real log.
pub(crate) fn property(name: &str, before: &Value, after: &Value) -> Value {
    let text = |value: &Value| {
        if value.is_null() { Value::Null } else { Value::from(value.to_string()) }
    };
    json!({"displayName": name, "oldValue": text(before), "newValue": text(after)})
}

/// Writes the audit log of every day, empty days included.
pub(crate) fn write(world: &World, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let mut acts: BTreeMap<Day, Vec<Act>> = super::acts::all(world);
    let mut number = 0;
    for day in world.calendar.days() {
        let mut today = acts.remove(&day).unwrap_or_default();
        today.sort_by_key(|act| act.minute);
        let mut records = Vec::with_capacity(today.len());
        for act in &today {
            records.push(record(world, day, act, number)?);
            number += 1;
        }
        let month = world.calendar.month_of(day).unwrap_or(0);
        let monitor = match world.plan.layout {
            Layout::Monitor | Layout::EventHubs => true,
            Layout::Mixed => month > 1,
            _ => false,
        };
        let key = format!("raw/entra/audit/{day}.json.gz");
        if monitor && !records.is_empty() {
            sink.put(&key, gzip(&lines(world, &records)?)?)?;
        } else {
            put_json(sink, &key, "https://graph.microsoft.com/beta/$metadata#auditLogs/directoryAudits", records)?;
        }
    }
    Ok(())
}

fn record(world: &World, day: Day, act: &Act, number: u64) -> anyhow::Result<Value> {
    let at = world.calendar.at(day, act.minute)?.plus_seconds(i64::try_from(number % 50)?);
    let initiated = match act.actor.and_then(|index| world.people.get(index)) {
        Some(person) => json!({"user": {
            "id": person.id.to_string(),
            "displayName": person.display,
            "userPrincipalName": person.upn,
            "ipAddress": format!("192.0.2.{}", person.host),
            "roles": []
        }, "app": null}),
        None => json!({"user": null, "app": {
            "appId": "b8a1e2f4-5d1c-4d7e-9a55-2f8f3c1f7a10",
            "displayName": "HR provisioning",
            "servicePrincipalId": world.object(910).to_string(),
            "servicePrincipalName": null
        }}),
    };
    let details = act.ticket.as_ref().map_or_else(|| json!([]), |ticket| json!([{"key": "ticket", "value": ticket}]));
    Ok(json!({
        "id": format!("Directory_{}_{number:06}", Guid::of(world.plan.seed, Purpose::Audit, number)),
        "category": act.category,
        "correlationId": Guid::of(world.plan.seed, Purpose::Audit, 1_000_000 + number / 2).to_string(),
        "result": "success",
        "resultReason": act.reason,
        "activityDisplayName": act.activity,
        "activityDateTime": at.to_string(),
        "loggedByService": act.service,
        "operationType": act.operation,
        "initiatedBy": initiated,
        "targetResources": act.targets,
        "additionalDetails": details
    }))
}

/// The same records as a diagnostic setting delivers them.
fn lines(world: &World, records: &[Value]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for record in records {
        let envelope = json!({
            "time": record["activityDateTime"],
            "resourceId": format!("/tenants/{}/providers/Microsoft.aadiam", world.tenant),
            "operationName": record["activityDisplayName"],
            "operationVersion": "1.0",
            "category": "AuditLogs",
            "tenantId": world.tenant.to_string(),
            "resultSignature": "None",
            "durationMs": 0,
            "correlationId": record["correlationId"],
            "Level": 4,
            "properties": record
        });
        serde_json::to_writer(&mut bytes, &envelope)?;
        bytes.extend_from_slice(b"\r\n");
    }
    Ok(bytes)
}
