//! What was planted in the last month, each with its label: what detections and the reconciliation must find, and nothing else.

use super::entry::{Entry, Expiry};
use super::people::{Kind, Part};
use super::policies::{EXCLUSION_GROUP, LEGACY_GROUP, stray_exclusion};
use super::roles;
use super::tally::Tally;
use super::traps;
use super::world::World;

/// One planted situation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Situation {
    /// `cell: ...`, `prompts`, `travel`, `legacy`, `codes`, `swap`, `factor then far away`, `weakened`, `glass: ...`, `unapproved`, `unregistered`, `mfa_disabled`, `downgrade`,
    /// `same person`, `blanket group` or `standing privilege`.
    pub label: String,
    /// Identity; the register entry of `same person`, the group of `blanket group`.
    pub identity: String,
}

/// Everything planted in the last month, as decided.
pub(crate) fn situations(world: &World, tally: &Tally) -> Vec<Situation> {
    let mut found = Vec::new();
    let month = world.calendar.months().len().saturating_sub(1);
    for (index, person) in world.people.iter().enumerate() {
        let id = person.id.to_string();
        let mut add = |label: String| found.push(Situation { label, identity: id.clone() });
        add(format!("cell: {}", cell(world, tally, index, month)));
        if tally.legacy(index, month) > 0 {
            add("legacy".to_owned());
        }
        if flooded(world, index) {
            add("prompts".to_owned());
        }
        if far_away(world, index) {
            add("travel".to_owned());
        }
        if traps::weaker(world, person, tally.factors(index, month), month) {
            add("downgrade".to_owned());
        }
        if person.kind == Kind::Workforce && registered(world, index) == "active" && roles::privileged(world, index) {
            add("standing privilege".to_owned());
        }
        if person.methods.iter().any(|m| m.until.is_some_and(|day| world.calendar.month_of(day) == Some(month))) {
            add("mfa_disabled".to_owned());
            add("weakened".to_owned());
        }
    }
    if let Some((day, index)) = stray_exclusion(world) {
        let id = world.people.get(index).map(|p| p.id.to_string()).unwrap_or_default();
        found.push(Situation { label: "unregistered".to_owned(), identity: id.clone() });
        if world.calendar.month_of(day) == Some(month) {
            found.push(Situation { label: "unapproved".to_owned(), identity: id.clone() });
            found.push(Situation { label: "weakened".to_owned(), identity: id });
        }
    }
    let scenes = [("codes", traps::guessed(world)), ("swap", traps::swapped(world)), ("factor then far away", traps::planted_factor(world))];
    for (label, (_, index)) in scenes.into_iter().filter_map(|(label, scene)| Some((label, scene?))) {
        found.extend(world.people.get(index).map(|p| Situation { label: label.to_owned(), identity: p.id.to_string() }));
    }
    // What an administrator registers for somebody else weakens MFA as long as nobody asked for it.
    let registered = traps::planted_factor(world).and_then(|(_, index)| world.people.get(index));
    found.extend(registered.map(|p| Situation { label: "weakened".to_owned(), identity: p.id.to_string() }));
    found.extend(glass(world, month));
    found.extend(governance(world, month));
    found
}

/// Approvals by one person alone, and groups that policy leaves out and no entry names.
fn governance(world: &World, month: usize) -> Vec<Situation> {
    let Some(month) = world.calendar.months().get(month) else { return Vec::new() };
    let in_force = |e: &Entry| {
        let ends = [e.closed, e.last_day(month.last)].into_iter().flatten().min();
        e.activated.is_some_and(|at| at <= month.last) && ends.is_none_or(|end| end > month.first)
    };
    let alone = world.entries.iter().filter(|e| e.requestor == e.approver && e.approved.is_some() && in_force(e));
    let mut found: Vec<Situation> = alone.map(|e| Situation { label: "same person".to_owned(), identity: e.id() }).collect();
    if !world.plan.clean {
        let groups = [EXCLUSION_GROUP, LEGACY_GROUP];
        found.extend(groups.map(|group| Situation { label: "blanket group".to_owned(), identity: world.object(group).to_string() }));
    }
    found
}

/// The emergency accounts: one drill each a month, and what happened outside every drill.
fn glass(world: &World, month: usize) -> Vec<Situation> {
    let id = |index: usize| world.people.get(index).map(|p| p.id.to_string()).unwrap_or_default();
    let mut found: Vec<Situation> = (0..2).map(|index| Situation { label: "glass: drill".to_owned(), identity: id(index) }).collect();
    if !world.plan.clean {
        found.push(Situation { label: "glass: unexplained".to_owned(), identity: id(0) });
        if month == 1 {
            found.push(Situation { label: "glass: late_explained".to_owned(), identity: id(1) });
        }
    }
    found
}

fn flooded(world: &World, index: usize) -> bool {
    let day = world.calendar.last().plus(-11);
    let victim = world.people.iter().position(|p| p.part == Part::Flooded && p.active(day));
    !world.plan.clean && victim == Some(index)
}

fn far_away(world: &World, index: usize) -> bool {
    let day = world.calendar.last().plus(-13);
    let traveller = world.cast.excepted.start + 1;
    !world.plan.clean && index == traveller && world.people.get(index).is_some_and(|p| p.excluded_on(day))
}

/// State in the register at the end, the best of a person's entries.
fn registered(world: &World, index: usize) -> &'static str {
    let last = world.calendar.last();
    let state = |e: &Entry| {
        let readable = !matches!(e.expiry_on(last), Expiry::Unreadable);
        match e.state(last) {
            Some("active") if readable => Some((0, "active")),
            Some("expired_open") => Some((1, "expired")),
            Some("closed") => Some((3, "closed")),
            Some(_) => Some((2, "pending")),
            None => None,
        }
    };
    let best = world.entries.iter().filter(|e| e.person == index).filter_map(state).min();
    best.map_or("none", |(_, state)| state)
}

/// Where the account stands when policy, register and sign-ins are held against each other.
fn cell(world: &World, tally: &Tally, index: usize, month: usize) -> &'static str {
    let last = world.calendar.last();
    let stray = stray_exclusion(world).is_some_and(|(_, stray)| stray == index);
    let excluded = world.people.get(index).is_some_and(|p| p.exists(last) && (p.kind == Kind::BreakGlass || p.excluded_on(last) || stray));
    let used = tally.bypasses(index, month) > 0;
    match (registered(world, index), excluded, used) {
        ("active", true, true) => "governed and used",
        ("active", true, false) => "governed and unused",
        ("active", false, true) => "governed, used without a policy exclusion",
        ("active", false, false) => "registered but not excluded",
        ("expired" | "closed", _, true) => "expired but used",
        ("expired" | "closed", true, false) => "expired but still excluded",
        ("pending", true, _) => "excluded while pending",
        ("pending", false, true) => "pending and used",
        ("none", true, true) => "excluded but unregistered, used",
        ("none", true, false) => "excluded but unregistered",
        ("none", false, true) => "bypass without either",
        _ => "no exception",
    }
}
