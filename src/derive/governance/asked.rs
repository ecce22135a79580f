//! Whom policy asks for a phishing-resistant method wherever they sign in (K42).

use std::collections::{BTreeMap, BTreeSet};

use super::super::ground::Ground;
use crate::period;
use crate::table::Day;
use crate::table::governance::{AskedStrength, Exclusion};
use crate::table::policy::Policy;

const ASKED: &str = "phishing_resistant";
/// Objects whose exclusion takes people out and leaves the policy whole for everybody else.
const PEOPLE: [&str; 4] = ["user", "group", "role", "guests"];

/// A policy that asks everybody, everywhere, always. Of a narrower one an attempt does not tell whether it was asked.
fn asks(p: &Policy<'_>, exclusions: &[Exclusion<'_>]) -> bool {
    let whole = p.all_users && p.all_apps && p.narrowed_by.is_none_or(|n| n.trim().is_empty());
    let of_people = exclusions.iter().filter(|x| x.tenant == p.tenant && x.policy_id == p.policy_id).all(|x| PEOPLE.contains(&x.object_kind));
    p.policy_state == "enabled" && p.grants == "mfa" && p.phishing_resistant == Some(true) && whole && of_people
}

/// Tenant and identity of everybody who is asked as of the ground's end.
pub(in crate::derive) fn identities(ground: &Ground<'_>) -> BTreeSet<(String, String)> {
    of_policies(ground, &super::exclusions::exclusions(ground)).into_keys().map(|(tenant, id)| (tenant.to_owned(), id.to_owned())).collect()
}

/// One row per identity that was asked at the start or the end of the period. Asked at both ends: asked throughout. At the end
/// alone: after an edit of the period for certain, and before it perhaps. At the start alone: perhaps.
pub(super) fn strengths<'g>(ground: &Ground<'g>, exclusions: &[Exclusion<'g>]) -> Vec<AskedStrength<'g>> {
    let (start, end) = (period::local_day(ground.start, ground.zone), period::local_day(ground.end, ground.zone));
    let mut found = of_policies(ground, exclusions);
    let Some(before) = ground.asked_before else { return found.into_values().collect() };
    for ((tenant, id), row) in &mut found {
        if before.contains(&((*tenant).to_owned(), (*id).to_owned())) {
            row.after_day = Day(start.0 - 1);
        } else if row.after_day < start {
            row.after_day = end;
        }
    }
    for i in ground.identities.iter().filter(|i| before.contains(&(i.tenant.to_owned(), i.identity_id.to_owned()))) {
        let perhaps = AskedStrength { tenant: i.tenant, identity_id: i.identity_id, asked: ASKED, after_day: end, policy_name: "" };
        found.entry((i.tenant, i.identity_id)).or_insert(perhaps);
    }
    found.into_values().collect()
}

fn of_policies<'g>(ground: &Ground<'g>, exclusions: &[Exclusion<'g>]) -> BTreeMap<(&'g str, &'g str), AskedStrength<'g>> {
    let left_out: BTreeSet<(&str, &str, &str)> = super::exclusions::identities(ground, exclusions).iter().map(|x| (x.tenant, x.policy_id, x.identity_id)).collect();
    let mut found: BTreeMap<(&str, &str), AskedStrength<'g>> = BTreeMap::new();
    for p in ground.policies.iter().filter(|p| asks(p, exclusions)) {
        let since = p.edited_at.or(p.made_at).unwrap_or(ground.start);
        let from_day = period::local_day(since, ground.zone);
        for i in ground.identities.iter().filter(|i| i.tenant == p.tenant && !left_out.contains(&(p.tenant, p.policy_id, i.identity_id))) {
            let row = AskedStrength { tenant: i.tenant, identity_id: i.identity_id, asked: ASKED, after_day: from_day, policy_name: p.policy_name.unwrap_or(p.policy_id) };
            let slot = found.entry((i.tenant, i.identity_id)).or_insert(row);
            if row.after_day < slot.after_day {
                *slot = row;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::ground::tests::Fixture;
    use super::super::super::population::tests::person;
    use super::super::exclusions::exclusions;
    use super::*;
    use crate::table::Instant;
    use crate::table::policy::PolicyExclusion;

    fn policy(policy_id: &'static str) -> Policy<'static> {
        Policy {
            source: "s",
            tenant: "",
            snapshot_at: Instant(0),
            policy_id,
            policy_name: None,
            policy_state: "enabled",
            grants: "mfa",
            phishing_resistant: Some(true),
            narrowed_by: None,
            all_users: true,
            all_apps: true,
            made_at: None,
            edited_at: Some(period::instant("2026-10-10T12:00:00Z".parse().unwrap())),
            raw_object: "o",
            raw_offset: 0,
        }
    }

    fn asked(policies: Vec<Policy<'static>>, left_out: Vec<(&'static str, &'static str)>) -> Vec<(String, String)> {
        let mut f = Fixture::new("");
        f.policies = policies;
        f.identities = vec![person("a", "a@example.com"), person("b", "b@example.com")];
        f.left_out = left_out
            .into_iter()
            .map(|(object_kind, object_id)| PolicyExclusion { source: "s", tenant: "", snapshot_at: Instant(0), policy_id: "p", object_kind, object_id })
            .collect();
        f.stand(|g| strengths(g, &exclusions(g)).iter().map(|s| (s.identity_id.to_owned(), period::date(s.after_day).to_string())).collect())
    }

    #[test]
    fn everybody_is_asked_except_whom_the_policy_leaves_out() {
        assert_eq!(asked(vec![policy("p")], vec![("user", "b")]), [("a".to_owned(), "2026-10-10".to_owned())]);
    }

    #[test]
    fn who_was_asked_at_one_end_only_may_have_been_asked() {
        let mut f = Fixture::new("");
        f.identities = ["a", "b", "c"].map(|id| person(id, "x@example.com")).to_vec();
        f.policies = vec![Policy { edited_at: Some(period::instant("2026-08-01T00:00:00Z".parse().unwrap())), ..policy("p") }];
        f.left_out = vec![PolicyExclusion { source: "s", tenant: "", snapshot_at: Instant(0), policy_id: "p", object_kind: "user", object_id: "c" }];
        let before = BTreeSet::from([(String::new(), "a".to_owned()), (String::new(), "c".to_owned())]);
        let days: Vec<(String, String)> = f.stand(|g| {
            let g = Ground { asked_before: Some(&before), ..g.clone() };
            strengths(&g, &exclusions(&g)).iter().map(|s| (s.identity_id.to_owned(), period::date(s.after_day).to_string())).collect()
        });
        // a throughout; b at the end alone, without an edit since; c at the start alone.
        assert_eq!(days, [("a", "2026-09-30"), ("b", "2026-11-01"), ("c", "2026-11-01")].map(|(i, d)| (i.to_owned(), d.to_owned())));
    }

    #[test]
    fn a_policy_that_does_not_ask_everywhere_and_always_asks_nobody_for_certain() {
        for other in [
            Policy { policy_state: "report_only", ..policy("p") },
            Policy { grants: "mfa_or_device", ..policy("p") },
            Policy { phishing_resistant: Some(false), ..policy("p") },
            Policy { narrowed_by: Some("risk"), ..policy("p") },
            Policy { all_users: false, ..policy("p") },
            Policy { all_apps: false, ..policy("p") },
        ] {
            assert!(asked(vec![other], vec![]).is_empty(), "{other:?}");
        }
        assert!(asked(vec![policy("p")], vec![("application", "mail")]).is_empty());
    }
}
