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
#[derive(Clone)]
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
    pub(super) by_id: BTreeMap<&'g str, &'g Identity<'g>>,
    pub(super) population: &'g [Population<'g>],
    /// A second factor is registered and allowed, by tenant and identity.
    pub(super) usable: BTreeMap<(&'g str, &'g str), Option<bool>>,
    pub(super) groups: &'g [GroupMember<'g>],
    pub(super) members: &'g BTreeMap<String, BTreeSet<String>>,
    pub(super) roles: &'g [Role<'g>],
    pub(super) assignments: &'g [RoleAssignment<'g>],
    /// Active or eligible.
    pub(super) holders: Option<&'g Holders>,
    /// Active alone.
    pub(super) active_holders: Option<&'g Holders>,
    pub(super) people: &'g People<'g>,
    pub(super) lives: &'g [Life<'g>],
    pub(super) cover: &'g Cover<'g, 'g>,
    pub(super) policies: &'g [Policy<'g>],
    pub(super) left_out: &'g [PolicyExclusion<'g>],
    /// Every change in the lake before the period's end.
    pub(super) changes: &'g [Change<'g>],
    /// Attempts of the period, rolled up.
    pub(super) attempts: &'g [AttemptDay<'g>],
    /// Attempts of the 90 days before the period's end, rolled up.
    pub(super) trailing: &'g [AttemptDay<'g>],
    /// Watched events from a day before the period to a day after it.
    pub(super) watched: &'g [Watched<'g>],
    /// Events of break-glass accounts since the logs begin.
    pub(super) glass_events: &'g [Watched<'g>],
    /// Tenant and identity of everybody whom policy asked for a phishing-resistant method as of the start; `None` when not known.
    pub(super) asked_before: Option<&'g BTreeSet<(String, String)>>,
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
        self.by_id.get(id).copied()
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::table::register::{Exception, ExceptionEvent};

    /// What a test stands on; everything it does not set is empty.
    pub(in super::super) struct Fixture {
        pub(in super::super) config: Config,
        pub(in super::super) identities: Vec<Identity<'static>>,
        pub(in super::super) population: Vec<Population<'static>>,
        pub(in super::super) groups: Vec<GroupMember<'static>>,
        pub(in super::super) entries: Vec<(Exception<'static>, Vec<ExceptionEvent<'static>>)>,
        pub(in super::super) policies: Vec<Policy<'static>>,
        pub(in super::super) left_out: Vec<PolicyExclusion<'static>>,
        pub(in super::super) changes: Vec<Change<'static>>,
        pub(in super::super) watched: Vec<Watched<'static>>,
    }

    impl Fixture {
        /// October 2026 in UTC; `more` is added to the configuration.
        pub(in super::super) fn new(more: &str) -> Self {
            let text = format!("[organisation]\nname = \"t\"\n[[source]]\nid = \"s\"\nkind = \"entra.sign_ins\"\nurl = \"raw\"\n{more}");
            let config = Config::parse(&text, "t", std::path::Path::new(".")).unwrap();
            Self {
                config,
                identities: Vec::new(),
                population: Vec::new(),
                groups: Vec::new(),
                entries: Vec::new(),
                policies: Vec::new(),
                left_out: Vec::new(),
                changes: Vec::new(),
                watched: Vec::new(),
            }
        }

        pub(in super::super) fn stand<T>(&self, on: impl FnOnce(&Ground<'_>) -> T) -> T {
            let at = |t: &str| period::instant(t.parse().unwrap());
            let zone = TimeZone::UTC;
            let lives: Vec<Life<'_>> = self.entries.iter().map(|(e, events)| Life::new(*e, events.clone(), &zone)).collect();
            let members = super::super::holders::effective_members(&self.groups);
            let cover = Cover::new(&lives, &members);
            let people = People::new(&[], &self.identities);
            on(&Ground {
                config: &self.config,
                start: at("2026-10-01T00:00:00Z"),
                end: at("2026-11-01T00:00:00Z"),
                as_of: at("2026-11-05T02:00:00Z"),
                last: "2026-10-31".parse().unwrap(),
                zone: &zone,
                logs_from: Some(at("2026-08-01T00:00:00Z")),
                identities: &self.identities,
                by_id: self.identities.iter().map(|i| (i.identity_id, i)).collect(),
                population: &self.population,
                usable: BTreeMap::new(),
                groups: &self.groups,
                members: &members,
                roles: &[],
                assignments: &[],
                holders: None,
                active_holders: None,
                people: &people,
                lives: &lives,
                cover: &cover,
                policies: &self.policies,
                left_out: &self.left_out,
                changes: &self.changes,
                attempts: &[],
                trailing: &[],
                watched: &self.watched,
                glass_events: &self.watched,
                asked_before: None,
            })
        }
    }

    /// A successful change by a person; the test sets the rest.
    pub(in super::super) fn change(event_id: &'static str, when: &str, area: &'static str, activity: &'static str, target_id: &'static str) -> Change<'static> {
        let occurred_at = period::instant(when.parse().unwrap());
        Change {
            source: "s",
            tenant: "",
            event_id,
            occurred_at,
            event_date: period::utc_day(occurred_at),
            area,
            activity,
            twin: false,
            outcome: "success",
            actor_id: Some("admin"),
            actor_name: None,
            actor_kind: "user",
            target_id,
            target_name: None,
            target_kind: None,
            container_id: None,
            old_values: None,
            new_values: None,
            detail: None,
            ticket: None,
            policy_effect: None,
            left_out: None,
            taken_back: None,
            diff_text: None,
            correlation_id: None,
            ingested_at: None,
            completeness: 0,
            raw_object: "o",
            raw_offset: 0,
        }
    }
}
