//! Makes one person from its position in the cast.

use super::Plan;
use super::calendar::{Calendar, Day};
use super::cast::Cast;
use super::dice::{Dice, Guid, Purpose};
use super::names::{DEPARTMENTS, FAMILY, GIVEN, HEAD_OFFICE};
use super::people::{Habit, Home, Kind, Method, Part, Person, name_json, traits};

/// Makes the person at a position.
pub(crate) fn make(plan: &Plan, calendar: &Calendar, cast: &Cast, index: usize) -> Person {
    let mut dice = traits(plan, index);
    let kind = cast.kind(index);
    let mut person = blank(plan, calendar, cast, index, &mut dice);
    christen(&mut person, cast, index, &mut dice);
    if kind == Kind::Workforce && index >= cast.managers.end && !plan.clean {
        employ(&mut person, calendar, index, &mut dice);
    }
    person.habit = habit(plan, kind, index, &mut dice);
    if person.part == Part::Excepted || person.part == Part::NeedlessException {
        person.habit = if index.is_multiple_of(5) { Habit::Sms } else { Habit::Push };
    }
    // Whoever administers or approves is registered, so that every gap elsewhere is a planned one.
    let leading = kind == Kind::Workforce && index < cast.managers.end;
    if leading && person.habit == Habit::Nothing {
        person.habit = Habit::Push;
    }
    equip(plan, calendar, cast, &mut person, index, &mut dice);
    person
}

fn blank(plan: &Plan, calendar: &Calendar, cast: &Cast, index: usize, dice: &mut Dice) -> Person {
    let kind = cast.kind(index);
    let part = cast.part(index, plan.clean);
    let age = i32::try_from(dice.between(300, 1500)).unwrap_or(300);
    // Emergency accounts must be older than their register entries.
    let age = if kind == Kind::BreakGlass { 400 } else { age };
    let created = calendar.first().plus(-age);
    Person {
        kind,
        part,
        id: Guid::of(plan.seed, Purpose::Person, index as u64),
        upn: String::new(),
        sign_in_name: String::new(),
        display: String::new(),
        display_json: String::new(),
        department: dice.pick::<&str>(&DEPARTMENTS),
        created,
        hired: (kind == Kind::Workforce).then_some(created),
        left: None,
        deleted: None,
        synced: kind == Kind::Workforce && dice.chance(700),
        habit: Habit::Nothing,
        methods: Vec::new(),
        unusable: false,
        unlisted: false,
        home: Home::Here,
        place: if part == Part::TrustedSite { HEAD_OFFICE } else { dice.below(4) as usize },
        host: dice.between(1, 199),
        device: (kind == Kind::Workforce && dice.chance(750)).then(|| dice.guid()),
        pace: dice.between(400, 1600),
        excluded: Vec::new(),
    }
}

/// Names the account after what it is.
fn christen(person: &mut Person, cast: &Cast, index: usize, dice: &mut Dice) {
    let (given, family) = (*dice.pick(&GIVEN), *dice.pick(&FAMILY));
    let local = format!("{}.{}{index}", given.to_lowercase(), family.to_lowercase());
    match person.kind {
        Kind::BreakGlass => {
            person.upn = format!("breakglass{}@nordwind-example.onmicrosoft.com", index + 1);
            name_json(person, format!("Emergency Access {}", index + 1));
        }
        Kind::Service => {
            let number = index - cast.services.start + 1;
            person.upn = format!("svc-{number:03}@example.com");
            name_json(person, format!("Service account {number:03}"));
        }
        Kind::Shared => {
            let number = index - cast.rooms.start + 1;
            person.upn = format!("room-{number:03}@example.com");
            name_json(person, format!("Meeting room {number:03}"));
        }
        Kind::Guest => {
            let home = if (index - cast.guests.start) % 4 == 2 { Home::Stranger } else { Home::Partner };
            let domain = if home == Home::Partner { "example.org" } else { "example.net" };
            person.home = home;
            person.sign_in_name = format!("{local}@{domain}");
            person.upn = format!("{local}_{domain}#EXT#@example.com");
            name_json(person, format!("{given} {family}"));
        }
        Kind::Workforce => {
            person.upn = format!("{local}@example.com");
            name_json(person, format!("{given} {family}"));
        }
    }
    if person.sign_in_name.is_empty() {
        person.sign_in_name = person.upn.clone();
    }
}

/// Joins, leaves and absences: one position in a cycle of 25 each, so that even a small tenant has them all.
fn employ(person: &mut Person, calendar: &Calendar, index: usize, dice: &mut Dice) {
    if person.part != Part::Ordinary {
        return;
    }
    let length = u32::try_from(calendar.last().0 - calendar.first().0).unwrap_or(1);
    let some_day = calendar.first().plus(i32::try_from(dice.below(length.saturating_sub(14))).unwrap_or(0)).workday();
    match index % 25 {
        3 => start(person, some_day),
        8 => {
            person.left = Some(some_day);
            if dice.chance(500) {
                person.deleted = Some(some_day.plus(10));
            }
        }
        13 if index % 50 < 25 => person.left = Some(calendar.first().plus(-50)),
        // Hired for the month after the data, with an account already there.
        18 if index % 100 < 25 => start(person, calendar.last().plus(3).workday()),
        _ => {}
    }
}

fn start(person: &mut Person, day: Day) {
    person.created = day.plus(-7);
    person.hired = Some(day);
}

fn habit(plan: &Plan, kind: Kind, index: usize, dice: &mut Dice) -> Habit {
    const ALL: [Habit; 8] = [Habit::Push, Habit::Hello, Habit::Totp, Habit::Sms, Habit::Phone, Habit::Fido2, Habit::Passkey, Habit::Nothing];
    const MIXED: [u32; 8] = [430, 180, 100, 100, 60, 50, 40, 40];
    const CLEAN: [u32; 8] = [300, 350, 50, 0, 0, 200, 100, 0];
    match kind {
        Kind::Workforce => ALL[dice.weighted(if plan.clean { &CLEAN } else { &MIXED })],
        Kind::Guest if plan.clean => Habit::Push,
        Kind::Guest => Habit::Sms,
        Kind::BreakGlass if index == 0 => Habit::Fido2,
        Kind::BreakGlass if plan.clean => Habit::Certificate,
        Kind::BreakGlass | Kind::Service | Kind::Shared => Habit::Nothing,
    }
}

/// What people without a second factor have registered instead.
const NO_FACTOR: [&[&str]; 5] = [&["email"], &["securityQuestion"], &["appPassword", "email"], &["temporaryAccessPass"], &[]];

/// Registers methods that fit the habit.
fn equip(plan: &Plan, calendar: &Calendar, cast: &Cast, person: &mut Person, index: usize, dice: &mut Dice) {
    let joined = person.hired.is_some_and(|day| day >= calendar.first());
    let delay = if dice.chance(500) { dice.below(3) } else { dice.below(30) };
    let start = person.hired.filter(|_| joined).unwrap_or(person.created.plus(1));
    let since = start.plus(i32::try_from(if joined { delay } else { 0 }).unwrap_or(0));
    let names = usual_methods(person, index, dice.chance(400));
    let methods = names.iter().map(|&name| Method { name, since, until: None });
    person.methods = methods.collect();
    if !plan.clean && person.kind == Kind::Workforce && index >= cast.managers.end {
        oddities(calendar, person, index, since, joined);
    }
}

fn usual_methods(person: &Person, index: usize, extra: bool) -> &'static [&'static str] {
    // A guest whose home tenant does the MFA registers nothing here.
    if person.part == Part::HomeMfa {
        return &[];
    }
    match person.habit {
        Habit::Push if extra => &["microsoftAuthenticatorPush", "softwareOneTimePasscode", "mobilePhone"],
        Habit::Push => &["microsoftAuthenticatorPush", "softwareOneTimePasscode"],
        Habit::Sms => &["mobilePhone"],
        Habit::Totp => &["softwareOneTimePasscode"],
        Habit::Phone => &["microsoftAuthenticatorPasswordless", "microsoftAuthenticatorPush"],
        Habit::Hello if extra => &["windowsHelloForBusiness"],
        Habit::Hello => &["windowsHelloForBusiness", "microsoftAuthenticatorPush", "softwareOneTimePasscode"],
        Habit::Fido2 if extra || person.kind == Kind::BreakGlass => &["fido2"],
        Habit::Fido2 => &["fido2", "microsoftAuthenticatorPush"],
        Habit::Passkey => &["passKeyDeviceBoundAuthenticator", "passKeyDeviceBound"],
        Habit::Certificate => &["x509Certificate"],
        Habit::Nothing if person.kind == Kind::Workforce => NO_FACTOR[index % NO_FACTOR.len()],
        Habit::Nothing => &[],
    }
}

/// What is odd about a few people's registrations.
fn oddities(calendar: &Calendar, person: &mut Person, index: usize, since: Day, joined: bool) {
    let settled = person.part == Part::Ordinary && person.left.is_none() && !joined;
    match index % 100 {
        20 | 70 => {
            // A token that the method policy no longer allows.
            person.habit = Habit::Totp;
            person.methods = vec![Method { name: "hardwareOneTimePasscode", since, until: None }];
            person.unusable = true;
        }
        45 => person.unlisted = true,
        57 if settled => {
            // Loses every method half-way through the last month.
            let lost = calendar.last().plus(-15);
            for method in &mut person.methods {
                method.until = Some(lost);
            }
        }
        _ => {}
    }
}
