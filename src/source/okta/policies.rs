//! Sign-on policies and their rules (formats.md 5.6).
//!
//! In Okta a rule decides, the policy around it says for whom: every rule is a row. Policies come with their rules
//! beside them (`rules` or `_embedded.rules`), without them, or as bare rules; a record is read alone, so that a bare
//! rule knows neither the name nor the scope of its policy, and a bare policy not what its rules ask for.

use std::collections::BTreeSet;

use super::super::lenient::{Flag, List, Maybe, Text, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use super::optional_time;
use crate::table::policy::{Policy, PolicyExclusion};
use crate::table::{Instant, Row, Table};

lenient! { Lists { "include" => include: List<Text<'a>>, "exclude" => exclude: List<Text<'a>>, } }
lenient! { People { "users" => users: Maybe<Lists<'a>>, "groups" => groups: Maybe<Lists<'a>>, } }
lenient! { Network { "connection" => connection: Text<'a>, "include" => include: List<Text<'a>>, "exclude" => exclude: List<Text<'a>>, } }
lenient! { RiskScore { "level" => level: Text<'a>, } }
lenient! { Risk { "behaviors" => behaviors: List<Text<'a>>, } }
lenient! { System { "type" => kind: Text<'a>, } }
lenient! { Platform { "type" => kind: Text<'a>, "os" => os: Maybe<System<'a>>, } }
lenient! { Platforms { "include" => include: List<Maybe<Platform<'a>>>, "exclude" => exclude: List<Maybe<Platform<'a>>>, } }
lenient! { Device { "registered" => registered: Flag, "managed" => managed: Flag, "assurance" => assurance: Maybe<Lists<'a>>, } }
lenient! { Client { "authType" => kind: Text<'a>, } }
lenient! { Expression { "condition" => text: Text<'a>, } }
lenient! {
    Conditions {
        "people" => people: Maybe<People<'a>>,
        "userType" => user_type: Maybe<Lists<'a>>,
        "network" => network: Maybe<Network<'a>>,
        "riskScore" => risk_score: Maybe<RiskScore<'a>>,
        "risk" => risk: Maybe<Risk<'a>>,
        "platform" => platform: Maybe<Platforms<'a>>,
        "device" => device: Maybe<Device<'a>>,
        "authContext" => client: Maybe<Client<'a>>,
        "elCondition" => expression: Maybe<Expression<'a>>,
    }
}
lenient! { SignOn { "access" => access: Text<'a>, "requireFactor" => require_factor: Flag, } }
lenient! { Possession { "phishingResistant" => phishing_resistant: Text<'a>, } }
lenient! { Constraint { "possession" => possession: Maybe<Possession<'a>>, } }
lenient! { Verification { "factorMode" => factor_mode: Text<'a>, "constraints" => constraints: List<Maybe<Constraint<'a>>>, } }
lenient! { AppSignOn { "access" => access: Text<'a>, "verificationMethod" => verification: Maybe<Verification<'a>>, } }
lenient! { Actions { "signon" => sign_on: Maybe<SignOn<'a>>, "appSignOn" => app: Maybe<AppSignOn<'a>>, } }
lenient! { Embedded { "rules" => rules: Option<List<Maybe<Item<'a>>>>, } }
lenient! {
    /// A policy or a rule: only a rule has actions, only a policy has rules.
    Item {
        "id" => id: Text<'a>,
        "name" => name: Text<'a>,
        "type" => kind: Text<'a>,
        "status" => status: Text<'a>,
        "system" => system: Flag,
        "created" => created: Text<'a>,
        "lastUpdated" => updated: Text<'a>,
        "conditions" => conditions: Maybe<Conditions<'a>>,
        "actions" => actions: Maybe<Actions<'a>>,
        "rules" => rules: Option<List<Maybe<Item<'a>>>>,
        "_embedded" => embedded: Maybe<Embedded<'a>>,
    }
}

/// Sign-on policies and rules; policies on passwords, enrolment and routing make no row.
#[derive(Debug)]
pub(in crate::source) struct Policies;

impl Source for Policies {
    fn kind(&self) -> &'static str {
        "okta.policies"
    }

    fn about(&self) -> &'static str {
        "Okta sign-on policies: Policy API `GET /api/v1/policies?type=OKTA_SIGN_ON` and `type=ACCESS_POLICY` with `rules` beside or embedded, and rules of `GET /api/v1/policies/{id}/rules`"
    }

    fn limits(&self) -> &'static str {
        "a rule alone does not name the groups of its policy; the order of rules is not evaluated"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Policy::TABLE, PolicyExclusion::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Snapshot
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let outer: Item<'_> = super::parse(record.json)?;
        if outer.id.get().is_none() {
            return Err(Reject::missing("id"));
        }
        let all_apps = match outer.kind.get().ok_or_else(|| Reject::missing("type"))?.to_ascii_uppercase().as_str() {
            // The session at Okta itself, whatever application it is opened for.
            "OKTA_SIGN_ON" | "SIGN_ON" => true,
            "ACCESS_POLICY" => false,
            _ => return Ok(()),
        };
        let rules = rules(&outer).map(|list| list.0.as_slice()).unwrap_or_default();
        // All rules are understood before the first row is kept: a record is taken whole or refused.
        let found = if rules.is_empty() { vec![prepare(&outer, None)?] } else { rules.iter().map(|r| rule(r, &outer)).collect::<Result<Vec<_>, _>>()? };
        for item in &found {
            push(object, record, item, all_apps, rows);
        }
        Ok(())
    }
}

/// The list of rules that a policy was exported with.
fn rules<'i, 'a>(item: &'i Item<'a>) -> Option<&'i List<Maybe<Item<'a>>>> {
    item.rules.as_ref().or_else(|| item.embedded.0.as_ref()?.rules.as_ref())
}

/// A policy or rule that is understood.
struct Prepared<'p> {
    item: &'p Item<'p>,
    /// The policy around a rule, where the record has it.
    policy: Option<&'p Item<'p>>,
    id: &'p str,
    grants: &'static str,
    made_at: Option<Instant>,
    edited_at: Option<Instant>,
}

fn rule<'p>(rule: &'p Maybe<Item<'p>>, policy: &'p Item<'p>) -> Result<Prepared<'p>, Reject> {
    let rule = rule.0.as_ref().ok_or_else(|| Reject::Content("`rules` holds something that is not an object".to_owned()))?;
    prepare(rule, Some(policy))
}

fn prepare<'p>(item: &'p Item<'p>, policy: Option<&'p Item<'p>>) -> Result<Prepared<'p>, Reject> {
    let id = item.id.get().ok_or_else(|| Reject::missing("id"))?;
    let made_at = optional_time("created", &item.created)?;
    // What was never edited bears the time of its creation.
    let edited_at = optional_time("lastUpdated", &item.updated)?.filter(|at| Some(*at) != made_at);
    let grants = match &item.actions.0 {
        Some(actions) => grants(actions),
        // An empty list of rules lets nobody in by a second factor; a list that was not exported says nothing.
        None if rules(item).is_some() => "none",
        None => "other",
    };
    Ok(Prepared { item, policy, id, grants, made_at, edited_at })
}

/// What a rule gives access for.
fn grants(actions: &Actions<'_>) -> &'static str {
    let session = actions.sign_on.0.as_ref();
    let app = actions.app.0.as_ref();
    let verification = app.and_then(|a| a.verification.0.as_ref());
    let access = |word: &str| session.is_some_and(|s| s.access.is(word)) || app.is_some_and(|a| a.access.is(word));
    if access("DENY") {
        "block"
    } else if session.is_some_and(|s| s.require_factor.0 == Some(true)) || verification.is_some_and(|v| v.factor_mode.is("2FA")) {
        "mfa"
    } else if access("ALLOW") && verification.is_none_or(|v| v.factor_mode.get().is_some()) {
        "none"
    } else {
        // A chain of methods has no mode: how many factors it asks for is not told in one word.
        "other"
    }
}

/// Constraints are alternatives: the rule resists phishing only if each of them does.
fn phishing_resistant(actions: &Actions<'_>) -> Option<bool> {
    let verification = actions.app.0.as_ref()?.verification.0.as_ref()?;
    let resists = |c: &Maybe<Constraint<'_>>| c.0.as_ref().and_then(|c| c.possession.0.as_ref()).is_some_and(|p| p.phishing_resistant.is("REQUIRED"));
    let constraints = &verification.constraints.0;
    if constraints.is_empty() {
        return None;
    }
    let all = constraints.iter().all(resists);
    (all || verification.factor_mode.is("2FA")).then_some(all)
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, found: &Prepared<'_>, all_apps: bool, rows: &mut Rows) {
    let parts = || [found.policy, Some(found.item)].into_iter().flatten();
    let conditions = || parts().filter_map(|p| p.conditions.0.as_ref());
    let names: Vec<&str> = parts().filter_map(|p| p.name.get()).collect();
    let name = names.join(": ");
    let narrowed = conditions().flat_map(narrowed_by).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",");
    rows.push(&Policy {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        policy_id: found.id,
        policy_name: Some(name.as_str()).filter(|n| !n.is_empty()),
        policy_state: state(found),
        grants: found.grants,
        phishing_resistant: found.item.actions.0.as_ref().and_then(phishing_resistant),
        narrowed_by: Some(narrowed.as_str()).filter(|n| !n.is_empty()),
        all_users: parts().all(for_all),
        all_apps,
        made_at: found.made_at,
        edited_at: found.edited_at,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    let is_policy = found.policy.is_none() && found.item.actions.0.is_none();
    if found.grants != "mfa" && !is_policy {
        return;
    }
    // Whoever is excluded falls to the next rule, which may ask for a second factor or not.
    for (object_kind, object_id) in conditions().flat_map(excluded) {
        rows.push(&PolicyExclusion { source: object.source, tenant: object.tenant, snapshot_at: object.snapshot_at, policy_id: found.id, object_kind, object_id });
    }
}

/// A rule of a policy that is switched off is off, whatever it says itself.
fn state(found: &Prepared<'_>) -> &'static str {
    let own = &found.item.status;
    if own.is("INACTIVE") || found.policy.is_some_and(|p| p.status.is("INACTIVE")) {
        "disabled"
    } else if own.is("ACTIVE") {
        "enabled"
    } else {
        "other"
    }
}

/// Nobody is named, or it is Okta's own default: that is for everyone, by the name of the group that holds all users.
fn for_all(item: &Item<'_>) -> bool {
    let none = |lists: Option<&Lists<'_>>| lists.is_none_or(|l| l.include.0.is_empty());
    let nobody_named = |c: &Conditions<'_>| {
        let people = c.people.0.as_ref();
        none(people.and_then(|p| p.users.0.as_ref())) && none(people.and_then(|p| p.groups.0.as_ref())) && none(c.user_type.0.as_ref())
    };
    item.system.0 == Some(true) || item.conditions.0.as_ref().is_none_or(nobody_named)
}

fn narrowed_by(c: &Conditions<'_>) -> Vec<&'static str> {
    let set = |text: &Text<'_>| text.get().is_some() && !text.is("ANY");
    let any = |p: &Maybe<Platform<'_>>| p.0.as_ref().is_some_and(|p| !set(&p.kind) && p.os.0.as_ref().is_none_or(|os| !set(&os.kind)));
    // A zone that is only left out does not narrow the rule to a place; the older connections are places by name.
    let by_name = |n: &Network<'_>| n.connection.get().is_some() && !n.connection.is("ZONE");
    let place = |n: &Network<'_>| !n.connection.is("ANYWHERE") && (!n.include.0.is_empty() || by_name(n));
    let device = |d: &Device<'_>| d.registered.0 == Some(true) || d.managed.0 == Some(true) || d.assurance.0.as_ref().is_some_and(|a| !a.include.0.is_empty());
    let risk = c.risk_score.0.as_ref().is_some_and(|r| set(&r.level)) || c.risk.0.as_ref().is_some_and(|r| !r.behaviors.0.is_empty());
    let found = [
        ("client", c.client.0.as_ref().is_some_and(|a| set(&a.kind))),
        ("device_filter", c.device.0.as_ref().is_some_and(device)),
        ("expression", c.expression.0.as_ref().is_some_and(|e| set(&e.text))),
        ("location", c.network.0.as_ref().is_some_and(place)),
        ("platform", c.platform.0.as_ref().is_some_and(|p| !p.include.0.is_empty() && !p.include.0.iter().any(any))),
        ("sign_in_risk", risk),
    ];
    found.into_iter().filter(|(_, narrows)| *narrows).map(|(word, _)| word).collect()
}

/// Kind and id of whatever is left out.
fn excluded<'c>(c: &'c Conditions<'_>) -> Vec<(&'static str, &'c str)> {
    let people = c.people.0.as_ref();
    let lists = [
        ("user", people.and_then(|p| p.users.0.as_ref()).map(|l| &l.exclude)),
        ("group", people.and_then(|p| p.groups.0.as_ref()).map(|l| &l.exclude)),
        ("user_type", c.user_type.0.as_ref().map(|l| &l.exclude)),
        ("location", c.network.0.as_ref().map(|n| &n.exclude)),
    ];
    let mut found = Vec::new();
    for (kind, list) in lists {
        found.extend(list.into_iter().flat_map(|l| l.0.iter()).filter_map(Text::get).map(|id| (kind, id)));
    }
    let platforms = c.platform.0.as_ref().into_iter().flat_map(|p| p.exclude.0.iter()).filter_map(|p| p.0.as_ref());
    let system = |p: &'c Platform<'_>| p.os.0.as_ref().and_then(|os| os.kind.get()).filter(|os| !os.eq_ignore_ascii_case("ANY"));
    found.extend(platforms.filter_map(|p| system(p).or_else(|| p.kind.get())).map(|id| ("platform", id)));
    found
}

#[cfg(test)]
mod tests;
