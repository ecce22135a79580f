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

use super::parse;
use super::time::optional as optional_time;
