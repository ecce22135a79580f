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

use super::Reject;

/// Parses a record; a list wrapped in an envelope's `properties` is left to the caller.
fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reject> {
    serde_json::from_slice(json).map_err(|_| Reject::Syntax)
}

/// The instant in a field that may be absent; text that is no timestamp refuses the record.
fn optional_time(field: &'static str, text: &super::lenient::Text<'_>) -> Result<Option<crate::table::Instant>, Reject> {
    match text.get() {
        None => Ok(None),
        Some(t) => super::time::instant(t).map(Some).ok_or_else(|| Reject::bad_time(field, t)),
    }
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
