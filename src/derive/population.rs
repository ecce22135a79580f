//! Who counts as what: the waterfall of metrics.md section 3, first reason wins.

use std::collections::{BTreeMap, BTreeSet};

use super::holders::Holders;
use super::people::People;
use crate::config::PopulationRules;
use crate::table::Instant;
use crate::table::directory::{Identity, RegisteredMethod, Registration};
use crate::table::snapshot::Population;

/// Everything known at one instant.
#[derive(Debug)]
pub(crate) struct Facts<'f> {
    pub(crate) at: Instant,
    pub(crate) identities: &'f [Identity<'f>],
    pub(crate) registrations: &'f [Registration<'f>],
    pub(crate) methods: &'f [RegisteredMethod<'f>],
    pub(crate) holders: Option<&'f Holders>,
    /// Identities that a break-glass entry of the register names.
    pub(crate) break_glass: &'f BTreeSet<String>,
    pub(crate) rules: &'f PopulationRules,
    /// Who stands behind an account.
    pub(crate) people: &'f People<'f>,
}

/// Key of an identity.
pub(crate) type Key<'a> = (&'a str, &'a str);

/// Usable second factor per identity: `None` when the registration export does not list it or does not say.
pub(crate) fn usable<'f>(facts: &Facts<'f>) -> BTreeMap<Key<'f>, Option<bool>> {
    usable_of(facts.registrations, facts.methods)
}

/// The same from the two exports alone.
pub(crate) fn usable_of<'f>(registrations: &[Registration<'f>], methods: &[RegisteredMethod<'f>]) -> BTreeMap<Key<'f>, Option<bool>> {
    let second: BTreeSet<Key<'_>> = methods.iter().filter(|m| m.second_factor).map(|m| (m.tenant, m.identity_id)).collect();
    let of = |r: &Registration<'f>| {
        let key = (r.tenant, r.identity_id);
        let usable = match (second.contains(&key), r.capable) {
            (false, _) => Some(false),
            (true, capable) => capable,
        };
        (key, usable)
    };
    registrations.iter().map(of).collect()
}

fn matches(globs: &[String], name: &str) -> bool {
    let name = name.to_lowercase();
    globs.iter().any(|g| glob::Pattern::new(&g.to_lowercase()).is_ok_and(|p| p.matches(&name)))
}

/// Whether an account is a person's own, whatever its state; break-glass accounts are told by the register alone.
pub(crate) fn is_workforce(i: &Identity<'_>, rules: &PopulationRules) -> bool {
    let name = i.user_name.unwrap_or("");
    !matches!(i.user_kind, "workload" | "guest") && !matches(&rules.service_accounts, name) && !matches(&rules.shared_accounts, name)
}

/// Population and the reasons that hold whatever the account's state.
fn kind(i: &Identity<'_>, facts: &Facts<'_>) -> (&'static str, &'static str) {
    let name = i.user_name.unwrap_or("");
    if i.user_kind == "workload" {
        ("workload", "workload identity")
    } else if facts.break_glass.contains(i.identity_id) {
        ("break_glass", "break-glass account")
    } else if matches(&facts.rules.service_accounts, name) {
        ("service", "service account")
    } else if matches(&facts.rules.shared_accounts, name) {
        ("shared", "shared or room account")
    } else if i.user_kind == "guest" {
        ("guest", "guest")
    } else {
        ("workforce", "")
    }
}

pub(crate) fn started(i: &Identity<'_>) -> Option<Instant> {
    i.hired_at.into_iter().chain(i.created_at).max()
}

/// First reason that keeps an identity out of the workforce; empty text when it is in.
fn excluded(i: &Identity<'_>, facts: &Facts<'_>) -> &'static str {
    if i.deleted {
        return "deleted";
    }
    if i.enabled == Some(false) {
        return "disabled";
    }
    match kind(i, facts).1 {
        "" if started(i).is_some_and(|s| s >= facts.at) => "not yet started",
        reason => reason,
    }
}

/// The population at `now`, with what is known of the period's start, and those who only show in sign-ins.
pub(crate) fn population<'f>(now: &Facts<'f>, opening: Option<&Facts<'f>>, seen: &BTreeSet<Key<'f>>) -> Vec<Population<'f>> {
    let listed: BTreeSet<Key<'_>> = now.registrations.iter().map(|r| (r.tenant, r.identity_id)).collect();
    let before = opening.map(|o| {
        let scope: BTreeMap<Key<'_>, bool> = o.identities.iter().map(|i| ((i.tenant, i.identity_id), excluded(i, o).is_empty())).collect();
        (scope, usable(o))
    });
    let mut people: BTreeMap<Key<'f>, Population<'f>> = BTreeMap::new();
    for i in now.identities {
        let key = (i.tenant, i.identity_id);
        let (population, lasting) = kind(i, now);
        let out = excluded(i, now);
        let privileged = now.holders.map(|h| h.held(i.identity_id, now.at));
        people.insert(
            key,
            Population {
                tenant: i.tenant,
                identity_id: i.identity_id,
                label: i.display_name.or(i.user_name).unwrap_or(i.identity_id),
                population,
                excluded: out,
                attempts_excluded: lasting,
                privileged,
                privileged_excluded: if matches!(out, "deleted" | "disabled" | "workload identity" | "break-glass account") { out } else { "" },
                department: i.department.unwrap_or(""),
                person_id: now.people.of(i),
                started_at: started(i),
                in_registrations: listed.contains(&key),
                opening_in_scope: before.as_ref().map(|(scope, _)| scope.get(&key).copied().unwrap_or(false)),
                opening_usable: before.as_ref().and_then(|(_, usable)| usable.get(&key).copied().flatten()),
            },
        );
    }
    for key in seen {
        people.entry(*key).or_insert_with(|| unlisted(*key, now));
    }
    // Whoever left the directory altogether still left the backlog.
    if let (Some(o), Some((scope, usable))) = (opening, &before) {
        for i in o.identities.iter().filter(|i| scope.get(&(i.tenant, i.identity_id)) == Some(&true)) {
            let key = (i.tenant, i.identity_id);
            people.entry(key).or_insert_with(|| Population {
                label: i.display_name.or(i.user_name).unwrap_or(i.identity_id),
                department: i.department.unwrap_or(""),
                ..unlisted(key, now)
            });
            if let Some(p) = people.get_mut(&key) {
                (p.opening_in_scope, p.opening_usable) = (Some(true), usable.get(&key).copied().flatten());
            }
        }
    }
    people.into_values().collect()
}

fn unlisted<'f>((tenant, identity_id): Key<'f>, now: &Facts<'f>) -> Population<'f> {
    let out = "not in the directory export";
    Population {
        tenant,
        identity_id,
        label: identity_id,
        population: "unlisted",
        excluded: out,
        attempts_excluded: "",
        privileged: now.holders.map(|h| h.held(identity_id, now.at)),
        privileged_excluded: out,
        department: "",
        person_id: now.people.of_unlisted(identity_id),
        started_at: None,
        in_registrations: false,
        opening_in_scope: None,
        opening_usable: None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn person(identity_id: &'static str, user_name: &'static str) -> Identity<'static> {
        Identity {
            source: "d",
            tenant: "",
            snapshot_at: Instant(0),
            identity_id,
            user_name: Some(user_name),
            display_name: None,
            user_kind: "member",
            enabled: Some(true),
            deleted: false,
            created_at: Some(Instant(1)),
            hired_at: None,
            leaves_at: None,
            employee_type: None,
            department: None,
            company: None,
            person_id: identity_id,
            synced: None,
            federated: None,
            last_sign_in_at: None,
            raw_object: "o",
            raw_offset: 0,
        }
    }

    #[test]
    fn the_first_reason_of_the_waterfall_wins() {
        let rules = PopulationRules { service_accounts: vec!["svc-*".into()], shared_accounts: vec!["room-*".into()], privileged_roles: vec![] };
        let break_glass = BTreeSet::from(["bg".to_owned(), "bg-off".to_owned()]);
        let people = [
            person("a", "ann@example.com"),
            Identity { deleted: true, enabled: Some(false), ..person("b", "svc-x@example.com") },
            Identity { enabled: Some(false), ..person("bg-off", "bg2@example.com") },
            person("bg", "svc-bg@example.com"),
            Identity { user_kind: "guest", ..person("c", "SVC-y@example.com") },
            Identity { user_kind: "guest", ..person("d", "room-1@example.com") },
            Identity { user_kind: "guest", hired_at: Some(Instant(99)), ..person("e", "guest@example.org") },
            Identity { hired_at: Some(Instant(99)), ..person("f", "new@example.com") },
            Identity { enabled: None, ..person("g", "unsaid@example.com") },
        ];
        let facts =
            Facts { at: Instant(50), identities: &people, registrations: &[], methods: &[], holders: None, break_glass: &break_glass, rules: &rules, people: &People::default() };
        let seen = BTreeSet::from([("", "ghost")]);
        let rows = population(&facts, None, &seen);
        let reasons: Vec<_> = rows.iter().map(|p| (p.identity_id, p.excluded)).collect();
        assert_eq!(
            reasons,
            [
                ("a", ""),
                ("b", "deleted"),
                ("bg", "break-glass account"),
                ("bg-off", "disabled"),
                ("c", "service account"),
                ("d", "shared or room account"),
                ("e", "guest"),
                ("f", "not yet started"),
                ("g", ""),
                ("ghost", "not in the directory export"),
            ]
        );
        assert!(rows.iter().all(|p| p.privileged.is_none() && p.opening_in_scope.is_none()));
    }

    #[test]
    fn a_factor_is_usable_only_if_registered_and_allowed() {
        let registration = |identity_id, capable| Registration {
            source: "r",
            tenant: "",
            snapshot_at: Instant(0),
            identity_id,
            registered: Some(true),
            capable,
            admin_flag: None,
            preferred_raw: None,
            raw_object: "o",
            raw_offset: 0,
        };
        let method = |identity_id, second_factor| RegisteredMethod {
            source: "r",
            tenant: "",
            snapshot_at: Instant(0),
            identity_id,
            method: "push",
            method_raw: "push",
            method_strength: "app",
            second_factor,
            syncable: false,
        };
        let registrations = [registration("a", Some(true)), registration("b", Some(false)), registration("c", None), registration("d", Some(true))];
        let methods = [method("a", true), method("b", true), method("c", true), method("d", false)];
        let facts = Facts {
            at: Instant(0),
            identities: &[],
            registrations: &registrations,
            methods: &methods,
            holders: None,
            break_glass: &BTreeSet::new(),
            rules: &PopulationRules::default(),
            people: &People::default(),
        };
        let got: Vec<_> = usable(&facts).into_iter().map(|((_, id), u)| (id, u)).collect();
        assert_eq!(got, [("a", Some(true)), ("b", Some(false)), ("c", None), ("d", Some(false))]);
    }
}
