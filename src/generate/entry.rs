//! One entry of the exception register, its timeline and the obligations that follow from it.

use super::calendar::{Calendar, Day};

/// The seven categories, and what somebody wrote instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// Emergency access.
    BreakGlass,
    /// Administrative exclusion.
    Administrative,
    /// Legacy or service account.
    Legacy,
    /// Accessibility.
    Accessibility,
    /// Hardware or enrolment constraint.
    Hardware,
    /// Federated partner.
    Partner,
    /// Incident response or testing.
    Incident,
    /// None of the seven.
    Unknown,
}

impl Category {
    /// The words in the register.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::BreakGlass => "Break-glass",
            Self::Administrative => "Administrative exclusion",
            Self::Legacy => "Legacy/service account",
            Self::Accessibility => "Accessibility",
            Self::Hardware => "Hardware/enrolment constraint",
            Self::Partner => "Federated partner",
            Self::Incident => "Incident response/testing",
            Self::Unknown => "Temporary VIP waiver",
        }
    }

    /// The name in configuration and ground truth.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::BreakGlass => "break_glass",
            Self::Administrative => "administrative",
            Self::Legacy => "legacy_service",
            Self::Accessibility => "accessibility",
            Self::Hardware => "enrolment",
            Self::Partner => "federated_partner",
            Self::Incident => "incident_testing",
            Self::Unknown => "unknown",
        }
    }

    /// Days between reviews.
    pub(crate) const fn review_days(self) -> i32 {
        match self {
            Self::Administrative => 7,
            Self::Accessibility => 90,
            Self::BreakGlass | Self::Legacy | Self::Hardware | Self::Partner | Self::Incident | Self::Unknown => 30,
        }
    }

    /// The cadence is part of the written configuration (the others are left to defaults).
    pub(crate) const fn has_cadence(self) -> bool {
        matches!(self, Self::BreakGlass | Self::Administrative | Self::Legacy | Self::Accessibility)
    }
}

/// When an exception ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// At 18:00 local time of a day.
    At(Day),
    /// At the end of a day, written as a bare date.
    Bare(Day),
    /// Written so that nobody can tell.
    Unreadable,
}

/// How an obligation was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// By its due date.
    OnTime,
    /// After it, before the next one fell due and within the same month.
    Late,
    /// Not at all.
    Missed,
}

impl Outcome {
    /// The name in the ground truth.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Missed => "missed",
        }
    }
}

/// A review or rotation that fell due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Obligation {
    /// Due date.
    pub(crate) due: Day,
    /// When it was done.
    pub(crate) done: Option<Day>,
    /// How that counts.
    pub(crate) outcome: Outcome,
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Number, from which the id is made.
    pub(crate) number: u32,
    /// Category at the end.
    pub(crate) category: Category,
    /// Earlier category and the day of the change.
    pub(crate) recategorised: Option<(Day, Category)>,
    /// Position of the excepted account.
    pub(crate) person: usize,
    /// Position of the requestor.
    pub(crate) requestor: usize,
    /// Position of the owner.
    pub(crate) owner: Option<usize>,
    /// Position of the approver.
    pub(crate) approver: usize,
    /// Position of the administrator who changes the policy group.
    pub(crate) implementer: usize,
    /// Day of the request.
    pub(crate) created: Day,
    /// Day of the approval.
    pub(crate) approved: Option<Day>,
    /// Day of the activation.
    pub(crate) activated: Option<Day>,
    /// Expiry as first written.
    pub(crate) expires: Expiry,
    /// Day of the extension and the new expiry.
    pub(crate) extended: Option<(Day, Day)>,
    /// Day of the closure.
    pub(crate) closed: Option<Day>,
    /// The policy leaves the account out while the entry is active.
    pub(crate) leaves_policy: bool,
    /// Applications the exception is limited to.
    pub(crate) applications: &'static str,
    /// Compensating controls.
    pub(crate) controls: &'static str,
    /// Age in days of the newest evidence that the controls work.
    pub(crate) evidence_age: Option<i32>,
    /// Reviews.
    pub(crate) reviews: Vec<Obligation>,
    /// Rotations after use.
    pub(crate) rotations: Vec<Obligation>,
}

impl Entry {
    /// Its id.
    pub(crate) fn id(&self) -> String {
        format!("EX-{:04}", self.number)
    }

    /// The category as the register gives it at the end of a day.
    pub(crate) fn category_on(&self, day: Day) -> Category {
        match self.recategorised {
            Some((changed, before)) if day < changed => before,
            _ => self.category,
        }
    }

    /// The expiry as the register gives it at the end of a day.
    pub(crate) fn expiry_on(&self, day: Day) -> Expiry {
        match self.extended {
            Some((at, until)) if at <= day => Expiry::At(until),
            _ => self.expires,
        }
    }

    /// The last day of validity, when it can be told.
    pub(crate) fn last_day(&self, day: Day) -> Option<Day> {
        match self.expiry_on(day) {
            Expiry::At(day) | Expiry::Bare(day) => Some(day),
            Expiry::Unreadable => None,
        }
    }

    /// The state at the end of a day; `None` before the request.
    pub(crate) fn state(&self, day: Day) -> Option<&'static str> {
        let reached = |at: Option<Day>| at.is_some_and(|at| at <= day);
        if self.created > day {
            None
        } else if reached(self.closed) {
            Some("closed")
        } else if reached(self.activated) {
            Some(if reached(self.last_day(day)) { "expired_open" } else { "active" })
        } else if reached(self.approved) {
            Some("approved")
        } else {
            Some("requested")
        }
    }

    /// Works out the review obligations up to a horizon; the pattern says how each is met (`o` on time, `l` late,
    /// `m` missed) and repeats.
    pub(crate) fn plan_reviews(&mut self, pattern: &str, calendar: &Calendar) {
        let Some(activated) = self.activated else {
            return;
        };
        let horizon = calendar.last();
        let cadence = self.category.review_days();
        let mut due = activated.plus(cadence);
        for kind in pattern.chars().cycle() {
            let ended = [self.closed, self.last_day(due)].into_iter().flatten().any(|end| end <= due);
            if due > horizon || ended {
                return;
            }
            let late = due.plus(2);
            // A late review across the end of a month would be missed in one report and late in the next.
            let same_month = calendar.month_of(due) == calendar.month_of(late) && late <= horizon;
            // Whoever missed one comes back after the next is due: a review in between would be a late one of the first.
            let missed_before = self.reviews.last().is_some_and(|r| r.outcome == Outcome::Missed);
            let (done, outcome) = match kind {
                'm' => (None, Outcome::Missed),
                _ if same_month && (kind == 'l' || missed_before) => (Some(late), Outcome::Late),
                _ if missed_before => (None, Outcome::Missed),
                _ => (Some(due.plus(-1)), Outcome::OnTime),
            };
            self.reviews.push(Obligation { due, done, outcome });
            due = done.unwrap_or(due).plus(cadence);
        }
    }
}
