//! Readers: what each provider's export means in canonical terms.
//!
//! A source turns one record into rows or refuses it with a reason; it does no input or output. Vendor
//! names end here: no later stage knows which provider a row came from.

mod answer;
mod aws;
mod csv;
mod decision;
mod details;
mod duo;
mod entra;
mod flat;
mod frame;
mod google;
mod lenient;
pub mod method;
mod ocsf;
mod okta;
mod people;
mod read;
pub mod time;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::Regex;

use crate::table::{Instant, Row, Table, TableBuilder};

pub use details::{Details, read_details};
pub use flat::FlatRow;
pub use frame::FrameError;
pub use read::{Counts, Form, Manner, Refusals, read_records};

/// What a configured source must deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Something for every day.
    Daily,
    /// A snapshot not older than the configured age at the period's end.
    Snapshot,
    /// A snapshot that holds until the next one, however old: a list that people keep.
    Standing,
}

/// A kind of export.
pub trait Source: Sync + std::fmt::Debug {
    /// As named in the configuration.
    fn kind(&self) -> &'static str;
    /// What it reads, in one sentence with the vendor page it follows.
    fn about(&self) -> &'static str;
    /// What the format cannot tell, whoever exports it.
    fn limits(&self) -> &'static str;
    /// Tables it fills.
    fn tables(&self) -> Vec<Table>;
    /// Tables it adds rows to without speaking for them as a whole: without another source they count as not filled.
    fn beside(&self) -> Vec<Table> {
        Vec::new()
    }
    /// What must arrive.
    fn expected(&self) -> Expected;
    /// Turns one record into rows.
    ///
    /// # Errors
    /// [`Reject`] when the record cannot be understood; nothing of it is kept then.
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject>;
    /// The record that a flat row was made from. A header with dots is a path.
    fn unflatten(&self, _object: &ObjectContext<'_>, row: &FlatRow<'_>) -> serde_json::Value {
        row.nested(&[], str::to_owned).into()
    }
    /// Key of the object that this one is a companion of; most exports have none.
    fn companion_of(&self, _key: &str) -> Option<String> {
        None
    }
    /// What one row of a companion tells, with the id of the record it belongs to.
    fn detail(&self, _row: &FlatRow<'_>) -> Option<(String, serde_json::Value)> {
        None
    }
}

/// Every source; adding one is adding its file and a line here.
pub static SOURCES: &[&dyn Source] = &[
    &entra::SignIns,
    &entra::Registrations,
    &entra::Users,
    &entra::Roles,
    &entra::Groups,
    &entra::Policies,
    &entra::Locations,
    &entra::Audit,
    &entra::UnifiedAudit,
    &okta::SignIns,
    &okta::Users,
    &okta::Factors,
    &okta::Policies,
    &duo::SignIns,
    &duo::Users,
    &duo::Admin,
    &google::SignIns,
    &google::Users,
    &google::Policies,
    &aws::SignIns,
    &aws::CredentialReport,
    &ocsf::SignIns,
    &people::People,
];

/// Template ids of roles that count as privileged before the configuration adds its own.
#[must_use]
pub fn privileged_roles() -> &'static [&'static str] {
    &entra::PRIVILEGED_ROLES
}

/// The source of this kind.
#[must_use]
pub fn of_kind(kind: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|s| s.kind() == kind)
}

/// The object that records are read from.
#[derive(Debug, Clone, Copy)]
pub struct ObjectContext<'a> {
    /// Source id of the configuration.
    pub source: &'a str,
    /// Tenant of the configuration; empty text when none.
    pub tenant: &'a str,
    /// Key below the source's URL.
    pub key: &'a str,
    /// When the snapshot was taken; the epoch for event sources.
    pub snapshot_at: Instant,
    /// What a companion of the object tells.
    pub details: Option<&'a Details>,
}

/// One record at its place.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Byte offset in the decompressed object.
    pub offset: i64,
    /// The record's own bytes.
    pub json: &'a [u8],
}

/// Why a record was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reject {
    /// The bytes are no JSON object.
    Syntax,
    /// The record lacks what every row needs, or carries what no row can hold.
    Content(String),
    /// A value cannot be understood: the reason without it, so that records are counted by reason, and the value.
    Value(String, String),
}

impl Reject {
    /// Why, without the value.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Syntax => "record is not valid JSON",
            Self::Content(reason) | Self::Value(reason, _) => reason,
        }
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self::Content(format!("`{field}` is missing"))
    }

    pub(crate) fn bad_time(field: &str, text: &str) -> Self {
        Self::Value(format!("`{field}` is not a timestamp"), text.chars().take(40).collect())
    }
}

/// Parses a record.
fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reject> {
    serde_json::from_slice(json).map_err(|_| Reject::Syntax)
}

/// Bytes of one text column that are handed on before the rows are many: a few long texts must not cost what a million
/// short ones may.
const HEAVY: usize = 64 << 20;

/// Rows of one object, per table.
#[derive(Debug, Default)]
pub struct Rows {
    builders: BTreeMap<&'static str, TableBuilder>,
    once: BTreeSet<&'static str>,
}

impl Rows {
    /// Appends a row to its table.
    pub fn push<'a, R: Row<'a>>(&mut self, row: &R) {
        row.push(self.builders.entry(R::TABLE.name).or_insert_with(|| TableBuilder::new(R::TABLE)));
    }

    /// Appends a row that says the same for the whole export: at most once per object.
    pub fn push_once<'a, R: Row<'a>>(&mut self, label: &'static str, row: &R) {
        if self.once.insert(label) {
            self.push(row);
        }
    }

    /// More text waits than is held at once.
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        self.builders.values().any(|b| b.bytes() > HEAVY)
    }

    /// Rows of the fullest table.
    #[must_use]
    pub fn fullest(&self) -> usize {
        self.builders.values().map(TableBuilder::len).max().unwrap_or(0)
    }

    /// The builders that hold rows.
    pub fn filled(&mut self) -> impl Iterator<Item = &mut TableBuilder> {
        self.builders.values_mut().filter(|b| !b.is_empty())
    }
}

/// A date, and a time of day only where it says so: after a `T` or before a `Z`. Page and part numbers are none.
static DATE_IN_KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(20\d\d)-?(\d\d)-?(\d\d)(?:T(\d\d)[:-]?(\d\d)(?:[:-]?(\d\d))?Z?|[_-](\d\d)[:-]?(\d\d)(?:[:-]?(\d\d))?Z)?").ok());

/// The last date of a key with its time of day, where it has one.
fn stamp(key: &str) -> Option<(Date, Option<jiff::civil::Time>)> {
    stamps(key).last()?
}

/// Every date of a key; `None` for one that no calendar has.
fn stamps(key: &str) -> impl Iterator<Item = Option<(Date, Option<jiff::civil::Time>)>> {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let whole = move |m: &regex::Match<'_>| !digit(key[..m.start()].chars().next_back()) && !digit(key[m.end()..].chars().next());
    let all = DATE_IN_KEY.iter().flat_map(move |r| r.captures_iter(key));
    all.filter(move |c| c.get(0).is_some_and(|m| whole(&m))).map(|c| one_stamp(&c))
}

fn one_stamp(found: &regex::Captures<'_>) -> Option<(Date, Option<jiff::civil::Time>)> {
    let number = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<i16>().ok());
    let date = Date::new(number(1)?, number(2)? as i8, number(3)? as i8).ok()?;
    let time = number(4).or_else(|| number(7)).zip(number(5).or_else(|| number(8)));
    let time = time.map(|(h, m)| jiff::civil::Time::new(h as i8, m as i8, number(6).or_else(|| number(9)).unwrap_or(0) as i8, 0));
    match time {
        None => Some((date, None)),
        Some(time) => Some((date, Some(time.ok()?))),
    }
}

/// When a snapshot was taken, told by the date in its key. A time of day is UTC; a bare date is the
/// first instant of that day in the organisation's zone, the earliest it can have been.
///
/// # Errors
/// When the key holds no date.
pub fn snapshot_time(key: &str, zone: &TimeZone) -> anyhow::Result<Instant> {
    let (date, time) = stamp(key).with_context(|| {
        format!("`{key}` is a snapshot without a date in its name: write the day it was taken into it, for example `2026-10-31`, or set `taken` in the configuration")
    })?;
    match time {
        Some(time) => Ok(crate::period::instant(date.to_datetime(time).to_zoned(TimeZone::UTC)?.timestamp())),
        None => Ok(crate::period::instant(crate::period::start_of(date, zone)?)),
    }
}

/// Days that a daily object speaks for, told by its key; of a file name with two dates, all from the first to the last.
#[must_use]
pub fn days_in_key(key: &str) -> Option<(Date, Date)> {
    let last = day_in_key(key)?;
    let file = key.rsplit('/').next().unwrap_or(key);
    // Two dates far apart are no range: one of them is another number.
    let near = |d: &Date| *d <= last && d.until(last).is_ok_and(|s| s.get_days() <= 366);
    let first = stamps(file).flatten().map(|(d, _)| d).filter(near).min().unwrap_or(last);
    Some((first, last))
}

/// Day that a daily object speaks for, told by its key: `y=2026/m=10/d=05` or a date; `None` when it has none.
fn day_in_key(key: &str) -> Option<Date> {
    let part = |name: &str| key.split('/').find_map(|p| p.to_ascii_lowercase().strip_prefix(name)?.parse::<i16>().ok());
    if let (Some(y), Some(m), Some(d)) = (part("y="), part("m="), part("d=")) {
        return Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok();
    }
    stamp(key).map(|(date, _)| date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_its_own_kind_and_known_tables() {
        for (i, s) in SOURCES.iter().enumerate() {
            assert!(SOURCES[..i].iter().all(|o| o.kind() != s.kind()));
            assert!(!s.tables().is_empty() && !s.about().is_empty());
        }
    }

    #[test]
    fn snapshot_times() {
        let berlin = crate::period::zone("Europe/Berlin").unwrap();
        let at = |key: &str| snapshot_time(key, &berlin).map(crate::period::rfc3339).unwrap_or_default();
        assert_eq!(at("users/2026-10-31.json.gz"), "2026-10-30T23:00:00Z");
        assert_eq!(at("users/20261031T021500Z.json"), "2026-10-31T02:15:00Z");
        assert_eq!(at("2026-10-31/roles-2026-11-01T02:00.json"), "2026-11-01T02:00:00Z");
        assert_eq!(at("2026-10-31_021500Z.json"), "2026-10-31T02:15:00Z");
        // A page number is no time of day, and of a range the end counts.
        assert_eq!(at("users-2026-10-31-0001.json"), at("users-2026-10-31-0099.json"));
        assert_eq!(at("users-2026-10-31-0001.json"), "2026-10-30T23:00:00Z");
        assert_eq!(at("users_2026-10-01_2026-10-31.json"), "2026-10-30T23:00:00Z");
        assert_eq!(at("users.json"), "");
        assert_eq!(at("users/2026-13-31.json"), "");
    }

    #[test]
    fn days_in_keys() {
        let day = |key: &str| day_in_key(key).map(|d| d.to_string());
        assert_eq!(day("tenantId=x/y=2026/m=10/d=05/h=07/m=00/PT1H.json").as_deref(), Some("2026-10-05"));
        assert_eq!(day("audit/2026-10-06.json").as_deref(), Some("2026-10-06"));
        assert_eq!(day("audit/all.json"), None);
        let days = |key: &str| days_in_key(key).map(|(a, b)| format!("{a} {b}"));
        assert_eq!(days("2025-01-01/InteractiveSignIns_2026-10-01_2026-10-31.csv").as_deref(), Some("2026-10-01 2026-10-31"));
        assert_eq!(days("run-2020010112345_2026-10-05.json").as_deref(), Some("2026-10-05 2026-10-05"));
        assert_eq!(days("of-2019-01-01-until-2026-10-05.json").as_deref(), Some("2026-10-05 2026-10-05"));
        assert_eq!(days("y=2026/m=10/d=05/h=07/m=00/PT1H.json").as_deref(), Some("2026-10-05 2026-10-05"));
    }
}
