//! From starting work to a usable second factor (K10), told from every snapshot the lake holds.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::Ground;
use super::population;
use super::snapshots::{self, Snapshots};
use crate::config::PopulationRules;
use crate::lake::Lake;
use crate::period;
use crate::table::directory::{Identity, RegisteredMethod, Registration};
use crate::table::{self, Instant, Row};

/// One person's way to a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Observed {
    pub(super) identity_id: String,
    /// Month of the start.
    pub(super) cohort: String,
    /// Microseconds after the start: last known without, surely with.
    pub(super) exit: i64,
    pub(super) exit_by: i64,
    pub(super) ending: &'static str,
    pub(super) reason: &'static str,
}

/// What all snapshots say of one account.
#[derive(Debug, Clone)]
struct Account {
    started: Option<Instant>,
    workforce: bool,
    /// Last snapshot in which it was there and enabled.
    enabled_at: Option<Instant>,
    /// First snapshot after that in which it was gone or disabled.
    gone_at: Option<Instant>,
    leaves_at: Option<Instant>,
}

/// Every account and when it was first seen with a usable second factor.
#[derive(Debug, Default)]
pub(super) struct History {
    accounts: BTreeMap<String, Account>,
    /// The snapshot before, and the snapshot that first showed it.
    usable: BTreeMap<String, (Option<Instant>, Instant)>,
    /// First snapshot of a source that lists the account.
    watched: BTreeMap<String, Instant>,
    /// First snapshot of any source.
    first: Option<Instant>,
}

impl History {
    /// One pass over all snapshots, oldest first.
    pub(super) fn new(lake: &Lake, all: &Snapshots, rules: &PopulationRules) -> anyhow::Result<Self> {
        let mut history = Self::default();
        for at in all.instants(Identity::TABLE.name) {
            let chosen = all.before(Identity::TABLE.name, Instant(at.0 + 1));
            let batches = snapshots::load(lake, &Identity::TABLE, &chosen)?;
            history.directory(at, &table::rows(&batches)?, rules);
        }
        for (source, instants) in all.of(Registration::TABLE.name) {
            let mut before = None;
            for at in instants {
                let own = |table: &table::Table| {
                    let mut chosen = all.before(table.name, Instant(at.0 + 1));
                    chosen.retain(|s, _| s == source);
                    snapshots::load(lake, table, &chosen)
                };
                let (registrations, methods) = (own(&Registration::TABLE)?, own(&RegisteredMethod::TABLE)?);
                history.registered(*at, before, instants.first(), &population::usable_of(&table::rows(&registrations)?, &table::rows(&methods)?));
                before = Some(*at);
            }
        }
        Ok(history)
    }

    /// One snapshot of one source. Of several sources the first that shows a usable factor counts, with its own bracket.
    fn registered(&mut self, at: Instant, before: Option<Instant>, first: Option<&Instant>, usable: &BTreeMap<population::Key<'_>, Option<bool>>) {
        let first = first.copied().unwrap_or(at);
        for ((_, id), usable) in usable {
            let watched = self.watched.entry((*id).to_owned()).or_insert(first);
            *watched = first.min(*watched);
            if *usable == Some(true) {
                let slot = self.usable.entry((*id).to_owned()).or_insert((before, at));
                if at < slot.1 {
                    *slot = (before, at);
                }
            }
        }
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
    }

    fn directory(&mut self, at: Instant, identities: &[Identity<'_>], rules: &PopulationRules) {
        let mut seen = BTreeSet::new();
        for i in identities {
            let enabled = i.enabled != Some(false) && !i.deleted;
            if enabled {
                seen.insert(i.identity_id);
            }
            let account = self.accounts.entry(i.identity_id.to_owned()).or_insert_with(|| Account {
                started: None,
                workforce: population::is_workforce(i, rules),
                enabled_at: None,
                gone_at: None,
                leaves_at: None,
            });
            account.started = population::started(i).or(account.started);
            account.leaves_at = i.leaves_at.or(account.leaves_at);
            if enabled {
                (account.enabled_at, account.gone_at) = (Some(at), None);
            }
        }
        for (id, account) in &mut self.accounts {
            if account.gone_at.is_none() && !seen.contains(id.as_str()) && account.enabled_at.is_some() {
                account.gone_at = Some(at);
            }
        }
    }

    /// Everybody who started while registrations were watched and before the period's end.
    pub(super) fn observed(&self, ground: &Ground<'_>) -> Vec<Observed> {
        let Some(first) = self.first else { return Vec::new() };
        let glass: BTreeSet<&str> = ground.population.iter().filter(|p| p.population != "workforce").map(|p| p.identity_id).collect();
        let mut found = Vec::new();
        for (id, a) in &self.accounts {
            // Truncated by the source that lists the account; one that none lists, by the oldest.
            let watched = self.watched.get(id).copied().unwrap_or(first);
            let Some(start) = a.started.filter(|s| *s >= watched && *s < ground.end) else { continue };
            if !a.workforce || glass.contains(id.as_str()) {
                continue;
            }
            let since = |t: Instant| (t.0 - start.0).max(0);
            let gone = a.gone_at.filter(|g| *g < ground.end).map(|g| a.leaves_at.filter(|l| *l <= g).unwrap_or(g));
            let (exit, exit_by, ending, reason) = match (self.usable.get(id).filter(|(_, at)| *at < ground.end), gone) {
                (Some((_, at)), _) if *at <= start => (0, 0, "event", "enrolled before the start"),
                (Some((before, at)), _) => (before.map_or(0, since), since(*at), "event", "a usable second factor was seen"),
                (None, Some(gone)) => (since(gone), since(gone), "competing", "left or was disabled before enrolling"),
                (None, None) => (since(ground.end), since(ground.end), "open", "not enrolled by the end of the period"),
            };
            let cohort = period::date(period::local_day(start, ground.zone)).strftime("%Y-%m").to_string();
            found.push(Observed { identity_id: id.clone(), cohort, exit, exit_by, ending, reason });
        }
        found
    }
}
