//! Durations under observation (K10, K15, K17): when they began, when they came into view, how they ended.

use std::collections::{BTreeMap, BTreeSet};

use super::super::enrolment;
use super::super::exception::{Life, list};
use super::super::ground::{DAY, Ground};
use super::exclusions::excluding;
use crate::table::Instant;
use crate::table::governance::{ExcludedIdentity, Spell};
use crate::table::policy::Change;

/// An exception opened again within this time continues the spell.
const SAME_SPELL: i64 = 7 * DAY;

/// One duration.
#[derive(Debug)]
pub(super) struct Observed<'g> {
    measure: &'static str,
    subject_id: &'g str,
    label: &'g str,
    cohort: String,
    entry: i64,
    exit: i64,
    exit_by: i64,
    ending: &'static str,
    reason: &'static str,
}

impl Observed<'_> {
    pub(super) fn row(&self) -> Spell<'_> {
        let days = |t: i64| t.max(0) as f64 / DAY as f64;
        Spell {
            measure: self.measure,
            subject_id: self.subject_id,
            label: self.label,
            cohort: &self.cohort,
            entry_days: days(self.entry),
            exit_days: days(self.exit),
            exit_by_days: days(self.exit_by.max(self.exit)),
            ending: self.ending,
            ending_reason: self.reason,
        }
    }
}

pub(super) fn spells<'g>(ground: &Ground<'g>, excluded: &[ExcludedIdentity<'g>], enrolments: &'g [enrolment::Observed]) -> Vec<Observed<'g>> {
    let excluded: BTreeSet<&str> = excluded.iter().map(|e| e.identity_id).collect();
    let removed = Removed { at: removals(ground), excluded };
    let first_register = ground.lives.iter().filter_map(|l| l.entry.created_at).min();
    let mut found: Vec<Observed<'g>> = ground.lives.iter().filter_map(|l| exception(ground, l, &removed, first_register)).collect();
    found.extend(ground.lives.iter().filter_map(|l| closure(ground, l, &removed)));
    let labels = ground.labels();
    found.extend(enrolments.iter().map(|e| Observed {
        measure: "enrolment",
        subject_id: &e.identity_id,
        label: labels.get(e.identity_id.as_str()).copied().unwrap_or(&e.identity_id),
        cohort: e.cohort.clone(),
        entry: 0,
        exit: e.exit,
        exit_by: e.exit_by,
        ending: e.ending,
        reason: e.reason,
    }));
    found.sort_by(|a, b| (a.measure, a.subject_id).cmp(&(b.measure, b.subject_id)));
    found
}

/// What is known of objects that left policy.
struct Removed<'g> {
    /// When an object was taken back out, and not put in again since.
    at: BTreeMap<&'g str, Instant>,
    /// Who is left out as of the end.
    excluded: BTreeSet<&'g str>,
}

/// When each object was last taken back out of what policies leave out; an object that was put in again is in.
fn removals<'g>(ground: &Ground<'g>) -> BTreeMap<&'g str, Instant> {
    let mut found = BTreeMap::new();
    let groups = excluding(ground);
    let mut all: Vec<&Change<'_>> = ground.changes.iter().filter(|c| c.outcome == "success").collect();
    all.sort_by_key(|c| (c.occurred_at, c.event_id));
    for c in all {
        let member = c.area == "group_member" && c.container_id.is_some_and(|g| groups.contains(g));
        let out = member && c.activity.to_ascii_lowercase().contains("remove");
        for object in list(c.left_out).chain((member && !out).then_some(c.target_id)) {
            found.remove(object);
        }
        for object in list(c.taken_back).chain(out.then_some(c.target_id)) {
            found.insert(object, c.occurred_at);
        }
    }
    found
}

/// When the entry was verified to have left policy: every object was taken back after its activation.
fn left_policy(l: &Life<'_>, removed: &Removed<'_>) -> Option<Instant> {
    let from = l.entry.activated_at?;
    let taken: Option<Vec<Instant>> = l.objects().map(|o| removed.at.get(o).copied().filter(|t| *t >= from)).collect();
    taken?.into_iter().max()
}

/// Activation until removal from policy, else closure; extensions do not restart the clock.
fn exception<'g>(ground: &Ground<'g>, l: &'g Life<'g>, removed: &Removed<'_>, first: Option<Instant>) -> Option<Observed<'g>> {
    let start = l.active.first().map(|(from, _)| *from).or(l.entry.activated_at)?;
    if start >= ground.end {
        return None;
    }
    // What ended before the register was first kept is not in it: those who live come under observation late.
    let seen = first.map_or(start, |f| f.max(start));
    // Closed in the register and still left out by policy is not ended.
    let still = l.objects().any(|o| removed.excluded.contains(o));
    let closed = left_policy(l, removed).or(l.entry.closed_at.filter(|_| !still)).filter(|at| *at < ground.end && *at >= start);
    let reopened = closed.is_some_and(|c| l.active.iter().any(|(from, _)| *from > c && from.0 - c.0 <= SAME_SPELL));
    let (exit, ending, reason) = match closed.filter(|_| !reopened) {
        Some(at) if left_policy(l, removed) == Some(at) => (at, "event", "removed from policy"),
        Some(at) => (at, "event", "closed"),
        None => (ground.end, "open", "still in force or not closed"),
    };
    Some(Observed {
        measure: "exception",
        subject_id: l.entry.exception_id,
        label: l.entry.exception_id,
        cohort: l.entry.category.to_owned(),
        entry: seen.0 - start.0,
        exit: exit.0 - start.0,
        exit_by: exit.0 - start.0,
        ending,
        reason,
    })
}

/// From expiry to verified closure: removed from policy, with evidence. An early closure took no time at all.
fn closure<'g>(ground: &Ground<'g>, l: &'g Life<'g>, removed: &Removed<'_>) -> Option<Observed<'g>> {
    l.entry.activated_at?;
    let evidence = l.entry.closure_evidence.is_some_and(|t| !crate::register::placeholder(t));
    let still = l.objects().any(|o| removed.excluded.contains(o));
    let verified = l.entry.closed_at.filter(|_| evidence && !still).map(|c| left_policy(l, removed).map_or(c, |r| r.max(c))).filter(|at| *at < ground.end);
    let trigger = match (l.entry.expires_at, verified) {
        (Some(expiry), _) if expiry < ground.end => expiry,
        (_, Some(done)) => done,
        _ => return None,
    };
    let (exit, ending, reason) = match verified {
        Some(at) => (at.0 - trigger.0, "event", if at <= trigger { "closed by its expiry" } else { "closed after its expiry" }),
        None => (ground.end.0 - trigger.0, "open", "expired and not verified as closed"),
    };
    Some(Observed {
        measure: "closure",
        subject_id: l.entry.exception_id,
        label: l.entry.exception_id,
        cohort: l.entry.category.to_owned(),
        entry: 0,
        exit,
        exit_by: exit,
        ending,
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::exception::tests::{at, entry, happening};
    use super::super::super::ground::tests::{Fixture, change};
    use super::*;
    use crate::table::policy::Change;
    use crate::table::register::Exception;

    fn days(f: &Fixture, measure: &str) -> Vec<(String, f64, f64, &'static str)> {
        f.stand(|g| spells(g, &[], &[]).iter().filter(|s| s.measure == measure).map(|s| (s.subject_id.to_owned(), s.row().entry_days, s.row().exit_days, s.ending)).collect())
    }

    fn lasting(id: &'static str, from: &str, until: Option<&str>, closed: Option<&str>) -> Exception<'static> {
        Exception {
            exception_id: id,
            object_ids: Some("u"),
            created_at: Some(at(from)),
            approved_at: Some(at(from)),
            activated_at: Some(at(from)),
            expires_at: until.map(at),
            closed_at: closed.map(at),
            closure_evidence: closed.map(|_| "removed"),
            ..entry(id)
        }
    }

    #[test]
    fn removal_from_policy_ends_it_else_closure_and_an_extension_does_not_restart_the_clock() {
        let mut f = Fixture::new("");
        f.entries = vec![
            (lasting("open", "2026-09-01T00:00:00Z", None, None), vec![]),
            (lasting("closed", "2026-09-01T00:00:00Z", Some("2026-09-11T00:00:00Z"), Some("2026-09-21T00:00:00Z")), vec![]),
            (
                lasting("extended", "2026-09-01T00:00:00Z", Some("2026-10-30T00:00:00Z"), Some("2026-10-11T00:00:00Z")),
                vec![happening("extended", "2026-09-10T00:00:00Z", Some("b"), Some("expiry 2026-09-20 -> 2026-10-29"))],
            ),
        ];
        assert_eq!(days(&f, "exception"), [("closed".into(), 0.0, 20.0, "event"), ("extended".into(), 0.0, 40.0, "event"), ("open".into(), 0.0, 61.0, "open")]);
        // The change that took the object back came two days after the register said closed.
        f.entries.retain(|(e, _)| e.exception_id == "closed");
        f.left_out = vec![crate::table::policy::PolicyExclusion { source: "s", tenant: "", snapshot_at: Instant(0), policy_id: "p", object_kind: "group", object_id: "g" }];
        f.changes = vec![Change { container_id: Some("g"), ..change("c", "2026-09-23T00:00:00Z", "group_member", "Remove member from group", "u") }];
        assert_eq!(days(&f, "exception"), [("closed".into(), 0.0, 22.0, "event")]);
        // Another group is no matter, and who was put in again has not left.
        let other = Change { event_id: "d", container_id: Some("x"), ..f.changes[0] };
        f.changes = vec![other];
        assert_eq!(days(&f, "exception"), [("closed".into(), 0.0, 20.0, "event")]);
        let again = Change { container_id: Some("g"), ..change("e", "2026-09-24T00:00:00Z", "group_member", "Add member to group", "u") };
        f.changes = vec![Change { container_id: Some("g"), ..other }, again];
        let still = [ExcludedIdentity { tenant: "", identity_id: "u", policy_id: "p", object_kind: "group", object_id: "g" }];
        let ends: Vec<_> = f.stand(|g| spells(g, &still, &[]).iter().map(|s| (s.measure, s.ending)).collect());
        assert_eq!(ends, [("closure", "open"), ("exception", "open")]);
    }

    #[test]
    fn closure_counts_from_expiry_and_an_early_one_took_no_time() {
        let mut f = Fixture::new("");
        f.entries = vec![
            (lasting("early", "2026-09-01T00:00:00Z", Some("2026-10-20T00:00:00Z"), Some("2026-10-01T00:00:00Z")), vec![]),
            (lasting("late", "2026-09-01T00:00:00Z", Some("2026-09-20T00:00:00Z"), Some("2026-10-01T00:00:00Z")), vec![]),
            (Exception { closure_evidence: Some("tbd"), ..lasting("unproven", "2026-09-01T00:00:00Z", Some("2026-10-22T00:00:00Z"), Some("2026-10-23T00:00:00Z")) }, vec![]),
            (lasting("running", "2026-09-01T00:00:00Z", Some("2026-12-01T00:00:00Z"), None), vec![]),
        ];
        assert_eq!(days(&f, "closure"), [("early".into(), 0.0, 0.0, "event"), ("late".into(), 0.0, 11.0, "event"), ("unproven".into(), 0.0, 10.0, "open")]);
    }

    #[test]
    fn what_began_before_the_register_came_under_observation_late() {
        let mut f = Fixture::new("");
        f.entries = vec![(Exception { created_at: Some(at("2026-09-11T00:00:00Z")), ..lasting("old", "2026-09-01T00:00:00Z", None, None) }, vec![])];
        assert_eq!(days(&f, "exception"), [("old".into(), 10.0, 61.0, "open")]);
    }
}
