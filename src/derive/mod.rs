//! Tables made from tables: journeys and roll-ups per day, and the desk of one period.
//!
//! What SQL's portable subset cannot say is worked out here in plain Rust and handed to the queries as
//! tables: journeys, attribution, effective members, intervals of exceptions, review ledgers.

mod anchors;
mod class;
mod cover;
mod days;
mod desk;
mod duties;
mod endings;
mod enrolment;
mod exception;
mod explain;
mod gates;
mod governance;
mod ground;
mod holders;
mod intake;
mod journey;
mod judge;
mod names;
mod origins;
mod people;
mod population;
mod register;
mod snapshots;
mod strength;
mod traffic;
mod watched;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::config::dated::{self, Cadence};
use crate::config::{Config, TOOL_DEFAULT};
use crate::lake::{IngestReport, Lake};
use crate::source;

pub(crate) use anchors::Anchored;
pub(crate) use desk::Named;
pub use desk::{Desk, Fact};
pub(crate) use duties::Duty;
pub use explain::{Explained, Tried};
pub(crate) use gates::Delivery;
pub use origins::Origin;

/// Role template ids that count as privileged.
pub(crate) fn privileged_roles(config: &Config) -> BTreeSet<&str> {
    source::privileged_roles().iter().copied().chain(config.population.privileged_roles.iter().map(String::as_str)).collect()
}

/// Days between duties in force on a day, and where they come from; `None` where a category owes none.
pub(crate) fn cadence_on(config: &Config, category: &str, duty: Duty, day: Date) -> Option<(i64, &'static str)> {
    let of = |c: &Cadence| match duty {
        Duty::Review => c.review_days,
        Duty::Rotation => c.rotation_days,
        Duty::Drill => c.drill_days,
    };
    if let Some(days) = dated::in_force(&config.cadences, day, |c| c.category == category && of(c).is_some(), |c| c.from).and_then(of) {
        return Some((days, "configuration"));
    }
    let default = dated::DEFAULT_CADENCES.iter().find(|c| c.category == category)?;
    let days = match duty {
        Duty::Review => Some(default.review),
        Duty::Rotation => default.rotation,
        Duty::Drill => default.drill,
    };
    days.map(|d| (d, TOOL_DEFAULT))
}

/// Names of all tables that a source adds rows to.
fn filled(source: &crate::config::SourceConfig) -> Vec<&'static str> {
    source.reader.tables().iter().chain(&source.reader.beside()).map(|t| t.name).collect()
}

/// The lake with what it was made from.
#[derive(Debug)]
pub struct Derivation<'a> {
    config: &'a Config,
    lake: &'a Lake,
    report: &'a IngestReport,
    snapshots: snapshots::Snapshots,
    /// Told from all snapshots once, for every period of a run.
    history: std::cell::OnceCell<enrolment::History>,
}

impl<'a> Derivation<'a> {
    /// Looks at what an ingest left.
    #[must_use]
    pub fn new(config: &'a Config, lake: &'a Lake, report: &'a IngestReport) -> Self {
        let mut tables: BTreeMap<String, Vec<&'static str>> = config.sources.iter().map(|s| (s.id.clone(), filled(s))).collect();
        tables.insert("register".to_owned(), vec!["exceptions", "exception_events"]);
        Self { config, lake, report, snapshots: snapshots::Snapshots::new(&report.ledgers, &tables), history: std::cell::OnceCell::new() }
    }

    /// Brings attempts and roll-ups up to date; returns how many days were made.
    ///
    /// # Errors
    /// When the lake cannot be read or written.
    pub fn update_days(&self) -> anyhow::Result<u64> {
        days::Daily { config: self.config, lake: self.lake, partitions: &self.report.lake, snapshots: &self.snapshots }.update()
    }

    /// The tables of one period.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub fn desk(&self, period: &crate::period::Period, as_of: jiff::Timestamp) -> anyhow::Result<Desk> {
        desk::build(self, period, as_of)
    }
}
