//! Time: the audited interval, local days and the one place that asks the clock.

use anyhow::{Context, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use crate::results::PeriodInfo;
use crate::table::{Day, Instant};

/// The run's instant: what the operator gave, otherwise the wall clock.
#[must_use]
pub fn as_of(given: Option<Timestamp>) -> Timestamp {
    given.unwrap_or_else(wall_clock)
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks what time it is")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

/// A calendar month `[start, end)` in a named zone.
#[derive(Debug, Clone)]
pub struct Period {
    /// First local day.
    pub first: Date,
    /// First local day after the period.
    pub after: Date,
    /// First instant.
    pub start: Timestamp,
    /// First instant after the period.
    pub end: Timestamp,
    zone: TimeZone,
    zone_name: String,
}

impl Period {
    /// The month written as `2026-10`.
    ///
    /// # Errors
    /// When the text is not a year and a month, or the month has no instants in the zone.
    pub fn month(text: &str, zone_name: &str) -> anyhow::Result<Self> {
        let hint = || format!("period `{text}`: write a year and a month, for example `2026-10`");
        let Some((year, month)) = text.split_once('-') else { bail!(hint()) };
        if year.len() != 4 || month.len() != 2 {
            bail!(hint());
        }
        let first = Date::new(year.parse().with_context(hint)?, month.parse().with_context(hint)?, 1).with_context(hint)?;
        Self::from_first(first, zone_name)
    }

    /// The last month that was over at `as_of`.
    ///
    /// # Errors
    /// When the zone is unknown.
    pub fn last_full_month(as_of: Timestamp, zone_name: &str) -> anyhow::Result<Self> {
        let today = as_of.to_zoned(zone(zone_name)?).date();
        Self::from_first(today.first_of_month().checked_sub(1.month())?, zone_name)
    }

    fn from_first(first: Date, zone_name: &str) -> anyhow::Result<Self> {
        let zone = zone(zone_name)?;
        let after = first.checked_add(1.month())?;
        let start = start_of(first, &zone)?;
        let end = start_of(after, &zone)?;
        Ok(Self { first, after, start, end, zone, zone_name: zone_name.to_owned() })
    }

    /// The month `n` months earlier.
    ///
    /// # Errors
    /// When the calendar ends.
    pub fn earlier(&self, n: i32) -> anyhow::Result<Self> {
        Self::from_first(self.first.checked_sub(Span::new().months(n))?, &self.zone_name)
    }

    /// `2026-10`.
    #[must_use]
    pub fn id(&self) -> String {
        self.first.strftime("%Y-%m").to_string()
    }

    /// The zone the period was cut in.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Local days of the period.
    pub fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let after = self.after;
        self.first.series(1.day()).take_while(move |d| *d < after)
    }

    /// UTC days that the period only touches, outside its own local days, with the hours it has in them.
    #[must_use]
    pub fn edges(&self) -> Vec<(Date, i64)> {
        let utc = |t: Timestamp| t.to_zoned(TimeZone::UTC);
        let (start, end) = (utc(self.start), utc(self.end));
        let mut found = Vec::new();
        if start.date() < self.first {
            found.push((start.date(), 24 - i64::from(start.hour())));
        }
        if end.date() >= self.after && end.hour() > 0 {
            found.push((end.date(), i64::from(end.hour())));
        }
        found
    }

    /// As printed.
    #[must_use]
    pub fn info(&self) -> PeriodInfo {
        let hours = (self.end.as_second() - self.start.as_second()) / 3600;
        PeriodInfo {
            id: self.id(),
            label: self.first.strftime("%B %Y").to_string(),
            start: self.start.to_string(),
            end: self.end.to_string(),
            time_zone: self.zone_name.clone(),
            hours,
            days: i64::from((self.after - self.first).get_days()),
        }
    }
}

/// The zone of this IANA name.
///
/// # Errors
/// When the bundled time zone database does not know it.
pub fn zone(name: &str) -> anyhow::Result<TimeZone> {
    TimeZone::get(name).with_context(|| format!("time zone `{name}` is unknown: use an IANA name such as `Europe/Berlin`"))
}

/// First instant of a local day.
///
/// # Errors
/// When the day is outside the calendar.
pub fn start_of(day: Date, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    Ok(day.to_zoned(zone.clone())?.timestamp())
}

/// Instant as stored in a table.
#[must_use]
pub fn instant(t: Timestamp) -> Instant {
    Instant(t.as_microsecond())
}

/// Instant of a table cell.
#[must_use]
pub fn timestamp(i: Instant) -> Timestamp {
    Timestamp::from_microsecond(i.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Day as stored in a table.
#[must_use]
pub fn day(d: Date) -> Day {
    let epoch = Date::constant(1970, 1, 1);
    Day(epoch.until(d).map_or(0, |s| s.get_days()))
}

/// Date of a table cell.
#[must_use]
pub fn date(d: Day) -> Date {
    let end = if d.0 < 0 { Date::MIN } else { Date::MAX };
    Span::new().try_days(d.0).and_then(|days| Date::constant(1970, 1, 1).checked_add(days)).unwrap_or(end)
}

/// Local day of an instant.
#[must_use]
pub fn local_day(i: Instant, zone: &TimeZone) -> Day {
    day(zone.to_datetime(timestamp(i)).date())
}

/// UTC day of an instant.
#[must_use]
pub fn utc_day(i: Instant) -> Day {
    Day(i.0.div_euclid(86_400_000_000) as i32)
}

/// RFC 3339 in UTC to the second.
#[must_use]
pub fn rfc3339(i: Instant) -> String {
    timestamp(i).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_with_the_extra_hour_of_autumn_is_longer() {
        let october = Period::month("2026-10", "Europe/Berlin").unwrap();
        assert_eq!(october.info().hours, 745);
        assert_eq!(october.start.to_string(), "2026-09-30T22:00:00Z");
        assert_eq!(october.end.to_string(), "2026-10-31T23:00:00Z");
        assert_eq!(october.days().count(), 31);
        assert_eq!(Period::month("2026-03", "Europe/Berlin").unwrap().info().hours, 743);
    }

    #[test]
    fn the_last_full_month_is_told_in_the_zone() {
        let as_of: Timestamp = "2026-10-31T23:30:00Z".parse().unwrap();
        assert_eq!(Period::last_full_month(as_of, "Europe/Berlin").unwrap().id(), "2026-10");
        assert_eq!(Period::last_full_month(as_of, "UTC").unwrap().id(), "2026-09");
    }

    #[test]
    fn nonsense_is_refused_with_a_hint() {
        for text in ["2026", "2026-13", "26-10", "2026-1", "october"] {
            let message = format!("{:#}", Period::month(text, "UTC").unwrap_err());
            assert!(message.contains("2026-10"), "{message}");
        }
        assert!(Period::month("2026-10", "Mars/Olympus").is_err());
    }

    #[test]
    fn days_survive_the_round_trip_before_and_after_the_epoch() {
        for text in ["1969-12-31", "1970-01-01", "2026-10-25"] {
            let d: Date = text.parse().unwrap();
            assert_eq!(date(day(d)), d);
        }
        assert_eq!(utc_day(Instant(-1)), Day(-1));
    }
}
