//! Who plays which part: the people of a tenant are divided by their position in the list.

use std::ops::Range;

use super::Plan;
use super::people::{Kind, Part};

/// Which positions in the list of people play which part.
#[derive(Debug, Clone)]
pub(crate) struct Cast {
    /// The two emergency accounts.
    pub(crate) break_glass: Range<usize>,
    /// Employees with an exception.
    pub(crate) excepted: Range<usize>,
    /// Administrators.
    pub(crate) admins: Range<usize>,
    /// Owners, requestors and approvers.
    pub(crate) managers: Range<usize>,
    /// All employees, the three groups above first.
    pub(crate) workforce: Range<usize>,
    /// Guests, the partner's first.
    pub(crate) guests: Range<usize>,
    /// Service accounts.
    pub(crate) services: Range<usize>,
    /// Rooms.
    pub(crate) rooms: Range<usize>,
}

impl Cast {
    /// Divides the people of a plan.
    pub(crate) fn new(plan: &Plan) -> anyhow::Result<Self> {
        let least = if plan.clean { 20 } else { 60 };
        anyhow::ensure!(plan.people >= least, "a tenant of this kind needs at least {least} people, not {}", plan.people);
        let people = usize::try_from(plan.people)?;
        let services = (people * 3 / 100).max(2);
        let rooms = (people / 50).max(1);
        let guests = (people / 10).max(2);
        let end = people - services - rooms - guests;
        let (excepted, admins, managers) = if plan.clean { (1, 3, 5) } else { (14, 10, 8) };
        Ok(Self {
            break_glass: 0..2,
            excepted: 2..2 + excepted,
            admins: 2 + excepted..2 + excepted + admins,
            managers: 2 + excepted + admins..2 + excepted + admins + managers,
            workforce: 2..end,
            guests: end..end + guests,
            services: end + guests..end + guests + services,
            rooms: people - rooms..people,
        })
    }

    /// What the account at a position is.
    pub(crate) fn kind(&self, index: usize) -> Kind {
        if self.break_glass.contains(&index) {
            Kind::BreakGlass
        } else if self.workforce.contains(&index) {
            Kind::Workforce
        } else if self.guests.contains(&index) {
            Kind::Guest
        } else if self.services.contains(&index) {
            Kind::Service
        } else {
            Kind::Shared
        }
    }

    /// The part of the account at a position.
    pub(crate) fn part(&self, index: usize, clean: bool) -> Part {
        if clean || index < 2 {
            return Part::Ordinary;
        }
        if self.guests.contains(&index) {
            return if (index - self.guests.start) % 4 == 3 { Part::Ordinary } else { Part::HomeMfa };
        }
        if index + 1 == self.excepted.end {
            return Part::NeedlessException;
        }
        if self.excepted.contains(&index) {
            return Part::Excepted;
        }
        if self.kind(index) != Kind::Workforce || index < self.managers.end {
            return Part::Ordinary;
        }
        match (index - self.managers.end) % 50 {
            2 | 22 => Part::Remembered,
            4 | 24 => Part::TrustedSite,
            6 | 31 => Part::LateForever,
            8 | 33 => Part::ClaimTrap,
            10 => Part::Federated,
            12 => Part::Radius,
            14 => Part::LegacyMail,
            16 => Part::Leaky,
            18 => Part::Flooded,
            _ => Part::Ordinary,
        }
    }
}
