//! The IAM credential report: users of the account, and who signs in to the console without a second factor
//! (formats.md 8.2).
//!
//! The report is CSV; each row arrives as an object of header and text. Of a user of the account AWS asks a second
//! factor only where a device is registered, so that a console user without one is let in by the password alone.

use super::super::lenient::{Flag, Text, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source, time};
use crate::table::directory::{Identity, RegisteredMethod, Registration};
use crate::table::policy::{Policy, PolicyExclusion};
use crate::table::{Instant, Row, Table};

/// What every console user is held to. The report names no policy, so it bears our name.
const CONSOLE_MFA: &str = "aws.console_mfa";
/// User of the row that stands for the account itself.
const ROOT: &str = "<root_account>";

lenient! {
    /// A row of the report; columns may be appended to it, so that they are read by name.
    Credentials {
        "user" => user: Text<'a>,
        "arn" => arn: Text<'a>,
        "user_creation_time" => created: Text<'a>,
        "password_enabled" => password: Flag,
        "password_last_used" => last_used: Text<'a>,
        "mfa_active" => mfa: Flag,
    }
}

/// Users of the credential report.
#[derive(Debug)]
pub(in crate::source) struct CredentialReport;

impl Source for CredentialReport {
    fn kind(&self) -> &'static str {
        "aws.credentials"
    }

    fn about(&self) -> &'static str {
        "AWS IAM credential report: CSV of `GetCredentialReport`, one snapshot per object; the report names no devices, and a console user without one is an exclusion"
    }

    fn limits(&self) -> &'static str {
        "the kind of an MFA device is not named"
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
        let row: Credentials<'_> = super::parse(record.json)?;
        let found = prepare(&row)?;
        identity(object, record, &found, rows);
        registration(object, record, &found, rows);
        policy(object, record, rows);
        if found.console == Some(true) && found.mfa == Some(false) {
            rows.push(&PolicyExclusion {
                source: object.source,
                tenant: object.tenant,
                snapshot_at: object.snapshot_at,
                policy_id: CONSOLE_MFA,
                object_kind: "user",
                object_id: found.arn,
            });
        }
        Ok(())
    }
}

/// A row that is understood.
struct Prepared<'r> {
    user: &'r str,
    /// As sign-ins name their user, so that both meet.
    arn: &'r str,
    /// Can sign in to the console with a password.
    console: Option<bool>,
    mfa: Option<bool>,
    created_at: Option<Instant>,
    last_sign_in_at: Option<Instant>,
}

fn prepare<'r>(row: &'r Credentials<'_>) -> Result<Prepared<'r>, Reject> {
    let user = row.user.get().ok_or_else(|| Reject::missing("user"))?;
    let arn = row.arn.get().ok_or_else(|| Reject::missing("arn"))?;
    // The root user always has a password, whether or not the report says so.
    let root = user == ROOT || arn.ends_with(":root");
    Ok(Prepared {
        user,
        arn,
        console: if root { Some(true) } else { row.password.0 },
        mfa: row.mfa.0,
        created_at: date("user_creation_time", &row.created)?,
        last_sign_in_at: date("password_last_used", &row.last_used)?,
    })
}

/// The instant in a cell. Words stand where there is none; other text that is no timestamp refuses the row.
fn date(column: &str, cell: &Text<'_>) -> Result<Option<Instant>, Reject> {
    match cell.get() {
        None => Ok(None),
        Some(_) if ["N/A", "no_information", "not_supported"].iter().any(|word| cell.is(word)) => Ok(None),
        Some(_) => time::optional(column, cell),
    }
}

fn identity(object: &ObjectContext<'_>, at: Record<'_>, found: &Prepared<'_>, rows: &mut Rows) {
    rows.push(&Identity {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: found.arn,
        user_name: Some(found.user),
        display_name: None,
        // The report lists the account's own users; roles and federated users are not in it.
        user_kind: "member",
        // Access keys open no console: without a password nobody can sign in.
        enabled: found.console,
        deleted: false,
        created_at: found.created_at,
        hired_at: None,
        leaves_at: None,
        employee_type: None,
        department: None,
        company: None,
        person_id: found.arn,
        synced: None,
        // A user of its own never comes from elsewhere: federated people have roles.
        federated: Some(false),
        last_sign_in_at: found.last_sign_in_at,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

fn registration(object: &ObjectContext<'_>, at: Record<'_>, found: &Prepared<'_>, rows: &mut Rows) {
    rows.push(&Registration {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: found.arn,
        registered: found.mfa,
        capable: found.mfa,
        admin_flag: None,
        preferred_raw: None,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    if found.mfa == Some(true) {
        // Which device it is, and how strong, the report does not say.
        rows.push(&RegisteredMethod {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            identity_id: found.arn,
            method: "other",
            method_raw: "MFA device, kind not named",
            method_strength: "unknown",
            second_factor: true,
            syncable: false,
        });
    }
}

fn policy(object: &ObjectContext<'_>, at: Record<'_>, rows: &mut Rows) {
    rows.push_once(
        CONSOLE_MFA,
        &Policy {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            policy_id: CONSOLE_MFA,
            policy_name: Some("AWS: second factor for every console user"),
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::record_batch::RecordBatch;

    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };
    const ARN: &str = "arn:aws:iam::123456789012:user/division/ada";
    const ROOT_ARN: &str = "arn:aws:iam::123456789012:root";

    /// Reads rows of one object; batches by the name of their table.
    fn decode(records: &[String]) -> Result<BTreeMap<&'static str, RecordBatch>, Reject> {
        let mut rows = Rows::default();
        for json in records {
            CredentialReport.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows)?;
        }
        Ok(rows.filled().map(|b| (b.table().name, b.finish().unwrap())).collect())
    }

    fn row(user: &str, arn: &str, password: &str, mfa: &str) -> String {
        format!(
            r#"{{"user":"{user}","arn":"{arn}","user_creation_time":"2024-01-01T00:00:00+00:00","password_enabled":"{password}","password_last_used":"2026-10-30T07:00:00Z",
            "password_last_changed":"N/A","mfa_active":"{mfa}","access_key_1_active":"true","column_of_tomorrow":"x"}}"#
        )
    }

    /// Account enabled, registered, number of methods, excluded users.
    fn states(row: String) -> (Option<bool>, Option<bool>, usize, Vec<String>) {
        let found = decode(&[row]).unwrap();
        let excluded = found.get("policy_exclusions").map(|b| PolicyExclusion::read(b).unwrap()).unwrap_or_default();
        assert!(excluded.iter().all(|e| (e.policy_id, e.object_kind) == ("aws.console_mfa", "user")));
        let registration = Registration::read(&found["registrations"]).unwrap()[0];
        assert_eq!(registration.registered, registration.capable);
        (
            Identity::read(&found["identities"]).unwrap()[0].enabled,
            registration.registered,
            found.get("registered_methods").map_or(0, RecordBatch::num_rows),
            excluded.iter().map(|e| e.object_id.to_owned()).collect(),
        )
    }

    #[test]
    fn a_user_is_named_as_in_sign_ins() {
        let found = decode(&[row("ada", ARN, "true", "true")]).unwrap();
        let user = Identity::read(&found["identities"]).unwrap()[0];
        assert_eq!((user.identity_id, user.user_name, user.user_kind, user.raw_offset), (ARN, Some("ada"), "member", 7));
        // 2024-01-01T00:00:00Z and 2026-10-30T07:00:00Z.
        assert_eq!((user.created_at, user.last_sign_in_at), (Some(Instant(1_704_067_200_000_000)), Some(Instant(1_793_343_600_000_000))));
        let method = RegisteredMethod::read(&found["registered_methods"]).unwrap()[0];
        assert_eq!((method.method, method.method_raw, method.method_strength, method.second_factor), ("other", "MFA device, kind not named", "unknown", true));
    }

    #[test]
    fn a_console_user_without_a_device_is_excluded() {
        let excluded = vec![ARN.to_owned()];
        assert_eq!(states(row("ada", ARN, "true", "true")), (Some(true), Some(true), 1, vec![]));
        assert_eq!(states(row("ada", ARN, "TRUE", "FALSE")), (Some(true), Some(false), 0, excluded));
        // Only access keys: no console to sign in to.
        assert_eq!(states(row("ada", ARN, "false", "false")), (Some(false), Some(false), 0, vec![]));
        // What the report does not say is not known.
        assert_eq!(states(row("ada", ARN, "N/A", "false")), (None, Some(false), 0, vec![]));
        assert_eq!(states(row("ada", ARN, "true", "N/A")), (Some(true), None, 0, vec![]));
    }

    #[test]
    fn the_root_user_always_has_a_console() {
        let excluded = vec![ROOT_ARN.to_owned()];
        for password in ["not_supported", "true", "N/A"] {
            assert_eq!(states(row(ROOT, ROOT_ARN, password, "false")), (Some(true), Some(false), 0, excluded.clone()), "{password}");
        }
        assert_eq!(states(row(ROOT, ROOT_ARN, "not_supported", "true")), (Some(true), Some(true), 1, vec![]));
    }

    #[test]
    fn the_policy_stands_once() {
        let found = decode(&[row("ada", ARN, "true", "true"), row(ROOT, ROOT_ARN, "not_supported", "true")]).unwrap();
        let policies = Policy::read(&found["policies"]).unwrap();
        let seen: Vec<_> = policies.iter().map(|p| (p.policy_id, p.policy_state, p.grants, p.all_users, p.all_apps)).collect();
        assert_eq!(seen, [("aws.console_mfa", "enabled", "mfa", true, true)]);
    }

    #[test]
    fn words_in_place_of_times_are_none() {
        for word in ["N/A", "no_information", "not_supported", ""] {
            assert_eq!(date("password_last_used", &Text(Some(word.into()))), Ok(None), "{word}");
        }
        let never = row("ada", ARN, "true", "true").replace("2026-10-30T07:00:00Z", "no_information");
        assert_eq!(Identity::read(&decode(&[never]).unwrap()["identities"]).unwrap()[0].last_sign_in_at, None);
    }

    #[test]
    fn rejects() {
        for (json, reason) in [
            (r#"{"arn":"a"}"#, Reject::missing("user")),
            (r#"{"user":"ada","arn":""}"#, Reject::missing("arn")),
            (r#"{"user":"ada","arn":"a","user_creation_time":"soon"}"#, Reject::bad_time("user_creation_time", "soon")),
            (r#"{"user":"ada","arn":"a","password_last_used":"soon"}"#, Reject::bad_time("password_last_used", "soon")),
            ("{", Reject::Syntax),
        ] {
            assert_eq!(decode(&[json.to_owned()]).unwrap_err(), reason, "{json}");
        }
    }
}
