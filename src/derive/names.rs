//! Sign-in names to ids, for exports that carry the name alone. A name that two accounts share names neither.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::StringArray;
use arrow::record_batch::RecordBatch;

use crate::table::directory::Identity;
use crate::table::{Table, typed};

/// Names of a directory snapshot.
#[derive(Debug, Default)]
pub(crate) struct Names<'n> {
    ids: BTreeMap<(&'n str, String), Option<&'n str>>,
}

impl<'n> Names<'n> {
    pub(crate) fn new(identities: &[Identity<'n>]) -> Self {
        let mut ids: BTreeMap<(&str, String), Option<&str>> = BTreeMap::new();
        for i in identities {
            let Some(name) = i.user_name else { continue };
            let slot = ids.entry((i.tenant, name.to_lowercase())).or_insert(Some(i.identity_id));
            if *slot != Some(i.identity_id) {
                *slot = None;
            }
        }
        Self { ids }
    }

    /// The one account of that name.
    pub(crate) fn id(&self, tenant: &str, name: &str) -> Option<&'n str> {
        // A key of a shorter life than the map's is found all the same.
        let ids: &BTreeMap<(&str, String), Option<&'n str>> = &self.ids;
        ids.get(&(tenant, name.to_lowercase())).copied().flatten()
    }

    /// The batch with ids in place of names in `identity_id`; a name that no account has stays.
    pub(crate) fn put(&self, table: &Table, batch: &RecordBatch) -> anyhow::Result<RecordBatch> {
        let ids: &StringArray = typed(batch, table.name, "identity_id")?;
        let tenants: &StringArray = typed(batch, table.name, "tenant")?;
        // Ids of directories hold no `@`; most exports have ids throughout.
        if !ids.iter().flatten().any(|id| id.contains('@')) {
            return Ok(batch.clone());
        }
        let known = |tenant: Option<&str>, id| self.id(tenant.unwrap_or(""), id).unwrap_or(id);
        let put = ids.iter().zip(tenants).map(|(id, tenant)| id.map(|id| if id.contains('@') { known(tenant, id) } else { id }));
        let mut columns = batch.columns().to_vec();
        let at = batch.schema().index_of("identity_id")?;
        if let Some(column) = columns.get_mut(at) {
            *column = Arc::new(put.collect::<StringArray>());
        }
        Ok(RecordBatch::try_new(batch.schema(), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::population::tests::person;
    use super::*;
    use crate::table::directory::Registration;
    use crate::table::{Instant, Row, batch};

    #[test]
    fn a_name_becomes_the_id_of_the_one_account_that_has_it() {
        let identities = [person("1", "Ann@example.com"), person("2", "bob@example.com"), person("3", "bob@example.com")];
        let names = Names::new(&identities);
        assert_eq!((names.id("", "ann@EXAMPLE.com"), names.id("", "bob@example.com"), names.id("t", "ann@example.com")), (Some("1"), None, None));
        let row = |identity_id| Registration {
            source: "r",
            tenant: "",
            snapshot_at: Instant(0),
            identity_id,
            registered: None,
            capable: None,
            admin_flag: None,
            preferred_raw: None,
            raw_object: "o",
            raw_offset: 0,
        };
        let put = names.put(&Registration::TABLE, &batch(["ann@example.com", "bob@example.com", "2"].map(row)).unwrap()).unwrap();
        assert_eq!(Registration::read(&put).unwrap().iter().map(|r| r.identity_id).collect::<Vec<_>>(), ["1", "bob@example.com", "2"]);
    }
}
