//! Which exceptions the tenant has. Days count from the first day of the data.

use super::Plan;
use super::calendar::{Calendar, Day};
use super::cast::Cast;
use super::entry::{Category, Entry, Expiry, Obligation, Outcome};
use super::world::drills;

/// Whom an exception is for: a position within a group of the cast.
#[derive(Debug, Clone, Copy)]
enum For {
    BreakGlass(usize),
    Excepted(usize),
    Service(usize),
    Guest(usize),
}

/// An exception as a row of the table below.
#[derive(Debug, Clone, Copy)]
struct Draft {
    category: Category,
    who: For,
    created: i32,
    approved: Option<i32>,
    activated: Option<i32>,
    expires: i32,
    bare: bool,
    unreadable: bool,
    extended: Option<(i32, i32)>,
    closed: Option<i32>,
    before: Option<(i32, Category)>,
    reviews: &'static str,
    leaves_policy: bool,
    applications: &'static str,
    controls: &'static str,
    evidence_age: Option<i32>,
    ownerless: bool,
    self_approved: bool,
}

const CONTROLS: &str = "sign-in allowed from the head office only; weekly review of sign-ins";

const BASE: Draft = Draft {
    category: Category::Administrative,
    who: For::Excepted(0),
    created: 0,
    approved: None,
    activated: None,
    expires: 0,
    bare: false,
    unreadable: false,
    extended: None,
    closed: None,
    before: None,
    reviews: "o",
    leaves_policy: true,
    applications: "All",
    controls: CONTROLS,
    evidence_age: Some(14),
    ownerless: false,
    self_approved: false,
};

/// An entry requested, approved and activated on consecutive days.
const fn active(category: Category, who: For, activated: i32, expires: i32) -> Draft {
    Draft { category, who, created: activated - 2, approved: Some(activated - 1), activated: Some(activated), expires, ..BASE }
}

const CLEAN: [Draft; 2] = [
    Draft { leaves_policy: false, ..active(Category::BreakGlass, For::BreakGlass(0), -180, 185) },
    Draft { leaves_policy: false, ..active(Category::BreakGlass, For::BreakGlass(1), -178, 185) },
];

const MIXED: [Draft; 21] = [
    Draft { leaves_policy: false, ..active(Category::BreakGlass, For::BreakGlass(0), -198, 165) },
    Draft { reviews: "oolm", ..active(Category::BreakGlass, For::BreakGlass(1), -198, 165) },
    // Short and well run.
    Draft { closed: Some(14), ..active(Category::Administrative, For::Excepted(0), 3, 14) },
    // Far too long, extended, and still open after its end.
    Draft { reviews: "olomo", extended: Some((38, 75)), ..active(Category::Administrative, For::Excepted(1), -20, 40) },
    active(Category::Legacy, For::Service(0), -150, 300),
    Draft { reviews: "lo", ..active(Category::Legacy, For::Service(1), -60, 20) },
    Draft { applications: "OfficeHome", ..active(Category::Accessibility, For::Excepted(2), -100, 200) },
    Draft { reviews: "ol", controls: "n/a", evidence_age: None, ..active(Category::Accessibility, For::Excepted(3), -105, 200) },
    Draft { closed: Some(25), ..active(Category::Hardware, For::Excepted(4), -10, 30) },
    // Ends with a bare date inside the second month and is never closed.
    Draft { bare: true, ..active(Category::Hardware, For::Excepted(5), -12, 45) },
    Draft { leaves_policy: false, reviews: "olo", ..active(Category::Partner, For::Guest(0), -30, 330) },
    Draft { category: Category::Partner, who: For::Guest(1), created: 66, approved: Some(70), expires: 300, leaves_policy: false, ..BASE },
    Draft { closed: Some(56), ..active(Category::Incident, For::Excepted(6), 50, 57) },
    Draft { category: Category::Incident, who: For::Excepted(7), created: 80, expires: 95, ..BASE },
    Draft { before: Some((28, Category::Hardware)), reviews: "omo", ..active(Category::Administrative, For::Excepted(8), 26, 89) },
    active(Category::Unknown, For::Excepted(9), -15, 120),
    Draft { unreadable: true, reviews: "om", ..active(Category::Administrative, For::Excepted(10), 5, 100) },
    Draft { ownerless: true, evidence_age: Some(140), ..active(Category::Administrative, For::Excepted(11), 18, 110) },
    Draft { self_approved: true, ..active(Category::Hardware, For::Excepted(12), 10, 130) },
    // Never needed: the person does MFA every time.
    active(Category::Accessibility, For::Excepted(13), -40, 150),
    // Overlaps the other entry of the same person, for one application.
    Draft { applications: "Travel Expenses", ..active(Category::Hardware, For::Excepted(2), 20, 140) },
];

/// The register of a plan.
pub(crate) fn entries(plan: &Plan, calendar: &Calendar, cast: &Cast) -> Vec<Entry> {
    let drafts: &[Draft] = if plan.clean { &CLEAN } else { &MIXED };
    let made = drafts.iter().enumerate().map(|(number, draft)| entry(number, draft, plan, calendar, cast));
    made.filter(|entry| entry.created <= calendar.last()).collect()
}

fn entry(number: usize, draft: &Draft, plan: &Plan, calendar: &Calendar, cast: &Cast) -> Entry {
    let day = |offset: i32| calendar.first().plus(offset);
    let managers: Vec<usize> = cast.managers.clone().collect();
    let admins: Vec<usize> = cast.admins.clone().collect();
    let manager = |turn: usize| managers.get((number + turn) % managers.len().max(1)).copied().unwrap_or(0);
    let mut entry = Entry {
        number: u32::try_from(number + 1).unwrap_or(0),
        category: draft.category,
        recategorised: draft.before.map(|(at, before)| (day(at), before)),
        person: match draft.who {
            For::BreakGlass(place) => cast.break_glass.start + place,
            For::Excepted(place) => cast.excepted.start + place,
            For::Service(place) => cast.services.start + place,
            For::Guest(place) => cast.guests.start + place,
        },
        requestor: manager(0),
        owner: (!draft.ownerless).then(|| manager(1)),
        approver: manager(if draft.self_approved { 0 } else { 2 }),
        implementer: admins.get(number % admins.len().max(1)).copied().unwrap_or(0),
        created: day(draft.created),
        approved: draft.approved.map(day),
        activated: draft.activated.map(day),
        expires: match (draft.unreadable, draft.bare) {
            (true, _) => Expiry::Unreadable,
            (false, true) => Expiry::Bare(day(draft.expires)),
            (false, false) => Expiry::At(day(draft.expires)),
        },
        extended: draft.extended.map(|(at, until)| (day(at), day(until))),
        closed: draft.closed.map(day),
        leaves_policy: draft.leaves_policy,
        applications: draft.applications,
        controls: draft.controls,
        evidence_age: draft.evidence_age,
        reviews: Vec::new(),
        rotations: Vec::new(),
    };
    entry.plan_reviews(draft.reviews, calendar);
    if let For::BreakGlass(place) = draft.who {
        entry.rotations = rotations(plan, calendar, place);
    }
    entry
}

/// Credentials of emergency accounts change after every use: on the same day as a rule; a few times, in the
/// tenant with faults, two days later or never.
fn rotations(plan: &Plan, calendar: &Calendar, place: usize) -> Vec<Obligation> {
    let before = [-110, -20].map(|offset| calendar.first().plus(offset));
    let mut all: Vec<Obligation> = before.into_iter().map(|day| met(day, Outcome::OnTime)).collect();
    for (month, drill) in drills(calendar).into_iter().enumerate() {
        let outcome = match (plan.clean, place, month) {
            (false, 1, 1) => Outcome::Late,
            (false, 1, 2) => Outcome::Missed,
            _ => Outcome::OnTime,
        };
        all.push(met(drill, outcome));
    }
    if !plan.clean && place == 0 {
        // The use outside every drill, ten days before the end.
        all.push(met(calendar.last().plus(-9), Outcome::Missed));
    }
    all.sort_unstable_by_key(|obligation| obligation.due);
    all
}

/// An obligation from a use on a day: it is due within 24 hours.
fn met(used: Day, outcome: Outcome) -> Obligation {
    let done = match outcome {
        Outcome::OnTime => Some(used),
        Outcome::Late => Some(used.plus(2)),
        Outcome::Missed => None,
    };
    Obligation { due: used.plus(1), done, outcome }
}
