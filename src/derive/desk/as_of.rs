//! Snapshots as of one instant.

use arrow::record_batch::RecordBatch;

use super::super::Derivation;
use super::super::names::Names;
use super::super::snapshots;
use crate::table::directory::{GroupMember, Identity, PersonAccount, RegisteredMethod, Registration, Role, RoleAssignment};
use crate::table::{self, Instant, Row};

/// Raw batches as of one instant; rows borrow from them.
pub(super) struct AsOf {
    pub(super) identities: Vec<RecordBatch>,
    pub(super) registrations: Vec<RecordBatch>,
    pub(super) methods: Vec<RecordBatch>,
    pub(super) roles: Vec<RecordBatch>,
    pub(super) assignments: Vec<RecordBatch>,
    pub(super) groups: Vec<RecordBatch>,
    pub(super) people: Vec<RecordBatch>,
}

impl AsOf {
    pub(super) fn load(d: &Derivation<'_>, at: Instant) -> anyhow::Result<Self> {
        let load = |table: table::Table| snapshots::load(d.lake, &table, &d.snapshots.before(table.name, at));
        let identities = load(Identity::TABLE)?;
        let named = |table: table::Table| -> anyhow::Result<Vec<RecordBatch>> {
            let names = Names::new(&table::rows(&identities)?);
            load(table)?.iter().map(|b| names.put(&table, b)).collect()
        };
        Ok(Self {
            registrations: named(Registration::TABLE)?,
            methods: named(RegisteredMethod::TABLE)?,
            identities,
            roles: load(Role::TABLE)?,
            assignments: load(RoleAssignment::TABLE)?,
            groups: load(GroupMember::TABLE)?,
            people: load(PersonAccount::TABLE)?,
        })
    }
}
