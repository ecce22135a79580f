//! Synthetic tenants with known answers.
//!
//! [`generate`] turns a [`Plan`] into every file a real tenant's exporters would have left in a store, and into
//! the [`Truth`] about them. It is a pure function: it reads no clock, no environment and no file, draws every
//! number from the seed, and hands finished files to a [`Sink`]. The same plan gives the same bytes on every
//! machine.
//!
//! Everything that does not depend on a day (people, register, policies) is decided first, in `world`. Then the
//! sign-ins are made one day at a time, so that memory does not grow with their number.
//!
//! A layout changes the sign-ins only: who they are of, and every other export, stay the same. The truth says what the
//! layout can show, which may be less than what happened.

mod acts;
mod audit;
mod calendar;
mod cast;
mod config;
mod dice;
mod directory;
mod endings;
mod entry;
mod fields;
mod groups;
mod journey;
mod layout;
mod life;
mod locations;
mod names;
mod people;
mod person;
mod planted;
mod policies;
mod proof;
mod properties;
mod record;
mod record_parts;
mod register_csv;
mod register_plan;
mod roles;
mod scene;
mod script;
mod setbacks;
mod sheets;
mod tally;
mod traps;
mod truth;
mod world;
mod write;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use self::proof::Class;
pub use self::tally::Written;
pub use self::truth::{EntryTruth, IdentityMonth, IdentityTruth, MonthTruth, Truth};
pub use self::write::AccountsTruth;

use self::tally::Tally;
use self::world::World;
use self::write::Outbox;

/// What kind of tenant to make.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Plan {
    /// Source of every number.
    pub seed: u64,
    /// Accounts in the directory, of every kind.
    pub people: u32,
    /// Any day of the first month.
    pub first_month: Date,
    /// Number of months.
    pub months: u32,
    /// Attempts to sign in that an employee makes in a month, on average.
    pub sign_ins_per_person_month: f64,
    /// Token refreshes per attempt.
    pub non_interactive_ratio: f64,
    /// Nothing is wrong in the tenant.
    pub clean: bool,
    /// Name of the organisation.
    pub organisation: String,
    /// Time zone of the organisation.
    pub time_zone: String,
    /// How the sign-ins are exported.
    pub layout: Layout,
}

/// How sign-ins reach the store. What stands here is the help text of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Entra: hour blobs of a diagnostic setting that writes to a storage account.
    Monitor,
    /// Entra: pages of the Graph beta interface, one set a day.
    Graph,
    /// Entra: message files of an event hub consumer.
    EventHubs,
    /// Entra: the first month as graph, the second as event-hubs, the others as monitor.
    Mixed,
    /// Entra: CSV downloads of the admin centre with their companions.
    Portal,
    /// Entra: rows of a Log Analytics workspace.
    Workspace,
    /// Entra: JSON that PowerShell wrote.
    PowerShell,
    /// Microsoft 365 unified audit log: CSV of a Purview search.
    Unified,
    /// Okta System Log.
    Okta,
    /// Cisco Duo authentication log.
    Duo,
    /// Google Workspace login activity.
    Google,
    /// AWS console sign-ins.
    Aws,
    /// OCSF authentication events.
    Ocsf,
}

impl Plan {
    /// The tenant under `sample_data/`.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            seed: 20_261_101,
            people: 400,
            first_month: Date::constant(2026, 8, 1),
            months: 3,
            sign_ins_per_person_month: 3.0,
            non_interactive_ratio: 0.6,
            clean: false,
            organisation: "Nordwind Example AG".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            layout: Layout::Mixed,
        }
    }

    /// The tenant under `sample_data/clean/`, in which nothing is wrong.
    #[must_use]
    pub fn clean_sample() -> Self {
        Self {
            seed: 20_261_102,
            people: 24,
            first_month: Date::constant(2026, 10, 1),
            months: 1,
            sign_ins_per_person_month: 6.0,
            non_interactive_ratio: 0.3,
            clean: true,
            organisation: "Sudwind Example GmbH".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            layout: Layout::Monitor,
        }
    }
}

/// Where finished files go.
pub trait Sink {
    /// Takes a file; the key is relative, with `/` between its parts.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be stored; the generator stops.
    fn put(&mut self, key: &str, bytes: Vec<u8>) -> anyhow::Result<()>;
}

/// Whether a tenant of this plan can be made.
///
/// # Errors
/// When the plan is impossible, saying why.
pub fn check(plan: &Plan) -> anyhow::Result<()> {
    World::new(plan).map(drop)
}

/// Makes a tenant: every export, the register, `mfaudit.toml` and `truth.json`.
///
/// # Errors
///
/// Fails when the plan cannot be carried out (too few people, no month, unknown time zone) or the sink fails.
pub fn generate(plan: &Plan, sink: &mut dyn Sink) -> anyhow::Result<Truth> {
    let world = World::new(plan)?;
    let mut tally = Tally::new(plan.layout, world.people.len(), world.calendar.months().len());
    config::write(&world, sink)?;
    for day in world.calendar.snapshots() {
        directory::write(&world, day, sink)?;
    }
    for day in world.calendar.ends() {
        register_csv::write(&world, day, sink)?;
    }
    audit::write(&world, sink)?;
    let mut events = Vec::new();
    let mut outbox = Outbox::default();
    for day in world.calendar.days() {
        events.clear();
        journey::day(&world, day, &mut events, &mut tally)?;
        script::day(&world, day, &mut events, &mut tally)?;
        events.sort_unstable_by_key(|event| (event.at, event.id));
        if plan.layout.by_utc_day() {
            outbox.day(&world, day, &events, &mut tally, sink)?;
        } else {
            layout::write_day(&world, day, &events, &mut tally, sink)?;
        }
    }
    outbox.close(&world, sink)?;
    let truth = Truth::new(&world, &tally);
    sink.put("truth.json", truth.to_json()?.into_bytes())?;
    Ok(truth)
}
