//! Roles: definitions, activated roles with members, active and eligible schedules (formats.md 2.3).

use super::super::lenient::{Flag, List, Maybe, Text, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use super::directory::object_kind;
use super::optional_time;
use crate::table::directory::{Role, RoleAssignment};
use crate::table::{Row, Table};

lenient! { Holder { "@odata.type" => kind: Text<'a>, "id" => id: Text<'a>, } }
lenient! {
    /// Any of the role collections; which one shows in the fields it has.
    RoleRecord {
        "@odata.type" => kind: Text<'a>,
        "members@odata.nextLink" => more_members: Text<'a>,
        "id" => id: Text<'a>,
        "displayName" => name: Text<'a>,
        "roleTemplateId" => template_id: Text<'a>,
        "templateId" => definition_template: Text<'a>,
        "isPrivileged" => privileged: Flag,
        "members" => members: List<Maybe<Holder<'a>>>,
        "principalId" => holder_id: Text<'a>,
        "principal" => principal: Maybe<Holder<'a>>,
        "roleDefinitionId" => role_id: Text<'a>,
        "directoryScopeId" => scope: Text<'a>,
        "assignmentType" => assignment_type: Text<'a>,
        "memberType" => member_type: Text<'a>,
        "startDateTime" => starts: Text<'a>,
        "endDateTime" => ends: Text<'a>,
    }
}

/// Who holds which role, active or eligible.
#[derive(Debug)]
pub(in crate::source) struct Roles;

impl Source for Roles {
    fn kind(&self) -> &'static str {
        "entra.roles"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra roles: Graph `roleDefinitions`, `directoryRoles` with members, `roleAssignmentScheduleInstances`, `roleEligibilityScheduleInstances`, `roleAssignments`"
    }
    fn limits(&self) -> &'static str {
        "only what is active or eligible at the instant of the snapshot"
    }
    fn tables(&self) -> Vec<Table> {
        vec![Role::TABLE, RoleAssignment::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Snapshot
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let json = super::lifted(record.json);
        let role: RoleRecord<'_> = super::parse(&json)?;
        if let (Some(holder), Some(role_id)) = (role.holder_id.get(), role.role_id.get()) {
            return assignment(object, &role, holder, role_id, rows);
        }
        let id = role.id.get().ok_or_else(|| Reject::missing("id"))?;
        super::not_a_member(&role.kind, "")?;
        super::whole_members(&role.more_members)?;
        let template_id = role.template_id.get().or(role.definition_template.get()).unwrap_or(id);
        let row = |role_id| Role {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            role_id,
            template_id,
            role_name: role.name.get(),
            privileged_flag: role.privileged.0,
        };
        rows.push(&row(id));
        for member in role.members.0.iter().filter_map(|m| m.0.as_ref()) {
            let Some(holder_id) = member.id.get() else { continue };
            rows.push(&RoleAssignment {
                source: object.source,
                tenant: object.tenant,
                snapshot_at: object.snapshot_at,
                holder_id,
                holder_kind: object_kind(&member.kind),
                // Assignments elsewhere name the template id: one name for one role.
                role_id: template_id,
                role_scope: "/",
                assignment: "active",
                held_from: None,
                held_until: None,
            });
        }
        Ok(())
    }
}

fn assignment(object: &ObjectContext<'_>, role: &RoleRecord<'_>, holder_id: &str, role_id: &str, rows: &mut Rows) -> Result<(), Reject> {
    // Eligibility instances carry no assignment type; a plain `roleAssignment` has neither type nor member type.
    let by_name = object.key.to_ascii_lowercase().contains("eligib");
    let eligible = by_name || (role.assignment_type.get().is_none() && role.member_type.get().is_some());
    rows.push(&RoleAssignment {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        holder_id,
        holder_kind: role.principal.0.as_ref().map_or("unknown", |p| object_kind(&p.kind)),
        role_id,
        role_scope: role.scope.get().unwrap_or("/"),
        assignment: if eligible { "eligible" } else { "active" },
        held_from: optional_time("startDateTime", &role.starts)?,
        held_until: optional_time("endDateTime", &role.ends)?,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Instant;

    fn held(key: &str, json: &str) -> (String, String, String) {
        let object = ObjectContext { source: "s", tenant: "t", key, snapshot_at: Instant(0), details: None };
        let mut rows = Rows::default();
        Roles.decode(&object, Record { offset: 0, json: json.as_bytes() }, &mut rows).unwrap();
        let batch = rows.filled().find(|b| b.table().name == "role_assignments").unwrap().finish().unwrap();
        let row = RoleAssignment::read(&batch).unwrap()[0];
        (row.holder_id.to_owned(), row.role_id.to_owned(), row.assignment.to_owned())
    }

    #[test]
    fn the_four_collections_are_told_apart_by_their_fields() {
        let want = |a: &str| ("u".to_owned(), "tpl".to_owned(), a.to_owned());
        assert_eq!(held("r.json", r##"{"id":"x","roleTemplateId":"tpl","members":[{"@odata.type":"#microsoft.graph.user","id":"u"}]}"##), want("active"));
        assert_eq!(held("r.json", r#"{"principalId":"u","roleDefinitionId":"tpl","assignmentType":"Activated","memberType":"Direct"}"#), want("active"));
        assert_eq!(held("r.json", r#"{"principalId":"u","roleDefinitionId":"tpl","memberType":"Direct"}"#), want("eligible"));
        assert_eq!(held("r.json", r#"{"principalId":"u","roleDefinitionId":"tpl","directoryScopeId":"/"}"#), want("active"));
    }
}
