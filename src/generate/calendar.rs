//! Days, months and moments of a plan, and the notations in which logs write a moment.

use std::fmt::{self, Write as _};

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use super::Plan;

const EPOCH: Date = Date::constant(1970, 1, 1);
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// A calendar day, counted from 1970-01-01, so that a difference in days is a subtraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    /// The day of a civil date.
    pub(crate) fn of(date: Date) -> Self {
        Self(i32::try_from(date.duration_since(EPOCH).as_hours() / 24).unwrap_or(0))
    }

    /// The civil date of this day.
    pub(crate) fn date(self) -> Date {
        EPOCH.saturating_add(SignedDuration::from_hours(i64::from(self.0) * 24))
    }

    /// The day `days` later (earlier when negative).
    pub(crate) const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Days since Monday.
    pub(crate) const fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7)
    }

    /// Saturday or Sunday.
    pub(crate) const fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// This day, or the Monday after it when it falls on a weekend.
    pub(crate) const fn workday(self) -> Self {
        match self.weekday() {
            5 => Self(self.0 + 2),
            6 => Self(self.0 + 1),
            _ => self,
        }
    }

    /// The number of this day as part of a seed.
    pub(crate) fn number(self) -> u64 {
        u64::from(self.0.unsigned_abs())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// A moment in UTC, in milliseconds since 1970; printed to the second as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    /// The moment `seconds` later.
    pub(crate) const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1000)
    }

    /// The UTC day.
    pub(crate) fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(DAY_MS)).unwrap_or(0))
    }

    /// The start of the UTC hour.
    pub(crate) const fn hour(self) -> Self {
        Self(self.0 - self.0.rem_euclid(HOUR_MS))
    }

    /// Hour, minute and second of the UTC day.
    pub(crate) const fn clock(self) -> (i64, i64, i64) {
        let rest = self.0.rem_euclid(DAY_MS);
        (rest / HOUR_MS, rest / 60_000 % 60, rest / 1000 % 60)
    }

    /// Writes the moment with seven digits of fraction, as sign-in records do; `ticks` fills the digits
    /// below a millisecond.
    pub(crate) fn write_ticks(self, out: &mut String, ticks: u32) -> fmt::Result {
        self.write_seconds(out)?;
        write!(out, ".{:03}{:04}Z", self.0.rem_euclid(1000), ticks % 10_000)
    }

    /// Writes the moment in one of the notations seen in envelopes (formats 1.13).
    pub(crate) fn write_notation(self, out: &mut String, notation: u32, ticks: u32) -> fmt::Result {
        match notation {
            1 => {
                self.write_seconds(out)?;
                write!(out, ".{:03}{:03}+00:00", self.0.rem_euclid(1000), ticks % 1000)
            }
            2 => {
                self.write_seconds(out)?;
                out.write_str("+00:00")
            }
            3 => self.write_american(out),
            4 => {
                Self(self.0 - 5 * HOUR_MS).write_seconds(out)?;
                write!(out, ".{:03}{:04}-05:00", self.0.rem_euclid(1000), ticks % 10_000)
            }
            5 => self.write_seconds(out),
            _ => self.write_ticks(out, ticks),
        }
    }

    fn write_seconds(self, out: &mut impl fmt::Write) -> fmt::Result {
        let (hour, minute, second) = self.clock();
        write!(out, "{}T{hour:02}:{minute:02}:{second:02}", self.day())
    }

    fn write_american(self, out: &mut String) -> fmt::Result {
        let (hour, minute, second) = self.clock();
        let date = self.day().date();
        let half = if hour < 12 { "AM" } else { "PM" };
        let shown = if hour % 12 == 0 { 12 } else { hour % 12 };
        write!(out, "{}/{}/{} {shown}:{minute:02}:{second:02} {half}", date.month(), date.day(), date.year())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_seconds(f)?;
        f.write_str("Z")
    }
}

/// One calendar month of a plan.
#[derive(Debug, Clone)]
pub(crate) struct Month {
    /// Its first day.
    pub(crate) first: Day,
    /// Its last day.
    pub(crate) last: Day,
    /// `YYYY-MM`.
    pub(crate) label: String,
}

/// The months of a plan in its time zone.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    zone: TimeZone,
    months: Vec<Month>,
}

impl Calendar {
    /// Works out the months of a plan.
    pub(crate) fn new(plan: &Plan) -> anyhow::Result<Self> {
        let zone = TimeZone::get(&plan.time_zone).with_context(|| format!("time zone `{}`", plan.time_zone))?;
        let start = plan.first_month.first_of_month();
        let mut months = Vec::new();
        for number in 0..plan.months {
            let span = Span::new().try_months(i64::from(number))?;
            let first = start.checked_add(span).context("a month of the plan")?;
            months.push(Month { first: Day::of(first), last: Day::of(first.last_of_month()), label: format!("{:04}-{:02}", first.year(), first.month()) });
        }
        anyhow::ensure!(!months.is_empty(), "a plan needs at least one month");
        Ok(Self { zone, months })
    }

    /// The moment of a local minute of a local day.
    pub(crate) fn at(&self, day: Day, minute: u32) -> anyhow::Result<Moment> {
        let hour = i8::try_from(minute / 60 % 24)?;
        let civil = day.date().at(hour, i8::try_from(minute % 60)?, 0, 0);
        let stamp = self.zone.to_ambiguous_timestamp(civil).compatible()?;
        Ok(Moment(stamp.as_millisecond()))
    }

    /// The months in order.
    pub(crate) fn months(&self) -> &[Month] {
        &self.months
    }

    /// The index of the month that holds a local day.
    pub(crate) fn month_of(&self, day: Day) -> Option<usize> {
        self.months.iter().position(|month| month.first <= day && day <= month.last)
    }

    /// The first day of the data.
    pub(crate) fn first(&self) -> Day {
        self.months.first().map_or(Day(0), |month| month.first)
    }

    /// The last day of the data.
    pub(crate) fn last(&self) -> Day {
        self.months.last().map_or(Day(0), |month| month.last)
    }

    /// Every day of the data.
    pub(crate) fn days(&self) -> impl Iterator<Item = Day> {
        (self.first().0..=self.last().0).map(Day)
    }

    /// The day before the data and the last day of each month.
    pub(crate) fn ends(&self) -> Vec<Day> {
        let mut days = vec![self.first().plus(-1)];
        days.extend(self.months.iter().map(|month| month.last));
        days
    }

    /// The days on which directory snapshots are taken: `ends` and every Sunday.
    pub(crate) fn snapshots(&self) -> Vec<Day> {
        let mut days = self.ends();
        days.extend(self.days().filter(|day| day.weekday() == 6));
        days.sort_unstable();
        days.dedup();
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_know_their_weekday_and_date() {
        let sunday = Day::of(Date::constant(2026, 10, 25));
        assert_eq!(sunday.weekday(), 6);
        assert_eq!(sunday.workday().to_string(), "2026-10-26");
        assert_eq!(sunday.date(), Date::constant(2026, 10, 25));
    }

    #[test]
    fn moments_are_written_in_many_notations() {
        let moment = Moment(Day::of(Date::constant(2026, 10, 25)).0 as i64 * DAY_MS + 13 * HOUR_MS + 5_123);
        let mut out = String::new();
        moment.write_ticks(&mut out, 4567).unwrap();
        out.push(' ');
        moment.write_notation(&mut out, 3, 0).unwrap();
        out.push(' ');
        moment.write_notation(&mut out, 4, 7).unwrap();
        assert_eq!(out, "2026-10-25T13:00:05.1234567Z 10/25/2026 1:00:05 PM 2026-10-25T08:00:05.1230007-05:00");
        assert_eq!(moment.to_string(), "2026-10-25T13:00:05Z");
    }
}
