//! Logs: an expected delivery per day.

use std::collections::{BTreeMap, BTreeSet};

use super::delivered::{Delivered, object_state, rows_of};
use super::{Delivery, Inputs, whole};
use crate::config::{Config, SourceConfig};
use crate::lake::{ObjectEntry, SourceLedger};
use crate::period::{self, Period};
use crate::table::{Day, Instant, Row, SignIn};

/// Objects by the days that they speak for or hold rows of.
fn by_day(ledger: &SourceLedger, period: &Period) -> BTreeMap<i32, Delivered> {
    let mut found: BTreeMap<i32, Delivered> = BTreeMap::new();
    for (key, e) in &ledger.objects {
        let named: BTreeSet<i32> = e.key_day.map(|last| e.key_from.unwrap_or(last)..=last).into_iter().flatten().collect();
        let mut days: BTreeSet<i32> = rows_of(e).map(|f| f.day).chain(named.iter().copied()).collect();
        if named.is_empty() && (e.fault.is_some() || e.rejected > 0) {
            // What an object without a day in its name lacks can be of any day.
            days.extend(period.days().map(|d| period::day(d).0));
        }
        for d in days {
            let day = found.entry(d).or_default();
            day.add(key, e);
            day.spoken |= named.is_empty() || named.contains(&d);
        }
    }
    found
}

pub(super) fn daily(inputs: &Inputs<'_>, ledger: &SourceLedger, s: &SourceConfig, tables: &[&'static str], period: &Period) -> Vec<Delivery> {
    let delivered = by_day(ledger, period);
    let entry = |table: &str, day: Day| inputs.partitions.entries.get(&format!("{table}/{}", period::date(day)));
    // A copy that lost against a better one from another source was delivered all the same.
    let own = |table: &str, day: Day| entry(table, day).map_or(0, |p| p.kept.get(&s.id).unwrap_or(&0) + p.duplicates.get(&s.id).unwrap_or(&0));
    let signs = tables.contains(&SignIn::TABLE.name);
    // A source that never brings a sign-in brings something else.
    let mute = signs && period.days().map(period::day).all(|d| own(SignIn::TABLE.name, d) == 0);
    let family: Vec<&str> = family(inputs.config, s);
    let delivery = |day: Day| {
        let rows: u64 = tables.iter().map(|t| own(t, day)).sum();
        let late: u64 = tables.iter().filter_map(|t| entry(t, day)?.late.get(&s.id)).sum();
        let d = delivered.get(&day.0);
        let starts = s.starts.map(period::day);
        // Sign-ins of people must be among them, whichever source of the provider brought them: refreshes alone prove nothing.
        let interactive = |p: &crate::lake::PartitionEntry| family.iter().filter_map(|id| p.streams.get(*id)?.get("interactive")).sum::<u64>();
        let silent = signs && own(SignIn::TABLE.name, day) > 0 && entry(SignIn::TABLE.name, day).map_or(0, interactive) == 0;
        let (state, why) = match d.filter(|d| d.spoken) {
            None if rows == 0 && starts.is_some_and(|s| day < s) => ("missing", "lies before the source's first day".to_owned()),
            None if rows == 0 => ("missing", "nothing was delivered".to_owned()),
            None => ("missing", "no object of this day was delivered; other days' objects hold a few rows of it".to_owned()),
            Some(d) => object_state(inputs, d, rows).or_else(|| empty(d, signs)).unwrap_or(("received", String::new())),
        };
        let (state, why) = match state {
            "received" if mute => ("missing", "not one sign-in arrived in the whole period".to_owned()),
            "received" if silent => ("missing", "no interactive sign-in arrived".to_owned()),
            _ => (state, why),
        };
        let reason = if why.is_empty() { why } else { format!("{}: {why}", period::date(day)) };
        Delivery { source: s.id.clone(), kind: s.reader.kind(), day, state, reason, rows: whole(rows), late: whole(late) }
    };
    let mut days: Vec<Delivery> = period.days().map(period::day).map(delivery).collect();
    days.extend(edges(ledger, s, &delivered, period));
    days
}

/// UTC days of which the period holds a few hours only, where the source is cut by UTC day and nothing of them came.
fn edges(ledger: &SourceLedger, s: &SourceConfig, delivered: &BTreeMap<i32, Delivered>, period: &Period) -> Vec<Delivery> {
    if !ledger.objects.values().any(|e| cut_by_utc_day(e, period)) {
        return Vec::new();
    }
    let told = |day: Day| s.starts.is_none_or(|first| period::day(first) <= day) && !delivered.get(&day.0).is_some_and(|d| d.spoken);
    let missing = period.edges().into_iter().map(|(date, hours)| (period::day(date), hours)).filter(|(day, _)| told(*day));
    missing
        .map(|(day, hours)| Delivery {
            source: s.id.clone(),
            kind: s.reader.kind(),
            day,
            state: "missing",
            reason: format!("{}: {hours} hours of the period lie in this UTC day, and no object of it was delivered", period::date(day)),
            rows: 0,
            late: 0,
        })
        .collect()
}

/// Whether an object named after a day holds hours that belong to another local day, and none outside its UTC day: an
/// export cut by local day cannot.
fn cut_by_utc_day(e: &ObjectEntry, period: &Period) -> bool {
    let (Some(day), Some(first), Some(last)) = (e.key_day, e.first_event, e.last_event) else { return false };
    let utc = |t: i64| i32::try_from(t.div_euclid(86_400_000_000)).ok() == Some(day);
    let elsewhere = |t: i64| period::local_day(Instant(t), period.zone()).0 != day;
    e.key_from.unwrap_or(day) == day && utc(first) && utc(last) && (elsewhere(first) || elsewhere(last))
}

/// Sources that bring sign-ins of the same provider: interactive ones and renewals may come apart.
fn family<'c>(config: &'c Config, s: &SourceConfig) -> Vec<&'c str> {
    let provider = |kind: &'static str| kind.split('.').next();
    let same = config.sources.iter().filter(|o| provider(o.reader.kind()) == provider(s.reader.kind()));
    same.map(|o| o.id.as_str()).collect()
}

/// A delivery of sign-ins that holds no record, or of anything that holds no byte: it cannot be told from a failed one.
fn empty(d: &Delivered, signs: bool) -> Option<(&'static str, String)> {
    if d.bytes == 0 {
        return Some(("missing", "the objects of this day are empty files".to_owned()));
    }
    (signs && d.read == 0).then(|| ("missing", "the objects of this day hold no record, and an empty export cannot be told from a failed one".to_owned()))
}
