//! Scenes that detections must find in the last month: guessed codes, a factor after a reset, a factor and then a far place.

use serde_json::json;

use super::acts::{Days, add};
use super::audit::{Act, user_target};
use super::calendar::Day;
use super::people::{Kind, Part, Person};
use super::scene::Scene;
use super::world::World;

/// The n-th manager who is still there, counted from behind those who play other parts.
fn manager(world: &World, place: usize, day: Day) -> Option<usize> {
    let there = |index: &usize| world.people.get(*index).is_some_and(|p| p.kind == Kind::Workforce && p.active(day));
    world.cast.managers.clone().skip(1).filter(there).nth(place).filter(|_| !world.plan.clean)
}

/// Somebody guesses codes in the evening, and in the end one is right.
pub(crate) fn guessed(world: &World) -> Option<(Day, usize)> {
    let day = world.calendar.last().plus(-8);
    Some((day, manager(world, 0, day)?))
}

/// The service desk resets a password, and half an hour later a factor is registered.
pub(crate) fn swapped(world: &World) -> Option<(Day, usize)> {
    let day = world.calendar.last().plus(-6);
    Some((day, manager(world, 1, day)?))
}

/// An administrator registers a factor for somebody, and it is used from far away.
pub(crate) fn planted_factor(world: &World) -> Option<(Day, usize)> {
    let day = world.calendar.last().plus(-4);
    Some((day, manager(world, 2, day)?))
}

/// Somebody who always uses a key or the computer's own credential signs in with a text message one evening.
pub(crate) fn downgraded(world: &World) -> Option<(Day, usize)> {
    let day = world.calendar.last().plus(-3);
    let strong = |p: &Person| p.kind == Kind::Workforce && p.part == Part::Ordinary && p.active(day) && p.phishing_resistant(world.calendar.first()) && p.phishing_resistant(day);
    let index = (world.cast.managers.end..world.cast.workforce.end).find(|index| world.people.get(*index).is_some_and(strong));
    Some((day, index.filter(|_| !world.plan.clean)?))
}

/// How strong a second factor is: people compare only what is of different kinds.
const fn strength(scene: Scene) -> u8 {
    match scene {
        Scene::Hello | Scene::Fido2 | Scene::Passkey | Scene::Certificate => 4,
        Scene::Push | Scene::Phone => 3,
        Scene::Totp => 2,
        Scene::Sms => 1,
        _ => 0,
    }
}

/// Likewise of a registered method.
fn registered_strength(method: &str) -> u8 {
    match method {
        "windowsHelloForBusiness" | "fido2" | "passKeyDeviceBound" | "passKeyDeviceBoundAuthenticator" | "x509Certificate" => 4,
        "microsoftAuthenticatorPush" | "microsoftAuthenticatorPasswordless" => 3,
        "softwareOneTimePasscode" | "hardwareOneTimePasscode" => 2,
        "mobilePhone" => 1,
        _ => 0,
    }
}

/// The person used a second factor of a weaker kind than the best registered throughout the month.
pub(crate) fn weaker(world: &World, person: &Person, used: impl Iterator<Item = Scene>, month: usize) -> bool {
    let Some(month) = world.calendar.months().get(month) else { return false };
    let best = person.methods_on(month.first).map(registered_strength).max().unwrap_or(0);
    person.kind == Kind::Workforce && !person.unlisted && used.map(strength).any(|s| s > 0 && s < best)
}

/// What these leave in the audit log.
pub(crate) fn acts(world: &World, days: &mut Days) {
    let admin = Some(world.cast.admins.start + 2);
    let about = |index: usize| world.people.get(index).map(|p| vec![user_target(p, &json!([]))]).unwrap_or_default();
    let methods = "Authentication Methods";
    if let Some((day, index)) = swapped(world) {
        add(days, day, Act { minute: 10 * 60, activity: "Reset password (by admin)", actor: admin, targets: about(index), ..Act::plain() });
        let reason = "User registered Authenticator App with Notification and Code".to_owned();
        add(
            days,
            day,
            Act {
                minute: 10 * 60 + 30,
                activity: "User registered security info",
                service: methods,
                operation: "Add",
                actor: Some(index),
                targets: about(index),
                reason,
                ..Act::plain()
            },
        );
    }
    if let Some((day, index)) = planted_factor(world) {
        let reason = "Admin registered Mobile Phone SMS for user".to_owned();
        add(
            days,
            day,
            Act {
                minute: 21 * 60 + 20,
                activity: "Admin registered security info",
                service: methods,
                operation: "Add",
                actor: admin,
                targets: about(index),
                reason,
                ..Act::plain()
            },
        );
    }
}
