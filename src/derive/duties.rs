//! Ledgers of duties: first due at the start plus cadence, next at completion plus cadence, and when one is missed a
//! new one falls due each cadence. Nobody gets 100 % by doing only the last of 52.

use super::exception::Life;
use crate::table::Instant;
use crate::table::snapshot::Obligation;

const DAY: i64 = 86_400_000_000;

/// What is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// Somebody looks at the exception and decides.
    Review,
    /// A password is changed; of a key or certificate, custody and validity are checked (S2).
    Rotation,
    /// A break-glass account is tried.
    Drill,
}

impl Duty {
    /// As tables name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Rotation => "rotation",
            Self::Drill => "drill",
        }
    }

    /// Why a duty has its status: missed, on time, late.
    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Review => ["no review before the next fell due or the period ended", "reviewed by the due instant", "reviewed after the due instant"],
            Self::Rotation => ["no rotation before the next fell due or the period ended", "rotated by the due instant", "rotated after the due instant"],
            Self::Drill => ["no drill before the next fell due or the period ended", "tried by the due instant", "tried after the due instant"],
        }
    }
}

/// Something done that may meet a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Completion {
    pub(super) at: Instant,
    /// Why it is not told well enough to count; empty text when it is.
    pub(super) lacks: &'static str,
}

/// Who stands behind a name: the person of an account, else the name itself.
pub(super) type Persons<'p> = &'p dyn Fn(&str) -> Option<String>;

/// Reviews that meet a duty: outcome recorded, reviewer another person than the requestor.
fn reviewed(life: &Life<'_>, persons: Persons<'_>, until: Instant) -> Vec<Completion> {
    let person = |name: &str| persons(name).unwrap_or_else(|| name.trim().to_lowercase());
    let requestor = person(life.entry.requestor.unwrap_or(""));
    let mut found: Vec<Completion> = life
        .events
        .iter()
        .filter(|e| e.event_kind == "review" && e.outcome_text.is_some_and(|o| !o.trim().is_empty()))
        .filter(|e| !e.actor.is_some_and(|a| !requestor.is_empty() && names(a).any(|n| person(n) == requestor)))
        .filter_map(|e| {
            let lacks = match (e.actor.is_some_and(|a| !a.trim().is_empty()), requestor.is_empty()) {
                (false, _) => "the review names no reviewer",
                (true, true) => "no requestor is recorded, so nobody can tell whether somebody else reviewed",
                (true, false) => "",
            };
            Some(Completion { at: e.happened_at?, lacks })
        })
        .filter(|c| c.at < until)
        .collect();
    found.sort_by_key(|c| c.at);
    found
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '&', '+']).map(str::trim).filter(|n| !n.is_empty())
}

/// Rotations as the register records them: date, outcome, and two operators who are two persons of the directory.
pub(super) fn rotated(life: &Life<'_>, persons: Persons<'_>, until: Instant) -> Vec<Completion> {
    let two = |a: &str| names(a).filter_map(persons).collect::<std::collections::BTreeSet<_>>().len() >= 2;
    let done = life.events.iter().filter(|e| e.event_kind == "rotation" && e.outcome_text.is_some_and(|o| !o.trim().is_empty()));
    let lacks = |actor: Option<&str>| if actor.is_some_and(two) { "" } else { "the rotation does not name two operators" };
    let mut found: Vec<Completion> = done.filter_map(|e| Some(Completion { at: e.happened_at?, lacks: lacks(e.actor) })).filter(|c| c.at < until).collect();
    found.sort_by_key(|c| c.at);
    found
}

/// Reviews of one entry that fall due in `[start, end)`, and the first after it.
pub(crate) fn reviews<'a>(life: &Life<'a>, persons: Persons<'_>, cadence_on: &dyn Fn(Instant) -> i64, start: Instant, end: Instant) -> Vec<Obligation<'a>> {
    ledger(life, &Owed { duty: Duty::Review, done: &reviewed(life, persons, end), spans: &life.owed, cadence_on }, start, end)
}

/// What is owed, when, and what was done.
pub(super) struct Owed<'o> {
    pub(super) duty: Duty,
    /// In order of time.
    pub(super) done: &'o [Completion],
    /// Intervals in which it is owed.
    pub(super) spans: &'o [(Instant, Instant)],
    /// Days in force at an instant: a duty is cut by the rule of the day it arose.
    pub(super) cadence_on: &'o dyn Fn(Instant) -> i64,
}

/// Duties that fall due in `[start, end)`, and the first after it.
pub(super) fn ledger<'a>(life: &Life<'a>, owed: &Owed<'_>, start: Instant, end: Instant) -> Vec<Obligation<'a>> {
    let [missed, on_time, late] = owed.duty.words();
    let mut found = Vec::new();
    for (from, until) in owed.spans {
        let mut anchor = *from;
        // An exception that ended before the duty fell due owes nothing.
        loop {
            let cadence_days = (owed.cadence_on)(anchor);
            let cadence = cadence_days.saturating_mul(DAY);
            let due = Instant(anchor.0.saturating_add(cadence));
            if due >= *until {
                break;
            }
            // Of several completions before the due instant the last one counts: it is what the next is due after.
            let within = |from: Instant, to: i64| owed.done.iter().filter(move |c| from < c.at && c.at.0 < to);
            let met = within(anchor, due.0.saturating_add(1)).next_back().or_else(|| within(due, due.0.saturating_add(cadence)).next()).copied();
            let row = |met_at, status, status_reason| obligation(life, owed.duty, cadence_days, due, (met_at, status, status_reason));
            if due >= end {
                found.push(row(None, "not_yet_due", "due after the period"));
                break;
            }
            let (obligation, next) = match met {
                None => (row(None, "missed", missed), due),
                Some(c) if !c.lacks.is_empty() => (row(Some(c.at), "unknown", c.lacks), c.at),
                Some(c) if c.at <= due => (row(Some(c.at), "on_time", on_time), c.at),
                Some(c) => (row(Some(c.at), "late", late), c.at),
            };
            if due >= start {
                found.push(obligation);
            }
            anchor = next;
        }
    }
    found
}

/// A rotation after each use, due within the hours allowed.
pub(super) fn after_use<'a>(life: &Life<'a>, done: &[Completion], uses: &[Instant], hours: f64, (start, end): (Instant, Instant)) -> Vec<Obligation<'a>> {
    let [missed, on_time, late] = Duty::Rotation.words();
    let allowed = (hours * 3_600_000_000.0) as i64;
    let of = |used: Instant| {
        let due = Instant(used.0.saturating_add(allowed));
        let met = done.iter().find(|c| c.at > used);
        let told = match met {
            _ if due >= end => (None, "not_yet_due", "due after the period"),
            None => (None, "missed", missed),
            Some(c) if !c.lacks.is_empty() => (Some(c.at), "unknown", c.lacks),
            Some(c) if c.at <= due => (Some(c.at), "on_time", on_time),
            Some(c) => (Some(c.at), "late", late),
        };
        (due >= start).then(|| obligation(life, Duty::Rotation, 0, due, told))
    };
    uses.iter().filter_map(|used| of(*used)).collect()
}

fn obligation<'a>(
    life: &Life<'a>,
    duty: Duty,
    cadence_days: i64,
    due_at: Instant,
    (met_at, status, status_reason): (Option<Instant>, &'static str, &'static str),
) -> Obligation<'a> {
    Obligation {
        exception_id: life.entry.exception_id,
        category: life.entry.category,
        duty: duty.name(),
        cadence_days,
        due_at,
        met_at,
        status,
        status_reason,
        owner: life.entry.owner.unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exception::tests::{at, entry, happening};
    use super::*;
    use crate::period;
    use crate::table::register::Exception;

    fn life(reviews: &[(&str, Option<&'static str>)]) -> Life<'static> {
        let open = Exception { activated_at: Some(at("2026-01-01T00:00:00Z")), approved_at: Some(at("2026-01-01T00:00:00Z")), expires_at: None, ..entry("E") };
        Life::new(open, reviews.iter().map(|(when, who)| happening("review", when, *who, Some("kept"))).collect(), &period::zone("UTC").unwrap())
    }

    fn statuses(life: &Life<'static>, cadence: i64, from: &str, to: &str) -> Vec<&'static str> {
        reviews(life, &|_| None, &|_| cadence, at(from), at(to)).iter().map(|o| o.status).collect()
    }

    #[test]
    fn doing_only_the_last_of_the_year_misses_all_the_others() {
        let last = life(&[("2026-12-30T00:00:00Z", Some("bob"))]);
        let year = statuses(&last, 7, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        let count = |s: &str| year.iter().filter(|x| **x == s).count();
        // Dues every seven days from 8 January; the last before year end on 31 December is not the review's: 24 December is met late.
        assert_eq!((count("missed"), count("late"), count("on_time"), count("not_yet_due")), (50, 1, 0, 1));
    }

    #[test]
    fn on_time_late_and_the_next_due_counts_from_the_completion() {
        let l = life(&[("2026-01-29T00:00:00Z", Some("bob")), ("2026-03-05T00:00:00Z", Some("bob"))]);
        // Due 31 January: met on 29 January. Next due 28 February: met on 5 March, late. Next due 4 April.
        assert_eq!(statuses(&l, 30, "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"), ["on_time", "late", "not_yet_due"]);
        assert_eq!(statuses(&l, 30, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"), ["missed", "not_yet_due"]);
    }

    #[test]
    fn reviewing_every_day_of_one_month_does_not_pay_for_the_months_after() {
        let daily: Vec<String> = (1..29).map(|d| format!("2026-01-{d:02}T12:00:00Z")).collect();
        let l = life(&daily.iter().map(|d| (d.as_str(), Some("bob"))).collect::<Vec<_>>());
        // Due 31 January, met by the review of the 28th; the next due is 27 February, and nobody came.
        assert_eq!(statuses(&l, 30, "2026-01-01T00:00:00Z", "2026-03-15T00:00:00Z"), ["on_time", "missed", "not_yet_due"]);
    }

    #[test]
    fn the_requestor_cannot_review_and_a_review_without_a_name_proves_nothing() {
        assert_eq!(statuses(&life(&[("2026-01-20T00:00:00Z", Some("ANN"))]), 30, "2026-01-01T00:00:00Z", "2026-02-10T00:00:00Z"), ["missed", "not_yet_due"]);
        assert_eq!(statuses(&life(&[("2026-01-20T00:00:00Z", None)]), 30, "2026-01-01T00:00:00Z", "2026-02-10T00:00:00Z"), ["unknown", "not_yet_due"]);
    }

    #[test]
    fn an_exception_that_ended_before_the_due_date_owes_nothing() {
        let l = Life::new(entry("E"), vec![], &period::zone("UTC").unwrap());
        assert!(reviews(&l, &|_| None, &|_| 30, at("2026-09-01T00:00:00Z"), at("2026-11-01T00:00:00Z")).is_empty());
    }

    fn rotations(done: &[(&str, &'static str)], uses: &[&str], from: &str, to: &str) -> Vec<&'static str> {
        let open = Exception { activated_at: Some(at("2026-01-01T00:00:00Z")), approved_at: Some(at("2026-01-01T00:00:00Z")), expires_at: None, ..entry("E") };
        let l = Life::new(open, done.iter().map(|(when, who)| happening("rotation", when, Some(who), Some("rotated"))).collect(), &period::zone("UTC").unwrap());
        after_use(&l, &rotated(&l, &|n| (n != "stranger").then(|| n.to_owned()), at(to)), &uses.iter().map(|u| at(u)).collect::<Vec<_>>(), 24.0, (at(from), at(to)))
            .iter()
            .map(|o| o.status)
            .collect()
    }

    #[test]
    fn every_use_calls_for_a_rotation_within_the_hours_allowed() {
        let month = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
        let of = |done: &[(&str, &'static str)], uses: &[&str]| rotations(done, uses, month.0, month.1);
        assert_eq!(of(&[("2026-10-11T11:59:00Z", "ann, bob")], &["2026-10-10T12:00:00Z"]), ["on_time"]);
        assert_eq!(of(&[("2026-10-11T12:01:00Z", "ann, bob")], &["2026-10-10T12:00:00Z"]), ["late"]);
        assert_eq!(of(&[("2026-10-11T11:00:00Z", "ann")], &["2026-10-10T12:00:00Z"]), ["unknown"]);
        // Twice the same person, and a name that nobody has, are no two operators.
        assert_eq!(of(&[("2026-10-11T11:00:00Z", "ann; ann")], &["2026-10-10T12:00:00Z"]), ["unknown"]);
        assert_eq!(of(&[("2026-10-11T11:00:00Z", "ann, stranger")], &["2026-10-10T12:00:00Z"]), ["unknown"]);
        // A rotation before the use does not pay for it.
        assert_eq!(of(&[("2026-10-10T11:00:00Z", "ann, bob")], &["2026-10-10T12:00:00Z"]), ["missed"]);
        // Used on the last evening: due in the month after, whatever was done.
        assert_eq!(of(&[("2026-10-31T21:00:00Z", "ann, bob")], &["2026-10-31T20:00:00Z"]), ["not_yet_due"]);
    }
}
