//! One person, several accounts (metrics.md section 3): the map, then the directory, then equal sign-in names.
//!
//! Joining two accounts can only make separation of duties and independence harder to show, so equal names across
//! providers count as one person even without a map.

use std::collections::BTreeMap;

use crate::table::directory::{Identity, PersonAccount};

/// Who stands behind an account.
#[derive(Debug, Default)]
pub(crate) struct People<'p> {
    mapped: BTreeMap<String, &'p str>,
    by_name: BTreeMap<String, &'p str>,
}

impl<'p> People<'p> {
    pub(crate) fn new(map: &[PersonAccount<'p>], identities: &[Identity<'p>]) -> Self {
        let mapped: BTreeMap<String, &str> = map.iter().map(|a| (a.account.to_lowercase(), a.person_id)).collect();
        let mut people = Self { mapped, by_name: BTreeMap::new() };
        // An account that the map or the directory gives a person lends it to every account of the same name.
        let given = |i: &Identity<'p>| people.given(i.identity_id, i.user_name, i.person_id);
        let mut by_name: BTreeMap<String, (bool, &'p str)> = BTreeMap::new();
        for i in identities {
            let Some(name) = shared(i.user_name) else { continue };
            let found = given(i).map_or((true, i.identity_id), |p| (false, p));
            let slot = by_name.entry(name).or_insert(found);
            *slot = (*slot).min(found);
        }
        people.by_name = by_name.into_iter().map(|(name, (_, person))| (name, person)).collect();
        people
    }

    fn given(&self, identity_id: &'p str, user_name: Option<&str>, person_id: &'p str) -> Option<&'p str> {
        let by_map = self.mapped.get(&identity_id.to_lowercase()).or_else(|| self.mapped.get(&user_name?.to_lowercase()));
        by_map.copied().or_else(|| (person_id != identity_id).then_some(person_id))
    }

    /// The person behind a listed account.
    pub(crate) fn of(&self, i: &Identity<'p>) -> &'p str {
        let by_name = || shared(i.user_name).and_then(|n| self.by_name.get(&n).copied());
        self.given(i.identity_id, i.user_name, i.person_id).or_else(by_name).unwrap_or(i.identity_id)
    }

    /// The person behind an account that no directory lists.
    pub(crate) fn of_unlisted(&self, identity_id: &'p str) -> &'p str {
        self.mapped.get(&identity_id.to_lowercase()).copied().unwrap_or(identity_id)
    }
}

/// A sign-in name that can be the same at several providers: an address, not a local name.
fn shared(name: Option<&str>) -> Option<String> {
    name.filter(|n| n.contains('@')).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::population::tests::person;
    use super::*;
    use crate::table::Instant;

    fn account(account: &'static str, person_id: &'static str) -> PersonAccount<'static> {
        PersonAccount { source: "p", tenant: "", snapshot_at: Instant(0), account, person_id, raw_object: "o", raw_offset: 0 }
    }

    #[test]
    fn the_map_then_the_directory_then_the_name() {
        let identities = [
            Identity { person_id: "employee:1", ..person("e-ann", "ann@example.com") },
            Identity { person_id: "employee:1", ..person("e-adm-ann", "adm-ann@example.com") },
            person("o-ann", "Ann@Example.com"),
            person("o-bob", "bob@example.com"),
            person("g-bob", "bob@example.com"),
            person("cloud/user/cid", "cid"),
            person("cid", "cid@example.com"),
            person("duo-cid", "cid"),
        ];
        let map = [account("CLOUD/user/cid", "P-3"), account("cid@example.com", "P-3"), account("partner", "P-9")];
        let people = People::new(&map, &identities);
        let found: Vec<&str> = identities.iter().map(|i| people.of(i)).collect();
        // A local name such as `cid` is not joined by itself.
        assert_eq!(found, ["employee:1", "employee:1", "employee:1", "g-bob", "g-bob", "P-3", "P-3", "duo-cid"]);
        assert_eq!((people.of_unlisted("Partner"), people.of_unlisted("nobody")), ("P-9", "nobody"));
    }
}
