//! Every timestamp notation that exports were seen to use (formats.md 1.13).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::Reject;
use super::lenient::Text;
use crate::table::Instant;

/// Slash dates are US month/day; without an offset they are UTC.
const OTHERS: [&str; 7] = ["%m/%d/%Y %I:%M:%S %p %:z", "%m/%d/%Y %I:%M:%S%.f %p", "%m/%d/%Y, %I:%M:%S%.f %p", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d", "%m/%d/%Y"];

/// Instant of a timestamp, `None` when the text is none of the known notations.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    if let Ok(t) = text.parse::<Timestamp>() {
        return Some(crate::period::instant(t));
    }
    if let Some(ms) = text.strip_prefix("/Date(").and_then(|t| t.strip_suffix(")/")) {
        return ms.parse::<i64>().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).map(crate::period::instant);
    }
    if let Ok(t) = text.parse::<DateTime>() {
        return utc(t);
    }
    OTHERS.iter().find_map(|format| {
        let parsed = BrokenDownTime::parse(format, text).ok()?;
        if parsed.offset().is_some() {
            return parsed.to_timestamp().ok().map(crate::period::instant);
        }
        parsed.to_datetime().or_else(|_| parsed.to_date().map(|d| d.at(0, 0, 0, 0))).ok().and_then(utc)
    })
}

/// Events lie between these: 2000 and 2100. A time outside is another unit or a placeholder, and would make a
/// partition of its own.
const EVENTS: std::ops::Range<i64> = 946_684_800_000_000..4_102_444_800_000_000;
/// Unix milliseconds are larger than any sensible number of seconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Time of an event.
///
/// # Errors
/// When the text is no known notation or lies outside 2000 to 2100.
pub(super) fn occurred(field: &str, text: &str) -> Result<Instant, Reject> {
    instant(text).filter(|at| EVENTS.contains(&at.0)).ok_or_else(|| Reject::bad_time(field, text))
}

/// The instant in a field that may be absent.
///
/// # Errors
/// When there is text and it is no timestamp: the record is refused.
pub(super) fn optional(field: &str, text: &Text<'_>) -> Result<Option<Instant>, Reject> {
    text.get().map(|t| instant(t).ok_or_else(|| Reject::bad_time(field, t))).transpose()
}

/// Instant of a Unix time in seconds or milliseconds; `None` outside 2000 to 2100, where it is neither.
pub(super) fn unix(count: i64) -> Option<Instant> {
    let micros = count.checked_mul(if count < FIRST_MILLISECONDS { 1_000_000 } else { 1_000 })?;
    EVENTS.contains(&micros).then_some(Instant(micros))
}

fn utc(t: DateTime) -> Option<Instant> {
    t.to_zoned(TimeZone::UTC).ok().map(|z| crate::period::instant(z.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_notations() {
        for (text, utc) in [
            ("2022-03-17T09:44:46.3097429Z", "2022-03-17T09:44:46.309742Z"),
            ("2022-02-08T06:22:13.161064+00:00", "2022-02-08T06:22:13.161064Z"),
            ("2019-10-18T04:45:48.0729893-05:00", "2019-10-18T09:45:48.072989Z"),
            ("2007-01-09T09:41:00", "2007-01-09T09:41:00Z"),
            ("2021-11-02T10:11:12.123456789Z", "2021-11-02T10:11:12.123456Z"),
            ("11/14/2025 1:48:53 AM", "2025-11-14T01:48:53Z"),
            ("12/12/2025 3:03:58 PM", "2025-12-12T15:03:58Z"),
            ("10/5/2026, 7:12:33.456 AM", "2026-10-05T07:12:33.456Z"),
            ("10/5/2026, 7:12:33 PM", "2026-10-05T19:12:33Z"),
            ("01/09/2007 09:41:00", "2007-01-09T09:41:00Z"),
            ("1/9/2007 10:41:00 AM +01:00", "2007-01-09T09:41:00Z"),
            ("2023-07-21 05:05:12.056", "2023-07-21T05:05:12.056Z"),
            ("2022-03-29 17:16:36.000000000", "2022-03-29T17:16:36Z"),
            ("/Date(1698255149380)/", "2023-10-25T17:32:29.38Z"),
        ] {
            let want: Timestamp = utc.parse().unwrap();
            assert_eq!(instant(text), Some(crate::period::instant(want)), "{text}");
        }
    }

    #[test]
    fn an_event_lies_between_2000_and_2100_and_a_unix_time_in_seconds_or_milliseconds() {
        assert!(occurred("t", "2026-10-05T07:00:00Z").is_ok());
        for text in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "redacted"] {
            assert_eq!(occurred("t", text), Err(Reject::bad_time("t", text)));
        }
        let seven = instant("2026-10-05T07:00:00Z");
        assert_eq!((unix(1_791_183_600), unix(1_791_183_600_000)), (seven, seven));
        for other in [0, -5, 1_791_183_600_000_000, i64::MAX, i64::MIN] {
            assert_eq!(unix(other), None, "{other}");
        }
    }

    #[test]
    fn bad_dates_are_none() {
        for text in ["", "2023-10-10T17:08:65", "2021-07-20T11: 41: 31+00: 00", "redacted", "31/12/2025 10:00:00", "2026-02-30T00:00:00Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
