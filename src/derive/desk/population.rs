//! The population of a period: two directories and who is told to be break-glass.

use std::collections::BTreeSet;

use arrow::record_batch::RecordBatch;

use super::super::Derivation;
use super::super::exception::Life;
use super::super::holders::{Holders, effective_members};
use super::super::people::People;
use super::super::population::{Facts, population};
use super::AsOf;
use super::fact::Fact;
use crate::table::derived::AttemptDay;
use crate::table::directory::GroupMember;
use crate::table::{self, Instant, Row};

pub(super) fn rows(
    d: &Derivation<'_>,
    now: &AsOf,
    opening: Option<&AsOf>,
    lives: &[Life<'_>],
    missing: &std::collections::BTreeMap<Fact, String>,
    attempts: &RecordBatch,
    (start, end): (Instant, Instant),
) -> anyhow::Result<RecordBatch> {
    let privileged = super::super::privileged_roles(d.config);
    let holders = |a: &AsOf| {
        let members = effective_members(&table::rows::<GroupMember<'_>>(&a.groups)?);
        anyhow::Ok((Holders::new(&table::rows(&a.roles)?, &table::rows(&a.assignments)?, &members, &privileged), members))
    };
    let (held, members) = holders(now)?;
    // Only an active entry makes an account a break-glass account: an expired one is judged like everybody else.
    let named = |at: Instant| -> BTreeSet<String> {
        let objects = lives.iter().filter(|l| l.entry.category == "break_glass" && l.is_active(at)).flat_map(Life::objects);
        objects.flat_map(|o| members.get(o).map_or_else(|| vec![o.to_owned()], |m| m.iter().cloned().collect())).collect()
    };
    let (glass_now, glass_then) = (named(Instant(end.0 - 1)), named(start));
    let (identities, registrations, methods) = (table::rows(&now.identities)?, table::rows(&now.registrations)?, table::rows(&now.methods)?);
    let people = People::new(&table::rows(&now.people)?, &identities);
    let facts = Facts {
        at: end,
        identities: &identities,
        registrations: &registrations,
        methods: &methods,
        holders: (!missing.contains_key(&Fact::Roles)).then_some(&held),
        break_glass: &glass_now,
        rules: &d.config.population,
        people: &people,
    };
    let days: Vec<AttemptDay<'_>> = AttemptDay::read(attempts)?;
    let seen = days.iter().map(|a| (a.tenant, a.identity_id)).collect();
    let Some(then) = opening else { return table::batch(population(&facts, None, &seen)) };
    let (identities, registrations, methods) = (table::rows(&then.identities)?, table::rows(&then.registrations)?, table::rows(&then.methods)?);
    let earlier = People::default();
    let before = Facts {
        at: start,
        identities: &identities,
        registrations: &registrations,
        methods: &methods,
        holders: None,
        break_glass: &glass_then,
        rules: &d.config.population,
        people: &earlier,
    };
    table::batch(population(&facts, Some(&before), &seen))
}
