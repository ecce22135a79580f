//! The three-way join: what policy, register and sign-ins say of each identity, and whether it could do MFA.

use std::collections::{BTreeMap, BTreeSet};

use super::super::exception::Life;
use super::super::ground::{DAY, Ground};
use super::exclusions::standing;
use crate::period;
use crate::table::governance::{ExcludedIdentity, Reconciled};

/// One row per identity of the population, and per object of the register that no directory knows.
pub(super) fn rows<'g>(ground: &Ground<'g>, excluded: &[ExcludedIdentity<'g>]) -> Vec<Reconciled<'g>> {
    let excluded: BTreeSet<&str> = excluded.iter().map(|e| e.identity_id).collect();
    let settled = period::local_day(crate::table::Instant(ground.as_of.0 - ground.config.run.settle_hours * 3_600_000_000), ground.zone);
    let mut bypasses: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for a in ground.attempts.iter().filter(|a| a.local_day < settled && (a.satisfied_by == "N" || (a.satisfied_by == "S" && !a.relaxation_accepted))) {
        *bypasses.entry((a.tenant, a.identity_id)).or_default() += a.attempts;
    }
    let mut found: Vec<Reconciled<'g>> = Vec::new();
    for p in ground.population {
        let naming = ground.cover.naming(p.identity_id);
        let (registered, entry) = standing(ground, &naming);
        let usable = match ground.usable.get(&(p.tenant, p.identity_id)) {
            Some(Some(true)) => "yes",
            Some(Some(false)) => "no",
            _ => "unknown",
        };
        found.push(Reconciled {
            tenant: p.tenant,
            identity_id: p.identity_id,
            label: p.label,
            population: p.population,
            excluded: excluded.contains(p.identity_id),
            registered,
            exception_id: entry.map_or("", |l| l.entry.exception_id),
            category: entry.map_or("", |l| l.entry.category),
            bypasses: bypasses.get(&(p.tenant, p.identity_id)).copied().unwrap_or(0),
            usable,
            active_days: entry.and_then(|l| active_days(ground, l)),
        });
    }
    let known: BTreeSet<&str> = ground.population.iter().map(|p| p.identity_id).collect();
    let strays: BTreeSet<&str> =
        ground.lives.iter().filter(|l| l.entry.closed_at.is_none()).flat_map(Life::objects).filter(|o| !known.contains(o) && !ground.members.contains_key(*o)).collect();
    for object in strays {
        let (registered, entry) = standing(ground, &ground.cover.naming(object));
        found.push(Reconciled {
            tenant: "",
            identity_id: object,
            label: object,
            population: "unresolved",
            excluded: excluded.contains(object),
            registered,
            exception_id: entry.map_or("", |l| l.entry.exception_id),
            category: entry.map_or("", |l| l.entry.category),
            bypasses: 0,
            usable: "unknown",
            active_days: entry.and_then(|l| active_days(ground, l)),
        });
    }
    found
}

fn active_days(ground: &Ground<'_>, life: &Life<'_>) -> Option<i64> {
    let at = ground.close();
    life.active.iter().find(|(from, until)| *from <= at && at < *until).map(|(from, _)| (at.0 - from.0).div_euclid(DAY))
}
