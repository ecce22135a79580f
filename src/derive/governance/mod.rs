//! The register held against policy, changes and use.

mod approvals;
mod asked;
mod cells;
mod changes;
mod cohort;
mod exclusions;
mod extensions;
mod glass;
mod reconcile;
mod spells;

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;

use super::ground::{Accounts, Ground};
use crate::table;
use crate::table::register::Exception;

pub(super) use asked::identities as asked_identities;

/// Every table of this room.
pub(super) fn tables(ground: &Ground<'_>, enrolments: &[super::enrolment::Observed], opening: &[Exception<'_>]) -> anyhow::Result<BTreeMap<&'static str, RecordBatch>> {
    let accounts = Accounts::new(ground);
    let exclusions = exclusions::exclusions(ground);
    let excluded = exclusions::identities(ground, &exclusions);
    let changes = changes::changes(ground, &accounts, opening);
    Ok(BTreeMap::from([
        ("reconciliation", table::batch(reconcile::rows(ground, &excluded))?),
        ("asked_strengths", table::batch(asked::strengths(ground, &exclusions))?),
        ("exclusions", table::batch(exclusions.iter().copied())?),
        ("excluded_identities", table::batch(excluded.iter().copied())?),
        ("register_cells", table::batch(cells::cells(ground, &accounts))?),
        ("separations", table::batch(approvals::separations(ground, &accounts).iter().map(approvals::Separated::row))?),
        ("control_changes", table::batch(changes.iter().map(changes::Told::row))?),
        ("glass_conditions", table::batch(glass::conditions(ground, &accounts).iter().map(glass::Judged::row))?),
        ("glass_uses", table::batch(glass::uses(ground).iter().map(glass::Used::row))?),
        ("spells", table::batch(spells::spells(ground, &excluded, enrolments).iter().map(spells::Observed::row))?),
        ("legacy_cohort", table::batch(cohort::members(ground, &accounts))?),
    ]))
}
