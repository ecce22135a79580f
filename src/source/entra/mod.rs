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
use super::parse;
use super::time::optional as optional_time;

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
