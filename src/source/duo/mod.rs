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

use super::lenient::{Text, Whole};
use super::{Reject, parse};
use crate::table::Instant;

/// Instant of a Unix time; the logs write seconds, queries use milliseconds.
fn unix(time: Whole) -> Option<Instant> {
    time.0.and_then(super::time::unix)
}

/// Time of an event: ISO text where there is some, else Unix seconds.
fn event_time(iso: &Text<'_>, seconds: Whole) -> Result<Instant, Reject> {
    match iso.get() {
        Some(text) => super::time::occurred("isotimestamp", text).or_else(|bad| unix(seconds).ok_or(bad)),
        None => match seconds.0 {
            None => Err(Reject::missing("timestamp")),
            Some(count) => unix(seconds).ok_or_else(|| Reject::bad_time("timestamp", &count.to_string())),
        },
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
        // Microseconds would be a day that no calendar has.
        assert_eq!(event_time(&Text(None), Whole(Some(1_791_190_800_000_000))), Err(Reject::bad_time("timestamp", "1791190800000000")));
    }
}
