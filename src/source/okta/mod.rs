//! Okta: System Log, users, enrolled factors, sign-on policies.
//!
//! Sources: the System Log API (`GET /api/v1/logs`), log streaming to Amazon `EventBridge` or Splunk, event hooks,
//! the Users and Factors APIs (`GET /api/v1/users`, `GET /api/v1/users/{id}/factors`) and the Policy API
//! (`GET /api/v1/policies`, `GET /api/v1/policies/{id}/rules`).

mod decision;
mod directory;
mod factors;
mod facts;
mod policies;
mod record;
mod sign_in;
mod words;

pub(super) use directory::Users;
pub(super) use factors::Factors;
pub(super) use policies::Policies;
pub(super) use sign_in::SignIns;

use super::parse;
use super::time::optional as optional_time;

/// Path of a flat column: `actor.alternateId`, or as a log workspace writes it, `actor_alternateId_s`, with the type
/// of the column behind the name.
fn flat_path(header: &str) -> String {
    if header.contains('.') {
        return header.to_owned();
    }
    let typed = ["_s", "_d", "_b", "_t", "_g"].iter().find_map(|suffix| header.strip_suffix(suffix));
    typed.unwrap_or(header).replace('_', ".")
}
