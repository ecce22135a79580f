//! The desk: every table the queries of one period may read, and what is missing from it.

mod as_of;
mod duties;
mod earlier;
mod fact;
mod named;
mod population;
mod rules;
mod unprotected;

use std::collections::{BTreeMap, BTreeSet};

use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use jiff::{Timestamp, ToSpan};

use super::anchors::Anchored;
use super::cover::Cover;
use super::enrolment::History;
use super::exception::{Life, break_glass};
use super::gates::{Delivery, Gates, Inputs};
use super::ground::{DAY, Ground};
use super::holders::{Holders, effective_members};
use super::people::People;
use super::{Derivation, governance, intake, register, snapshots, traffic};
use crate::period::{self, Period};
use crate::results::RegisterEntry;
use crate::table::derived::{AttemptDay, EndingDay, Watched};
use crate::table::directory::{Identity, RegisteredMethod, Registration, RoleAssignment};
use crate::table::policy::{Change, Policy, PolicyExclusion};
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::{self, Day, Instant, Rejected, Row, snapshot as t};

use as_of::AsOf;
pub use fact::Fact;
pub(crate) use named::Named;

/// Days that baselines and disuse are told from.
const TRAILING: i32 = 90;

/// Tables of one period and why some do not speak for it.
#[derive(Debug)]
pub struct Desk {
    /// By table name.
    pub tables: BTreeMap<&'static str, RecordBatch>,
    pub(crate) missing: BTreeMap<Fact, String>,
    pub(crate) unobservable: BTreeMap<Fact, String>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) anchors: Vec<Anchored>,
    /// The register as of the period's end, as people read it.
    pub register: Vec<RegisterEntry>,
    /// Whom the inputs name, where the run shows people under pseudonyms.
    pub(crate) named: Named,
}

impl Desk {
    /// Why a fact is not given; `None` when it is.
    #[must_use]
    pub fn lacks(&self, fact: Fact) -> Option<&str> {
        self.missing.get(&fact).map(String::as_str)
    }

    /// Why a fact cannot be observed with these inputs at all; `None` when it can.
    #[must_use]
    pub fn cannot_tell(&self, fact: Fact) -> Option<&str> {
        self.unobservable.get(&fact).map(String::as_str)
    }

    /// Everything that was expected and did not arrive whole.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().filter(|d| d.state != "received")
    }
}

/// Batches that a period's rows borrow from.
struct Loaded {
    now: AsOf,
    opening: Option<AsOf>,
    /// The register as of the end, the start and the run: entries and events.
    register: [(Vec<RecordBatch>, Vec<RecordBatch>); 3],
    policies: Vec<RecordBatch>,
    left_out: Vec<RecordBatch>,
    changes: Vec<RecordBatch>,
    attempts: RecordBatch,
    unprotected: Vec<RecordBatch>,
    trailing: RecordBatch,
    endings: RecordBatch,
    watched: RecordBatch,
    rejects: RecordBatch,
}

impl Loaded {
    fn new(d: &Derivation<'_>, period: &Period, as_of: Timestamp, missing: &BTreeMap<Fact, String>) -> anyhow::Result<Self> {
        let (start, end) = (period::instant(period.start), period::instant(period.end));
        let load = |table: table::Table, at: Instant| snapshots::load(d.lake, &table, &d.snapshots.before(table.name, at));
        let register = |at: Instant| anyhow::Ok((load(Exception::TABLE, at)?, load(ExceptionEvent::TABLE, at)?));
        let (from, until) = (period::day(period.first).0, period::day(period.after).0);
        Ok(Self {
            now: AsOf::load(d, end)?,
            opening: if missing.contains_key(&Fact::Opening) { None } else { Some(AsOf::load(d, start)?) },
            register: [register(end)?, register(start)?, register(period::instant(as_of))?],
            policies: load(Policy::TABLE, end)?,
            left_out: load(PolicyExclusion::TABLE, end)?,
            changes: changes(d, end)?,
            attempts: days::<AttemptDay<'_>>(d, period.days().map(period::day))?,
            unprotected: unprotected::load(d, period.days().map(period::day))?,
            trailing: days::<AttemptDay<'_>>(d, (until - TRAILING..until).map(Day))?,
            endings: days::<EndingDay<'_>>(d, (until - TRAILING..until).map(Day))?,
            watched: days::<Watched<'_>>(d, (from - 1..=until).map(Day))?,
            // What an object's name does not date stands in the first partition of all.
            rejects: days::<Rejected<'_>>(d, [0].into_iter().chain(from - 1..=until).map(Day))?,
        })
    }
}

/// Builds the desk.
pub(super) fn build(d: &Derivation<'_>, period: &Period, as_of: Timestamp) -> anyhow::Result<Desk> {
    let gates = gates(d, period);
    let mut missing = fact::missing(&gates, d.config);
    let held = Loaded::new(d, period, as_of, &missing)?;
    let (start, end) = (period::instant(period.start), period::instant(period.end));
    let [now, before, today] = &held.register;
    let (lives, lives_now) = (register::lives(&now.0, &now.1, d.config)?, register::lives(&today.0, &today.1, d.config)?);
    let (groups, roles, assignments, identities) =
        (table::rows(&held.now.groups)?, table::rows(&held.now.roles)?, table::rows(&held.now.assignments)?, table::rows(&held.now.identities)?);
    let members = effective_members(&groups);
    let cover = Cover::new(&lives, &members);
    let population = population::rows(d, &held.now, held.opening.as_ref(), &lives, &missing, &held.attempts, (start, end))?;
    let privileged = super::privileged_roles(d.config);
    let active: Vec<RoleAssignment<'_>> = assignments.iter().copied().filter(|a: &RoleAssignment<'_>| a.assignment == "active").collect();
    let (holders, active_holders) = (Holders::new(&roles, &assignments, &members, &privileged), Holders::new(&roles, &active, &members, &privileged));
    let people = People::new(&table::rows(&held.now.people)?, &identities);
    let glass = glass_events(d, &lives, &members, period::day(period.after))?;
    let (registrations, methods) = (table::rows(&held.now.registrations)?, table::rows(&held.now.methods)?);
    let mut ground = Ground {
        config: d.config,
        start,
        end,
        as_of: period::instant(as_of),
        last: period.after.yesterday().unwrap_or(period.after),
        zone: period.zone(),
        logs_from: logs_from(d),
        identities: &identities,
        by_id: identities.iter().map(|i| (i.identity_id, i)).collect(),
        population: &t::Population::read(&population)?,
        usable: super::population::usable_of(&registrations, &methods),
        groups: &groups,
        members: &members,
        roles: &roles,
        assignments: &assignments,
        holders: (!missing.contains_key(&Fact::Roles)).then_some(&holders),
        active_holders: (!missing.contains_key(&Fact::Roles)).then_some(&active_holders),
        people: &people,
        lives: &lives,
        cover: &cover,
        policies: &table::rows(&held.policies)?,
        left_out: &table::rows(&held.left_out)?,
        changes: &table::rows(&held.changes)?,
        attempts: &AttemptDay::read(&held.attempts)?,
        trailing: &AttemptDay::read(&held.trailing)?,
        watched: &Watched::read(&held.watched)?,
        glass_events: &table::rows(&glass)?,
        asked_before: None,
    };
    let asked = earlier::asked(d, &ground, held.opening.as_ref())?;
    ground.asked_before = asked.as_ref();
    let short = short_of_history(d, period, ground.logs_from, &mut missing)?;
    let mut tables = governance::tables(&ground, &history(d)?.observed(&ground), &table::rows(&before.0)?)?;
    tables.extend(traffic::tables(&ground)?);
    tables.extend(stated(&ground, &lives_now, &held)?);
    tables.insert("period", period_row(d.config, period, as_of, held.opening.is_some())?);
    tables.insert("population", population.clone());
    tables.extend([("intake", intake::objects(d, period)?), ("intake_days", intake::days(&gates)?)]);
    rules::policy(d.config, period, &mut tables)?;
    let register = lives.iter().map(|l| register::shown(l, ground.close())).collect();
    let named = named::of(&ground, &held)?;
    Ok(Desk { tables, missing, unobservable: fact::unobservable(d.config, short), deliveries: gates.deliveries, anchors: gates.anchors, register, named })
}

/// Tables that lie on the desk as the lake or the register state them.
fn stated(ground: &Ground<'_>, lives_now: &[Life<'_>], held: &Loaded) -> anyhow::Result<BTreeMap<&'static str, RecordBatch>> {
    let (start, end, close) = (ground.start, ground.end, ground.close());
    let near = ground.changes.iter().copied().filter(|c| c.occurred_at.0 >= start.0 - DAY);
    Ok(BTreeMap::from([
        ("registrations", one(&Registration::TABLE, &held.now.registrations)?),
        ("registered_methods", one(&RegisteredMethod::TABLE, &held.now.methods)?),
        ("policies", one(&Policy::TABLE, &held.policies)?),
        ("policy_exclusions", one(&PolicyExclusion::TABLE, &held.left_out)?),
        ("attempt_days", held.attempts.clone()),
        ("unprotected_attempts", unprotected::rows(ground, &held.unprotected)?),
        ("ending_days", held.endings.clone()),
        ("trailing_days", table::batch(trailing_days(&AttemptDay::read(&held.trailing)?))?),
        ("watched_events", held.watched.clone()),
        ("rejects", held.rejects.clone()),
        ("changes", table::batch(near)?),
        ("exception_states", table::batch(ground.lives.iter().map(|l| register::state(l, close)))?),
        ("exception_objects", exception_objects(ground.cover, &held.now, ground.lives, end)?),
        ("exception_flows", table::batch(ground.lives.iter().flat_map(|l| register::flows(l, start, end)))?),
        ("obligations", table::batch(duties::owed(ground, ground.lives, (start, end)))?),
        ("deadlines", table::batch(duties::deadlines(ground, lives_now))?),
    ]))
}

fn gates(d: &Derivation<'_>, period: &Period) -> Gates {
    Gates::new(&Inputs { config: d.config, ledgers: &d.report.ledgers, partitions: &d.report.lake, snapshots: &d.snapshots }, period)
}

/// Told once a run.
fn history<'d>(d: &'d Derivation<'_>) -> anyhow::Result<&'d History> {
    if let Some(known) = d.history.get() {
        return Ok(known);
    }
    let made = History::new(d.lake, &d.snapshots, &d.config.population)?;
    Ok(d.history.get_or_init(|| made))
}

/// First instant of which the lake holds sign-ins.
fn logs_from(d: &Derivation<'_>) -> Option<Instant> {
    let first = d.report.lake.entries.keys().filter_map(|k| k.strip_prefix("sign_ins/")?.parse::<jiff::civil::Date>().ok()).min()?;
    Some(Instant(i64::from(period::day(first).0) * DAY))
}

/// Why 90 days back cannot be told yet. A gap within them is another matter: it closes the fact.
fn short_of_history(d: &Derivation<'_>, period: &Period, logs_from: Option<Instant>, missing: &mut BTreeMap<Fact, String>) -> anyhow::Result<Option<String>> {
    let needed = Instant(period::instant(period.end).0 - i64::from(TRAILING) * DAY);
    // The first day may begin some hours late, since days are cut in another zone.
    if logs_from.is_none_or(|from| from.0 > needed.0 + DAY) {
        return Ok(Some(format!("the sign-ins do not reach {TRAILING} days back, to {}", period::rfc3339(needed))));
    }
    let mut reason = missing.get(&Fact::SignIns).cloned();
    for n in 1..=3 {
        let earlier = period.earlier(n)?;
        if period::instant(earlier.end) > needed && reason.is_none() {
            reason = gates(d, &earlier).closed("sign_ins", d.config);
        }
    }
    if let Some(reason) = reason {
        missing.insert(Fact::Trailing, reason);
    }
    Ok(None)
}

fn one(table: &table::Table, batches: &[RecordBatch]) -> anyhow::Result<RecordBatch> {
    Ok(concat_batches(&table.schema(), batches)?)
}

fn days<'a, R: Row<'a>>(d: &Derivation<'_>, days: impl Iterator<Item = Day>) -> anyhow::Result<RecordBatch> {
    let mut batches = Vec::new();
    for day in days {
        batches.extend(d.lake.partition(&R::TABLE, day)?);
    }
    one(&R::TABLE, &batches)
}

/// Every change before the period's end: who put an exception into force may lie months back.
fn changes(d: &Derivation<'_>, end: Instant) -> anyhow::Result<Vec<RecordBatch>> {
    let mut batches = Vec::new();
    let dates: BTreeSet<jiff::civil::Date> = d.report.lake.entries.keys().filter_map(|k| k.strip_prefix("changes/")?.parse().ok()).collect();
    for date in dates.into_iter().filter(|date| i64::from(period::day(*date).0) * DAY < end.0) {
        batches.extend(d.lake.partition(&Change::TABLE, period::day(date))?);
    }
    Ok(batches)
}

/// Events of every account that a break-glass entry names, since the logs begin.
fn glass_events<'m>(d: &Derivation<'_>, lives: &[Life<'m>], members: &'m BTreeMap<String, BTreeSet<String>>, until: Day) -> anyhow::Result<Vec<RecordBatch>> {
    let ids = break_glass(lives, members);
    let Some(from) = logs_from(d).filter(|_| !ids.is_empty()) else { return Ok(Vec::new()) };
    let mut batches = Vec::new();
    for day in period::utc_day(from).0 - 1..until.0 {
        for batch in d.lake.partition(&Watched::TABLE, Day(day))? {
            let own = table::batch(Watched::read(&batch)?.into_iter().filter(|e| ids.contains(e.identity_id)))?;
            batches.push(own);
        }
    }
    Ok(batches)
}

fn trailing_days<'a>(attempts: &[AttemptDay<'a>]) -> Vec<t::TrailingDay<'a>> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for a in attempts {
        *sums.entry((a.tenant, a.identity_id, a.local_day, a.satisfied_by, a.method)).or_default() += a.attempts;
    }
    sums.into_iter()
        .map(|((tenant, identity_id, local_day, satisfied_by, method), attempts)| t::TrailingDay { tenant, identity_id, local_day, satisfied_by, method, attempts })
        .collect()
}

fn period_row(config: &crate::config::Config, period: &Period, as_of: Timestamp, opening_known: bool) -> anyhow::Result<RecordBatch> {
    let settled = as_of.checked_sub(config.run.settle_hours.hours())?;
    let after = period::day(period.after).0;
    table::batch([t::Period {
        period_id: &period.id(),
        start_at: period::instant(period.start),
        end_at: period::instant(period.end),
        start_day: period::day(period.first),
        end_day: period::day(period.after),
        settled_before_day: period::local_day(period::instant(settled), period.zone()),
        opening_known,
        as_of_at: period::instant(as_of),
        trailing_from_day: Day(after - TRAILING),
        week_from_day: Day(after - 7),
        before_week_from_day: Day(after - 35),
    }])
}

fn exception_objects(cover: &Cover<'_, '_>, now: &AsOf, lives: &[Life<'_>], end: Instant) -> anyhow::Result<RecordBatch> {
    let known: Vec<Identity<'_>> = table::rows(&now.identities)?;
    let mut ids: BTreeSet<&str> = known.iter().map(|i| i.identity_id).collect();
    ids.extend(lives.iter().flat_map(Life::objects));
    let mut rows = Vec::new();
    for identity_id in ids {
        for l in cover.naming(identity_id) {
            rows.push(t::ExceptionObject { exception_id: l.entry.exception_id, category: l.entry.category, entry_state: l.state(Instant(end.0 - 1)), identity_id });
        }
    }
    rows.sort_by_key(|r| (r.exception_id, r.identity_id));
    rows.dedup();
    table::batch(rows)
}
