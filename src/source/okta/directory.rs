//! Users (formats.md 5.6).

use super::super::lenient::{Maybe, Text, lenient};
use super::super::people::person;
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use super::optional_time;
use crate::table::directory::Identity;
use crate::table::{Row, Table};

lenient! { Provider { "type" => kind: Text<'a>, } }
lenient! { Credentials { "provider" => provider: Maybe<Provider<'a>>, } }
lenient! {
    Profile {
        "login" => login: Text<'a>,
        "displayName" => display_name: Text<'a>,
        "firstName" => first_name: Text<'a>,
        "lastName" => last_name: Text<'a>,
        "userType" => user_type: Text<'a>,
        "employeeNumber" => employee_number: Text<'a>,
        "department" => department: Text<'a>,
        "organization" => organization: Text<'a>,
    }
}
lenient! {
    /// A `User`.
    User {
        "id" => id: Text<'a>,
        "status" => status: Text<'a>,
        "created" => created: Text<'a>,
        "lastLogin" => last_login: Text<'a>,
        "profile" => profile: Maybe<Profile<'a>>,
        "credentials" => credentials: Maybe<Credentials<'a>>,
    }
}

/// The organisation's users.
#[derive(Debug)]
pub(in crate::source) struct Users;

impl Source for Users {
    fn kind(&self) -> &'static str {
        "okta.users"
    }

    fn about(&self) -> &'static str {
        "Okta users: Users API `GET /api/v1/users`, one snapshot per object"
    }

    fn limits(&self) -> &'static str {
        "whether a user is a guest is not told"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Identity::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Snapshot
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let user: User<'_> = super::parse(record.json)?;
        let id = user.id.get().ok_or_else(|| Reject::missing("id"))?;
        let profile = user.profile.0.as_ref();
        let provider = user.credentials.0.as_ref().and_then(|c| c.provider.0.as_ref()).and_then(|p| p.kind.get());
        let full_name = profile.map(full_name).filter(|n| !n.is_empty());
        rows.push(&Identity {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            identity_id: id,
            user_name: profile.and_then(|p| p.login.get()),
            display_name: profile.and_then(|p| p.display_name.get()).or(full_name.as_deref()),
            user_kind: "unknown",
            enabled: enabled(user.status.or_empty()),
            deleted: false,
            created_at: optional_time("created", &user.created)?,
            hired_at: None,
            leaves_at: None,
            employee_type: profile.and_then(|p| p.user_type.get()),
            department: profile.and_then(|p| p.department.get()),
            company: profile.and_then(|p| p.organization.get()),
            person_id: &person(id, profile.and_then(|p| p.employee_number.get())),
            synced: provider.map(|k| k.eq_ignore_ascii_case("ACTIVE_DIRECTORY") || k.eq_ignore_ascii_case("LDAP")),
            federated: provider.map(|k| k.eq_ignore_ascii_case("FEDERATION") || k.eq_ignore_ascii_case("SOCIAL")),
            last_sign_in_at: optional_time("lastLogin", &user.last_login)?,
            raw_object: object.key,
            raw_offset: record.offset,
        });
        Ok(())
    }
}

fn full_name(profile: &Profile<'_>) -> String {
    format!("{} {}", profile.first_name.or_empty(), profile.last_name.or_empty()).trim().to_owned()
}

/// A locked or expired account still is somebody's; a status that nobody knows does not take one out.
fn enabled(status: &str) -> Option<bool> {
    match status.to_ascii_uppercase().as_str() {
        "ACTIVE" | "LOCKED_OUT" | "PASSWORD_EXPIRED" | "PROVISIONED" | "RECOVERY" => Some(true),
        "DEPROVISIONED" | "SUSPENDED" | "STAGED" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Instant;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(json: &str) -> Result<Rows, Reject> {
        let mut rows = Rows::default();
        Users.decode(&OBJECT, Record { offset: 0, json: json.as_bytes() }, &mut rows).map(|()| rows)
    }

    #[test]
    fn a_user() {
        let mut rows = decode(
            r#"{"id":"00u1","status":"ACTIVE","created":"2024-01-02T03:04:05.000Z","lastLogin":null,
            "profile":{"login":"a@example.com","firstName":"Ada","lastName":"Example","department":"IT"},"credentials":{"provider":{"type":"ACTIVE_DIRECTORY"}}}"#,
        )
        .unwrap();
        let batch = rows.filled().next().unwrap().finish().unwrap();
        let user = Identity::read(&batch).unwrap()[0];
        assert_eq!((user.identity_id, user.user_name, user.display_name), ("00u1", Some("a@example.com"), Some("Ada Example")));
        assert_eq!((user.enabled, user.synced, user.federated, user.department, user.last_sign_in_at), (Some(true), Some(true), Some(false), Some("IT"), None));
    }

    #[test]
    fn only_who_cannot_sign_in_is_disabled() {
        for (status, want) in [
            ("ACTIVE", Some(true)),
            ("LOCKED_OUT", Some(true)),
            ("PASSWORD_EXPIRED", Some(true)),
            ("PROVISIONED", Some(true)),
            ("RECOVERY", Some(true)),
            ("SUSPENDED", Some(false)),
            ("deprovisioned", Some(false)),
            ("STAGED", Some(false)),
            ("SOMETHING_NEW", None),
        ] {
            assert_eq!(enabled(status), want, "{status}");
        }
    }

    #[test]
    fn rejects() {
        assert_eq!(decode(r#"{"status":"ACTIVE"}"#).unwrap_err(), Reject::missing("id"));
        assert_eq!(decode(r#"{"id":"u","created":"redacted"}"#).unwrap_err(), Reject::bad_time("created", "redacted"));
    }
}
