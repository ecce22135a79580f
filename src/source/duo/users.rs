//! Users, their devices and who is let in without a second factor (formats.md 6.6).

use std::collections::BTreeSet;

use super::super::lenient::{Flag, List, Maybe, Text, Whole, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source, method};
use super::unix;
use crate::table::directory::{GroupMember, Identity, RegisteredMethod, Registration};
use crate::table::policy::{Policy, PolicyExclusion};
use crate::table::{Row, Table};

/// What every user is held to unless a status says otherwise. The export names no policy, so it bears our name.
const SECOND_FACTOR: &str = "duo.second_factor";

lenient! { Phone { "activated" => activated: Flag, "capabilities" => capabilities: List<Text<'a>>, } }
lenient! { Token { "type" => kind: Text<'a>, } }
lenient! { Group { "group_id" => id: Text<'a>, "name" => name: Text<'a>, "status" => status: Text<'a>, } }
lenient! {
    /// A user, or the page that holds several.
    User {
        "user_id" => id: Text<'a>,
        "username" => name: Text<'a>,
        "realname" => real_name: Text<'a>,
        "status" => status: Text<'a>,
        "is_enrolled" => enrolled: Flag,
        "created" => created: Whole,
        "last_login" => last_login: Whole,
        "phones" => phones: List<Maybe<Phone<'a>>>,
        "tokens" => tokens: List<Maybe<Token<'a>>>,
        "u2ftokens" => u2f_tokens: List<Text<'a>>,
        "webauthncredentials" => webauthn: List<Text<'a>>,
        "groups" => groups: List<Maybe<Group<'a>>>,
        "response" => response: Option<List<Maybe<User<'a>>>>,
    }
}

/// Users with their devices.
#[derive(Debug)]
pub(in crate::source) struct Users;

impl Source for Users {
    fn kind(&self) -> &'static str {
        "duo.users"
    }

    fn about(&self) -> &'static str {
        "Cisco Duo users: Admin API `/admin/v1/users`, one snapshot per object; a bypass, own or of a group, is an exclusion from the second factor"
    }

    fn limits(&self) -> &'static str {
        "a bypass group without an id cannot be named"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Identity::TABLE, Registration::TABLE, RegisteredMethod::TABLE]
    }

    fn beside(&self) -> Vec<Table> {
        vec![GroupMember::TABLE, Policy::TABLE, PolicyExclusion::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Snapshot
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let outer: User<'_> = super::parse(record.json)?;
        let users: Vec<&User<'_>> = match &outer.response {
            None => vec![&outer],
            Some(list) => list.0.iter().filter_map(|u| u.0.as_ref()).collect(),
        };
        // A record is taken whole or refused.
        let found = users.into_iter().map(|u| u.id.get().map(|id| (id, u)).ok_or_else(|| Reject::missing("user_id"))).collect::<Result<Vec<_>, _>>()?;
        for (id, user) in found {
            push(object, record, id, user, rows);
            groups(object, id, user, rows);
            policy(object, record, rows);
            if user.status.is("bypass") {
                exclude(object, "user", id, rows);
            }
        }
        Ok(())
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, id: &str, user: &User<'_>, rows: &mut Rows) {
    rows.push(&Identity {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: id,
        user_name: user.name.get(),
        display_name: user.real_name.get(),
        user_kind: "unknown",
        enabled: enabled(user.status.or_empty()),
        deleted: false,
        created_at: unix(user.created),
        hired_at: None,
        leaves_at: None,
        employee_type: None,
        department: None,
        company: None,
        person_id: id,
        synced: None,
        federated: None,
        last_sign_in_at: unix(user.last_login),
        raw_object: object.key,
        raw_offset: at.offset,
    });
    let methods = methods(user);
    let usable = methods.iter().any(|(m, _)| method::second_factor(m));
    rows.push(&Registration {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: id,
        registered: user.enrolled.0.or(Some(usable)),
        // Whoever is let in without a factor is not protected by the devices registered.
        capable: Some(usable && !bypass(user)),
        admin_flag: None,
        preferred_raw: None,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    for (method, raw) in &methods {
        rows.push(&RegisteredMethod {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            identity_id: id,
            method,
            method_raw: raw,
            method_strength: method::strength(method),
            second_factor: method::second_factor(method),
            syncable: false,
        });
    }
}

/// The groups of a user. A group in bypass excludes whoever is in it, so the members must be known as well.
fn groups(object: &ObjectContext<'_>, user_id: &str, user: &User<'_>, rows: &mut Rows) {
    for group in user.groups.0.iter().filter_map(|g| g.0.as_ref()) {
        let Some(group_id) = group.id.get() else { continue };
        rows.push(&GroupMember {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            group_id,
            group_name: group.name.get(),
            membership_rule: None,
            member_id: user_id,
            member_kind: "user",
        });
        if group.status.is("bypass") {
            // Each member brings the same row; copies with one key become one in the lake.
            exclude(object, "group", group_id, rows);
        }
    }
}

fn policy(object: &ObjectContext<'_>, at: Record<'_>, rows: &mut Rows) {
    rows.push_once(
        SECOND_FACTOR,
        &Policy {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            policy_id: SECOND_FACTOR,
            policy_name: Some("Duo: second factor for every user"),
            policy_state: "enabled",
            grants: "mfa",
            phishing_resistant: None,
            narrowed_by: None,
            all_users: true,
            all_apps: true,
            made_at: None,
            edited_at: None,
            raw_object: object.key,
            raw_offset: at.offset,
        },
    );
}

fn exclude(object: &ObjectContext<'_>, object_kind: &str, object_id: &str, rows: &mut Rows) {
    rows.push(&PolicyExclusion { source: object.source, tenant: object.tenant, snapshot_at: object.snapshot_at, policy_id: SECOND_FACTOR, object_kind, object_id });
}

/// A locked-out or bypassed user still is one; a status that nobody knows does not take one out.
fn enabled(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().as_str() {
        "active" | "bypass" | "locked out" => Some(true),
        "disabled" => Some(false),
        _ => None,
    }
}

/// Bypass of the user's own or through a group.
fn bypass(user: &User<'_>) -> bool {
    user.status.is("bypass") || user.groups.0.iter().filter_map(|g| g.0.as_ref()).any(|g| g.status.is("bypass"))
}

/// Canonical methods with what Duo calls them, each once.
fn methods(user: &User<'_>) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for phone in user.phones.0.iter().filter_map(|p| p.0.as_ref()) {
        for capability in phone.capabilities.0.iter().filter_map(Text::get) {
            let method = match capability.to_ascii_lowercase().as_str() {
                // `auto` only says that Duo chooses.
                "auto" => continue,
                // The app must be activated before it can answer.
                "push" | "mobile_otp" if phone.activated.0 == Some(false) => continue,
                "push" => "push",
                "mobile_otp" => "otp_app",
                "sms" => "sms",
                "phone" => "voice",
                _ => "other",
            };
            found.insert((method, format!("phone: {capability}")));
        }
    }
    found.extend(user.tokens.0.iter().filter_map(|t| t.0.as_ref()).map(|t| ("otp_hw", format!("token: {}", t.kind.or_empty()))));
    // Of security keys only their number matters: the elements are objects, read as text without content.
    let keys = [("u2ftoken", &user.u2f_tokens), ("webauthncredential", &user.webauthn)];
    found.extend(keys.into_iter().filter(|(_, list)| !list.0.is_empty()).map(|(raw, _)| ("fido2", raw.to_owned())));
    found
}

#[cfg(test)]
mod tests;
