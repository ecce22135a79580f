//! Google Workspace: login activity and users.
//!
//! Sources: the Reports API (`activities.list` of the application `login`) and the Directory API (`users.list`).

mod decision;
mod facts;
mod record;
mod sign_in;
mod users;
mod words;

pub(super) use sign_in::SignIns;
pub(super) use users::Users;

use super::Reject;

/// Parses a record.
fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reject> {
    serde_json::from_slice(json).map_err(|_| Reject::Syntax)
}
