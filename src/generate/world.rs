//! Everything decided before the first day: the people, the register and the identifiers.

use super::Plan;
use super::calendar::{Calendar, Day};
use super::cast::Cast;
use super::dice::{Guid, Purpose};
use super::entry::Entry;
use super::people::{Kind, Person, everybody};
use super::register_plan;

/// A tenant, ready to be written out.
#[derive(Debug)]
pub(crate) struct World {
    /// The plan it was made from.
    pub(crate) plan: Plan,
    /// Its months.
    pub(crate) calendar: Calendar,
    /// Tenant id.
    pub(crate) tenant: Guid,
    /// Tenant id of the partner whose MFA is trusted.
    pub(crate) partner: Guid,
    /// Tenant id of an organisation that nobody vouches for.
    pub(crate) stranger: Guid,
    /// Who plays what.
    pub(crate) cast: Cast,
    /// Everybody.
    pub(crate) people: Vec<Person>,
    /// The exception register.
    pub(crate) entries: Vec<Entry>,
}

impl World {
    /// Decides everything that does not depend on a day.
    pub(crate) fn new(plan: &Plan) -> anyhow::Result<Self> {
        let calendar = Calendar::new(plan)?;
        let cast = Cast::new(plan)?;
        let mut people = everybody(plan, &calendar, &cast);
        let entries = register_plan::entries(plan, &calendar, &cast);
        for entry in entries.iter().filter(|entry| entry.leaves_policy) {
            if let (Some(from), Some(person)) = (entry.activated, people.get_mut(entry.person)) {
                person.excluded.push((from, entry.closed));
            }
        }
        Ok(Self {
            tenant: Guid::of(plan.seed, Purpose::Tenant, 0),
            partner: Guid::of(plan.seed, Purpose::Tenant, 1),
            stranger: Guid::of(plan.seed, Purpose::Tenant, 2),
            plan: plan.clone(),
            calendar,
            cast,
            people,
            entries,
        })
    }

    /// The id of a named object of the tenant (group, policy, role assignment …).
    pub(crate) fn object(&self, number: u64) -> Guid {
        Guid::of(self.plan.seed, Purpose::Object, number)
    }

    /// The id of a Conditional Access policy by its place in the table.
    pub(crate) fn policy_id(&self, number: usize) -> Guid {
        self.object(100 + number as u64)
    }

    /// The user principal name of an account.
    pub(crate) fn upn(&self, index: usize) -> &str {
        self.people.get(index).map_or("", |person| person.upn.as_str())
    }

    /// The days on which the emergency accounts are tried, one a month.
    pub(crate) fn drills(&self) -> Vec<Day> {
        drills(&self.calendar)
    }

    /// In which population the waterfall of metrics.md puts an account at the end of a day.
    pub(crate) fn population(&self, person: &Person, day: Day) -> &'static str {
        if person.created > day {
            "absent"
        } else if !person.exists(day) {
            "deleted"
        } else if !person.enabled(day) {
            "disabled"
        } else if person.hired.is_some_and(|hired| hired > day) {
            "not_started"
        } else {
            kind_label(person.kind)
        }
    }
}

/// The days on which the emergency accounts are tried.
pub(crate) fn drills(calendar: &Calendar) -> Vec<Day> {
    calendar.months().iter().map(|month| month.first.plus(12).workday()).collect()
}

/// The name of a kind of account in the ground truth.
pub(crate) const fn kind_label(kind: Kind) -> &'static str {
    match kind {
        Kind::Workforce => "workforce",
        Kind::Guest => "guest",
        Kind::Service => "service",
        Kind::Shared => "shared",
        Kind::BreakGlass => "break_glass",
    }
}
