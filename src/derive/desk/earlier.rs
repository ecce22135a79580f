//! Whom policy asked for a phishing-resistant method as of the start of the period (K42).

use std::collections::BTreeSet;

use super::super::ground::Ground;
use super::super::holders::effective_members;
use super::super::{Derivation, governance, snapshots};
use super::as_of::AsOf;
use crate::table;
use crate::table::Row;
use crate::table::policy::{Policy, PolicyExclusion};

/// `None` when nobody knows what stood at the start.
pub(super) fn asked(d: &Derivation<'_>, ground: &Ground<'_>, opening: Option<&AsOf>) -> anyhow::Result<Option<BTreeSet<(String, String)>>> {
    let Some(opening) = opening else { return Ok(None) };
    let load = |table: table::Table| snapshots::load(d.lake, &table, &d.snapshots.before(table.name, ground.start));
    let (policies, left_out) = (load(Policy::TABLE)?, load(PolicyExclusion::TABLE)?);
    if policies.iter().all(|b| b.num_rows() == 0) {
        return Ok(None);
    }
    let (groups, roles, assignments) = (table::rows(&opening.groups)?, table::rows(&opening.roles)?, table::rows(&opening.assignments)?);
    let members = effective_members(&groups);
    let then = Ground {
        identities: &table::rows(&opening.identities)?,
        groups: &groups,
        members: &members,
        roles: &roles,
        assignments: &assignments,
        policies: &table::rows(&policies)?,
        left_out: &table::rows(&left_out)?,
        ..ground.clone()
    };
    Ok(Some(governance::asked_identities(&then)))
}
