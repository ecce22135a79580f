//! Which acts the audit log holds, drawn from the lives of people, exceptions and policies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::audit::{Act, property, target, user_target};
use super::calendar::Day;
use super::entry::Entry;
use super::groups::nested;
use super::life::life;
use super::people::{Kind, Person};
use super::policies::{self, EXCLUSION_GROUP, LEGACY_GROUP, NESTED_GROUP, POLICIES};
use super::traps;
use super::world::World;

/// Acts by day.
pub(crate) type Days = BTreeMap<Day, Vec<Act>>;

/// Every act of the plan.
pub(crate) fn all(world: &World) -> Days {
    let mut days = Days::new();
    for (index, person) in world.people.iter().enumerate() {
        life(world, index, person, &mut days);
    }
    for entry in &world.entries {
        exception(world, entry, &mut days);
    }
    policy_edit(world, &mut days);
    activations(world, &mut days);
    traps::acts(world, &mut days);
    days
}

/// Adds an act to a day.
pub(crate) fn add(days: &mut Days, day: Day, act: Act) {
    days.entry(day).or_default().push(act);
}

/// What an exception leaves in the log: group membership, and passwords changed after use.
fn exception(world: &World, entry: &Entry, days: &mut Days) {
    let Some(person) = world.people.get(entry.person) else {
        return;
    };
    if entry.leaves_policy {
        membership(world, entry, person, days);
    }
    if person.kind == Kind::BreakGlass && person.methods.is_empty() {
        for at in entry.rotations.iter().filter_map(|rotation| rotation.done) {
            let reset = Act {
                minute: 15 * 60,
                activity: "Reset password (by admin)",
                actor: Some(world.cast.admins.start),
                targets: vec![user_target(person, &json!([]))],
                ..Act::plain()
            };
            add(days, at, reset);
        }
    }
}

/// The group that leaves an account out of a policy.
fn exclusion_group(world: &World, entry: &Entry, person: &Person) -> (u64, &'static str) {
    if person.kind == Kind::Service {
        (LEGACY_GROUP, "sg-legacy-auth-exclusions")
    } else if nested(world, entry.person) {
        (NESTED_GROUP, "sg-mfa-exclusions-plant")
    } else {
        (EXCLUSION_GROUP, "sg-mfa-exclusions")
    }
}

/// Membership of the exclusion groups, changed when an exception starts and ends.
fn membership(world: &World, entry: &Entry, person: &Person, days: &mut Days) {
    let (group, name) = exclusion_group(world, entry, person);
    let id = world.object(group);
    let change = json!([property("Group.ObjectID", &Value::Null, &Value::from(id.to_string())), property("Group.DisplayName", &Value::Null, &Value::from(name)),]);
    let act =
        Act { category: "GroupManagement", actor: Some(entry.implementer), targets: vec![user_target(person, &change), target(id, name, "Group", &json!([]))], ..Act::plain() };
    if let Some(at) = entry.activated {
        let added = Act { minute: 12 * 60, activity: "Add member to group", operation: "Assign", ticket: Some(format!("CHG-{:05}", 50_000 + entry.number)), ..act.clone() };
        add(days, at, added);
    }
    if let Some(at) = entry.closed {
        let removed = Act { minute: 16 * 60, activity: "Remove member from group", operation: "Unassign", ticket: Some(format!("CHG-{:05}", 70_000 + entry.number)), ..act };
        add(days, at, removed);
    }
}

/// One edit of the MFA policy, which the log records twice.
fn policy_edit(world: &World, days: &mut Days) {
    let Some((day, _)) = policies::stray_exclusion(world) else {
        return;
    };
    let (before, after) = (policies::export(world, day.plus(-1), 0), policies::export(world, day, 0));
    let name = POLICIES[0].name;
    let id = world.policy_id(0);
    let actor = Some(world.cast.admins.start + 4);
    let semantic = Act {
        minute: 11 * 60 + 30,
        activity: "Update conditional access policy",
        category: "Policy",
        service: "Conditional Access",
        actor,
        targets: vec![target(id, name, "Policy", &json!([property("ConditionalAccessPolicy", &before, &after)]))],
        ..Act::plain()
    };
    let detail = |state: &str| json!([format!("{{\"Version\":1,\"State\":\"{state}\",\"Controls\":[{{\"Control\":[\"Mfa\"]}}]}}")]);
    let change = json!([property("PolicyDetail", &detail("Enabled"), &detail("Enabled"))]);
    let twin = Act { activity: "Update policy", service: "Core Directory", targets: vec![target(id, name, "Policy", &change)], ..semantic.clone() };
    add(days, day, semantic);
    add(days, day, twin);
}

/// Roles taken on request: the log has the request and the completion.
fn activations(world: &World, days: &mut Days) {
    let place = if world.plan.clean { 1 } else { 3 };
    let index = world.cast.admins.start + place;
    let Some(person) = world.people.get(index) else {
        return;
    };
    let (template, name) = if world.plan.clean {
        ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator")
    } else {
        ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator")
    };
    for day in world.calendar.days().filter(|day| day.weekday() == 1) {
        for (minute, activity) in [(9 * 60 + 8, "Add member to role requested (PIM activation)"), (9 * 60 + 9, "Add member to role completed (PIM activation)")] {
            let change = json!([property("Role.TemplateId", &Value::Null, &Value::from(template)), property("Role.DisplayName", &Value::Null, &Value::from(name))]);
            let role = json!({"id": template, "displayName": name, "type": "Role", "userPrincipalName": null, "groupType": null, "modifiedProperties": change});
            let targets = vec![role, user_target(person, &json!([]))];
            let reason = "weekly check of the alerts".to_owned();
            add(days, day, Act { minute, activity, category: "RoleManagement", service: "PIM", operation: "Add", actor: Some(index), targets, reason, ..Act::plain() });
        }
    }
}
