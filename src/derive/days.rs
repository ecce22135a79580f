//! Attempts and their exact daily roll-up, made once per local day of data.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use arrow::array::{BooleanArray, StringArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::cover::Cover;
use super::endings;
use super::holders::{Holders, effective_members};
use super::journey::journeys;
use super::judge::{Judge, roll_up};
use super::names::Names;
use super::register::lives;
use super::snapshots::{self, Snapshots};
use super::strength::Strongest;
use super::watched::Watch;
use crate::config::Config;
use crate::lake::{Lake, Partitions};
use crate::table::derived::{Attempt, AttemptDay, EndingDay, Event, Watched};
use crate::table::directory::{GroupMember, Identity, RegisteredMethod, Role, RoleAssignment};
use crate::table::policy::Change;
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::{self, Day, Instant, Row};
use crate::{digest, period};

/// Bumped when the derivation changes: every day is made anew.
const VERSION: u32 = 8;
/// What is made per day.
const TABLES: [table::Table; 4] = [Attempt::TABLE, AttemptDay::TABLE, EndingDay::TABLE, Watched::TABLE];
/// Stands for the identity of a sign-in whose record names none.
pub(super) const UNNAMED: &str = "(not recorded)";
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
    /// Rows per table, in the order of [`TABLES`]; a table without any has no partition.
    #[serde(default)]
    rows: Vec<u64>,
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
        let listed = TABLES.iter().map(|t| self.lake.place().list(&format!("{}/date=*/part.parquet", t.name))).collect::<Result<Vec<_>, _>>()?;
        let present: BTreeSet<String> = listed.into_iter().flatten().map(|o| o.key).collect();
        let mut made = 0;
        let mut days = BTreeMap::new();
        for day in self.local_days() {
            let label = period::date(day).to_string();
            let inputs = self.inputs(day);
            let there = |t: &table::Table| present.contains(&crate::lake::partition_key(t, day));
            let whole = |m: &Made| m.inputs == inputs && m.rows.len() == TABLES.len() && TABLES.iter().zip(&m.rows).all(|(t, n)| *n == 0 || there(t));
            let entry = match known.days.get(&label).filter(|m| whole(m)) {
                Some(known) => known.clone(),
                None => {
                    made += 1;
                    Made { rows: self.day(day, &zone).with_context(|| format!("deriving {label}"))?, inputs }
                }
            };
            days.insert(label, entry);
        }
        for gone in known.days.keys().filter(|d| !days.contains_key(*d)) {
            for table in &TABLES {
                self.lake.partition_writer(table, period::day(gone.parse()?)).finish()?;
            }
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
            "{VERSION} {} {:?} {:?} {:?} {:?}",
            c.organisation.time_zone,
            c.trust.on(period::date(day)),
            c.ranking.on(period::date(day)),
            c.population.privileged_roles,
            c.register.as_ref().map(|r| &r.time_zone)
        );
        for table in ["sign_ins", "changes"] {
            for d in around(day) {
                let entry = self.partitions.entries.get(&format!("{table}/{}", period::date(d)));
                text.push_str(entry.map_or("-", |e| e.inputs.as_str()));
            }
        }
        let after = Instant(i64::from(day.0 + 1) * 86_400_000_000);
        for t in ["role_assignments", "registered_methods"] {
            text.push_str(&snapshots::fingerprint(self.partitions, t, &self.snapshots.before(t, after)));
        }
        for t in ["identities", "exceptions", "group_members", "roles", "role_assignments", "registered_methods"] {
            text.push_str(&snapshots::fingerprint(self.partitions, t, &self.snapshots.telling_of(t, after)));
        }
        digest::sha256(text.as_bytes())
    }

    fn load<'t, R: Row<'t>>(&self, after: Instant) -> anyhow::Result<Vec<RecordBatch>> {
        snapshots::load(self.lake, &R::TABLE, &self.snapshots.telling_of(R::TABLE.name, after))
    }

    fn day(&self, day: Day, zone: &TimeZone) -> anyhow::Result<Vec<u64>> {
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
        let registered = self.registered(after, &names)?;
        let [earlier, later] = registered.each_ref().map(|b| b.as_deref().map(table::rows::<RegisteredMethod<'_>>).transpose());
        let (trust, ranking) = (self.config.trust.on(period::date(day)), self.config.ranking.on(period::date(day)));
        let strongest = Strongest::new(earlier?.as_deref(), later?.as_deref(), ranking);
        let judge = Judge { names: &names, day, zone, trust, cover: &cover, holders: holders.as_ref(), strongest: &strongest, ranking };
        let mut changes = Vec::new();
        for d in around(day) {
            changes.extend(self.lake.partition(&Change::TABLE, d)?);
        }
        let watch = Watch::new(&judge, &table::rows(&changes)?, &lives, &members);
        self.tables(&judge, &watch)
    }

    /// Registered methods by the snapshots on both sides of the day's end; `None` where no snapshot lies.
    fn registered(&self, after: Instant, names: &Names<'_>) -> anyhow::Result<[Option<Vec<RecordBatch>>; 2]> {
        let of = |chosen: snapshots::Chosen| -> anyhow::Result<Option<Vec<RecordBatch>>> {
            let batches = snapshots::load(self.lake, &RegisteredMethod::TABLE, &chosen)?;
            let named = batches.iter().map(|b| names.put(&RegisteredMethod::TABLE, b)).collect::<anyhow::Result<_>>()?;
            Ok((!chosen.is_empty()).then_some(named))
        };
        let table = RegisteredMethod::TABLE.name;
        Ok([of(self.snapshots.before(table, after))?, of(self.snapshots.telling_of(table, after))?])
    }

    /// One pass per slice of identities, so that a day larger than memory is still made. Gives the rows per table.
    fn tables(&self, judge: &Judge<'_>, watch: &Watch<'_>) -> anyhow::Result<Vec<u64>> {
        let days = around(judge.day);
        let rows: u64 = days.iter().filter_map(|d| self.partitions.entries.get(&format!("sign_ins/{}", period::date(*d)))).flat_map(|e| e.kept.values()).sum();
        let passes = rows.div_ceil(u64::try_from(self.config.run.rows_in_memory.max(1))? * 4).max(1);
        let mut out: Vec<_> = TABLES.iter().map(|t| self.lake.partition_writer(t, judge.day)).collect();
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
            let watched = watch.events(&rows);
            let journeys = journeys(rows);
            let judged: Vec<(&Event<'_>, Attempt<'_>)> = journeys.iter().filter_map(|j| Some((&j.last, judge.attempt(j)?))).collect();
            let watched = table::batch(watch.with_weaker(watched, &judged))?;
            let found: Vec<Attempt<'_>> = judged.into_iter().map(|(_, a)| a).collect();
            let made =
                [table::batch(found.iter().copied())?, table::batch(roll_up(&found).iter().copied())?, table::batch(endings::roll_up(&journeys, judge.day, judge.zone))?, watched];
            for (writer, batch) in out.iter_mut().zip(&made) {
                writer.write(batch)?;
            }
        }
        out.into_iter().map(crate::lake::PartitionWriter::finish).collect()
    }
}

/// A local day can hold rows of the UTC day before and after it.
fn around(day: Day) -> [Day; 3] {
    [day.0 - 1, day.0, day.0 + 1].map(Day)
}

/// Rows of the identities that fall into a pass.
fn of_pass(batch: &RecordBatch, pass: u64, passes: u64) -> anyhow::Result<RecordBatch> {
    let column = |name| table::typed::<StringArray>(batch, Event::TABLE.name, name);
    // A row that names nobody is a journey of its own, and there may be very many.
    let keys = column("identity_id")?.iter().zip(column("event_id")?).map(|(id, event)| id.or(event).unwrap_or(""));
    let mask: BooleanArray = keys.map(|key| Some(digest::spread(key.as_bytes()) % passes == pass)).collect();
    Ok(filter_record_batch(batch, &mask)?)
}
