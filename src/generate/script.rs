//! The day's scripted events: what must happen in every tenant, whatever the dice say.
//!
//! Ordinary attempts end before 21:05 local time, so that evening scenes never run into one of them.

use super::calendar::{Day, Moment};
use super::dice::{Dice, Purpose};
use super::endings::fresh;
use super::journey::{Event, Walk};
use super::names::FAR_AWAY;
use super::people::{Kind, Part};
use super::proof::{Sheet, Stream};
use super::setbacks;
use super::sheets;
use super::tally::Tally;
use super::traps;
use super::world::World;

/// The stage of one day.
struct Stage<'a> {
    world: &'a World,
    day: Day,
    dice: Dice,
    events: &'a mut Vec<Event>,
    tally: &'a mut Tally,
}

/// Plays the scenes of a day and makes sure that no day is empty.
pub(crate) fn day(world: &World, day: Day, events: &mut Vec<Event>, tally: &mut Tally) -> anyhow::Result<()> {
    let dice = Dice::new(world.plan.seed, Purpose::Script, day.number(), 0);
    let mut stage = Stage { world, day, dice, events, tally };
    stage.workload()?;
    stage.drill()?;
    if !world.plan.clean {
        stage.emergency()?;
        stage.boundary()?;
        stage.flood()?;
        stage.far_away()?;
        stage.guessed_codes()?;
        stage.planted_factor()?;
        stage.downgraded()?;
        stage.older_export()?;
    }
    stage.never_empty()
}

impl Stage<'_> {
    fn walk(&mut self, index: usize, minute: u32) -> anyhow::Result<Walk<'_>> {
        let at = self.world.calendar.at(self.day, minute)?;
        let at = Moment(at.0 + i64::from(self.dice.below(50_000)));
        Ok(Walk::new(self.world, index, at, &mut self.dice, self.events))
    }

    /// One attempt of one record.
    fn attempt(&mut self, index: usize, minute: u32, sheet: &'static Sheet) -> anyhow::Result<()> {
        self.walk(index, minute)?.record(sheet);
        self.tally.attempt(index, self.world.calendar.month_of(self.day), sheet);
        Ok(())
    }

    /// A nightly job of a workload identity.
    fn workload(&mut self) -> anyhow::Result<()> {
        self.attempt(0, 130, &setbacks::WORKLOAD)
    }

    /// The monthly trial of the emergency accounts.
    fn drill(&mut self) -> anyhow::Result<()> {
        if !self.world.drills().contains(&self.day) {
            return Ok(());
        }
        self.attempt(0, 630, &sheets::FIDO2)?;
        self.attempt(1, 650, if self.world.plan.clean { &sheets::CERTIFICATE } else { &sheets::SINGLE_FACTOR })
    }

    /// Emergency accounts used outside every drill: a failure in the second month, a success in the last.
    fn emergency(&mut self) -> anyhow::Result<()> {
        let months = self.world.calendar.months();
        if months.get(1).is_some_and(|month| month.first.plus(17) == self.day) {
            self.attempt(1, 1290, &setbacks::BAD_PASSWORD)?;
        }
        if self.world.calendar.last().plus(-9) == self.day {
            self.attempt(0, 1290, &sheets::FIDO2)?;
        }
        Ok(())
    }

    /// Somebody works just before and just after the local end of a month, which is not the end in UTC.
    fn boundary(&mut self) -> anyhow::Result<()> {
        let night_owl = self.world.cast.managers.start;
        let months = self.world.calendar.months();
        let first = months.iter().skip(1).any(|month| month.first == self.day);
        let last = months.iter().any(|month| month.last == self.day);
        let habit = self.world.people.get(night_owl).map(|person| person.habit);
        let Some(habit) = habit.filter(|_| first || last) else {
            return Ok(());
        };
        let sheet = fresh(habit, &mut self.dice);
        // A month of one day does not exist: a day is first or last, never both.
        let minute = if first { 40 } else { 23 * 60 + 10 };
        self.attempt(night_owl, minute, sheet)
    }

    /// Prompts nobody asked for, and in the end somebody gives in.
    fn flood(&mut self) -> anyhow::Result<()> {
        if self.world.calendar.last().plus(-11) != self.day {
            return Ok(());
        }
        let victim = self.world.people.iter().position(|person| person.part == Part::Flooded && person.active(self.day));
        let Some(index) = victim else { return Ok(()) };
        let mut walk = self.walk(index, 22 * 60)?;
        for number in 0..7 {
            walk.record(if number % 2 == 0 { &setbacks::DENIED } else { &setbacks::SILENT });
        }
        walk.record(&sheets::PUSH);
        self.tally.attempt(index, self.world.calendar.month_of(self.day), &sheets::PUSH);
        Ok(())
    }

    /// An identity with an exception signs in on two continents within the hour.
    fn far_away(&mut self) -> anyhow::Result<()> {
        let index = self.world.cast.excepted.start + 1;
        let excluded = self.world.people.get(index).is_some_and(|person| person.excluded_on(self.day));
        if self.world.calendar.last().plus(-13) != self.day || !excluded {
            return Ok(());
        }
        self.attempt(index, 21 * 60 + 15, &sheets::SINGLE_FACTOR)?;
        let mut walk = self.walk(index, 22 * 60 + 10)?;
        walk.place = FAR_AWAY;
        walk.record(&sheets::SINGLE_FACTOR);
        self.tally.attempt(index, self.world.calendar.month_of(self.day), &sheets::SINGLE_FACTOR);
        Ok(())
    }

    /// Codes are guessed until one is right.
    fn guessed_codes(&mut self) -> anyhow::Result<()> {
        let Some((_, index)) = traps::guessed(self.world).filter(|(day, _)| *day == self.day) else { return Ok(()) };
        let mut walk = self.walk(index, 21 * 60 + 50)?;
        for _ in 0..6 {
            walk.record(&setbacks::WRONG_CODE);
        }
        walk.record(&sheets::TOTP);
        self.tally.attempt(index, self.world.calendar.month_of(self.day), &sheets::TOTP);
        Ok(())
    }

    /// At home in the evening, and then, with a factor that somebody else registered, far away.
    fn planted_factor(&mut self) -> anyhow::Result<()> {
        let Some((_, index)) = traps::planted_factor(self.world).filter(|(day, _)| *day == self.day) else { return Ok(()) };
        self.attempt(index, 21 * 60 + 6, &sheets::PUSH)?;
        let mut walk = self.walk(index, 21 * 60 + 40)?;
        walk.place = FAR_AWAY;
        walk.record(&sheets::SMS);
        self.tally.attempt(index, self.world.calendar.month_of(self.day), &sheets::SMS);
        Ok(())
    }

    /// A text message where a stronger factor is registered.
    fn downgraded(&mut self) -> anyhow::Result<()> {
        let Some((_, index)) = traps::downgraded(self.world).filter(|(day, _)| *day == self.day) else { return Ok(()) };
        self.attempt(index, 21 * 60 + 20, &sheets::SMS)
    }

    /// A handful of attempts that only an export of the older interface knows.
    fn older_export(&mut self) -> anyhow::Result<()> {
        if self.world.calendar.first().plus(13).workday() != self.day {
            return Ok(());
        }
        let start = self.world.cast.managers.end;
        for (number, index) in (start..self.world.cast.workforce.end).step_by(29).take(8).enumerate() {
            if self.world.people.get(index).is_some_and(|person| person.active(self.day)) {
                let sheet = if number % 4 == 3 { &sheets::V1_CLAIM } else { &sheets::V1 };
                self.attempt(index, 21 * 60 + 30, sheet)?;
            }
        }
        Ok(())
    }

    /// A day without any sign-in would be a gap in the logs, and this tenant has none.
    fn never_empty(&mut self) -> anyhow::Result<()> {
        let layout = self.world.plan.layout;
        if self.events.iter().any(|event| event.sheet.stream == Stream::Interactive && layout.holds(event.sheet)) {
            return Ok(());
        }
        let awake = |index: &usize| self.world.people.get(*index).is_some_and(|person| person.kind == Kind::Workforce && person.active(self.day));
        let Some(index) = self.world.cast.managers.clone().find(awake) else {
            return Ok(());
        };
        let Some(habit) = self.world.people.get(index).map(|person| person.habit) else {
            return Ok(());
        };
        let sheet = fresh(habit, &mut self.dice);
        self.attempt(index, 12 * 60, sheet)
    }
}
