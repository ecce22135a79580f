//! Break-glass accounts: what their independence needs, and every use of them (K21, K22). Only the register tells which they are.

use std::collections::{BTreeMap, BTreeSet};

use super::super::exception::Life;
use super::super::ground::{Accounts, Ground};
use crate::period;
use crate::table::Instant;
use crate::table::derived::Watched;
use crate::table::directory::Identity;
use crate::table::governance::{GlassCondition, GlassUse};

/// One condition of one account.
#[derive(Debug)]
pub(super) struct Judged<'g> {
    identity_id: &'g str,
    label: &'g str,
    exception_id: &'g str,
    condition: &'static str,
    holds: &'static str,
    reason: String,
}

impl Judged<'_> {
    pub(super) fn row(&self) -> GlassCondition<'_> {
        GlassCondition {
            identity_id: self.identity_id,
            label: self.label,
            exception_id: self.exception_id,
            condition: self.condition,
            holds: self.holds,
            condition_reason: &self.reason,
        }
    }
}

/// Accounts of active break-glass entries with the entry that names them.
fn accounts_of<'g>(ground: &Ground<'g>, at: Instant) -> BTreeMap<&'g str, &'g Life<'g>> {
    let entries = ground.lives.iter().filter(|l| l.entry.category == "break_glass" && l.is_active(at));
    let mut found = BTreeMap::new();
    for l in entries {
        for object in l.objects() {
            let ids: Vec<&str> = ground.members.get(object).map_or_else(|| vec![object], |m| m.iter().map(String::as_str).collect());
            for id in ids {
                found.entry(id).or_insert(l);
            }
        }
    }
    found
}

fn verdict(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

pub(super) fn conditions<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>) -> Vec<Judged<'g>> {
    let glass = accounts_of(ground, ground.close());
    let labels = ground.labels();
    let mut found = Vec::new();
    if glass.is_empty() {
        let reason = "no break-glass account is active: there should be two".to_owned();
        return vec![Judged { identity_id: "", label: "(no active break-glass account)", exception_id: "", condition: "pair", holds: "no", reason }];
    }
    let shared = |of: &dyn Fn(&Life<'g>) -> Option<BTreeSet<String>>| Shared::new(&glass, of);
    let one = |text: Option<&str>| said(text).map(|t| BTreeSet::from([t]));
    let (custodians, credentials, storages) = (shared(&|l| custodians_of(accounts, l)), shared(&|l| one(l.entry.credential_kind)), shared(&|l| one(l.entry.storage)));
    for (id, l) in &glass {
        let mut add = |condition, holds: Option<bool>, reason: String| {
            found.push(Judged { identity_id: id, label: labels.get(id).copied().unwrap_or(id), exception_id: l.entry.exception_id, condition, holds: verdict(holds), reason });
        };
        add("pair", Some(glass.len() > 1), if glass.len() > 1 { format!("{} accounts", glass.len()) } else { "there is no second account".to_owned() });
        let (holds, reason) = custodians.judge(custodians_of(accounts, l), "custodian");
        add("custodian", holds, reason);
        let (holds, reason) = credentials.judge(one(l.entry.credential_kind), "credential");
        add("credential", holds, reason);
        let (holds, reason) = storages.judge(one(l.entry.storage), "storage");
        add("storage", holds, reason);
        let own = ground.identity(id);
        let (holds, reason) = match own.map(|i| i.synced) {
            None => (None, "the account is not in the directory export".to_owned()),
            Some(None) => (None, "the directory export does not say whether the account is synchronised".to_owned()),
            Some(Some(synced)) => {
                (Some(!synced), if synced { "the account is synchronised from another directory" } else { "the account lives in this directory alone" }.to_owned())
            }
        };
        add("cloud_only", holds, reason);
        let (holds, reason) = own_sign_in(own);
        add("not_federated", holds, reason);
        let enabled = own.and_then(|i| if i.deleted { Some(false) } else { i.enabled });
        let reason = match enabled {
            Some(true) => "the account is enabled",
            Some(false) => "the account is disabled or deleted",
            None => "no export says whether the account is enabled",
        };
        add("enabled", enabled, reason.to_owned());
        let held = ground.active_holders.map(|h| h.held(id, ground.close()));
        add(
            "role_active",
            held,
            match held {
                Some(true) => "a privileged role is active".to_owned(),
                Some(false) => "no privileged role is active: one that must be taken up first does not help in an emergency".to_owned(),
                None => "roles are not known".to_owned(),
            },
        );
        let (holds, reason) = validated(ground, l);
        add("validated", holds, reason);
    }
    found
}

/// An account that signs in through another provider is locked out together with it.
fn own_sign_in(own: Option<&Identity<'_>>) -> (Option<bool>, String) {
    match own.and_then(|i| i.federated) {
        Some(true) => (Some(false), "the account signs in through another identity provider".to_owned()),
        Some(false) => (Some(true), "the account signs in at this directory".to_owned()),
        None => (None, "no export says whether the account's domain is federated".to_owned()),
    }
}

/// How often each value occurs among the accounts, and how many have none.
struct Shared {
    times: BTreeMap<String, usize>,
    untold: usize,
    accounts: usize,
}

impl Shared {
    fn new<'l, 'g: 'l>(glass: &BTreeMap<&'g str, &'l Life<'g>>, of: impl Fn(&Life<'g>) -> Option<BTreeSet<String>>) -> Self {
        let mut shared = Self { times: BTreeMap::new(), untold: 0, accounts: glass.len() };
        for l in glass.values() {
            match of(l) {
                Some(values) => values.into_iter().for_each(|value| *shared.times.entry(value).or_default() += 1),
                None => shared.untold += 1,
            }
        }
        shared
    }

    /// One value in common is enough to fail together.
    fn judge(&self, own: Option<BTreeSet<String>>, what: &str) -> (Option<bool>, String) {
        let Some(own) = own else { return (None, format!("no {what} is recorded that tells who or what it is")) };
        if let Some(same) = own.iter().find(|value| self.times.get(*value).is_some_and(|n| *n > 1)) {
            return (Some(false), format!("another account has the same {what}: {same}"));
        }
        if self.untold > 0 {
            return (None, format!("another account has no recorded {what}"));
        }
        (Some(self.accounts > 1), own.into_iter().collect::<Vec<_>>().join(", "))
    }
}

/// Persons who keep the credential. A name that no account has may be anybody's: then it cannot be told.
fn custodians_of(accounts: &Accounts<'_>, l: &Life<'_>) -> Option<BTreeSet<String>> {
    let text = l.entry.custodian.filter(|c| !crate::register::placeholder(c))?;
    let found: Option<BTreeSet<String>> = text.split([';', ',', '&', '+']).map(str::trim).filter(|n| !n.is_empty()).map(|n| accounts.person(n).map(str::to_owned)).collect();
    found.filter(|persons| !persons.is_empty())
}

/// A text that says something, whatever its punctuation. Two accounts with one kind of credential, or in one safe, fail together.
fn said(text: Option<&str>) -> Option<String> {
    let words = |c: &str| c.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase();
    text.filter(|c| !crate::register::placeholder(c)).map(words).filter(|t| !t.is_empty())
}

fn validated(ground: &Ground<'_>, l: &Life<'_>) -> (Option<bool>, String) {
    let Some((days, _)) = super::super::cadence_on(ground.config, "break_glass", super::super::Duty::Review, ground.last) else { return (None, "no cadence".to_owned()) };
    match l.entry.validated_at.filter(|at| *at < ground.end) {
        None => (Some(false), "no validation is recorded".to_owned()),
        Some(at) => (Some(ground.end.0 - at.0 <= days * super::super::ground::DAY), format!("last validated {}, to be repeated every {days} days", period::rfc3339(at))),
    }
}

/// One event of a break-glass account.
#[derive(Debug)]
pub(super) struct Used<'g> {
    event: &'g Watched<'g>,
    label: &'g str,
    exception_id: &'g str,
    use_class: &'static str,
    explained_by: String,
    latency_hours: f64,
}

impl Used<'_> {
    pub(super) fn row(&self) -> GlassUse<'_> {
        let e = self.event;
        GlassUse {
            tenant: e.tenant,
            event_id: e.event_id,
            identity_id: e.identity_id,
            label: self.label,
            exception_id: self.exception_id,
            used_at: e.occurred_at,
            outcome: e.outcome,
            stream: e.stream,
            ip: e.ip,
            country: e.country,
            use_class: self.use_class,
            explained_by: &self.explained_by,
            latency_hours: self.latency_hours,
        }
    }
}

/// Every event of the period, success or failure, of accounts that a break-glass entry names at that time.
pub(super) fn uses<'g>(ground: &Ground<'g>) -> Vec<Used<'g>> {
    let labels = ground.labels();
    let entries: Vec<&Life<'_>> = ground.lives.iter().filter(|l| l.entry.category == "break_glass").collect();
    let named = |id: &str, at: Instant| {
        let holds = |l: &&&Life<'g>| l.objects().any(|o| o == id || ground.members.get(o).is_some_and(|m| m.contains(id)));
        // An account that was one before or will be one is no less sensitive than an active one.
        entries.iter().filter(holds).max_by_key(|l| l.is_active(at)).copied()
    };
    let in_period = ground.watched.iter().filter(|e| ground.within(e.occurred_at));
    in_period
        .filter_map(|event| {
            let l = named(event.identity_id, event.occurred_at)?;
            let (use_class, explained_by) = explained(ground, event.occurred_at);
            let label = labels.get(event.identity_id).copied().unwrap_or(event.identity_id);
            Some(Used { event, label, exception_id: l.entry.exception_id, use_class, explained_by, latency_hours: ground.latency(event.occurred_at) })
        })
        .collect()
}

/// By calendar window and ticket; what was declared only after the use explains it late.
fn explained(ground: &Ground<'_>, at: Instant) -> (&'static str, String) {
    let inside = ground.config.calendar.iter().filter(|p| period::instant(p.from) <= at && at < period::instant(p.until));
    let mut best: Option<(&'static str, String)> = None;
    for p in inside {
        let in_time = period::instant(p.declared) <= at;
        let class = match (p.kind.as_str(), in_time) {
            (_, false) => "late_explained",
            ("drill", true) => "drill",
            _ => "declared_incident",
        };
        if best.as_ref().is_none_or(|(b, _)| *b == "late_explained") {
            best = Some((class, p.ticket.clone()));
        }
    }
    best.unwrap_or(("unexplained", String::new()))
}

#[cfg(test)]
mod tests {
    use super::super::super::exception::tests::{at, entry};
    use super::super::super::ground::tests::Fixture;
    use super::super::super::population::tests::person;
    use super::*;
    use crate::table::directory::Identity;
    use crate::table::register::Exception;

    fn account(id: &'static str, object: &'static str, custodian: &'static str, credential: &'static str) -> Exception<'static> {
        Exception {
            category: "break_glass",
            object_ids: Some(object),
            custodian: Some(custodian),
            credential_kind: Some(credential),
            validated_at: Some(at("2026-10-20T00:00:00Z")),
            expires_at: None,
            ..entry(id)
        }
    }

    fn held(entries: Vec<Exception<'static>>) -> BTreeMap<(String, &'static str), &'static str> {
        let mut f = Fixture::new("");
        f.identities = vec![
            Identity { synced: Some(false), federated: Some(false), ..person("g1", "g1@example.com") },
            Identity { synced: Some(true), enabled: Some(false), ..person("g2", "g2@example.com") },
            Identity { person_id: "P-ann", ..person("ann", "ann@example.com") },
            Identity { person_id: "P-ann", ..person("adm", "adm-ann@example.com") },
            person("bob", "bob@example.com"),
        ];
        f.entries = entries.into_iter().map(|e| (e, vec![])).collect();
        f.stand(|g| conditions(g, &Accounts::new(g)).iter().map(|c| ((c.identity_id.to_owned(), c.condition), c.holds)).collect())
    }

    #[test]
    fn two_accounts_in_one_safe_or_one_pair_of_hands_are_not_independent() {
        // Two accounts of one person: the map tells.
        let found = held(vec![account("A", "g1", "ann@example.com", "fido2"), account("B", "g2", "adm-ann@example.com", "FIDO2")]);
        let of = |id: &str, condition| found.get(&(id.to_owned(), condition)).copied().unwrap();
        assert_eq!((of("g1", "custodian"), of("g1", "credential"), of("g1", "pair")), ("no", "no", "yes"));
        assert_eq!((of("g1", "cloud_only"), of("g2", "cloud_only"), of("g2", "enabled")), ("yes", "no", "no"));
        assert_eq!((of("g1", "not_federated"), of("g2", "not_federated")), ("yes", "unknown"));
        assert_eq!((of("g1", "validated"), of("g1", "role_active")), ("yes", "unknown"));
        // Where the credentials are kept is recorded for neither.
        assert_eq!(of("g1", "storage"), "unknown");
    }

    #[test]
    fn one_account_is_no_pair_and_what_nobody_recorded_is_unknown() {
        let alone = held(vec![account("A", "g1", "n/a", "password")]);
        assert_eq!((alone[&("g1".to_owned(), "pair")], alone[&("g1".to_owned(), "custodian")]), ("no", "unknown"));
        let two = |second, storage: [&'static str; 2]| {
            let [a, b] = storage.map(Some);
            held(vec![Exception { storage: a, ..account("A", "g1", "ann@example.com", "fido2") }, Exception { storage: b, ..account("B", "g2", second, "password") }])
        };
        let apart = two("bob", ["safe", "bank"]);
        let of = |found: &BTreeMap<(String, &'static str), &'static str>, condition| found[&("g1".to_owned(), condition)];
        assert_eq!((of(&apart, "custodian"), of(&apart, "credential"), of(&apart, "storage")), ("yes", "yes", "yes"));
        // A name that no account has may be Ann's as well; one hand in common is one too many; a comma makes no second safe.
        assert_eq!(of(&two("somebody", ["safe", "bank"]), "custodian"), "unknown");
        assert_eq!(of(&two("bob; adm-ann@example.com", ["safe", "bank"]), "custodian"), "no");
        assert_eq!(of(&two("bob", ["Safe, head office", "safe head-office"]), "storage"), "no");
        // No active account at all is no pair either.
        assert_eq!(held(vec![])[&(String::new(), "pair")], "no");
    }

    #[test]
    fn uses_are_classed_by_the_calendar_and_its_declaration() {
        let f = Fixture::new(
            "[[calendar]]\nkind = \"drill\"\nfrom = \"2026-10-13T08:00:00Z\"\nuntil = \"2026-10-13T10:00:00Z\"\nticket = \"D-1\"\n\
             [[calendar]]\nkind = \"incident\"\nfrom = \"2026-10-20T08:00:00Z\"\nuntil = \"2026-10-20T10:00:00Z\"\ndeclared = \"2026-10-20T09:00:00Z\"\nticket = \"I-1\"\n",
        );
        f.stand(|g| {
            for (when, want) in [
                ("2026-10-13T08:00:00Z", ("drill", "D-1")),
                ("2026-10-13T10:00:00Z", ("unexplained", "")),
                ("2026-10-20T08:59:59Z", ("late_explained", "I-1")),
                ("2026-10-20T09:00:00Z", ("declared_incident", "I-1")),
                ("2026-10-25T09:00:00Z", ("unexplained", "")),
            ] {
                let (class, by) = explained(g, at(when));
                assert_eq!((class, by.as_str()), want, "{when}");
            }
        });
    }
}
