//! Which exceptions cover an identity, and which of them explains an attempt (metrics.md K7).

use std::collections::{BTreeMap, BTreeSet};

use super::exception::{Life, list};
use crate::table::Instant;

const DAY: i64 = 86_400_000_000;

/// Why no active exception explains an attempt, and the one that comes nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Near<'a> {
    /// `expired`, `not_yet_active`, `pending`, `out_of_scope` or `never_registered`.
    pub(crate) why: &'static str,
    /// Register id; empty text when none comes near.
    pub(crate) id: &'a str,
    /// Whole days since it ended.
    pub(crate) overdue_days: i64,
}

/// How specific a scope is: the smaller wins (metrics.md K7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Specificity {
    UserAndApp,
    User,
    App,
    Group,
}

/// Which exceptions cover an identity.
#[derive(Debug, Default)]
pub(crate) struct Cover<'l, 'a> {
    direct: BTreeMap<&'a str, Vec<&'l Life<'a>>>,
    by_group: BTreeMap<String, Vec<&'l Life<'a>>>,
    everyone: Vec<&'l Life<'a>>,
}

impl<'l, 'a> Cover<'l, 'a> {
    /// `members` expands a group to its effective user members.
    pub(crate) fn new(lives: &'l [Life<'a>], members: &BTreeMap<String, BTreeSet<String>>) -> Self {
        let mut cover = Self { direct: BTreeMap::new(), by_group: BTreeMap::new(), everyone: Vec::new() };
        for life in lives {
            let mut named = false;
            for object in life.objects() {
                named = true;
                match members.get(object) {
                    Some(users) => users.iter().for_each(|u| cover.by_group.entry(u.clone()).or_default().push(life)),
                    None => cover.direct.entry(object).or_default().push(life),
                }
            }
            if !named && !life.every_app() {
                cover.everyone.push(life);
            }
        }
        cover
    }

    /// Every exception whose scope holds the identity, with how it does.
    fn candidates(&self, identity: &str) -> Vec<(Specificity, &'l Life<'a>)> {
        let direct = self.direct.get(identity).into_iter().flatten().map(|l| (if l.every_app() { Specificity::User } else { Specificity::UserAndApp }, *l));
        let grouped = self.by_group.get(identity).into_iter().flatten().map(|l| (Specificity::Group, *l));
        let everyone = self.everyone.iter().map(|l| (Specificity::App, *l));
        direct.chain(grouped).chain(everyone).collect()
    }

    /// Exceptions that name the identity, directly or by group, whatever their state.
    pub(crate) fn naming(&self, identity: &str) -> Vec<&'l Life<'a>> {
        self.candidates(identity).into_iter().filter(|(s, _)| *s != Specificity::App).map(|(_, l)| l).collect()
    }

    /// What comes nearest where no active exception explains an attempt.
    pub(crate) fn near(&self, identity: &str, app: &[&str], at: Instant) -> Near<'a> {
        let (inside, outside): (Vec<_>, Vec<_>) = self.candidates(identity).into_iter().map(|(_, l)| l).partition(|l| in_scope(l, app));
        let of = |why, l: &Life<'a>, overdue_days| Near { why, id: l.entry.exception_id, overdue_days };
        if let Some((ended, l)) = inside.iter().filter_map(|l| Some((l.lapsed(at)?, l))).max_by_key(|(ended, l)| (*ended, std::cmp::Reverse(l.entry.exception_id))) {
            return of("expired", l, (at.0 - ended.0).div_euclid(DAY));
        }
        if let Some(l) = inside.iter().find(|l| l.active.iter().any(|(from, _)| at < *from)) {
            return of("not_yet_active", l, 0);
        }
        if let Some(l) = inside.first() {
            return of("pending", l, 0);
        }
        match outside.iter().find(|l| l.is_active(at)) {
            Some(l) => of("out_of_scope", l, 0),
            None => Near { why: "never_registered", id: "", overdue_days: 0 },
        }
    }

    /// Every exception that was tried for an attempt, with the scope by which it holds the identity and why it matched or not.
    pub(crate) fn tried(&self, identity: &str, app: &[&str], at: Instant) -> Vec<(&'l Life<'a>, Specificity, &'static str)> {
        let verdict = |l: &Life<'_>| match (in_scope(l, app), l.is_active(at)) {
            (false, _) => "the application is outside its scope",
            (true, true) => "active, and its scope holds the attempt",
            (true, false) if l.lapsed(at).is_some() => "it had ended",
            (true, false) if l.active.iter().any(|(from, _)| at < *from) => "it was not yet active",
            (true, false) => "it was never approved and activated",
        };
        self.candidates(identity).into_iter().map(|(s, l)| (l, s, verdict(l))).collect()
    }

    /// The exception an attempt is attributed to and whether others matched as well: most specific scope,
    /// then earliest activation, then lowest id.
    pub(crate) fn attribute(&self, identity: &str, app: &[&str], at: Instant) -> Option<(&'l Life<'a>, bool)> {
        let mut matching: Vec<_> = self.candidates(identity).into_iter().filter(|(_, l)| in_scope(l, app) && l.is_active(at)).collect();
        matching.sort_by_key(|(s, l)| (*s, l.entry.activated_at, l.entry.exception_id));
        matching.dedup_by_key(|(_, l)| l.entry.exception_id);
        matching.first().map(|(_, l)| (*l, matching.len() > 1))
    }
}

/// Whether the application is one that the exception is for. People write what they see: an id, a name, or the resource behind it.
fn in_scope(l: &Life<'_>, app: &[&str]) -> bool {
    l.every_app() || list(l.entry.applications).any(|a| app.iter().any(|known| a.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::super::exception::tests::{at, entry};
    use super::*;
    use crate::period;
    use crate::table::register::Exception;

    fn near(entries: &[Exception<'static>], app: &str, when: &str) -> (&'static str, String, i64) {
        let zone = period::zone("UTC").unwrap();
        let lives: Vec<Life<'_>> = entries.iter().map(|e| Life::new(*e, vec![], &zone)).collect();
        let members = BTreeMap::new();
        let found = Cover::new(&lives, &members).near("u", &[app], at(when));
        (found.why, found.id.to_owned(), found.overdue_days)
    }

    #[test]
    fn what_comes_nearest_is_told_with_how_long_it_is_overdue() {
        // In force from 1 to 30 September 22:00.
        let own = entry("E");
        assert_eq!(near(&[own], "a", "2026-10-03T21:59:59Z"), ("expired", "E".into(), 2));
        assert_eq!(near(&[own], "a", "2026-10-03T22:00:00Z"), ("expired", "E".into(), 3));
        assert_eq!(near(&[own], "a", "2026-08-30T00:00:00Z"), ("not_yet_active", "E".into(), 0));
        let asked = Exception { approved_at: None, activated_at: None, ..own };
        assert_eq!(near(&[asked], "a", "2026-09-10T00:00:00Z"), ("pending", "E".into(), 0));
        let narrow = Exception { applications: Some("mail"), ..own };
        // Named as the sign-in page names it.
        let zone = period::zone("UTC").unwrap();
        let named = [Life::new(narrow, vec![], &zone)];
        let members = BTreeMap::new();
        assert!(Cover::new(&named, &members).attribute("u", &["0f1e", "Mail", "r-1"], at("2026-09-10T00:00:00Z")).is_some());
        assert_eq!(near(&[narrow], "a", "2026-09-10T00:00:00Z"), ("out_of_scope", "E".into(), 0));
        assert_eq!(near(&[narrow], "a", "2026-10-10T00:00:00Z"), ("never_registered", String::new(), 0));
        assert_eq!(near(&[], "a", "2026-09-10T00:00:00Z"), ("never_registered", String::new(), 0));
    }

    #[test]
    fn every_candidate_is_told_why_it_matched_or_not() {
        let zone = period::zone("UTC").unwrap();
        let lives: Vec<Life<'_>> = [entry("A"), Exception { applications: Some("mail"), ..entry("B") }].iter().map(|e| Life::new(*e, vec![], &zone)).collect();
        let members = BTreeMap::new();
        let cover = Cover::new(&lives, &members);
        let told: Vec<_> = cover.tried("u", &["a"], at("2026-09-10T00:00:00Z")).into_iter().map(|(l, s, why)| (l.entry.exception_id, s, why)).collect();
        assert_eq!(told, [("A", Specificity::User, "active, and its scope holds the attempt"), ("B", Specificity::UserAndApp, "the application is outside its scope")]);
    }
}
