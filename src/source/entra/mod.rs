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
mod policies;
mod privileged;
mod record;
mod roles;
mod sign_in;
mod words;

pub(super) use audit::Audit;
pub(super) use directory::{Groups, Registrations, Users};
pub(super) use policies::{Locations, Policies};
pub(super) use privileged::PRIVILEGED_ROLES;
pub(super) use roles::Roles;
pub(super) use sign_in::SignIns;

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
