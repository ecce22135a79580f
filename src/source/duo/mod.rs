//! Cisco Duo: authentication log, users, administrator log.
//!
//! Sources: the Admin API (`/admin/v2/logs/authentication`, `/admin/v1/users`, `/admin/v1/logs/administrator`) and
//! the log-sync tools that write one event per line. Duo sees only the second factor: the first one, and sign-ins
//! that never reach Duo, stand in other logs.

mod admin;
mod decision;
mod facts;
mod sign_in;
mod users;

pub(super) use admin::Admin;
pub(super) use sign_in::SignIns;
pub(super) use users::Users;

use super::Reject;
use super::lenient::{Text, Whole};
use crate::table::Instant;

/// Unix milliseconds are larger than any sensible number of seconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Parses a record.
fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reject> {
    serde_json::from_slice(json).map_err(|_| Reject::Syntax)
}

/// Instant of a Unix time; the logs write seconds, queries use milliseconds.
fn unix(time: Whole) -> Option<Instant> {
    let count = time.0?;
    count.checked_mul(if count < FIRST_MILLISECONDS { 1_000_000 } else { 1_000 }).map(Instant)
}

/// Time of an event: ISO text where there is some, else Unix seconds.
fn event_time(iso: &Text<'_>, seconds: Whole) -> Result<Instant, Reject> {
    match iso.get() {
        Some(text) => super::time::instant(text).or_else(|| unix(seconds)).ok_or_else(|| Reject::bad_time("isotimestamp", text)),
        None => unix(seconds).ok_or_else(|| Reject::missing("timestamp")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let iso = |t: &'static str| Text(Some(t.into()));
        let want = Instant(1_791_190_800_000_000);
        assert_eq!(event_time(&iso("2026-10-05T09:00:00+00:00"), Whole(None)), Ok(want));
        assert_eq!(event_time(&Text(None), Whole(Some(1_791_190_800))), Ok(want));
        assert_eq!(event_time(&Text(None), Whole(Some(1_791_190_800_000))), Ok(want));
        // A broken text beside a sound number is no reason to lose the event.
        assert_eq!(event_time(&iso("2021-07-20T11: 41: 31+00: 00"), Whole(Some(1_791_190_800))), Ok(want));
        assert_eq!(event_time(&iso("redacted"), Whole(None)), Err(Reject::bad_time("isotimestamp", "redacted")));
        assert_eq!(event_time(&Text(None), Whole(None)), Err(Reject::missing("timestamp")));
    }
}
