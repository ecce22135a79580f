//! The ground truth: what the generator decided, never what a reader would find in the files.

use std::collections::BTreeMap;

use super::Plan;
use super::calendar::{Day, Month};
use super::entry::{Entry, Obligation, Outcome};
use super::planted::{Situation, situations};
use super::roles;
use super::tally::{Tally, Written};
use super::world::{World, kind_label};
use super::write::AccountsTruth;

/// Everything known about a synthetic tenant.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Truth {
    /// The plan, seed included.
    pub plan: Plan,
    /// Tenant id.
    pub tenant: String,
    /// The months in order.
    pub months: Vec<MonthTruth>,
    /// The register entries in order.
    pub register: Vec<EntryTruth>,
    /// Every account that ever exists, in the order of making.
    pub identities: Vec<IdentityTruth>,
    /// What was planted in the last month, with its label.
    pub situations: Vec<Situation>,
    /// What the account exports of the layout's provider say at the end of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<AccountsTruth>,
}

/// Totals of one month.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MonthTruth {
    /// `YYYY-MM`.
    pub month: String,
    /// Sign-in records by stream.
    pub written: BTreeMap<&'static str, Written>,
    /// Accounts by population at the end of the month.
    pub populations: BTreeMap<&'static str, u32>,
    /// Qualifying attempts by class, by kind of account: what the plan's layout can show, as it can show it.
    pub attempts: BTreeMap<&'static str, BTreeMap<&'static str, u32>>,
    /// Register entries at the end of the month by category and state.
    pub register: BTreeMap<&'static str, BTreeMap<&'static str, u32>>,
    /// Reviews that fell due in the month by category and outcome.
    pub reviews: BTreeMap<&'static str, BTreeMap<&'static str, u32>>,
    /// Rotations after use that fell due in the month by outcome.
    pub rotations: BTreeMap<&'static str, u32>,
}

/// One register entry.
#[derive(Debug, Clone, serde::Serialize)]
pub struct EntryTruth {
    /// Its id.
    pub id: String,
    /// Canonical category at the end of the data; `unknown` when it is none of the seven.
    pub category: &'static str,
    /// The object it names.
    pub object_id: String,
    /// The written configuration has a review cadence for the category.
    pub cadence_configured: bool,
    /// State on the day before the data and at the end of each month; `null` before the request.
    pub states: Vec<Option<&'static str>>,
    /// Review obligations that fell due within the data: due day, day done, outcome.
    pub reviews: Vec<(String, Option<String>, &'static str)>,
    /// Rotations after use that fell due within the data, likewise.
    pub rotations: Vec<(String, Option<String>, &'static str)>,
}

/// One account.
#[derive(Debug, Clone, serde::Serialize)]
pub struct IdentityTruth {
    /// Object id.
    pub id: String,
    /// User principal name in the directory.
    pub user_principal_name: String,
    /// What it is, whatever its state.
    pub kind: &'static str,
    /// Holds a privileged role, active or eligible, directly or by group.
    pub privileged: bool,
    /// The months in order.
    pub months: Vec<IdentityMonth>,
}

/// One account in one month.
#[derive(Debug, Clone, serde::Serialize)]
pub struct IdentityMonth {
    /// Place in the waterfall at the end of the month.
    pub population: &'static str,
    /// A second factor is registered; `null` when the registration export does not say.
    pub registered: Option<bool>,
    /// The second factor is also allowed.
    pub capable: Option<bool>,
    /// A phishing-resistant method is registered.
    pub phishing_resistant: Option<bool>,
    /// Qualifying attempts by class, as the plan's layout can show them; classes without any are left out.
    pub attempts: BTreeMap<&'static str, u32>,
}

impl Truth {
    /// Reads the truth off the decisions.
    pub(crate) fn new(world: &World, tally: &Tally) -> Self {
        let months = world.calendar.months();
        Self {
            plan: world.plan.clone(),
            tenant: world.tenant.to_string(),
            months: months.iter().enumerate().map(|(number, month)| month_truth(world, tally, number, month)).collect(),
            register: world.entries.iter().map(|entry| entry_truth(world, entry)).collect(),
            identities: (0..world.people.len()).filter_map(|index| identity(world, tally, index)).collect(),
            situations: situations(world, tally),
            accounts: world.calendar.months().last().and_then(|m| world.plan.layout.accounts_truth(world, m.last)),
        }
    }

    /// The truth as JSON with one line per month, entry and account.
    ///
    /// # Errors
    ///
    /// Fails only when a value cannot be written as JSON, which no value here can cause.
    pub fn to_json(&self) -> anyhow::Result<String> {
        let mut out = format!("{{\"plan\":{},\n\"tenant\":\"{}\",\n", serde_json::to_string(&self.plan)?, self.tenant);
        list(&mut out, "months", &self.months)?;
        out.push_str(",\n");
        list(&mut out, "register", &self.register)?;
        out.push_str(",\n");
        list(&mut out, "identities", &self.identities)?;
        out.push_str(",\n");
        list(&mut out, "situations", &self.situations)?;
        if let Some(accounts) = self.accounts {
            out.push_str(&format!(",\n\"accounts\":{}", serde_json::to_string(&accounts)?));
        }
        out.push_str("}\n");
        Ok(out)
    }
}

fn list<T: serde::Serialize>(out: &mut String, name: &str, items: &[T]) -> anyhow::Result<()> {
    out.push_str(&format!("\"{name}\":["));
    for (number, item) in items.iter().enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        out.push_str(&serde_json::to_string(item)?);
    }
    out.push_str("\n]");
    Ok(())
}

fn month_truth(world: &World, tally: &Tally, number: usize, month: &Month) -> MonthTruth {
    let mut truth = MonthTruth {
        month: month.label.clone(),
        written: tally.written(number),
        populations: BTreeMap::new(),
        attempts: BTreeMap::new(),
        register: BTreeMap::new(),
        reviews: BTreeMap::new(),
        rotations: BTreeMap::new(),
    };
    for (index, person) in world.people.iter().enumerate() {
        *truth.populations.entry(world.population(person, month.last)).or_default() += 1;
        for (class, count) in tally.attempts(index, number) {
            *truth.attempts.entry(kind_label(person.kind)).or_default().entry(class).or_default() += count;
        }
    }
    for entry in &world.entries {
        let category = entry.category_on(month.last).label();
        if let Some(state) = entry.state(month.last) {
            *truth.register.entry(category).or_default().entry(state).or_default() += 1;
        }
        for review in within(&entry.reviews, month.first, month.last) {
            *truth.reviews.entry(category).or_default().entry(review.outcome.label()).or_default() += 1;
        }
        for rotation in within(&entry.rotations, month.first, month.last) {
            *truth.rotations.entry(rotation.outcome.label()).or_default() += 1;
        }
    }
    truth
}

fn within(obligations: &[Obligation], first: Day, last: Day) -> impl Iterator<Item = &Obligation> {
    obligations.iter().filter(move |obligation| first <= obligation.due && obligation.due <= last)
}

fn entry_truth(world: &World, entry: &Entry) -> EntryTruth {
    let (first, last) = (world.calendar.first(), world.calendar.last());
    let shown = |obligations: &[Obligation]| {
        let listed = within(obligations, first, last);
        listed.map(|item| (item.due.to_string(), item.done.map(|day| day.to_string()), Outcome::label(item.outcome))).collect()
    };
    EntryTruth {
        id: entry.id(),
        category: entry.category.label(),
        object_id: world.people.get(entry.person).map(|person| person.id.to_string()).unwrap_or_default(),
        cadence_configured: entry.category.has_cadence(),
        states: world.calendar.ends().into_iter().map(|day| entry.state(day)).collect(),
        reviews: shown(&entry.reviews),
        rotations: shown(&entry.rotations),
    }
}

fn identity(world: &World, tally: &Tally, index: usize) -> Option<IdentityTruth> {
    let person = world.people.get(index)?;
    let months = world.calendar.months().iter().enumerate().map(|(number, month)| {
        let day = month.last;
        let listed = person.exists(day) && person.enabled(day) && !person.unlisted;
        IdentityMonth {
            population: world.population(person, day),
            registered: listed.then(|| person.registered(day)),
            capable: listed.then(|| person.capable(day)),
            phishing_resistant: listed.then(|| person.phishing_resistant(day)),
            attempts: tally.attempts(index, number),
        }
    });
    Some(IdentityTruth {
        id: person.id.to_string(),
        user_principal_name: person.upn.clone(),
        kind: kind_label(person.kind),
        privileged: roles::privileged(world, index),
        months: months.collect(),
    })
}
