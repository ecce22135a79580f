//! Groups with their members, as they stand at the end of a day.

use serde_json::{Value, json};

use super::calendar::Day;
use super::people::{Kind, Person};
use super::policies::{EXCLUSION_GROUP, GUEST_GROUP, HELPDESK_GROUP, LEGACY_GROUP, NESTED_GROUP};
use super::roles::{group_member, helpdesk, member};
use super::world::World;

fn group(world: &World, number: u64, name: &str, rule: Option<&str>, members: &[Value]) -> Value {
    json!({
        "id": world.object(number).to_string(),
        "displayName": name,
        "securityEnabled": true,
        "groupTypes": if rule.is_some() { json!(["DynamicMembership"]) } else { json!([]) },
        "membershipRule": rule,
        "members": members
    })
}

/// Every group with its members on a day.
pub(crate) fn groups(world: &World, day: Day) -> Vec<Value> {
    let chosen = |wanted: &dyn Fn(usize, &Person) -> bool| -> Vec<Value> {
        let here = world.people.iter().enumerate().filter(|(_, person)| person.exists(day));
        here.filter(|(index, person)| wanted(*index, person)).map(|(_, person)| member(person)).collect()
    };
    let desk = helpdesk(world);
    let mut all = vec![
        group(world, HELPDESK_GROUP, "sg-helpdesk", None, &chosen(&|index, _| desk.contains(&index))),
        group(world, GUEST_GROUP, "dyn-all-guests", Some("(user.userType -eq \"Guest\")"), &chosen(&|_, person| person.kind == Kind::Guest)),
    ];
    if !world.plan.clean {
        let nested = |index: usize| nested(world, index);
        let mut excluded = chosen(&|index, person| person.kind == Kind::Workforce && person.excluded_on(day) && !nested(index));
        excluded.push(group_member(world, NESTED_GROUP, "sg-mfa-exclusions-plant"));
        all.push(group(world, EXCLUSION_GROUP, "sg-mfa-exclusions", None, &excluded));
        let plant = chosen(&|index, person| person.excluded_on(day) && nested(index));
        all.push(group(world, NESTED_GROUP, "sg-mfa-exclusions-plant", None, &plant));
        let legacy = chosen(&|_, person| person.kind == Kind::Service && person.excluded_on(day));
        all.push(group(world, LEGACY_GROUP, "sg-legacy-auth-exclusions", None, &legacy));
    }
    all
}

/// Exceptions of the plant are members of the nested group.
pub(crate) fn nested(world: &World, index: usize) -> bool {
    let first = world.cast.excepted.start + 4;
    (first..first + 2).contains(&index)
}
