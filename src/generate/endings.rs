//! How a person's attempt ends, from the person's habit and part in the story.

use super::calendar::Day;
use super::dice::Dice;
use super::people::{Habit, Home, Kind, Part, Person};
use super::proof::Sheet;
use super::{setbacks, sheets};

/// The record that settles a person's attempt.
pub(crate) fn ending(person: &Person, day: Day, number: u32, dice: &mut Dice) -> &'static Sheet {
    match person.kind {
        Kind::Service if dice.chance(500) => return &sheets::ROPC,
        Kind::Service if dice.chance(100) => return &sheets::SMTP_CLAIM,
        Kind::Service => return &sheets::SMTP,
        Kind::Shared => return &sheets::SINGLE_FACTOR,
        Kind::Workforce | Kind::Guest | Kind::BreakGlass => {}
    }
    match person.part {
        Part::Excepted if person.excluded_on(day) => &sheets::SINGLE_FACTOR,
        Part::Leaky => &sheets::SINGLE_FACTOR,
        Part::Remembered if dice.chance(600) => &sheets::REMEMBERED,
        Part::TrustedSite if dice.chance(600) => &sheets::TRUSTED_SITE,
        Part::LateForever if dice.chance(300) => &sheets::PASSWORD_STEP_ONLY,
        Part::ClaimTrap if dice.chance(500) => &sheets::CARRIED_SINGLE,
        Part::Federated if dice.chance(400) => &sheets::FEDERATED,
        Part::Radius if dice.chance(400) => &sheets::RADIUS,
        Part::LegacyMail if dice.chance(200) => &sheets::SMTP,
        Part::LegacyMail if dice.chance(250) => &sheets::IMAP,
        Part::HomeMfa if person.home == Home::Stranger => &sheets::STRANGER,
        Part::HomeMfa if dice.chance(500) => &sheets::PARTNER_TEXT,
        Part::HomeMfa => &sheets::PARTNER,
        _ if !person.capable(day) && dice.chance(600) => &setbacks::ENROL,
        _ if !person.capable(day) => &sheets::SINGLE_FACTOR,
        _ if dice.chance(if number == 0 { 300 } else { 700 }) => &sheets::CARRIED,
        _ => fresh(person.habit, dice),
    }
}

/// The record of a person who does MFA afresh.
pub(crate) fn fresh(habit: Habit, dice: &mut Dice) -> &'static Sheet {
    match habit {
        Habit::Push if dice.chance(100) => &sheets::PUSH_MISLABELLED,
        Habit::Push | Habit::Nothing => &sheets::PUSH,
        Habit::Sms => &sheets::SMS,
        Habit::Totp => &sheets::TOTP,
        Habit::Phone => &sheets::PHONE,
        Habit::Hello => &sheets::HELLO,
        Habit::Fido2 => &sheets::FIDO2,
        Habit::Passkey => &sheets::PASSKEY,
        Habit::Certificate => &sheets::CERTIFICATE,
    }
}
