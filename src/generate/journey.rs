//! What people do on one day, and how each attempt ends.

use super::calendar::{Day, Moment};
use super::dice::{Dice, Guid, Purpose};
use super::endings::ending;
use super::names::{APPS, App, MAIL};
use super::people::{Kind, Part, Person};
use super::proof::{Class, Sheet};
use super::setbacks;
use super::tally::Tally;
use super::world::World;

/// One sign-in record before it is written.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Event id.
    pub(crate) id: Guid,
    /// Correlation id of the journey.
    pub(crate) correlation: Guid,
    /// Session id.
    pub(crate) session: Guid,
    /// Position of the person; of the service principal for workloads.
    pub(crate) person: usize,
    /// What the record says.
    pub(crate) sheet: &'static Sheet,
    /// Application.
    pub(crate) app: &'static App,
    /// When.
    pub(crate) at: Moment,
    /// Index of the place.
    pub(crate) place: usize,
}

/// Number of attempts no person exceeds on a day, so that attempts stay more than ten minutes apart.
const MOST: u32 = 50;

/// Walks one person through one journey.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    /// The tenant.
    pub(crate) world: &'a World,
    /// Position of the person.
    pub(crate) index: usize,
    /// Numbers.
    pub(crate) dice: &'a mut Dice,
    /// Where the records go.
    pub(crate) events: &'a mut Vec<Event>,
    /// When the next record is made.
    pub(crate) at: Moment,
    /// From where.
    pub(crate) place: usize,
    /// Application.
    pub(crate) app: &'static App,
    /// Correlation id.
    pub(crate) correlation: Guid,
    /// Session id.
    pub(crate) session: Guid,
}

impl<'a> Walk<'a> {
    /// A journey of one person that starts at a moment.
    pub(crate) fn new(world: &'a World, index: usize, at: Moment, dice: &'a mut Dice, events: &'a mut Vec<Event>) -> Self {
        let place = world.people.get(index).map_or(0, |person| person.place);
        // Some clients send the same correlation id for ever: it must never join attempts by itself.
        let reused = !world.plan.clean && index % 37 == 5;
        let correlation = if reused { Guid::of(world.plan.seed, Purpose::Correlation, index as u64) } else { dice.guid() };
        let session = dice.guid();
        let app = dice.pick(&APPS);
        Self { world, index, dice, events, at, place, app, correlation, session }
    }

    /// Makes one record; the next one follows some seconds later.
    pub(crate) fn record(&mut self, sheet: &'static Sheet) {
        self.events.push(Event {
            id: self.dice.guid(),
            correlation: self.correlation,
            session: self.session,
            person: self.index,
            sheet,
            app: self.app,
            at: self.at,
            place: self.place,
        });
        let pause = i64::from(self.dice.between(9, 40)) * 1000 + i64::from(self.dice.below(1000));
        self.at = Moment(self.at.0 + pause);
    }

    /// The way to the last record: prompts and mistakes that are no failures of the attempt.
    pub(crate) fn prelude(&mut self, last: &'static Sheet) {
        let fresh = last.class == Some(Class::M1);
        let clean = self.world.plan.clean;
        if fresh && !clean && self.dice.chance(60) {
            self.record(&setbacks::BAD_PASSWORD);
        }
        if fresh && self.dice.chance(350) {
            let moved = self.dice.chance(400);
            self.record(if moved { &setbacks::PROMPT_MOVED } else { &setbacks::PROMPT });
            if !clean && self.dice.chance(60) {
                self.record(&setbacks::SILENT);
            }
        }
        if (fresh || last.class == Some(Class::M4)) && self.app.browser && self.dice.chance(120) {
            self.record(&setbacks::STAY_SIGNED_IN);
        }
    }
}

/// Everybody's ordinary day.
pub(crate) fn day(world: &World, day: Day, events: &mut Vec<Event>, tally: &mut Tally) -> anyhow::Result<()> {
    for (index, person) in world.people.iter().enumerate() {
        if person.kind == Kind::BreakGlass || !person.active(day) {
            continue;
        }
        let mut dice = Dice::new(world.plan.seed, Purpose::Journey, index as u64, day.number());
        let count = attempts(world, person, day, &mut dice);
        // Many attempts need a longer day to stay apart.
        let (start, span) = if count > 30 { (420, 840) } else { (450, 540) };
        let gap = span / count.max(1);
        for number in 0..count {
            let minute = start + number * gap + dice.below(gap.saturating_sub(14).max(1));
            let at = second(world.calendar.at(day, minute)?, &mut dice);
            let last = ending(person, day, number, &mut dice);
            let mut walk = Walk::new(world, index, at, &mut dice, events);
            attempt(&mut walk, person, day, last, tally);
        }
        refreshes(world, index, day, count, &mut dice, events)?;
    }
    Ok(())
}

/// How many attempts a person makes on a day.
fn attempts(world: &World, person: &Person, day: Day, dice: &mut Dice) -> u32 {
    let share: u64 = match person.kind {
        Kind::Workforce => 1000,
        Kind::Guest => 300,
        Kind::Service if !world.plan.clean => 600,
        Kind::Shared if !world.plan.clean => 200,
        Kind::Service | Kind::Shared | Kind::BreakGlass => 0,
    };
    let weekday = if day.is_weekend() { 40 } else { 1000 };
    // A month has about 21 working days.
    let millionths = (world.plan.sign_ins_per_person_month * 1_000_000.0 / 21.0) as u64;
    let expected = millionths.saturating_mul(share * weekday) / 1_000_000 * u64::from(person.pace) / 1000;
    let count = expected.saturating_add(u64::from(dice.below(1_000_000))) / 1_000_000;
    u32::try_from(count).unwrap_or(MOST).min(MOST)
}

fn second(at: Moment, dice: &mut Dice) -> Moment {
    Moment(at.0 + i64::from(dice.below(60_000)))
}

/// One attempt: a failure that stays one, or a prelude and the record that settles it.
fn attempt(walk: &mut Walk<'_>, person: &Person, day: Day, last: &'static Sheet, tally: &mut Tally) {
    if !last.client.is_empty() && last.protocol != "ropc" {
        walk.app = &MAIL;
    }
    let Some(class) = last.class else {
        walk.record(last);
        return;
    };
    if !walk.world.plan.clean && person.kind != Kind::Service && walk.dice.chance(40) {
        failure(walk, class);
        return;
    }
    walk.prelude(last);
    walk.record(last);
    tally.attempt(walk.index, walk.world.calendar.month_of(day), last);
}

fn failure(walk: &mut Walk<'_>, class: Class) {
    let strong = matches!(class, Class::M1 | Class::M2);
    match walk.dice.below(if strong { 5 } else { 2 }) {
        0 => walk.record(&setbacks::BAD_PASSWORD),
        1 => walk.record(&setbacks::BLOCKED),
        2 => {
            walk.record(&setbacks::PROMPT);
            walk.record(&setbacks::DENIED);
        }
        3 => {
            walk.record(&setbacks::PROMPT);
            walk.record(&setbacks::SILENT);
        }
        _ => {
            walk.record(&setbacks::PROMPT_MOVED);
            walk.record(&setbacks::WRONG_CODE);
        }
    }
}

/// Token refreshes that follow a day's sign-ins.
fn refreshes(world: &World, index: usize, day: Day, count: u32, dice: &mut Dice, events: &mut Vec<Event>) -> anyhow::Result<()> {
    let Some(person) = world.people.get(index).filter(|person| person.kind != Kind::Service) else {
        return Ok(());
    };
    let millionths = (world.plan.non_interactive_ratio * 1_000_000.0) as u64;
    let wanted = (millionths.saturating_mul(u64::from(count)) + u64::from(dice.below(1_000_000))) / 1_000_000;
    // A person without a sign-in on the day has no session to refresh.
    let wanted = if count == 0 { 0 } else { wanted.min(5_000) };
    for _ in 0..wanted {
        let at = second(world.calendar.at(day, dice.between(450, 1000))?, dice);
        let single = person.excluded_on(day) || person.part == Part::Leaky || !person.capable(day);
        let single = single && !world.plan.clean;
        let ended = !world.plan.clean && dice.chance(30);
        let sheet = match (ended, single) {
            (true, _) => &setbacks::REFRESH_ENDED,
            (false, true) => &setbacks::REFRESH_SINGLE,
            (false, false) => &setbacks::REFRESH,
        };
        Walk::new(world, index, at, dice, events).record(sheet);
    }
    Ok(())
}
