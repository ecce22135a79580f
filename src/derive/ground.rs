//! Everything that one period's tables are made from, in one place.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::cover::Cover;
use super::exception::Life;
use super::holders::Holders;
use super::people::People;
use crate::config::{Config, dated};
use crate::period;
use crate::table::Instant;
use crate::table::derived::{AttemptDay, Watched};
use crate::table::directory::{GroupMember, Identity, Role, RoleAssignment};
use crate::table::policy::{Change, Policy, PolicyExclusion};
use crate::table::snapshot::Population;

pub(super) const DAY: i64 = 86_400_000_000;
pub(super) const HOUR: i64 = 3_600_000_000;

/// The ground that a period stands on.
pub(super) struct Ground<'g> {
    pub(super) config: &'g Config,
    pub(super) start: Instant,
    pub(super) end: Instant,
    /// The instant of the run.
    pub(super) as_of: Instant,
    /// Last local day of the period.
    pub(super) last: Date,
    pub(super) zone: &'g TimeZone,
    /// First instant of which the lake holds sign-ins.
    pub(super) logs_from: Option<Instant>,
    pub(super) identities: &'g [Identity<'g>],
    pub(super) population: &'g [Population<'g>],
    /// A second factor is registered and allowed, by tenant and identity.
    pub(super) usable: BTreeMap<(&'g str, &'g str), Option<bool>>,
    pub(super) groups: &'g [GroupMember<'g>],
    pub(super) members: &'g BTreeMap<String, BTreeSet<String>>,
    pub(super) roles: &'g [Role<'g>],
    pub(super) assignments: &'g [RoleAssignment<'g>],
    pub(super) holders: Option<&'g Holders>,
    pub(super) people: &'g People<'g>,
    pub(super) lives: &'g [Life<'g>],
    pub(super) cover: &'g Cover<'g, 'g>,
    pub(super) policies: &'g [Policy<'g>],
    pub(super) left_out: &'g [PolicyExclusion<'g>],
    /// Every change in the lake before the period's end.
    pub(super) changes: &'g [Change<'g>],
    /// Attempts of the period, rolled up.
    pub(super) attempts: &'g [AttemptDay<'g>],
    /// Watched events from a day before the period to its end.
    pub(super) watched: &'g [Watched<'g>],
    /// Events of break-glass accounts since the logs begin.
    pub(super) glass_events: &'g [Watched<'g>],
}

impl<'g> Ground<'g> {
    /// The last instant of the period.
    pub(super) fn close(&self) -> Instant {
        Instant(self.end.0 - 1)
    }

    pub(super) fn within(&self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }

    /// A threshold in force at the period's end.
    pub(super) fn threshold(&self, key: &str) -> f64 {
        dated::threshold(&self.config.thresholds, key, self.last)
    }

    pub(super) fn identity(&self, id: &str) -> Option<&'g Identity<'g>> {
        self.identities.iter().find(|i| i.identity_id == id)
    }

    /// Display name, else sign-in name, else the id.
    pub(super) fn labels(&self) -> BTreeMap<&'g str, &'g str> {
        self.population.iter().map(|p| (p.identity_id, p.label)).collect()
    }

    /// Hours from an event to the run.
    pub(super) fn latency(&self, at: Instant) -> f64 {
        (self.as_of.0 - at.0).max(0) as f64 / HOUR as f64
    }

    /// Local day of an instant.
    pub(super) fn local(&self, at: Instant) -> Date {
        period::date(period::local_day(at, self.zone))
    }
}

/// Whose account a text means: an id, a sign-in name, or a display name that one person alone has.
pub(super) struct Accounts<'g> {
    by_text: BTreeMap<String, Option<(&'g str, &'g Identity<'g>)>>,
}

impl<'g> Accounts<'g> {
    pub(super) fn new(ground: &Ground<'g>) -> Self {
        let mut by_text: BTreeMap<String, Option<(&'g str, &'g Identity<'g>)>> = BTreeMap::new();
        for i in ground.identities {
            let person = ground.people.of(i);
            for text in [Some(i.identity_id), i.user_name, i.display_name].into_iter().flatten() {
                let slot = by_text.entry(text.trim().to_lowercase()).or_insert(Some((person, i)));
                // Two persons of one name: the name means neither.
                if slot.is_some_and(|(p, _)| p != person) {
                    *slot = None;
                }
            }
        }
        Self { by_text }
    }

    fn get(&self, text: &str) -> Option<(&'g str, &'g Identity<'g>)> {
        self.by_text.get(&text.trim().to_lowercase()).copied().flatten()
    }

    /// The person behind an account.
    pub(super) fn person(&self, text: &str) -> Option<&'g str> {
        self.get(text).map(|(p, _)| p)
    }

    /// The account itself.
    pub(super) fn account(&self, text: &str) -> Option<&'g Identity<'g>> {
        self.get(text).map(|(_, i)| i)
    }
}
