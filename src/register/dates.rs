//! Dates as people write them into registers.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::period;
use crate::table::Instant;

/// A point in time, or a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant, or the first instant of the day.
    pub start: Instant,
    /// The instant, or the first instant of the next day: a bare expiry date is valid through its last second.
    pub end: Instant,
}

/// Reads ISO dates and times and `31.10.2026`. Slash dates are refused: nobody can tell day from month.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    let text = text.trim();
    if let Ok(t) = text.parse::<Timestamp>() {
        return Some(point(t));
    }
    if let Some(day) = bare(text) {
        let start = period::start_of(day, zone).ok()?;
        let end = period::start_of(day.checked_add(1.day()).ok()?, zone).ok()?;
        return Some(Moment { start: period::instant(start), end: period::instant(end) });
    }
    let civil: DateTime = text.parse().or_else(|_| strtime::parse("%d.%m.%Y %H:%M", text)?.to_datetime()).ok()?;
    Some(point(civil.to_zoned(zone.clone()).ok()?.timestamp()))
}

fn bare(text: &str) -> Option<Date> {
    if text.len() == 10 {
        return text.parse().or_else(|_| strtime::parse("%d.%m.%Y", text)?.to_date()).ok();
    }
    None
}

fn point(t: Timestamp) -> Moment {
    let i = period::instant(t);
    Moment { start: i, end: i }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<(String, String)> {
        let zone = period::zone("Europe/Berlin").unwrap();
        moment(text, &zone).map(|m| (period::rfc3339(m.start), period::rfc3339(m.end)))
    }

    #[test]
    fn a_bare_date_lasts_until_the_day_is_over_in_the_registers_zone() {
        let day = Some(("2026-10-30T23:00:00Z".to_owned(), "2026-10-31T23:00:00Z".to_owned()));
        assert_eq!(shown("2026-10-31"), day);
        assert_eq!(shown("31.10.2026"), day);
        // The day on which the clocks go back has 25 hours.
        assert_eq!(shown("2026-10-25"), Some(("2026-10-24T22:00:00Z".to_owned(), "2026-10-25T23:00:00Z".to_owned())));
    }

    #[test]
    fn times_are_points() {
        let noon = Some(("2026-10-31T11:00:00Z".to_owned(), "2026-10-31T11:00:00Z".to_owned()));
        assert_eq!(shown("2026-10-31T12:00:00+01:00"), noon);
        assert_eq!(shown("2026-10-31T12:00:00"), noon);
        assert_eq!(shown("31.10.2026 12:00"), noon);
    }

    #[test]
    fn ambiguous_or_broken_dates_are_refused() {
        for text in ["10/31/2026", "01/02/2026", "2026-02-30", "soon", "2026-10", "31.13.2026", ""] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
