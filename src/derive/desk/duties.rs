//! Everything that fell due: reviews, rotations, drills.

use super::super::cadence_on;
use super::super::duties::{Completion, Duty, Owed, after_use, ledger, reviews, rotated};
use super::super::exception::Life;
use super::super::ground::{Accounts, DAY, Ground};
use crate::config::CATEGORIES;
use crate::period;
use crate::table::Instant;
use crate::table::governance::Deadline;
use crate::table::policy::Change;
use crate::table::snapshot::Obligation;

pub(super) fn owed<'g>(ground: &Ground<'g>, lives: &'g [Life<'g>], (start, end): (Instant, Instant)) -> Vec<Obligation<'g>> {
    let accounts = Accounts::new(ground);
    let persons = |name: &str| accounts.person(name).map(str::to_owned);
    let mut found = Vec::new();
    for l in lives {
        let cadence = |duty| move |at: Instant| cadence_on(ground.config, l.entry.category, duty, ground.local(at)).map_or(i64::from(i32::MAX), |(days, _)| days);
        let owes = |duty| cadence_on(ground.config, l.entry.category, duty, ground.last).is_some();
        found.extend(reviews(l, &persons, &|at| review_days(ground, l, at), start, end));
        let done = confirmed(ground, l, rotated(l, &persons, end));
        if owes(Duty::Rotation) {
            found.extend(ledger(l, &Owed { duty: Duty::Rotation, done: &done, spans: &l.owed, cadence_on: &cadence(Duty::Rotation) }, start, end));
        }
        if l.entry.category == "break_glass" {
            let uses = uses(ground, l);
            found.extend(after_use(l, &done, &uses.iter().map(|(at, _)| *at).collect::<Vec<_>>(), ground.threshold("rotation.after_use_hours"), (start, end)));
            if owes(Duty::Drill) {
                found.extend(drills(ground, l, &uses, &cadence(Duty::Drill), (start, end)));
            }
        }
    }
    // A use and the cadence can call for a rotation at one instant: that is one duty.
    found.sort_by_key(|o| (o.exception_id, o.duty, o.due_at, o.cadence_days));
    found.dedup_by_key(|o| (o.exception_id, o.duty, o.due_at));
    found
}

/// Days between reviews: the category's cadence, or that of the entry itself where it is stricter. A category that nobody knows owes
/// the strictest of all: an entry cannot leave the ledger by its label.
fn review_days(ground: &Ground<'_>, l: &Life<'_>, at: Instant) -> i64 {
    let of = |category| cadence_on(ground.config, category, Duty::Review, ground.local(at)).map(|(days, _)| days);
    let owed = of(l.entry.category).or_else(|| CATEGORIES.iter().filter_map(|c| of(c)).min()).unwrap_or(i64::from(i32::MAX));
    own_days(l.entry.cadence_raw.unwrap_or("")).map_or(owed, |own| own.min(owed))
}

/// A cadence as people write it: `30 days`, `30`, `weekly`.
fn own_days(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let per = match unit.trim() {
        "" | "d" | "day" | "days" => 1,
        "w" | "week" | "weeks" => 7,
        "month" | "months" => 30,
        _ => 0,
    };
    let days = match (number.parse::<i64>(), text.as_str()) {
        (Ok(n), _) => n.checked_mul(per)?,
        (Err(_), "daily") => 1,
        (Err(_), "weekly") => 7,
        (Err(_), "monthly") => 30,
        (Err(_), "quarterly") => 90,
        (Err(_), "yearly" | "annually") => 365,
        (Err(_), _) => return None,
    };
    (days > 0).then_some(days)
}

/// A password that was rotated shows in the directory's log; a key or certificate is checked in its safe and leaves no trace (S2).
/// Before the log begins the register stands alone; without any log nothing is confirmed.
fn confirmed(ground: &Ground<'_>, l: &Life<'_>, done: Vec<Completion>) -> Vec<Completion> {
    let kept = ["fido", "key", "certificate", "smart card", "token"];
    let kind = l.entry.credential_kind.unwrap_or("").to_lowercase();
    let log_begins = ground.changes.iter().map(|c| c.occurred_at).min();
    if kept.iter().any(|word| kind.contains(word)) {
        return done;
    }
    let own = |id: &str| l.objects().any(|o| o == id || ground.members.get(o).is_some_and(|m| m.contains(id)));
    let password = |c: &Change<'_>| c.area == "user_method" || (c.area == "account" && c.activity.to_ascii_lowercase().contains("password"));
    let changed: Vec<Instant> = ground.changes.iter().filter(|c| c.outcome == "success" && password(c) && own(c.target_id)).map(|c| c.occurred_at).collect();
    let seen = |at: Instant| changed.iter().any(|c| (c.0 - at.0).abs() <= DAY);
    let lacks = |c: &Completion| c.lacks.is_empty() && log_begins.is_none_or(|b| b.0 <= c.at.0 - DAY) && !seen(c.at);
    done.into_iter().map(|c| if lacks(&c) { Completion { lacks: "the directory's log shows no change of the credential", ..c } } else { c }).collect()
}

/// Successful uses of the accounts of an entry, in order of time, with whether a drill was planned then.
fn uses(ground: &Ground<'_>, l: &Life<'_>) -> Vec<(Instant, bool)> {
    let planned = |at: Instant| ground.config.calendar.iter().any(|p| p.kind == "drill" && period::instant(p.from) <= at && at < period::instant(p.until));
    let own = |id: &str| l.objects().any(|o| o == id || ground.members.get(o).is_some_and(|m| m.contains(id)));
    let mut found: Vec<(Instant, bool)> =
        ground.glass_events.iter().filter(|e| e.outcome == "success" && own(e.identity_id)).map(|e| (e.occurred_at, planned(e.occurred_at))).collect();
    found.sort_unstable();
    // Rows less than ten minutes apart are one use, as they are one attempt: refreshes of a token call for no rotation of their own.
    found.dedup_by(|later, earlier| later.0.0 - earlier.0.0 <= ONE_USE);
    found
}

/// A drill counts when it was planned and its sign-in stands in the logs; before the logs begin nothing can be told.
fn drills<'g>(ground: &Ground<'g>, l: &Life<'g>, uses: &[(Instant, bool)], cadence_on: &dyn Fn(Instant) -> i64, (start, end): (Instant, Instant)) -> Vec<Obligation<'g>> {
    let Some(logs_from) = ground.logs_from else { return Vec::new() };
    let done: Vec<Completion> = uses.iter().filter(|(_, planned)| *planned).map(|(at, _)| Completion { at: *at, lacks: "" }).collect();
    let spans: Vec<(Instant, Instant)> = l.owed.iter().map(|(from, until)| ((*from).max(logs_from), *until)).filter(|(a, b)| a < b).collect();
    ledger(l, &Owed { duty: Duty::Drill, done: &done, spans: &spans, cadence_on }, start, end)
}

const ONE_USE: i64 = 600_000_000;

/// How far ahead deadlines are told.
const AHEAD: i64 = 30 * DAY;

/// What falls due within 30 days of the run, by the newest register.
pub(super) fn deadlines<'g>(ground: &Ground<'g>, lives: &'g [Life<'g>]) -> Vec<Deadline<'g>> {
    let now = ground.as_of;
    let ahead = |at: Instant| now <= at && at.0 - now.0 <= AHEAD;
    let mut found = Vec::new();
    for l in lives.iter().filter(|l| l.entry.closed_at.is_none_or(|c| c > now)) {
        let ends = [("expiry", l.entry.expires_at), ("retirement", l.entry.retires_at)];
        let ends = ends.into_iter().filter_map(|(deadline, at)| Some((deadline, at.filter(|at| ahead(*at))?)));
        found.extend(ends.map(|(deadline, due_at)| of(l, deadline, due_at, now)));
    }
    let open = owed(ground, lives, (now, now)).into_iter().filter(|o| o.status == "not_yet_due" && ahead(o.due_at));
    found.extend(open.map(|o| Deadline { exception_id: o.exception_id, category: o.category, deadline: o.duty, due_at: o.due_at, days_left: left(o.due_at, now), owner: o.owner }));
    found.sort_by_key(|d| (d.due_at, d.exception_id, d.deadline));
    found.dedup_by_key(|d| (d.exception_id, d.deadline, d.due_at));
    found
}

fn of<'g>(l: &Life<'g>, deadline: &'static str, due_at: Instant, now: Instant) -> Deadline<'g> {
    Deadline { exception_id: l.entry.exception_id, category: l.entry.category, deadline, due_at, days_left: left(due_at, now), owner: l.entry.owner.unwrap_or("") }
}

fn left(due: Instant, now: Instant) -> i64 {
    (due.0 - now.0).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::super::super::exception::tests::{at, entry, happening};
    use super::super::super::ground::tests::{Fixture, change};
    use super::super::super::population::tests::person;
    use super::*;
    use crate::table::register::Exception;

    /// Status of the rotation that one entry owed in October.
    fn rotation(credential: &'static str, logged: Option<&'static str>) -> (String, String) {
        let mut f = Fixture::new("");
        f.identities = vec![person("ann", "ann@example.com"), person("bob", "bob@example.com")];
        let e = Exception {
            category: "break_glass",
            object_ids: Some("g"),
            credential_kind: Some(credential),
            activated_at: Some(at("2026-07-15T10:00:00Z")),
            approved_at: Some(at("2026-07-15T10:00:00Z")),
            expires_at: None,
            ..entry("X")
        };
        f.entries = vec![(e, vec![happening("rotation", "2026-10-12T10:00:00Z", Some("ann; bob"), Some("done"))])];
        f.changes = vec![change("first", "2026-08-01T00:00:00Z", "group_member", "Add member to group", "u")];
        f.changes.extend(logged.map(|when| change("reset", when, "account", "Reset password (by admin)", "g")));
        f.stand(|g| owed(g, g.lives, (g.start, g.end)).into_iter().find(|o| o.duty == "rotation").map(|o| (o.status.to_owned(), o.status_reason.to_owned())).unwrap())
    }

    #[test]
    fn a_rotated_password_is_held_against_the_directory_log() {
        assert_eq!(rotation("password", Some("2026-10-12T15:00:00Z")).0, "on_time");
        assert_eq!(rotation("password", None), ("unknown".to_owned(), "the directory's log shows no change of the credential".to_owned()));
        // Two days apart is another change.
        assert_eq!(rotation("password", Some("2026-10-14T15:00:00Z")).0, "unknown");
        // Custody of a key is checked in its safe.
        assert_eq!(rotation("FIDO2 security key", None).0, "on_time");
    }

    #[test]
    fn a_cadence_is_read_as_people_write_it() {
        for (text, days) in [("30 days", Some(30)), ("7", Some(7)), ("2 weeks", Some(14)), ("Quarterly", Some(90)), ("n/a", None), ("0 days", None), ("3 moons", None)] {
            assert_eq!(own_days(text), days, "{text}");
        }
    }

    #[test]
    fn an_unknown_category_owes_the_strictest_review_and_the_entry_may_ask_for_more() {
        let dues = |category: &'static str, own: Option<&'static str>| {
            let mut f = Fixture::new("");
            f.entries = vec![(Exception { category, cadence_raw: own, activated_at: Some(at("2026-09-30T10:00:00Z")), expires_at: None, ..entry("X") }, vec![])];
            f.stand(|g| owed(g, g.lives, (g.start, g.end)).iter().filter(|o| o.duty == "review" && o.status == "missed").count())
        };
        // Weekly is the strictest default: the 7th, 14th, 21st and 28th.
        assert_eq!(dues("unknown", None), 4);
        // Ninety days of the category, thirty of the entry: the 30th.
        assert_eq!((dues("accessibility", None), dues("accessibility", Some("30 days"))), (0, 1));
    }
}
