//! Attempts and their exact daily roll-up, made once per local day of data.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use arrow::array::{BooleanArray, StringArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::class;
use super::exception::{Cover, Life};
use super::holders::{Holders, effective_members};
use super::journey::{Journey, journeys};
use super::names::Names;
use super::register::lives;
use super::snapshots::{self, Snapshots};
use crate::config::{Config, Trust};
use crate::lake::{Lake, Partitions};
use crate::table::derived::{Attempt, AttemptDay, Event};
use crate::table::directory::{GroupMember, Identity, Role, RoleAssignment};
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::{self, Day, Instant, Row};
use crate::{digest, period};

/// Bumped when the derivation changes: every day is made anew.
const VERSION: u32 = 4;
/// Stands for the identity of a sign-in whose record names none.
const UNNAMED: &str = "(not recorded)";
const LEDGER: &str = "ledger/derived.json";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Derived {
    /// By local day.
    days: BTreeMap<String, Made>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    /// Digest of everything it was made from.
    inputs: String,
    /// Attempts in it; a day without any has no partition.
    attempts: u64,
}

/// Everything the daily derivation stands on.
#[derive(Debug)]
pub(crate) struct Daily<'a> {
    pub(crate) config: &'a Config,
    pub(crate) lake: &'a Lake,
    pub(crate) partitions: &'a Partitions,
    pub(crate) snapshots: &'a Snapshots,
}

impl Daily<'_> {
    /// Brings every local day up to date; returns how many were made.
    pub(crate) fn update(&self) -> anyhow::Result<u64> {
        let zone = period::zone(&self.config.organisation.time_zone)?;
        let mut known: Derived = crate::lake::load_ledger(self.lake, LEDGER)?;
        let present: BTreeSet<String> = self.lake.place().list("attempt*/date=*/part.parquet")?.into_iter().map(|o| o.key).collect();
        let mut made = 0;
        let mut days = BTreeMap::new();
        for day in self.local_days() {
            let label = period::date(day).to_string();
            let inputs = self.inputs(day);
            let there = |t: &table::Table| present.contains(&crate::lake::partition_key(t, day));
            let whole = |m: &Made| m.inputs == inputs && (m.attempts == 0 || (there(&Attempt::TABLE) && there(&AttemptDay::TABLE)));
            let entry = match known.days.get(&label).filter(|m| whole(m)) {
                Some(known) => known.clone(),
                None => {
                    made += 1;
                    Made { attempts: self.day(day, &zone).with_context(|| format!("deriving {label}"))?, inputs }
                }
            };
            days.insert(label, entry);
        }
        for gone in known.days.keys().filter(|d| !days.contains_key(*d)) {
            let day = period::day(gone.parse()?);
            self.lake.partition_writer(&Attempt::TABLE, day).finish()?;
            self.lake.partition_writer(&AttemptDay::TABLE, day).finish()?;
        }
        known.days = days;
        crate::lake::save_ledger(self.lake, LEDGER, &known)?;
        Ok(made)
    }

    /// A local day can hold rows of the UTC day before and after it.
    fn local_days(&self) -> BTreeSet<Day> {
        let utc = self.partitions.entries.keys().filter_map(|k| k.strip_prefix("sign_ins/")?.parse::<Date>().ok()).map(period::day);
        utc.flat_map(|d| [Day(d.0 - 1), d, Day(d.0 + 1)]).collect()
    }

    fn inputs(&self, day: Day) -> String {
        let c = self.config;
        let mut text = format!(
            "{VERSION} {} {:?} {:?} {:?}",
            c.organisation.time_zone,
            c.trust.on(period::date(day)),
            c.population.privileged_roles,
            c.register.as_ref().map(|r| &r.time_zone)
        );
        for d in [day.0 - 1, day.0, day.0 + 1] {
            let entry = self.partitions.entries.get(&format!("sign_ins/{}", period::date(Day(d))));
            text.push_str(entry.map_or("-", |e| e.inputs.as_str()));
        }
        let after = Instant(i64::from(day.0 + 1) * 86_400_000_000);
        text.push_str(&snapshots::fingerprint(self.partitions, "role_assignments", &self.snapshots.before("role_assignments", after)));
        for t in ["identities", "exceptions", "group_members", "roles", "role_assignments"] {
            text.push_str(&snapshots::fingerprint(self.partitions, t, &self.snapshots.telling_of(t, after)));
        }
        digest::sha256(text.as_bytes())
    }

    fn load<'t, R: Row<'t>>(&self, after: Instant) -> anyhow::Result<Vec<RecordBatch>> {
        snapshots::load(self.lake, &R::TABLE, &self.snapshots.telling_of(R::TABLE.name, after))
    }

    fn day(&self, day: Day, zone: &TimeZone) -> anyhow::Result<u64> {
        let after = Instant(i64::from(day.0 + 1) * 86_400_000_000);
        let (entries, events) = (self.load::<Exception<'_>>(after)?, self.load::<ExceptionEvent<'_>>(after)?);
        let lives = lives(&entries, &events, self.config)?;
        let groups = self.load::<GroupMember<'_>>(after)?;
        let members = effective_members(&table::rows::<GroupMember<'_>>(&groups)?);
        // A role given up between two snapshots shows in the earlier one only: it counts as held in between.
        let (roles, mut assignments) = (self.load::<Role<'_>>(after)?, self.load::<RoleAssignment<'_>>(after)?);
        assignments.extend(snapshots::load(self.lake, &RoleAssignment::TABLE, &self.snapshots.before(RoleAssignment::TABLE.name, after))?);
        let privileged = super::privileged_roles(self.config);
        let holders = (!assignments.is_empty()).then(|| anyhow::Ok(Holders::new(&table::rows(&roles)?, &table::rows(&assignments)?, &members, &privileged))).transpose()?;
        let cover = Cover::new(&lives, &members);
        let identities = self.load::<Identity<'_>>(after)?;
        let names = Names::new(&table::rows(&identities)?);
        let judge = Judge { names: &names, day, zone, trust: self.config.trust.on(period::date(day)), cover: &cover, holders: holders.as_ref() };
        self.attempts(&judge)
    }

    /// One pass per slice of identities, so that a day larger than memory is still made.
    fn attempts(&self, judge: &Judge<'_>) -> anyhow::Result<u64> {
        let days = [judge.day.0 - 1, judge.day.0, judge.day.0 + 1].map(Day);
        let rows: u64 = days.iter().filter_map(|d| self.partitions.entries.get(&format!("sign_ins/{}", period::date(*d)))).flat_map(|e| e.kept.values()).sum();
        let passes = rows.div_ceil(u64::try_from(self.config.run.rows_in_memory.max(1))? * 4).max(1);
        let mut attempts = self.lake.partition_writer(&Attempt::TABLE, judge.day);
        let mut totals = self.lake.partition_writer(&AttemptDay::TABLE, judge.day);
        for pass in 0..passes {
            let mut batches = Vec::new();
            for day in days {
                self.lake.project::<Event<'_>>(day, &mut |batch| {
                    batches.push(if passes == 1 { batch } else { of_pass(&batch, pass, passes)? });
                    Ok(())
                })?;
            }
            let mut rows: Vec<Event<'_>> = table::rows(&batches)?;
            for e in rows.iter_mut().filter(|e| e.identity_id.is_none()) {
                e.identity_id = e.identity_name.and_then(|n| judge.names.id(e.tenant, n));
            }
            let found: Vec<Attempt<'_>> = journeys(rows).iter().filter_map(|j| judge.attempt(j)).collect();
            attempts.write(&table::batch(found.iter().copied())?)?;
            totals.write(&table::batch(roll_up(&found).iter().copied())?)?;
        }
        totals.finish()?;
        attempts.finish()
    }
}

/// Rows of the identities that fall into a pass.
fn of_pass(batch: &RecordBatch, pass: u64, passes: u64) -> anyhow::Result<RecordBatch> {
    let column = |name| table::typed::<StringArray>(batch, Event::TABLE.name, name);
    // A row that names nobody is a journey of its own, and there may be very many.
    let keys = column("identity_id")?.iter().zip(column("event_id")?).map(|(id, event)| id.or(event).unwrap_or(""));
    let mask: BooleanArray = keys.map(|key| Some(digest::spread(key.as_bytes()) % passes == pass)).collect();
    Ok(filter_record_batch(batch, &mask)?)
}

/// What an attempt of one day is judged by.
struct Judge<'j> {
    day: Day,
    zone: &'j TimeZone,
    trust: &'j Trust,
    cover: &'j Cover<'j, 'j>,
    holders: Option<&'j Holders>,
    names: &'j Names<'j>,
}

impl<'j> Judge<'j> {
    fn attempt<'a>(&self, journey: &Journey<'a>) -> Option<Attempt<'a>>
    where
        'j: 'a,
    {
        let e = &journey.last;
        if !matches!(e.outcome, "success" | "unknown") || period::local_day(e.occurred_at, self.zone) != self.day {
            return None;
        }
        let class = class::class(e, self.trust)?;
        let identity_id = e.identity_id.unwrap_or(UNNAMED);
        let app_id = e.app_id.unwrap_or("");
        let explained: Option<(&'j Life<'j>, bool)> = matches!(class.name, "N" | "S").then(|| self.cover.attribute(identity_id, app_id, e.occurred_at)).flatten();
        let second_factor = matches!(class.name, "M1" | "M4");
        Some(Attempt {
            source: e.source,
            tenant: e.tenant,
            attempt_id: e.event_id,
            identity_id,
            started_at: journey.first.occurred_at,
            decided_at: e.occurred_at,
            local_day: self.day,
            app_id,
            satisfied_by: class.name,
            class_reason: class.reason,
            relaxation_accepted: class.accepted,
            method: if second_factor { e.method.unwrap_or("other") } else { "" },
            method_strength: if second_factor { e.method_strength.unwrap_or("unknown") } else { "" },
            legacy_protocol: e.legacy_protocol,
            mfa_required: match e.mfa_required {
                Some(true) => "yes",
                Some(false) => "no",
                None => "unknown",
            },
            privileged_then: self.holders.map_or("unknown", |h| if h.held(identity_id, e.occurred_at) { "yes" } else { "no" }),
            exception_id: explained.map_or("", |(l, _)| l.entry.exception_id),
            exception_ambiguous: explained.is_some_and(|(_, many)| many),
            events: journey.events,
        })
    }
}

/// Attempts per identity, day and way of satisfaction.
fn roll_up<'a>(attempts: &[Attempt<'a>]) -> Vec<AttemptDay<'a>> {
    let mut groups: BTreeMap<_, AttemptDay<'a>> = BTreeMap::new();
    for a in attempts {
        let key = (
            (a.tenant, a.identity_id, a.source),
            (a.satisfied_by, a.class_reason, a.relaxation_accepted, a.method, a.method_strength),
            (a.mfa_required, a.privileged_then, a.exception_id, a.legacy_protocol),
        );
        let first = || AttemptDay {
            source: a.source,
            tenant: a.tenant,
            identity_id: a.identity_id,
            local_day: a.local_day,
            satisfied_by: a.satisfied_by,
            class_reason: a.class_reason,
            relaxation_accepted: a.relaxation_accepted,
            method: a.method,
            method_strength: a.method_strength,
            mfa_required: a.mfa_required,
            privileged_then: a.privileged_then,
            exception_id: a.exception_id,
            legacy_protocol: a.legacy_protocol,
            attempts: 0,
        };
        groups.entry(key).or_insert_with(first).attempts += 1;
    }
    groups.into_values().collect()
}
