//! What policies leave out, expanded to the identities that this concerns.

use std::collections::{BTreeMap, BTreeSet};

use super::super::exception::Life;
use super::super::ground::Ground;
use crate::table::governance::{ExcludedIdentity, Exclusion};
use crate::table::policy::Policy;

/// Switched on, and asking for MFA or blocking. A policy that risk narrows asks only now and then: that is no enforcement.
fn enforces(p: &Policy<'_>) -> bool {
    let narrowed = p.narrowed_by.is_some_and(|n| n.split(',').any(|part| part.trim().contains("risk")));
    p.policy_state == "enabled" && matches!(p.grants, "mfa" | "mfa_or_device" | "block") && !narrowed
}

/// Groups that a policy leaves out, with every group inside them.
pub(super) fn excluding<'g>(ground: &Ground<'g>) -> BTreeSet<&'g str> {
    let mut found: BTreeSet<&str> = ground.left_out.iter().filter(|x| x.object_kind == "group").map(|x| x.object_id).collect();
    loop {
        let nested: Vec<&str> =
            ground.groups.iter().filter(|g| found.contains(g.group_id) && g.member_kind == "group").map(|g| g.member_id).filter(|m| !found.contains(m)).collect();
        if nested.is_empty() {
            return found;
        }
        found.extend(nested);
    }
}

/// One row per policy and object left out.
pub(super) fn exclusions<'g>(ground: &Ground<'g>) -> Vec<Exclusion<'g>> {
    let policies: BTreeMap<&str, &Policy<'_>> = ground.policies.iter().map(|p| (p.policy_id, p)).collect();
    let groups: BTreeMap<&str, (Option<&str>, Option<&str>)> = ground.groups.iter().map(|g| (g.group_id, (g.group_name, g.membership_rule))).collect();
    let labels = ground.labels();
    let mut found: Vec<Exclusion<'g>> = Vec::new();
    for x in ground.left_out {
        let policy = policies.get(x.policy_id);
        let group = groups.get(x.object_id).filter(|_| x.object_kind == "group");
        let naming: Vec<&Life<'_>> = match x.object_kind {
            "user" => ground.cover.naming(x.object_id),
            _ => ground.lives.iter().filter(|l| l.objects().any(|o| o == x.object_id)).collect(),
        };
        let named = group.and_then(|(name, _)| *name).or_else(|| labels.get(x.object_id).copied()).unwrap_or(x.object_id);
        let own = active(ground, &naming);
        found.push(Exclusion {
            tenant: x.tenant,
            policy_id: x.policy_id,
            policy_name: policy.and_then(|p| p.policy_name).unwrap_or(x.policy_id),
            // Where the provider has no policy object the exclusion itself is what works: a bypass, a grace period.
            enforced: policy.is_none_or(|p| enforces(p)),
            object_kind: x.object_kind,
            object_id: x.object_id,
            object_name: named,
            members: members(ground, x.object_kind, x.object_id),
            membership_rule: group.and_then(|(_, rule)| *rule).unwrap_or(""),
            exception_id: own.map_or("", |l| l.entry.exception_id),
            registered: if own.is_none() && x.object_kind == "group" && each_member_active(ground, x.object_id) { "active" } else { standing(ground, &naming).0 },
        });
    }
    found.sort_by_key(|x| (x.tenant, x.policy_id, x.object_kind, x.object_id));
    found
}

fn active<'l, 'g>(ground: &Ground<'g>, naming: &[&'l Life<'g>]) -> Option<&'l Life<'g>> {
    naming.iter().filter(|l| l.is_active(ground.close())).min_by_key(|l| l.entry.exception_id).copied()
}

/// The best state among entries, and the entry it comes from.
pub(super) fn standing<'l, 'g>(ground: &Ground<'_>, naming: &[&'l Life<'g>]) -> (&'static str, Option<&'l Life<'g>>) {
    let rank = |l: &Life<'_>| match l.state(ground.close()) {
        "active" => (0, "active"),
        "expired" => (1, "expired"),
        "closed" => (3, "closed"),
        _ => (2, "pending"),
    };
    match naming.iter().min_by_key(|l| (rank(l).0, l.entry.exception_id)) {
        Some(l) => (rank(l).1, Some(*l)),
        None => ("none", None),
    }
}

fn each_member_active(ground: &Ground<'_>, group: &str) -> bool {
    let Some(members) = ground.members.get(group).filter(|m| !m.is_empty()) else { return false };
    members.iter().all(|m| ground.cover.naming(m).iter().any(|l| l.is_active(ground.close())))
}

fn members(ground: &Ground<'_>, kind: &str, object: &str) -> Option<i64> {
    let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    match kind {
        "user" => Some(1),
        "group" => ground.members.get(object).map(|m| whole(m.len())),
        "role" => ground.holders.map(|_| whole(holders_of(ground, object).len())),
        "guests" => Some(whole(guests(ground).count())),
        _ => None,
    }
}

fn guests<'g>(ground: &Ground<'g>) -> impl Iterator<Item = &'g str> {
    ground.identities.iter().filter(|i| i.user_kind == "guest" && !i.deleted && i.enabled != Some(false)).map(|i| i.identity_id)
}

/// Identities that hold a role, active or eligible, directly or by group.
fn holders_of<'g>(ground: &Ground<'g>, role: &str) -> BTreeSet<&'g str> {
    let template: BTreeMap<&str, &str> = ground.roles.iter().map(|r| (r.role_id, r.template_id)).collect();
    let held = ground.assignments.iter().filter(|a| a.role_id == role || template.get(a.role_id) == Some(&role));
    held.flat_map(|a| match ground.members.get(a.holder_id) {
        Some(users) => users.iter().map(String::as_str).collect(),
        None => vec![a.holder_id],
    })
    .collect()
}

/// Identities that enforced policies leave out.
pub(super) fn identities<'g>(ground: &Ground<'g>, exclusions: &[Exclusion<'g>]) -> Vec<ExcludedIdentity<'g>> {
    let mut found = Vec::new();
    for x in exclusions.iter().filter(|x| x.enforced) {
        let ids: Vec<&str> = match x.object_kind {
            "user" => vec![x.object_id],
            "group" => ground.members.get(x.object_id).map(|m| m.iter().map(String::as_str).collect()).unwrap_or_default(),
            "role" => holders_of(ground, x.object_id).into_iter().collect(),
            "guests" => guests(ground).collect(),
            _ => Vec::new(),
        };
        found.extend(ids.into_iter().map(|identity_id| ExcludedIdentity {
            tenant: x.tenant,
            identity_id,
            policy_id: x.policy_id,
            object_kind: x.object_kind,
            object_id: x.object_id,
        }));
    }
    found.sort_by_key(|e| (e.tenant, e.identity_id, e.policy_id, e.object_id));
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::exception::tests::entry;
    use super::super::super::ground::tests::Fixture;
    use super::super::super::population::tests::person;
    use super::*;
    use crate::table::Instant;
    use crate::table::directory::{GroupMember, Identity};
    use crate::table::policy::PolicyExclusion;
    use crate::table::register::Exception;

    fn policy(policy_id: &'static str, policy_state: &'static str, grants: &'static str, narrowed_by: Option<&'static str>) -> Policy<'static> {
        Policy {
            source: "s",
            tenant: "",
            snapshot_at: Instant(0),
            policy_id,
            policy_name: None,
            policy_state,
            grants,
            phishing_resistant: None,
            narrowed_by,
            all_users: true,
            all_apps: true,
            made_at: None,
            edited_at: None,
            raw_object: "o",
            raw_offset: 0,
        }
    }

    #[test]
    fn report_only_disabled_and_risk_narrowed_policies_enforce_nothing() {
        for (state, grants, narrowed, want) in [
            ("enabled", "mfa", None, true),
            ("enabled", "block", Some("client"), true),
            ("report_only", "mfa", None, false),
            ("disabled", "mfa", None, false),
            ("enabled", "mfa", Some("location, sign_in_risk"), false),
            ("enabled", "none", None, false),
        ] {
            assert_eq!(enforces(&policy("p", state, grants, narrowed)), want, "{state} {grants} {narrowed:?}");
        }
    }

    #[test]
    fn groups_and_guests_are_followed_to_people_and_a_bypass_without_a_policy_works_by_itself() {
        let mut f = Fixture::new("");
        let out = |policy_id, object_kind, object_id| PolicyExclusion { source: "s", tenant: "", snapshot_at: Instant(0), policy_id, object_kind, object_id };
        f.policies = vec![policy("p", "enabled", "mfa", None), policy("r", "report_only", "mfa", None)];
        f.left_out = vec![out("p", "group", "g"), out("p", "guests", "all"), out("r", "user", "c"), out("bypass", "user", "d")];
        let member = |group_id, member_id, member_kind| GroupMember {
            source: "s",
            tenant: "",
            snapshot_at: Instant(0),
            group_id,
            group_name: Some("G"),
            membership_rule: None,
            member_id,
            member_kind,
        };
        f.groups = vec![member("g", "h", "group"), member("h", "a", "user"), member("h", "b", "user")];
        f.identities = vec![Identity { user_kind: "guest", ..person("x", "x@example.org") }, person("c", "c@example.com")];
        // The group itself is in no entry; each of its members is.
        f.entries = vec![(Exception { object_ids: Some("a;b"), expires_at: None, ..entry("E") }, vec![])];
        f.stand(|g| {
            let all = exclusions(g);
            let ids: Vec<&str> = identities(g, &all).iter().map(|i| i.identity_id).collect();
            assert_eq!(ids, ["a", "b", "d", "x"]);
            let group = all.iter().find(|x| x.object_id == "g").unwrap();
            assert_eq!((group.members, group.object_name, group.exception_id, group.registered), (Some(2), "G", "", "active"));
            assert_eq!(all.iter().find(|x| x.object_id == "d").unwrap().registered, "none");
        });
    }
}
