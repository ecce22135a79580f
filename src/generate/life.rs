//! The acts of one person's life in the directory: the account, and the methods registered and lost.

use serde_json::{Value, json};

use super::acts::{Days, add};
use super::audit::{Act, property, user_target};
use super::calendar::Day;
use super::people::{Method, Part, Person};
use super::world::World;

const METHODS: &str = "Authentication Methods";

/// Adds every act of one person's life.
pub(crate) fn life(world: &World, index: usize, person: &Person, days: &mut Days) {
    let minute = 480 + u32::try_from(index % 400).unwrap_or(0);
    account(person, minute, days);
    for method in &person.methods {
        registered(person, index, method, minute + 3, days);
    }
    if let Some(until) = person.methods.iter().find_map(|method| method.until) {
        lost(world, person, until, minute, days);
    }
    flooded(world, index, person, days);
}

fn about(person: &Person, properties: &Value) -> Vec<Value> {
    vec![user_target(person, properties)]
}

fn account(person: &Person, minute: u32, days: &mut Days) {
    let targets = about(person, &json!([]));
    let made = Act { minute, activity: "Add user", operation: "Add", targets, ..Act::plain() };
    add(days, person.created, made);
    if let Some(left) = person.left {
        let change = property("AccountEnabled", &json!([true]), &json!([false]));
        let targets = about(person, &json!([change]));
        let off = Act { minute: 400, activity: "Disable account", targets, ..Act::plain() };
        add(days, left, off);
    }
    if let Some(gone) = person.deleted {
        let targets = about(person, &json!([]));
        let act = Act { minute, activity: "Delete user", operation: "Delete", targets, ..Act::plain() };
        add(days, gone, act);
    }
}

fn registered(person: &Person, index: usize, method: &Method, minute: u32, days: &mut Days) {
    let act = Act {
        minute,
        activity: "User registered security info",
        service: METHODS,
        operation: "Add",
        actor: Some(index),
        targets: about(person, &json!([])),
        reason: format!("User registered {}", words(method.name)),
        ..Act::plain()
    };
    add(days, method.since, act);
}

/// An administrator takes the methods away and, with them, the per-user requirement.
fn lost(world: &World, person: &Person, until: Day, minute: u32, days: &mut Days) {
    let actor = Some(world.cast.admins.start);
    for method in person.methods.iter().filter(|method| method.until == Some(until)) {
        let act = Act {
            minute,
            activity: "Admin deleted security info",
            service: METHODS,
            operation: "Delete",
            actor,
            targets: about(person, &json!([])),
            reason: format!("Admin deleted {} for user", words(method.name)),
            ..Act::plain()
        };
        add(days, until, act);
    }
    let state = json!([{"RelyingParty": "*", "State": 1, "RememberDevicesNotIssuedBefore": "2025-03-01T09:00:00Z"}]);
    let change = property("StrongAuthenticationRequirement", &state, &json!([]));
    let act = Act { minute: minute + 1, activity: "Disable Strong Authentication", actor, targets: about(person, &json!([change])), ..Act::plain() };
    add(days, until, act);
}

/// The victim of the prompts reports them.
fn flooded(world: &World, index: usize, person: &Person, days: &mut Days) {
    let day = world.calendar.last().plus(-11);
    if person.part != Part::Flooded || !person.active(day) {
        return;
    }
    let first = world.people.iter().position(|one| one.part == Part::Flooded && one.active(day));
    if first == Some(index) {
        let act = Act {
            minute: 22 * 60 + 20,
            activity: "Suspicious activity reported",
            service: "Azure MFA",
            actor: Some(index),
            targets: about(person, &json!([])),
            reason: "Suspicious activity reported by the user".to_owned(),
            ..Act::plain()
        };
        add(days, day, act);
    }
}

/// How the log names a method.
fn words(method: &str) -> &'static str {
    match method {
        "microsoftAuthenticatorPush" => "Authenticator App with Notification and Code",
        "microsoftAuthenticatorPasswordless" => "passwordless phone sign-in method",
        "softwareOneTimePasscode" => "Authenticator App with Code",
        "hardwareOneTimePasscode" => "Hardware OATH token",
        "mobilePhone" => "Mobile Phone SMS",
        "fido2" => "Fido2 Authentication Method",
        "windowsHelloForBusiness" => "Windows Hello for Business",
        "passKeyDeviceBound" | "passKeyDeviceBoundAuthenticator" => "Passkey",
        "x509Certificate" => "certificate",
        "temporaryAccessPass" => "temporary access pass method",
        "appPassword" => "App Password",
        "securityQuestion" => "security question",
        _ => "Email",
    }
}
