//! Google Workspace: login activity, users and policies.
//!
//! Sources: the Reports API (`activities.list` of the application `login`), the Directory API (`users.list`) and the
//! Cloud Identity Policy API (`policies.list`).

mod cloud_logging;
mod decision;
mod facts;
mod policies;
mod record;
mod sign_in;
mod users;
mod words;

pub(super) use policies::Policies;
pub(super) use sign_in::SignIns;
pub(super) use users::Users;

use super::lenient::Text;
use super::{Reject, time};
use crate::table::Instant;

/// Parses a record.
fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reject> {
    serde_json::from_slice(json).map_err(|_| Reject::Syntax)
}

/// The instant in a field that may be absent; text that is no timestamp refuses the record.
fn optional_time(field: &str, text: &Text<'_>) -> Result<Option<Instant>, Reject> {
    text.get().map(|t| time::instant(t).ok_or_else(|| Reject::bad_time(field, t))).transpose()
}
