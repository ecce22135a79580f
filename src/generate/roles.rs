//! Role definitions and assignments, active and eligible, direct and by group; and the groups themselves.

use serde_json::{Value, json};

use super::Sink;
use super::calendar::Day;
use super::directory::put_json;
use super::groups::groups;
use super::people::Person;
use super::policies::HELPDESK_GROUP;
use super::world::World;

/// A directory role.
#[derive(Debug, Clone, Copy)]
struct Role {
    template: &'static str,
    name: &'static str,
    privileged: bool,
}

const fn role(template: &'static str, name: &'static str, privileged: bool) -> Role {
    Role { template, name, privileged }
}

const GLOBAL: Role = role("62e90394-69f5-4237-9190-012177145e10", "Global Administrator", true);
const ROLES: Role = role("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", true);
const SECURITY: Role = role("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", true);
const POLICIES: Role = role("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator", true);
const APPLICATIONS: Role = role("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator", true);
const HELPDESK: Role = role("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", true);
const USERS: Role = role("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", true);
// Named in the written configuration, not by the vendor.
const EXCHANGE: Role = role("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator", true);
const REPORTS: Role = role("4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader", false);
const ALL: [Role; 9] = [GLOBAL, ROLES, SECURITY, POLICIES, APPLICATIONS, HELPDESK, USERS, EXCHANGE, REPORTS];

/// How a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// Permanently.
    Assigned,
    /// On request.
    Eligible,
    /// On request, and requested for today.
    Activated,
}

/// Who holds what; `None` is the helpdesk group.
fn assignments(world: &World) -> Vec<(Role, Option<usize>, Held)> {
    let admin = |place: usize| Some(world.cast.admins.start + place);
    let mut all = vec![
        (GLOBAL, Some(0), Held::Assigned),
        (GLOBAL, Some(1), Held::Assigned),
        (GLOBAL, admin(0), Held::Eligible),
        (ROLES, admin(1), Held::Eligible),
        (HELPDESK, None, Held::Assigned),
    ];
    if !world.plan.clean {
        all.extend([
            (GLOBAL, admin(2), Held::Assigned),
            (SECURITY, admin(3), Held::Eligible),
            (SECURITY, admin(3), Held::Activated),
            (POLICIES, admin(4), Held::Eligible),
            (EXCHANGE, admin(5), Held::Assigned),
            (USERS, admin(6), Held::Eligible),
            (REPORTS, admin(7), Held::Assigned),
            // A standing privilege held by an identity with an exception.
            (APPLICATIONS, Some(world.cast.excepted.start + 2), Held::Assigned),
        ]);
    }
    all
}

/// Positions of the members of the helpdesk group.
pub(crate) fn helpdesk(world: &World) -> Vec<usize> {
    let admins = world.cast.admins.start;
    if world.plan.clean { vec![admins + 2] } else { vec![admins + 8, admins + 9, world.cast.managers.end + 2] }
}

fn holds(world: &World, index: usize, wanted: impl Fn(&Role) -> bool) -> bool {
    let by_group = helpdesk(world).contains(&index);
    assignments(world).iter().any(|(role, holder, _)| wanted(role) && holder.map_or(by_group, |holder| holder == index))
}

/// The account holds a privileged role, active or eligible, itself or by group.
pub(crate) fn privileged(world: &World, index: usize) -> bool {
    holds(world, index, |role| role.privileged)
}

/// The account holds any role.
pub(crate) fn is_admin(world: &World, index: usize) -> bool {
    holds(world, index, |_| true)
}

/// Writes the role collections and the groups of a day.
pub(crate) fn write(world: &World, day: Day, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let base = "https://graph.microsoft.com/beta/$metadata#";
    let mut put = |name: &str, path: &str, values: Vec<Value>| put_json(&mut *sink, &format!("raw/entra/roles/{day}/{name}.json.gz"), &format!("{base}{path}{name}"), values);
    let definitions = ALL.iter().map(|role| {
        json!({"id": role.template, "templateId": role.template, "displayName": role.name, "isBuiltIn": true, "isEnabled": true,
            "isPrivileged": role.privileged && role.template != EXCHANGE.template})
    });
    put("roleDefinitions", "roleManagement/directory/", definitions.collect())?;
    put("directoryRoles", "", ALL.iter().enumerate().filter_map(|(number, role)| active(world, number, role)).collect())?;
    let (mut now, mut eligible) = (Vec::new(), Vec::new());
    for (number, (role, holder, held)) in assignments(world).into_iter().enumerate() {
        let row = instance(world, day, number, &role, holder, held);
        if held == Held::Eligible { eligible.push(row) } else { now.push(row) }
    }
    put("roleAssignmentScheduleInstances", "roleManagement/directory/", now)?;
    put("roleEligibilityScheduleInstances", "roleManagement/directory/", eligible)?;
    put_json(sink, &format!("raw/entra/groups/{day}.json.gz"), &format!("{base}groups"), groups(world, day))
}

/// A user as a member.
pub(crate) fn member(person: &Person) -> Value {
    json!({"@odata.type": "#microsoft.graph.user", "id": person.id.to_string(), "userPrincipalName": person.upn, "displayName": person.display})
}

/// A group as a member.
pub(crate) fn group_member(world: &World, group: u64, name: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.group", "id": world.object(group).to_string(), "displayName": name})
}

/// An activated role with its members; roles nobody holds now are not in this export.
fn active(world: &World, number: usize, role: &Role) -> Option<Value> {
    let all = assignments(world);
    let held = all.iter().filter(|(held, _, how)| held.template == role.template && *how != Held::Eligible);
    let members: Vec<Value> = held
        .filter_map(|(_, holder, _)| match holder {
            Some(index) => world.people.get(*index).map(member),
            None => Some(group_member(world, HELPDESK_GROUP, "sg-helpdesk")),
        })
        .collect();
    let id = world.object(200 + number as u64).to_string();
    (!members.is_empty()).then(|| json!({"id": id, "roleTemplateId": role.template, "displayName": role.name, "members": members}))
}

fn instance(world: &World, day: Day, number: usize, role: &Role, holder: Option<usize>, held: Held) -> Value {
    let principal = match holder {
        Some(index) => world.people.get(index).map(|person| person.id),
        None => Some(world.object(HELPDESK_GROUP)),
    };
    let id = world.object(300 + number as u64);
    let since = world.calendar.first().plus(-200);
    let mut row = json!({
        "id": id.to_string(),
        "principalId": principal.map(|id| id.to_string()),
        "roleDefinitionId": role.template,
        "directoryScopeId": "/",
        "appScopeId": null,
        "memberType": "Direct",
        "startDateTime": format!("{since}T09:00:00Z"),
        "endDateTime": null,
    });
    match held {
        Held::Eligible => row["roleEligibilityScheduleId"] = Value::from(id.to_string()),
        Held::Assigned => {
            row["assignmentType"] = Value::from("Assigned");
            row["roleAssignmentScheduleId"] = Value::from(id.to_string());
            row["roleAssignmentOriginId"] = Value::from(id.to_string());
        }
        Held::Activated => {
            row["assignmentType"] = Value::from("Activated");
            row["startDateTime"] = Value::from(format!("{day}T07:10:00Z"));
            row["endDateTime"] = Value::from(format!("{day}T15:10:00Z"));
            row["roleAssignmentScheduleId"] = Value::from(id.to_string());
            row["roleAssignmentOriginId"] = Value::from(world.object(299 + number as u64).to_string());
        }
    }
    row
}
