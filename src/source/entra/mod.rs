//! Microsoft Entra ID: sign-in logs, registrations, users, roles, groups, policies, locations, audit.
//!
//! Sources: Microsoft Graph v1.0 and beta (`auditLogs/signIns`, `reports/authenticationMethods/userRegistrationDetails`,
//! `users`, `roleManagement/directory`, `directoryRoles`, `groups`, `identity/conditionalAccess`,
//! `auditLogs/directoryAudits`) and Azure Monitor diagnostic settings (storage account and Event Hubs).

mod audit;
mod codes;
mod decision;
mod directory;
mod facts;
mod flat;
mod policies;
mod policy_edit;
mod privileged;
mod record;
mod roles;
mod sign_in;
mod unified;
mod unified_change;
mod words;

pub(super) use audit::Audit;
pub(super) use directory::{Groups, Registrations, Users};
pub(super) use policies::{Locations, Policies};
pub(super) use privileged::PRIVILEGED_ROLES;
pub(super) use roles::Roles;
pub(super) use sign_in::SignIns;
pub(super) use unified::UnifiedAudit;

use std::borrow::Cow;

use serde_json::Value;

use super::Reject;
use super::parse;
use super::time::optional as optional_time;

/// The record without the boxes of the `PowerShell` module, which puts everything that its types do not know, the type of
/// a directory object for one, under `AdditionalProperties`.
fn lifted(json: &[u8]) -> Cow<'_, [u8]> {
    const BOX: &str = "AdditionalProperties";
    fn lift(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(lift),
            Value::Object(object) => {
                if let Some(Value::Object(inner)) = object.remove(BOX) {
                    for (key, value) in inner {
                        object.entry(key).or_insert(value);
                    }
                }
                object.values_mut().for_each(lift);
            }
            _ => {}
        }
    }
    if memchr::memmem::find(json, BOX.as_bytes()).is_none() {
        return Cow::Borrowed(json);
    }
    let read = serde_json::from_slice(json).ok().and_then(|mut record: Value| {
        lift(&mut record);
        serde_json::to_vec(&record).ok()
    });
    read.map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Refuses a page of members: it does not say of which group or role they are.
fn not_a_member(odata_type: &super::lenient::Text<'_>, allowed: &str) -> Result<(), Reject> {
    match directory::object_kind(odata_type) {
        kind if kind == "unknown" || kind == allowed => Ok(()),
        kind => Err(Reject::Content(format!("is a {kind}, a member without its group or role: export with `$expand=members`"))),
    }
}

/// Refuses a record whose list of members was cut by the server.
fn whole_members(more: &super::lenient::Text<'_>) -> Result<(), Reject> {
    more.get().map_or(Ok(()), |_| Err(Reject::Content("`members@odata.nextLink`: the list of members is not whole".to_owned())))
}
