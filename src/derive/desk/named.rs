//! Whom the inputs of a period name, for a run that shows people under pseudonyms.
//!
//! The desk shows an account by one label; texts on it may name the same person by a sign-in name, an alias or an id
//! that only a snapshot, the register or the audit log holds. So the names are taken where they all still stand.

use std::collections::BTreeSet;

use super::super::ground::Ground;
use super::{AsOf, Loaded};
use crate::register::placeholder;
use crate::table::derived::EndingDay;
use crate::table::directory::{GroupMember, Identity, PersonAccount, RegisteredMethod, Registration, RoleAssignment};
use crate::table::policy::Change;
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::{self, Row};

/// What several names in one field are joined by.
const JOINTS: [char; 5] = [';', ',', '|', '\n', '\t'];
/// Areas of the audit log whose targets are accounts even where the record does not say so.
const OF_ACCOUNTS: [&str; 7] = ["user_mfa", "user_method", "bypass", "fraud", "group_member", "role_member", "account"];

/// Texts that mean people, as the inputs write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Ids of accounts of every kind.
    pub(crate) ids: BTreeSet<String>,
    /// Display names, sign-in names, persons of the register, actors.
    pub(crate) names: BTreeSet<String>,
    /// Network addresses.
    pub(crate) addresses: BTreeSet<String>,
}

/// Everybody, where the run asks for pseudonyms; nobody otherwise.
pub(super) fn of(ground: &Ground<'_>, held: &Loaded) -> anyhow::Result<Named> {
    if !ground.config.evidence.pseudonymise {
        return Ok(Named::default());
    }
    let mut who = Who { named: Named::default(), things: things(ground) };
    for at in std::iter::once(&held.now).chain(&held.opening) {
        directory(&mut who, at)?;
    }
    for (entries, events) in &held.register {
        register(&mut who, &table::rows(entries)?, &table::rows(events)?);
    }
    ground.left_out.iter().filter(|x| x.object_kind == "user").for_each(|x| who.id(x.object_id));
    ground.changes.iter().for_each(|c| change(&mut who, c, ground.identity(c.target_id).is_some()));
    ground.attempts.iter().chain(ground.trailing).for_each(|a| who.id(a.identity_id));
    EndingDay::read(&held.endings)?.iter().for_each(|e| who.id(e.identity_id));
    for e in ground.watched.iter().chain(ground.glass_events) {
        who.id(e.identity_id);
        who.address(e.ip);
    }
    ground.population.iter().for_each(|p| who.name(p.label));
    settings(&mut who, ground.config);
    Ok(who.named)
}

/// Ids of groups, roles and policies: the register may name them where it names accounts.
fn things<'g>(ground: &Ground<'g>) -> BTreeSet<&'g str> {
    let roles = ground.roles.iter().flat_map(|r| [r.role_id, r.template_id]);
    ground.groups.iter().map(|g| g.group_id).chain(roles).chain(ground.policies.iter().map(|p| p.policy_id)).collect()
}

/// Collects names.
struct Who<'g> {
    named: Named,
    things: BTreeSet<&'g str>,
}

impl Who<'_> {
    fn id(&mut self, text: &str) {
        if !self.things.contains(text.trim()) {
            put(&mut self.named.ids, text);
        }
    }

    fn name(&mut self, text: &str) {
        put(&mut self.named.names, text);
    }

    fn address(&mut self, text: &str) {
        put(&mut self.named.addresses, text);
    }

    /// A field of the register: one name or several.
    fn names(&mut self, text: Option<&str>) {
        let text = text.unwrap_or_default();
        for name in std::iter::once(text).chain(text.split(JOINTS)).filter(|name| !placeholder(name)) {
            self.name(name);
        }
    }
}

fn put(set: &mut BTreeSet<String>, text: &str) {
    let text = text.trim();
    if !text.is_empty() && !set.contains(text) {
        set.insert(text.to_owned());
    }
}

fn directory(who: &mut Who<'_>, at: &AsOf) -> anyhow::Result<()> {
    for i in table::rows::<Identity<'_>>(&at.identities)? {
        who.id(i.identity_id);
        [i.user_name, i.display_name, Some(i.person_id)].into_iter().flatten().for_each(|name| who.name(name));
    }
    for p in table::rows::<PersonAccount<'_>>(&at.people)? {
        who.name(p.account);
        who.name(p.person_id);
    }
    table::rows::<Registration<'_>>(&at.registrations)?.iter().for_each(|r| who.id(r.identity_id));
    table::rows::<RegisteredMethod<'_>>(&at.methods)?.iter().for_each(|m| who.id(m.identity_id));
    table::rows::<RoleAssignment<'_>>(&at.assignments)?.iter().filter(|a| a.holder_kind != "group").for_each(|a| who.id(a.holder_id));
    table::rows::<GroupMember<'_>>(&at.groups)?.iter().filter(|g| !matches!(g.member_kind, "group" | "none")).for_each(|g| who.id(g.member_id));
    Ok(())
}

fn register(who: &mut Who<'_>, entries: &[Exception<'_>], events: &[ExceptionEvent<'_>]) {
    for e in entries {
        [e.requestor, e.owner, e.approvers, e.custodian].into_iter().for_each(|names| who.names(names));
        e.object_ids.unwrap_or_default().split(JOINTS).for_each(|id| who.id(id));
    }
    events.iter().for_each(|v| who.names(v.actor));
}

fn change(who: &mut Who<'_>, c: &Change<'_>, known: bool) {
    if c.actor_kind != "application" {
        c.actor_id.into_iter().for_each(|id| who.id(id));
        c.actor_name.into_iter().for_each(|name| who.name(name));
    }
    let account = match c.target_kind {
        Some(kind) => kind.to_ascii_lowercase().contains("user"),
        None => OF_ACCOUNTS.contains(&c.area),
    };
    if known || account {
        who.id(c.target_id);
        c.target_name.into_iter().for_each(|name| who.name(name));
    }
    // Policies leave out ids and plain words such as `all`; a word is nobody.
    let left_out = [c.left_out, c.taken_back].into_iter().flatten().flat_map(|list| list.split(JOINTS));
    left_out.filter(|id| id.contains(|l: char| l.is_ascii_digit() || l == '@')).for_each(|id| who.id(id));
}

/// Accounts that the configuration names.
fn settings(who: &mut Who<'_>, config: &crate::config::Config) {
    config.legacy.iter().flat_map(|l| &l.members).for_each(|member| who.name(member));
    let rules = &config.population;
    let globs = rules.service_accounts.iter().chain(&rules.shared_accounts);
    globs.filter(|g| !g.contains(['*', '?', '['])).for_each(|account| who.name(account));
}
