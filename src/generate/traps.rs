//! Scenes that detections must find in the last month: guessed codes, a factor after a reset, a factor and then a far place.

use serde_json::json;

use super::acts::{Days, add};
use super::audit::{Act, user_target};
use super::calendar::Day;
use super::people::Kind;
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
