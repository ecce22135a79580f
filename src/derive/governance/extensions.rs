//! Extensions of exceptions, recorded or not, as changes that want an approval (K34).

use super::super::exception::{Life, list};
use super::super::ground::{Accounts, Ground};
use super::changes::Told;
use crate::period;
use crate::table::Instant;
use crate::table::register::Exception;

/// Extensions that the register tells: approved when an approver of the entry made them.
pub(super) fn recorded<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>) -> Vec<Told<'g>> {
    let mut found = Vec::new();
    for l in ground.lives {
        for e in l.events.iter().filter(|e| e.event_kind == "extended") {
            let Some(at) = e.happened_at.filter(|at| ground.within(*at)) else { continue };
            let person = |name: &str| accounts.person(name).map_or_else(|| name.trim().to_lowercase(), str::to_owned);
            let by = e.actor.map(person);
            let approved = by.as_ref().is_some_and(|p| list(l.entry.approvers).any(|a| person(a) == *p));
            found.push(extended(
                ground,
                l,
                at,
                format!("register:{}:{}", l.entry.exception_id, e.sequence),
                e.evidence_text.unwrap_or("expiry extended").to_owned(),
                e.actor,
                approved,
            ));
        }
    }
    found
}

/// Expiries that are later than at the period's start although no extension is recorded.
pub(super) fn silent<'g>(ground: &Ground<'g>, opening: &[Exception<'_>]) -> Vec<Told<'g>> {
    let mut found = Vec::new();
    for l in ground.lives {
        let Some(before) = opening.iter().find(|e| e.exception_id == l.entry.exception_id) else { continue };
        // What was recorded in the period explains an expiry up to what it says.
        let told = l.extensions.iter().filter(|x| ground.within(x.at)).filter_map(|x| x.after).max();
        let Some(old) = before.expires_at else { continue };
        let old = told.map_or(old, |after| after.max(old));
        // An entry that was closed before its old end was not used beyond it.
        let ends = [l.entry.expires_at, l.entry.closed_at].into_iter().flatten().min();
        let never_ends = l.entry.expires_at.is_none() && l.entry.closed_at.is_none();
        if never_ends || ends.is_some_and(|end| end > old) {
            let new = l.entry.expires_at.map_or("none that can be read".to_owned(), period::rfc3339);
            let diff = format!("expiry {} -> {new}, without a recorded extension", period::rfc3339(old));
            found.push(extended(ground, l, ground.close(), format!("register:{}:expiry", l.entry.exception_id), diff, None, false));
        }
    }
    found
}

fn extended<'g>(ground: &Ground<'g>, l: &Life<'g>, at: Instant, event_id: String, diff: String, actor: Option<&'g str>, approved: bool) -> Told<'g> {
    Told {
        tenant: "",
        event_id,
        changed_at: at,
        effect: "expiry_changed",
        activity: "Register: extended",
        actor: actor.unwrap_or("(not recorded)"),
        actor_kind: if actor.is_some() { "user" } else { "unknown" },
        actor_person: "",
        target_id: l.entry.exception_id.to_owned(),
        target: l.entry.exception_id.to_owned(),
        container_id: "",
        diff,
        ticket: l.entry.ticket.unwrap_or("").to_owned(),
        exception_id: l.entry.exception_id,
        approval: if approved { "before" } else { "none" },
        latency_hours: ground.latency(at),
    }
}
