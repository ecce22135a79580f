//! The desk: every table the queries of one period may read, and what is missing from it.

use std::collections::{BTreeMap, BTreeSet};

use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use jiff::{Timestamp, ToSpan};

use super::anchors::Anchored;
use super::exception::{Cover, Life};
use super::gates::{Delivery, Gates, Inputs};
use super::holders::{Holders, effective_members};
use super::names::Names;
use super::people::People;
use super::population::{Facts, population};
use super::{Derivation, duties, intake, register, snapshots};
use crate::config::{Config, TOOL_DEFAULT, dated};
use crate::period::{self, Period};
use crate::results::RegisterEntry;
use crate::table::derived::AttemptDay;
use crate::table::directory::{GroupMember, Identity, PersonAccount, RegisteredMethod, Registration, Role, RoleAssignment};
use crate::table::policy::{Policy, PolicyExclusion};
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::{self, Instant, Row, snapshot as t};

/// What a query or one of its lines may need besides its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Whole sign-ins of every day.
    SignIns,
    /// A fresh directory snapshot.
    Identities,
    /// A fresh registration snapshot.
    Registrations,
    /// Fresh roles and groups.
    Roles,
    /// Fresh access policies with their exclusions.
    Policies,
    /// A fresh register.
    Register,
    /// Break-glass accounts told by the register, where one is configured.
    BreakGlass,
    /// Directory and registrations at the period's start.
    Opening,
}

impl Fact {
    /// All, with the names that query files use.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::SignIns, "sign_ins"),
        (Self::Identities, "identities"),
        (Self::Registrations, "registrations"),
        (Self::Roles, "roles"),
        (Self::Policies, "policies"),
        (Self::Register, "register"),
        (Self::BreakGlass, "break_glass"),
        (Self::Opening, "opening"),
    ];

    /// The fact of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(f, _)| *f)
    }

    /// What a desk table stands on.
    #[must_use]
    pub fn behind(table: &str) -> &'static [Self] {
        match table {
            "attempts" | "attempt_days" => &[Self::SignIns],
            "population" => &[Self::Identities, Self::BreakGlass],
            "registrations" | "registered_methods" => &[Self::Registrations],
            "policies" | "policy_exclusions" => &[Self::Policies],
            "exception_states" | "exception_objects" | "exception_flows" | "obligations" => &[Self::Register],
            _ => &[],
        }
    }
}

/// Tables of one period and why some do not speak for it.
#[derive(Debug)]
pub struct Desk {
    /// By table name.
    pub tables: BTreeMap<&'static str, RecordBatch>,
    missing: BTreeMap<Fact, String>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) anchors: Vec<Anchored>,
    /// The register as of the period's end, as people read it.
    pub register: Vec<RegisterEntry>,
}

impl Desk {
    /// Why a fact is not given; `None` when it is.
    #[must_use]
    pub fn lacks(&self, fact: Fact) -> Option<&str> {
        self.missing.get(&fact).map(String::as_str)
    }

    /// Everything that was expected and did not arrive whole.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().filter(|d| d.state != "received")
    }
}

/// Raw batches as of one instant; rows borrow from them.
struct AsOf {
    identities: Vec<RecordBatch>,
    registrations: Vec<RecordBatch>,
    methods: Vec<RecordBatch>,
    roles: Vec<RecordBatch>,
    assignments: Vec<RecordBatch>,
    groups: Vec<RecordBatch>,
    people: Vec<RecordBatch>,
}

impl AsOf {
    fn load(d: &Derivation<'_>, at: Instant) -> anyhow::Result<Self> {
        let load = |table: table::Table| snapshots::load(d.lake, &table, &d.snapshots.before(table.name, at));
        let identities = load(Identity::TABLE)?;
        let named = |table: table::Table| -> anyhow::Result<Vec<RecordBatch>> {
            let names = Names::new(&table::rows(&identities)?);
            load(table)?.iter().map(|b| names.put(&table, b)).collect()
        };
        Ok(Self {
            registrations: named(Registration::TABLE)?,
            methods: named(RegisteredMethod::TABLE)?,
            identities,
            roles: load(Role::TABLE)?,
            assignments: load(RoleAssignment::TABLE)?,
            groups: load(GroupMember::TABLE)?,
            people: load(PersonAccount::TABLE)?,
        })
    }
}

/// Builds the desk.
pub(super) fn build(d: &Derivation<'_>, period: &Period, as_of: Timestamp) -> anyhow::Result<Desk> {
    let gates = Gates::new(&Inputs { config: d.config, ledgers: &d.report.ledgers, partitions: &d.report.lake, snapshots: &d.snapshots }, period);
    let missing = missing(&gates, d.config);
    let (start, end) = (period::instant(period.start), period::instant(period.end));
    let now = AsOf::load(d, end)?;
    let opening = if missing.contains_key(&Fact::Opening) { None } else { Some(AsOf::load(d, start)?) };
    let load = |table: table::Table| snapshots::load(d.lake, &table, &d.snapshots.before(table.name, end));
    let (entries, events) = (load(Exception::TABLE)?, load(ExceptionEvent::TABLE)?);
    let lives = register::lives(&entries, &events, d.config)?;
    let members = effective_members(&table::rows::<GroupMember<'_>>(&now.groups)?);
    let cover = Cover::new(&lives, &members);
    let attempts = attempt_days(d, period)?;
    let mut tables = BTreeMap::new();
    tables.insert("period", period_row(d.config, period, as_of, opening.is_some())?);
    tables.insert("population", population_rows(d, &now, opening.as_ref(), &lives, &missing, &attempts, (start, end))?);
    tables.insert("registrations", one(&Registration::TABLE, &now.registrations)?);
    tables.insert("registered_methods", one(&RegisteredMethod::TABLE, &now.methods)?);
    for policy in [Policy::TABLE, PolicyExclusion::TABLE] {
        tables.insert(policy.name, one(&policy, &load(policy)?)?);
    }
    tables.insert("attempt_days", attempts);
    tables.insert("exception_states", table::batch(lives.iter().map(|l| register::state(l, Instant(end.0 - 1))))?);
    tables.insert("exception_objects", exception_objects(&cover, &now, &lives, end)?);
    tables.insert("exception_flows", table::batch(lives.iter().flat_map(|l| register::flows(l, start, end)))?);
    tables.insert("obligations", obligations(d.config, &lives, period)?);
    tables.insert("intake", intake::objects(d, period)?);
    tables.insert("intake_days", intake::days(&gates)?);
    policy(d.config, period, &mut tables)?;
    let register = lives.iter().map(|l| register::shown(l, Instant(end.0 - 1))).collect();
    Ok(Desk { tables, missing, deliveries: gates.deliveries, anchors: gates.anchors, register })
}

fn missing(gates: &Gates, config: &Config) -> BTreeMap<Fact, String> {
    let first = |tables: &[&str]| tables.iter().find_map(|t| gates.closed(t, config));
    let found = [
        (Fact::SignIns, first(&["sign_ins"])),
        (Fact::Identities, first(&["identities"])),
        (Fact::Registrations, first(&["registrations"])),
        (Fact::Roles, first(&["role_assignments", "group_members"])),
        (Fact::Policies, first(&["policies", "policy_exclusions"])),
        (Fact::Register, first(&["exceptions"])),
        // Without a register nobody can be told to be break-glass, and everybody is judged alike; with a broken one nobody knows.
        (Fact::BreakGlass, config.register.as_ref().and_then(|_| first(&["exceptions"]))),
        (Fact::Opening, ["identities", "registrations"].iter().find_map(|t| gates.closed_at_start(t, config)).map(|r| format!("at the period's start, {r}"))),
    ];
    found.into_iter().filter_map(|(f, reason)| Some((f, reason?))).collect()
}

fn one(table: &table::Table, batches: &[RecordBatch]) -> anyhow::Result<RecordBatch> {
    Ok(concat_batches(&table.schema(), batches)?)
}

fn attempt_days(d: &Derivation<'_>, period: &Period) -> anyhow::Result<RecordBatch> {
    let mut batches = Vec::new();
    for day in period.days() {
        batches.extend(d.lake.partition(&AttemptDay::TABLE, period::day(day))?);
    }
    one(&AttemptDay::TABLE, &batches)
}

fn period_row(config: &Config, period: &Period, as_of: Timestamp, opening_known: bool) -> anyhow::Result<RecordBatch> {
    let settled = as_of.checked_sub(config.run.settle_hours.hours())?;
    table::batch([t::Period {
        period_id: &period.id(),
        start_at: period::instant(period.start),
        end_at: period::instant(period.end),
        start_day: period::day(period.first),
        end_day: period::day(period.after),
        settled_before_day: period::local_day(period::instant(settled), period.zone()),
        opening_known,
    }])
}

fn population_rows(
    d: &Derivation<'_>,
    now: &AsOf,
    opening: Option<&AsOf>,
    lives: &[Life<'_>],
    missing: &BTreeMap<Fact, String>,
    attempts: &RecordBatch,
    (start, end): (Instant, Instant),
) -> anyhow::Result<RecordBatch> {
    let privileged = super::privileged_roles(d.config);
    let holders = |a: &AsOf| {
        let members = effective_members(&table::rows::<GroupMember<'_>>(&a.groups)?);
        anyhow::Ok((Holders::new(&table::rows(&a.roles)?, &table::rows(&a.assignments)?, &members, &privileged), members))
    };
    let (held, members) = holders(now)?;
    // Only an active entry makes an account a break-glass account: an expired one is judged like everybody else.
    let named = |at: Instant| -> BTreeSet<String> {
        let objects = lives.iter().filter(|l| l.entry.category == "break_glass" && l.is_active(at)).flat_map(Life::objects);
        objects.flat_map(|o| members.get(o).map_or_else(|| vec![o.to_owned()], |m| m.iter().cloned().collect())).collect()
    };
    let (glass_now, glass_then) = (named(Instant(end.0 - 1)), named(start));
    let (identities, registrations, methods) = (table::rows(&now.identities)?, table::rows(&now.registrations)?, table::rows(&now.methods)?);
    let people = People::new(&table::rows(&now.people)?, &identities);
    let facts = Facts {
        at: end,
        identities: &identities,
        registrations: &registrations,
        methods: &methods,
        holders: (!missing.contains_key(&Fact::Roles)).then_some(&held),
        break_glass: &glass_now,
        rules: &d.config.population,
        people: &people,
    };
    let days: Vec<AttemptDay<'_>> = AttemptDay::read(attempts)?;
    let seen = days.iter().map(|a| (a.tenant, a.identity_id)).collect();
    let Some(then) = opening else { return table::batch(population(&facts, None, &seen)) };
    let (identities, registrations, methods) = (table::rows(&then.identities)?, table::rows(&then.registrations)?, table::rows(&then.methods)?);
    let earlier = People::default();
    let before = Facts {
        at: start,
        identities: &identities,
        registrations: &registrations,
        methods: &methods,
        holders: None,
        break_glass: &glass_then,
        rules: &d.config.population,
        people: &earlier,
    };
    table::batch(population(&facts, Some(&before), &seen))
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

/// Days between reviews in force for a category, and where they come from.
pub(crate) fn review_cadence(config: &Config, category: &str, period: &Period) -> Option<(i64, &'static str)> {
    cadence_on(config, category, period.after.yesterday().unwrap_or(period.after))
}

fn cadence_on(config: &Config, category: &str, last: jiff::civil::Date) -> Option<(i64, &'static str)> {
    if let Some(c) = dated::in_force(&config.cadences, last, |c| c.category == category && c.review_days.is_some(), |c| c.from) {
        return c.review_days.map(|d| (d, "configuration"));
    }
    dated::DEFAULT_CADENCES.iter().find(|(c, ..)| *c == category).map(|(_, days, _)| (*days, TOOL_DEFAULT))
}

fn obligations(config: &Config, lives: &[Life<'_>], period: &Period) -> anyhow::Result<RecordBatch> {
    let (start, end) = (period::instant(period.start), period::instant(period.end));
    // An entry of unknown category has no cadence: what it owes cannot be told, and its category is its fault.
    let known = lives.iter().filter(|l| review_cadence(config, l.entry.category, period).is_some());
    let reviews = known.flat_map(|l| {
        let cadence = |at: Instant| cadence_on(config, l.entry.category, period::date(period::local_day(at, period.zone()))).map_or(i64::from(i32::MAX), |(days, _)| days);
        duties::reviews(l, &cadence, start, end)
    });
    table::batch(reviews)
}

fn policy(config: &Config, period: &Period, tables: &mut BTreeMap<&'static str, RecordBatch>) -> anyhow::Result<()> {
    let last = period.after.yesterday()?;
    let ranking = config.ranking.on(last);
    let ranks = ranking.0.iter().zip(1..).map(|(m, strength_rank)| t::MethodRank { method: m, strength_rank, method_strength: crate::source::method::strength(m) });
    tables.insert("methods", table::batch(ranks)?);
    let keys: BTreeSet<&str> = config.targets.iter().map(|t| t.key.as_str()).collect();
    let targets = keys.iter().filter_map(|k| dated::in_force(&config.targets, last, |t| t.key == *k, |t| t.from));
    tables.insert("targets", table::batch(targets.map(|x| t::Target { target_key: &x.key, target_value: x.value, applies_from: period::day(x.from) }))?);
    let cadences = crate::config::CATEGORIES
        .iter()
        .filter_map(|c| review_cadence(config, c, period).map(|(cadence_days, origin)| t::Cadence { category: c, duty: "review", cadence_days, origin }));
    tables.insert("cadences", table::batch(cadences)?);
    let thresholds = dated::DEFAULT_THRESHOLDS.iter().map(|(key, default)| {
        let set = dated::in_force(&config.thresholds, last, |x| x.key == *key, |x| x.from);
        t::Threshold { threshold_key: key, threshold_value: set.map_or(*default, |x| x.value) }
    });
    tables.insert("thresholds", table::batch(thresholds)?);
    Ok(())
}
