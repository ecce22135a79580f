//! The strongest second factor that an identity had registered when an attempt was made (K42).

use std::collections::BTreeMap;

use crate::config::Ranking;
use crate::table::directory::RegisteredMethod;

/// The snapshots on both sides of the day disagree: when it changed cannot be told.
pub(super) const CHANGED: &str = "changed";

type Best<'s> = BTreeMap<(&'s str, &'s str), &'s str>;

/// By tenant and identity.
#[derive(Debug, Default)]
pub(super) struct Strongest<'s> {
    found: Best<'s>,
}

impl<'s> Strongest<'s> {
    /// From the snapshot before the end of the day and the one after it; one that is not there says nothing.
    pub(super) fn new(before: Option<&[RegisteredMethod<'s>]>, after: Option<&[RegisteredMethod<'s>]>, ranking: &Ranking) -> Self {
        let (mut found, other) = match (before, after) {
            (Some(a), Some(b)) => (best(a, ranking), Some(best(b, ranking))),
            (Some(one), None) | (None, Some(one)) => (best(one, ranking), None),
            (None, None) => return Self::default(),
        };
        let Some(other) = other else { return Self { found } };
        for (key, method) in &mut found {
            if other.get(key) != Some(method) {
                *method = CHANGED;
            }
        }
        for key in other.into_keys() {
            found.entry(key).or_insert(CHANGED);
        }
        Self { found }
    }

    /// Canonical method, [`CHANGED`], or empty text when none was registered.
    pub(super) fn of(&self, tenant: &str, identity: &str) -> &'s str {
        // A key of a shorter life than the map's is found all the same.
        let found: &BTreeMap<(&str, &str), &'s str> = &self.found;
        found.get(&(tenant, identity)).copied().unwrap_or("")
    }
}

/// Whoever has only methods that the ranking does not know has none that can be compared.
fn best<'s>(rows: &[RegisteredMethod<'s>], ranking: &Ranking) -> Best<'s> {
    let rank = |method: &str| ranking.0.iter().position(|m| m == method);
    let mut found: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    for r in rows.iter().filter(|r| r.second_factor) {
        let Some(place) = rank(r.method) else { continue };
        let slot = found.entry((r.tenant, r.identity_id)).or_insert((place, r.method));
        *slot = (*slot).min((place, r.method));
    }
    found.into_iter().map(|(key, (_, method))| (key, method)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Instant;

    fn row(identity_id: &'static str, method: &'static str, second_factor: bool) -> RegisteredMethod<'static> {
        RegisteredMethod { source: "r", tenant: "", snapshot_at: Instant(0), identity_id, method, method_raw: method, method_strength: "", second_factor, syncable: false }
    }

    fn ranking() -> Ranking {
        Ranking(["fido2", "push", "sms"].map(str::to_owned).to_vec())
    }

    #[test]
    fn the_first_of_the_ranking_counts_and_only_second_factors_do() {
        let rows = [row("a", "sms", true), row("a", "push", true), row("a", "fido2", false), row("b", "pigeon", true)];
        let s = Strongest::new(Some(&rows), None, &ranking());
        assert_eq!((s.of("", "a"), s.of("", "b"), s.of("", "c"), s.of("t", "a")), ("push", "", "", ""));
    }

    #[test]
    fn what_changed_between_two_snapshots_cannot_be_told() {
        let (before, after) =
            ([row("a", "sms", true), row("b", "push", true), row("gone", "push", true)], [row("a", "fido2", true), row("b", "push", true), row("new", "sms", true)]);
        let s = Strongest::new(Some(&before), Some(&after), &ranking());
        assert_eq!((s.of("", "a"), s.of("", "b"), s.of("", "gone"), s.of("", "new")), (CHANGED, "push", CHANGED, CHANGED));
    }
}
