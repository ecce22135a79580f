//! Okta: System Log, users, enrolled factors.
//!
//! Sources: the System Log API (`GET /api/v1/logs`), log streaming to Amazon `EventBridge` or Splunk, event hooks,
//! and the Users and Factors APIs (`GET /api/v1/users`, `GET /api/v1/users/{id}/factors`).

mod decision;
mod directory;
mod factors;
mod facts;
mod record;
mod sign_in;
mod words;

pub(super) use directory::Users;
pub(super) use factors::Factors;
pub(super) use sign_in::SignIns;

use super::Reject;

/// Parses a record.
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
