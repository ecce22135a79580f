//! Users and whether they are enrolled in 2-Step Verification (formats.md 7.4).

use super::super::lenient::{Flag, List, Maybe, Text, lenient};
use super::super::people::person;
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use super::optional_time;
use crate::table::directory::{Identity, RegisteredMethod, Registration};
use crate::table::policy::{Policy, PolicyExclusion};
use crate::table::{Instant, Row, Table};

/// What enforced users are held to. The export names no policy, so it bears our name.
const TWO_STEP: &str = "google.two_step_verification";

lenient! { Name { "fullName" => full: Text<'a>, } }
lenient! { Organization { "name" => name: Text<'a>, "department" => department: Text<'a>, "primary" => primary: Flag, } }
lenient! { ExternalId { "type" => kind: Text<'a>, "value" => value: Text<'a>, } }
lenient! {
    /// A `user` of the Directory API.
    User {
        "id" => id: Text<'a>,
        "primaryEmail" => email: Text<'a>,
        "name" => name: Maybe<Name<'a>>,
        "suspended" => suspended: Flag,
        "archived" => archived: Flag,
        "isAdmin" => admin: Flag,
        "isDelegatedAdmin" => delegated_admin: Flag,
        "isEnrolledIn2Sv" => enrolled: Flag,
        "isEnforcedIn2Sv" => enforced: Flag,
        "creationTime" => created: Text<'a>,
        "deletionTime" => deleted: Text<'a>,
        "lastLoginTime" => last_login: Text<'a>,
        "externalIds" => external_ids: List<Maybe<ExternalId<'a>>>,
        "organizations" => organizations: List<Maybe<Organization<'a>>>,
    }
}
lenient! {
    /// A page as `users.list` answers it.
    Page { "users" => users: Option<List<Maybe<User<'a>>>>, }
}

/// The domain's users.
#[derive(Debug)]
pub(in crate::source) struct Users;

impl Source for Users {
    fn kind(&self) -> &'static str {
        "google.users"
    }

    fn about(&self) -> &'static str {
        "Google Workspace users: Directory API `users.list`, with enrolment in 2-Step Verification; the export names no methods, so an enrolled user has one that is not named; whoever is enforced and not enrolled is an exclusion"
    }

    fn limits(&self) -> &'static str {
        "enrolled users name no method; a grace period and a lock-out after it look alike"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Identity::TABLE, Registration::TABLE, RegisteredMethod::TABLE]
    }

    fn beside(&self) -> Vec<Table> {
        vec![Policy::TABLE, PolicyExclusion::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Snapshot
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let page: Page<'_> = super::parse(record.json)?;
        let Some(list) = &page.users else {
            let user: User<'_> = super::parse(record.json)?;
            push(object, record, &prepare(&user)?, rows);
            return Ok(());
        };
        // All users of a page are understood before the first row is kept: a record is taken whole or refused.
        let mut found = Vec::with_capacity(list.0.len());
        for item in &list.0 {
            let user = item.0.as_ref().ok_or_else(|| Reject::Content("`users` holds something that is not an object".to_owned()))?;
            found.push(prepare(user)?);
        }
        for user in &found {
            push(object, record, user, rows);
        }
        Ok(())
    }
}

/// A user that is understood.
struct Prepared<'u> {
    user: &'u User<'u>,
    id: &'u str,
    created_at: Option<Instant>,
    last_sign_in_at: Option<Instant>,
}

fn prepare<'u>(user: &'u User<'u>) -> Result<Prepared<'u>, Reject> {
    let id = user.id.get().ok_or_else(|| Reject::missing("id"))?;
    let created_at = optional_time("creationTime", &user.created)?;
    // The epoch stands for "never".
    let last_sign_in_at = optional_time("lastLoginTime", &user.last_login)?.filter(|at| at.0 > 0);
    Ok(Prepared { user, id, created_at, last_sign_in_at })
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, found: &Prepared<'_>, rows: &mut Rows) {
    let user = found.user;
    let organization = organization(user);
    // The employee number as the admin console writes it.
    let employee = user.external_ids.0.iter().filter_map(|e| e.0.as_ref()).find(|e| e.kind.is("organization")).and_then(|e| e.value.get());
    rows.push(&Identity {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: found.id,
        user_name: user.email.get(),
        display_name: user.name.0.as_ref().and_then(|n| n.full.get()),
        // The list holds the accounts of the domain itself.
        user_kind: "member",
        enabled: enabled(user),
        deleted: user.deleted.get().is_some(),
        created_at: found.created_at,
        hired_at: None,
        leaves_at: None,
        employee_type: None,
        department: organization.and_then(|o| o.department.get()),
        company: organization.and_then(|o| o.name.get()),
        person_id: &person(found.id, employee),
        synced: None,
        federated: None,
        last_sign_in_at: found.last_sign_in_at,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    rows.push(&Registration {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: found.id,
        // `isEnforcedIn2Sv` is policy: somebody in the grace period is enforced and has registered nothing.
        registered: user.enrolled.0,
        capable: user.enrolled.0,
        admin_flag: either(user.admin, user.delegated_admin),
        preferred_raw: None,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    if user.enrolled.0 == Some(true) {
        // Enrolled means that some second step is registered; which, and how strong, the export does not say.
        rows.push(&RegisteredMethod {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            identity_id: found.id,
            method: "other",
            method_raw: "2-Step Verification, method not named",
            method_strength: "unknown",
            second_factor: true,
            syncable: false,
        });
    }
    enforcement(object, at, found, rows);
}

/// Enforced does not imply enrolled: in the grace period the password alone still signs a user in. The export does not
/// say when that period ends, so everybody who is enforced and not enrolled stands as excluded.
fn enforcement(object: &ObjectContext<'_>, at: Record<'_>, found: &Prepared<'_>, rows: &mut Rows) {
    if found.user.enforced.0 != Some(true) {
        return;
    }
    rows.push_once(
        TWO_STEP,
        &Policy {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            policy_id: TWO_STEP,
            policy_name: Some("Google Workspace: 2-Step Verification enforcement"),
            policy_state: "enabled",
            grants: "mfa",
            phishing_resistant: None,
            narrowed_by: None,
            // It holds for the organisational units and groups it was set for.
            all_users: false,
            all_apps: true,
            made_at: None,
            edited_at: None,
            raw_object: object.key,
            raw_offset: at.offset,
        },
    );
    if found.user.enrolled.0 == Some(false) {
        rows.push(&PolicyExclusion {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            policy_id: TWO_STEP,
            object_kind: "user",
            object_id: found.id,
        });
    }
}

fn organization<'u>(user: &'u User<'_>) -> Option<&'u Organization<'u>> {
    let all = || user.organizations.0.iter().filter_map(|o| o.0.as_ref());
    all().find(|o| o.primary.0 == Some(true)).or_else(|| all().next())
}

/// A suspended or archived account cannot sign in; without the fields nothing is assumed.
fn enabled(user: &User<'_>) -> Option<bool> {
    either(user.suspended, user.archived).map(|blocked| !blocked)
}

/// One of two flags; the first must be there for a no.
fn either(first: Flag, second: Flag) -> Option<bool> {
    if second.0 == Some(true) { Some(true) } else { first.0 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::record_batch::RecordBatch;

    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(json: &str) -> Result<Rows, Reject> {
        let mut rows = Rows::default();
        Users.decode(&OBJECT, Record { offset: 0, json: json.as_bytes() }, &mut rows).map(|()| rows)
    }

    /// Batches by the name of their table.
    fn batches(json: &str) -> BTreeMap<&'static str, RecordBatch> {
        decode(json).unwrap().filled().map(|b| (b.table().name, b.finish().unwrap())).collect()
    }

    /// Account enabled, registered, policies, excluded users.
    fn states(json: &str) -> (Option<bool>, Option<bool>, usize, Vec<String>) {
        let found = batches(json);
        let excluded = found.get("policy_exclusions").map(|b| PolicyExclusion::read(b).unwrap()).unwrap_or_default();
        assert!(excluded.iter().all(|e| (e.policy_id, e.object_kind) == (TWO_STEP, "user")));
        (
            Identity::read(&found["identities"]).unwrap()[0].enabled,
            Registration::read(&found["registrations"]).unwrap()[0].registered,
            found.get("policies").map_or(0, RecordBatch::num_rows),
            excluded.iter().map(|e| e.object_id.to_owned()).collect(),
        )
    }

    #[test]
    fn a_user() {
        let found = batches(
            r#"{"id":"1001","primaryEmail":"a@example.com","name":{"fullName":"Ada Example"},"suspended":false,"archived":false,"isAdmin":false,"isDelegatedAdmin":true,
            "isEnrolledIn2Sv":true,"isEnforcedIn2Sv":true,"creationTime":"2024-01-02T03:04:05.000Z","lastLoginTime":"1970-01-01T00:00:00.000Z",
            "organizations":[{"department":"Old"},{"primary":true,"department":"IT","name":"Example"}]}"#,
        );
        let user = Identity::read(&found["identities"]).unwrap()[0];
        assert_eq!((user.identity_id, user.user_name, user.display_name, user.department), ("1001", Some("a@example.com"), Some("Ada Example"), Some("IT")));
        assert_eq!((user.enabled, user.deleted, user.created_at.is_some(), user.last_sign_in_at), (Some(true), false, true, None));
        let method = RegisteredMethod::read(&found["registered_methods"]).unwrap()[0];
        assert_eq!((method.method, method.second_factor, method.method_strength), ("other", true, "unknown"));
        let registration = Registration::read(&found["registrations"]).unwrap()[0];
        assert_eq!((registration.registered, registration.capable, registration.admin_flag), (Some(true), Some(true), Some(true)));
        let policy = Policy::read(&found["policies"]).unwrap()[0];
        assert_eq!((policy.policy_id, policy.policy_state, policy.grants), ("google.two_step_verification", "enabled", "mfa"));
        assert_eq!((policy.all_users, policy.all_apps, found.contains_key("policy_exclusions")), (false, true, false));
    }

    #[test]
    fn enforced_is_not_enrolled_and_absent_is_not_known() {
        let excluded = vec!["1".to_owned()];
        assert_eq!(states(r#"{"id":"1","isEnrolledIn2Sv":false,"isEnforcedIn2Sv":true,"archived":true}"#), (Some(false), Some(false), 1, excluded));
        assert_eq!(states(r#"{"id":"1","isEnrolledIn2Sv":true,"isEnforcedIn2Sv":true}"#), (None, Some(true), 1, vec![]));
        // Whether somebody is enrolled must be said before anybody is called excluded.
        assert_eq!(states(r#"{"id":"1","isEnforcedIn2Sv":true}"#), (None, None, 1, vec![]));
        assert_eq!(states(r#"{"id":"1","isEnrolledIn2Sv":false,"isEnforcedIn2Sv":false}"#), (None, Some(false), 0, vec![]));
        assert_eq!(states(r#"{"id":"1"}"#), (None, None, 0, vec![]));
    }

    #[test]
    fn a_page_is_taken_whole_or_refused() {
        let found = batches(r#"{"kind":"admin#directory#users","users":[{"id":"1","isEnforcedIn2Sv":true},{"id":"2","isEnforcedIn2Sv":true}],"nextPageToken":"x"}"#);
        let rows: Vec<_> = found.iter().map(|(name, batch)| (*name, batch.num_rows())).collect();
        assert_eq!(rows, [("identities", 2), ("policies", 1), ("registrations", 2)]);
        assert!(batches(r#"{"users":[]}"#).is_empty());
        assert_eq!(decode(r#"{"users":[{"id":"1"},{"primaryEmail":"b@example.com"}]}"#).unwrap_err(), Reject::missing("id"));
        assert_eq!(decode(r#"{"users":[{"id":"1"},7]}"#).unwrap_err(), Reject::Content("`users` holds something that is not an object".to_owned()));
    }

    #[test]
    fn rejects() {
        assert_eq!(decode(r#"{"primaryEmail":"a@example.com"}"#).unwrap_err(), Reject::missing("id"));
        assert_eq!(decode(r#"{"id":"1","creationTime":"redacted"}"#).unwrap_err(), Reject::bad_time("creationTime", "redacted"));
    }
}
