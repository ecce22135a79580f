//! Users, registrations and groups (formats.md 2.1, 2.2).

use super::super::lenient::{Flag, List, Maybe, Text, lenient};
use super::super::people::person;
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source, method};
use super::{optional_time, words};
use crate::table::Row;
use crate::table::Table;
use crate::table::directory::{GroupMember, Identity, RegisteredMethod, Registration};

lenient! { SignInActivity { "lastSignInDateTime" => last: Text<'a>, } }
lenient! {
    /// A Graph `user`.
    User {
        "id" => id: Text<'a>,
        "userPrincipalName" => user_name: Text<'a>,
        "displayName" => display_name: Text<'a>,
        "userType" => user_type: Text<'a>,
        "accountEnabled" => enabled: Flag,
        "deletedDateTime" => deleted: Text<'a>,
        "createdDateTime" => created: Text<'a>,
        "employeeHireDate" => hired: Text<'a>,
        "employeeLeaveDateTime" => leaves: Text<'a>,
        "employeeType" => employee_type: Text<'a>,
        "employeeId" => employee_id: Text<'a>,
        "department" => department: Text<'a>,
        "companyName" => company: Text<'a>,
        "onPremisesSyncEnabled" => synced: Flag,
        "signInActivity" => activity: Maybe<SignInActivity<'a>>,
    }
}

/// A member that is there and null says that the account is in no other directory (formats.md 2.2); one left out says nothing.
fn cloud_only(json: &[u8]) -> Option<bool> {
    let named = ["\"onPremisesSyncEnabled\"", "\"OnPremisesSyncEnabled\""].iter().any(|key| memchr::memmem::find(json, key.as_bytes()).is_some());
    named.then_some(false)
}

/// The directory's users.
#[derive(Debug)]
pub(in crate::source) struct Users;

impl Source for Users {
    fn kind(&self) -> &'static str {
        "entra.users"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra users: Graph `users`, one snapshot per object"
    }
    fn limits(&self) -> &'static str {
        "service, shared and room accounts are not marked: name them in `population`"
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
        let user_kind = match user.user_type.or_empty() {
            t if t.eq_ignore_ascii_case("member") => "member",
            t if t.eq_ignore_ascii_case("guest") => "guest",
            _ if user.user_name.or_empty().contains("#EXT#") => "guest",
            _ => "unknown",
        };
        rows.push(&Identity {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            identity_id: id,
            user_name: user.user_name.get(),
            display_name: user.display_name.get(),
            user_kind,
            enabled: user.enabled.0,
            deleted: user.deleted.get().is_some(),
            created_at: optional_time("createdDateTime", &user.created)?,
            hired_at: optional_time("employeeHireDate", &user.hired)?,
            leaves_at: optional_time("employeeLeaveDateTime", &user.leaves)?,
            employee_type: user.employee_type.get(),
            department: user.department.get(),
            company: user.company.get(),
            person_id: &person(id, user.employee_id.get()),
            synced: user.synced.0.or_else(|| cloud_only(record.json)),
            federated: user.user_name.get().and_then(federated),
            last_sign_in_at: user.activity.0.as_ref().map_or(Ok(None), |a| optional_time("lastSignInDateTime", &a.last))?,
            raw_object: object.key,
            raw_offset: record.offset,
        });
        Ok(())
    }
}

/// The initial domain of a tenant can never be federated; of any other the users export does not tell.
fn federated(user_name: &str) -> Option<bool> {
    user_name.to_ascii_lowercase().ends_with(".onmicrosoft.com").then_some(false)
}

lenient! {
    /// A `userRegistrationDetails` row.
    RegistrationRecord {
        "id" => id: Text<'a>,
        "userPrincipalName" => user_name: Text<'a>,
        "isMfaRegistered" => registered: Flag,
        "isMfaCapable" => capable: Flag,
        "isAdmin" => admin: Flag,
        "methodsRegistered" => methods: List<Text<'a>>,
        "userPreferredMethodForSecondaryAuthentication" => preferred: Text<'a>,
    }
}

/// Registered methods; the row's `lastUpdatedDateTime` is its own age, not the registration's, and is not read.
#[derive(Debug)]
pub(in crate::source) struct Registrations;

impl Source for Registrations {
    fn kind(&self) -> &'static str {
        "entra.registrations"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra registrations: Graph `reports/authenticationMethods/userRegistrationDetails`"
    }
    fn limits(&self) -> &'static str {
        "no date of registration; SMS and voice of a phone number are not told apart; disabled and deleted users are missing"
    }
    fn tables(&self) -> Vec<Table> {
        vec![Registration::TABLE, RegisteredMethod::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Snapshot
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let row: RegistrationRecord<'_> = super::parse(record.json)?;
        // Reports made by scripts leave the id out; the name is put right by the directory later.
        let id = row.id.get().or_else(|| row.user_name.get()).ok_or_else(|| Reject::missing("id"))?;
        rows.push(&Registration {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            identity_id: id,
            registered: row.registered.0,
            capable: row.capable.0,
            admin_flag: row.admin.0,
            preferred_raw: row.preferred.get(),
            raw_object: object.key,
            raw_offset: record.offset,
        });
        // CSV-born exports join the list with `; `.
        let texts = row.methods.0.iter().flat_map(|m| m.or_empty().split(';')).map(str::trim).filter(|m| !m.is_empty());
        for raw in texts {
            let (method, syncable) = words::registered_method(raw);
            rows.push(&RegisteredMethod {
                source: object.source,
                tenant: object.tenant,
                snapshot_at: object.snapshot_at,
                identity_id: id,
                method,
                method_raw: raw,
                method_strength: method::strength(method),
                second_factor: method::second_factor(method),
                syncable,
            });
        }
        Ok(())
    }
}

lenient! { Member { "@odata.type" => kind: Text<'a>, "id" => id: Text<'a>, } }
lenient! {
    /// A Graph `group` with its members expanded.
    Group {
        "@odata.type" => kind: Text<'a>,
        "members@odata.nextLink" => more_members: Text<'a>,
        "id" => id: Text<'a>,
        "displayName" => name: Text<'a>,
        "membershipRule" => rule: Text<'a>,
        "members" => members: List<Maybe<Member<'a>>>,
    }
}

/// Groups with their direct members.
#[derive(Debug)]
pub(in crate::source) struct Groups;

/// What a directory object is, from its `@odata.type`.
pub(super) fn object_kind(odata_type: &Text<'_>) -> &'static str {
    match odata_type.or_empty().rsplit('.').next().unwrap_or("").to_ascii_lowercase().as_str() {
        "user" => "user",
        "group" => "group",
        "serviceprincipal" => "workload",
        _ => "unknown",
    }
}

impl Source for Groups {
    fn kind(&self) -> &'static str {
        "entra.groups"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra groups: Graph `groups?$expand=members`"
    }
    fn limits(&self) -> &'static str {
        "rules of dynamic groups are named, not evaluated"
    }
    fn tables(&self) -> Vec<Table> {
        vec![GroupMember::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Snapshot
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let json = super::lifted(record.json);
        let group: Group<'_> = super::parse(&json)?;
        let id = group.id.get().ok_or_else(|| Reject::missing("id"))?;
        super::not_a_member(&group.kind, "group")?;
        super::whole_members(&group.more_members)?;
        let mut push = |member_id: &str, member_kind: &'static str| {
            rows.push(&GroupMember {
                source: object.source,
                tenant: object.tenant,
                snapshot_at: object.snapshot_at,
                group_id: id,
                group_name: group.name.get(),
                membership_rule: group.rule.get(),
                member_id,
                member_kind,
            });
        };
        if group.members.0.is_empty() {
            push("", "none");
        }
        for member in group.members.0.iter().filter_map(|m| m.0.as_ref()) {
            if let Some(member_id) = member.id.get() {
                push(member_id, object_kind(&member.kind));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Instant;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(source: &dyn Source, json: &str) -> Rows {
        let mut rows = Rows::default();
        source.decode(&OBJECT, Record { offset: 0, json: json.as_bytes() }, &mut rows).unwrap();
        rows
    }

    #[test]
    fn methods_that_are_no_second_factor_are_kept_and_marked() {
        let mut rows = decode(&Registrations, r#"{"id":"u","isMfaRegistered":"True","methodsRegistered":["email","mobilePhone","passKeySynced"]}"#);
        let batches: Vec<_> = rows.filled().map(|b| b.finish().unwrap()).collect();
        let methods = RegisteredMethod::read(&batches[0]).unwrap();
        assert_eq!(methods.iter().map(|m| (m.method, m.second_factor, m.syncable)).collect::<Vec<_>>(), [("email", false, false), ("phone", true, false), ("passkey", true, true)]);
    }

    #[test]
    fn a_guest_is_known_by_its_name_where_the_type_is_missing() {
        let mut rows = decode(&Users, r##"{"id":"u","userPrincipalName":"a_example.org#EXT#@example.com","accountEnabled":true}"##);
        let batch = rows.filled().next().unwrap().finish().unwrap();
        assert_eq!(Identity::read(&batch).unwrap()[0].user_kind, "guest");
    }

    #[test]
    fn an_empty_group_still_exists() {
        let mut rows = decode(&Groups, r#"{"id":"g","displayName":"Excluded","members":[]}"#);
        let batch = rows.filled().next().unwrap().finish().unwrap();
        assert_eq!(GroupMember::read(&batch).unwrap().len(), 1);
    }
}
