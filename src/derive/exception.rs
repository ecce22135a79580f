//! When an exception was active, what it covered and which attempts it explains.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::register;
use crate::table::Instant;
use crate::table::register::{Exception, ExceptionEvent};

/// A register entry with its life worked out.
#[derive(Debug, Clone)]
pub(crate) struct Life<'a> {
    /// The entry.
    pub(crate) entry: Exception<'a>,
    /// Its events, in order of time; those without a readable date come first.
    pub(crate) events: Vec<ExceptionEvent<'a>>,
    /// Half-open intervals in which it was active; the last may end at `i64::MAX`.
    pub(crate) active: Vec<(Instant, Instant)>,
    /// Intervals in which reviews are owed: like `active`, but an expiry that nobody can read ends nothing.
    pub(crate) owed: Vec<(Instant, Instant)>,
    /// Extensions with the expiry before and after.
    pub(crate) extensions: Vec<Extension>,
}

/// One extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extension {
    pub(crate) at: Instant,
    pub(crate) before: Option<Instant>,
    pub(crate) after: Option<Instant>,
}

const NEVER: Instant = Instant(i64::MAX);

impl<'a> Life<'a> {
    /// Works out the intervals: approved, activated and neither expired nor closed. An extension that comes
    /// after the expiry it replaces leaves the days between without an exception.
    pub(crate) fn new(entry: Exception<'a>, mut events: Vec<ExceptionEvent<'a>>, zone: &TimeZone) -> Self {
        events.sort_by_key(|e| (e.happened_at, e.event_kind, e.sequence));
        let extensions: Vec<Extension> = events.iter().filter(|e| e.event_kind == "extended").filter_map(|e| extension(e, zone)).collect();
        let owed = intervals(&entry, &events, &extensions);
        // Nor may it excuse anything: such an entry is never active.
        let active = if unreadable(&entry, "expires_at") { Vec::new() } else { owed.clone() };
        Self { entry, events, active, owed, extensions }
    }

    /// First recorded approval.
    pub(crate) fn approved(&self) -> Option<Instant> {
        approved(&self.entry, &self.events)
    }

    pub(crate) fn is_active(&self, at: Instant) -> bool {
        self.active.iter().any(|(from, until)| *from <= at && at < *until)
    }

    /// State at an instant.
    pub(crate) fn state(&self, at: Instant) -> &'static str {
        let e = &self.entry;
        let reached = |t: Option<Instant>| t.is_some_and(|t| t <= at);
        if reached(e.closed_at) {
            "closed"
        } else if self.is_active(at) {
            "active"
        } else if self.active.iter().any(|(_, until)| *until <= at) || reached(e.expires_at) {
            "expired"
        } else if unreadable(e, "activated_at") || unreadable(e, "expires_at") {
            "unknown"
        } else if reached(e.activated_at) && !reached(self.approved()) {
            "unapproved"
        } else if reached(self.approved()) {
            "approved"
        } else {
            "requested"
        }
    }

    /// When it ended last, if it is not active at an instant and was before.
    pub(crate) fn lapsed(&self, at: Instant) -> Option<Instant> {
        if self.is_active(at) {
            return None;
        }
        self.active.iter().map(|(_, until)| *until).filter(|until| *until <= at).max()
    }

    /// Whether it covers every application: none is named, or the word for all of them.
    pub(super) fn every_app(&self) -> bool {
        let all = |a: &str| a == "*" || a.eq_ignore_ascii_case("all");
        list(self.entry.applications).next().is_none() || list(self.entry.applications).any(all)
    }

    /// Directory objects the entry names.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        list(self.entry.object_ids)
    }
}

/// Accounts that any break-glass entry names, whatever its state, groups expanded.
pub(super) fn break_glass<'m>(lives: &[Life<'m>], members: &'m BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'m str> {
    let named = lives.iter().filter(|l| l.entry.category == "break_glass").flat_map(Life::objects);
    named.flat_map(|o| members.get(o).map_or_else(|| vec![o], |m| m.iter().map(String::as_str).collect())).collect()
}

pub(super) fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or("").split([';', ',']).map(str::trim).filter(|t| !t.is_empty())
}

fn unreadable(e: &Exception<'_>, field: &str) -> bool {
    e.faults.is_some_and(|f| f.contains(&format!("`{field}` is not a date")))
}

fn approved(entry: &Exception<'_>, events: &[ExceptionEvent<'_>]) -> Option<Instant> {
    entry.approved_at.or_else(|| events.iter().filter(|e| e.event_kind == "approved").find_map(|e| e.happened_at))
}

fn intervals(entry: &Exception<'_>, events: &[ExceptionEvent<'_>], extensions: &[Extension]) -> Vec<(Instant, Instant)> {
    if unreadable(entry, "activated_at") {
        return Vec::new();
    }
    let (Some(activated), Some(approved)) = (entry.activated_at, approved(entry, events)) else { return Vec::new() };
    let mut from = activated.max(approved);
    let mut until = extensions.first().map_or(entry.expires_at, |e| e.before.or(entry.expires_at)).unwrap_or(NEVER);
    let closed = entry.closed_at.unwrap_or(NEVER);
    let mut found = Vec::new();
    for e in extensions {
        if e.at >= until {
            found.push((from, until.min(closed)));
            from = e.at;
        }
        until = e.after.or(entry.expires_at).unwrap_or(NEVER);
    }
    found.push((from, until.min(closed)));
    found.retain(|(a, b)| a < b);
    found
}

/// `expiry 2026-09-30 -> 2026-12-31`, in the evidence of the extension.
fn extension(event: &ExceptionEvent<'_>, zone: &TimeZone) -> Option<Extension> {
    let text = event.evidence_text.unwrap_or("");
    let (before, after) = text.split_once("->").unwrap_or(("", text));
    let end = |t: &str| t.split_whitespace().rev().chain(std::iter::once(t.trim())).find_map(|w| register::moment(w, zone)).map(|m| m.end);
    Some(Extension { at: event.happened_at?, before: end(before), after: end(after) })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::cover::Cover;
    use super::*;
    use crate::period;

    pub(crate) fn at(text: &str) -> Instant {
        period::instant(text.parse().unwrap())
    }

    pub(crate) fn entry(id: &'static str) -> Exception<'static> {
        Exception {
            source: "register",
            snapshot_at: Instant(0),
            exception_id: id,
            category: "accessibility",
            category_raw: "Accessibility",
            requestor: Some("ann"),
            owner: Some("ann"),
            approvers: Some("cis"),
            scope_text: None,
            object_ids: Some("u"),
            applications: None,
            justification: None,
            risk: None,
            controls: None,
            controls_declared: false,
            controls_evidence_at: None,
            monitoring: None,
            created_at: Some(at("2026-08-25T00:00:00Z")),
            approved_at: Some(at("2026-08-28T00:00:00Z")),
            activated_at: Some(at("2026-09-01T00:00:00Z")),
            expires_at: Some(at("2026-09-30T22:00:00Z")),
            retires_at: None,
            closed_at: None,
            closure_evidence: None,
            validated_at: None,
            custodian: None,
            credential_kind: None,
            storage: None,
            ticket: None,
            cadence_raw: None,
            faults: None,
            raw_object: "r",
            raw_offset: 1,
        }
    }

    pub(crate) fn happening(kind: &'static str, when: &str, actor: Option<&'static str>, text: Option<&'static str>) -> ExceptionEvent<'static> {
        ExceptionEvent {
            source: "register",
            snapshot_at: Instant(0),
            exception_id: "E",
            event_kind: kind,
            sequence: 1,
            happened_at: Some(at(when)),
            actor,
            outcome_text: text,
            evidence_text: text,
        }
    }

    fn berlin() -> TimeZone {
        period::zone("Europe/Berlin").unwrap()
    }

    #[test]
    fn valid_to_the_last_second_of_its_last_day_and_not_one_longer() {
        let life = Life::new(entry("E"), vec![], &berlin());
        assert!(life.is_active(at("2026-09-30T21:59:59Z")));
        assert!(!life.is_active(at("2026-09-30T22:00:00Z")));
        assert_eq!((life.state(at("2026-08-26T00:00:00Z")), life.state(at("2026-08-29T00:00:00Z"))), ("requested", "approved"));
        assert_eq!((life.state(at("2026-09-02T00:00:00Z")), life.state(at("2026-10-02T00:00:00Z"))), ("active", "expired"));
    }

    #[test]
    fn a_late_extension_leaves_a_gap() {
        let extended = Exception { expires_at: Some(at("2026-12-31T23:00:00Z")), ..entry("E") };
        let life = Life::new(extended, vec![happening("extended", "2026-10-10T08:00:00Z", None, Some("expiry 2026-09-30 -> 2026-12-31"))], &berlin());
        assert!(life.is_active(at("2026-09-30T00:00:00Z")));
        assert!(!life.is_active(at("2026-10-05T00:00:00Z")));
        assert_eq!(life.state(at("2026-10-05T00:00:00Z")), "expired");
        assert!(life.is_active(at("2026-10-10T08:00:00Z")) && life.is_active(at("2026-12-31T22:59:59Z")));
    }

    #[test]
    fn what_nobody_approved_or_nobody_can_read_is_not_active() {
        let unapproved = Life::new(Exception { approved_at: None, ..entry("E") }, vec![], &berlin());
        assert_eq!(unapproved.state(at("2026-09-02T00:00:00Z")), "unapproved");
        let unreadable = Life::new(Exception { expires_at: None, faults: Some("`expires_at` is not a date: `soon`; write it as 2026-10-31"), ..entry("E") }, vec![], &berlin());
        assert_eq!(unreadable.state(at("2026-09-02T00:00:00Z")), "unknown");
    }

    #[test]
    fn the_most_specific_then_the_earliest_then_the_lowest_id_explains() {
        let zone = berlin();
        let life = |e: Exception<'static>| Life::new(e, vec![], &zone);
        let lives = [
            life(Exception { object_ids: Some("g"), activated_at: Some(at("2026-08-30T00:00:00Z")), ..entry("A-group") }),
            life(entry("C-user")),
            life(entry("B-user")),
            life(Exception { applications: Some("mail"), ..entry("D-user-app") }),
            life(Exception { applications: Some("All"), activated_at: Some(at("2026-09-02T00:00:00Z")), ..entry("E-user-all") }),
        ];
        let members = BTreeMap::from([("g".to_owned(), BTreeSet::from(["u".to_owned(), "v".to_owned()]))]);
        let cover = Cover::new(&lives, &members);
        let explained = |who: &str, app: &str, when: &str| cover.attribute(who, &[app], at(when)).map(|(l, many)| (l.entry.exception_id.to_owned(), many));
        let during = "2026-09-10T00:00:00Z";
        assert_eq!(explained("u", "mail", during), Some(("D-user-app".to_owned(), true)));
        assert_eq!(explained("u", "chat", during), Some(("B-user".to_owned(), true)));
        assert_eq!(explained("v", "chat", during), Some(("A-group".to_owned(), false)));
        assert_eq!(explained("w", "mail", during), None);
        assert_eq!(explained("u", "mail", "2026-10-01T00:00:00Z"), None);
    }
}
