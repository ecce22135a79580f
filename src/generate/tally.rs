//! Counts what is decided and written while a tenant is made; the ground truth is read off it at the end.

use std::collections::{BTreeMap, BTreeSet};

use super::Layout;
use super::proof::{Class, Sheet, Stream};
use super::scene::Scene;

/// The running counts.
#[derive(Debug)]
pub(crate) struct Tally {
    layout: Layout,
    months: usize,
    attempts: Vec<[u32; Class::ALL.len()]>,
    written: BTreeMap<(usize, Stream), Written>,
    /// Attempts by a legacy client, and attempts that a listed relaxation let through, by person and month.
    legacy: BTreeMap<(usize, usize), u32>,
    accepted: BTreeMap<(usize, usize), u32>,
    /// What second factors a person used in a month.
    factors: BTreeMap<(usize, usize), BTreeSet<Scene>>,
}

/// Records of one stream and month.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Written {
    /// Records written, copies included.
    pub records: u64,
    /// Records that repeat the id of another one, incomplete first copies included.
    pub copies: u64,
    /// Incomplete first copies, part of `copies`.
    pub incomplete: u64,
}

impl Tally {
    /// Counts for so many people and months, as far as a layout can tell.
    pub(crate) fn new(layout: Layout, people: usize, months: usize) -> Self {
        Self {
            layout,
            months,
            attempts: vec![[0; Class::ALL.len()]; people * months],
            written: BTreeMap::new(),
            legacy: BTreeMap::new(),
            accepted: BTreeMap::new(),
            factors: BTreeMap::new(),
        }
    }

    /// Counts an attempt by the record that ends it, when the layout shows it as a qualifying one.
    pub(crate) fn attempt(&mut self, person: usize, month: Option<usize>, last: &Sheet) {
        let Some(class) = self.layout.class(last) else {
            return;
        };
        let told = month.map(|month| (person, month)).filter(|_| class != Class::U);
        let side = match last.scene {
            Scene::Legacy => told.map(|key| self.legacy.entry(key)),
            Scene::TrustedSite => told.map(|key| self.accepted.entry(key)),
            _ => None,
        };
        side.into_iter().for_each(|count| *count.or_default() += 1);
        if let Some(key) = told.filter(|_| matches!(class, Class::M1 | Class::M4)) {
            self.factors.entry(key).or_default().insert(last.scene);
        }
        let cell = month.and_then(|month| self.attempts.get_mut(person * self.months + month));
        if let Some(count) = cell.and_then(|classes| classes.get_mut(class as usize)) {
            *count += 1;
        }
    }

    /// Counts a written record.
    pub(crate) fn record(&mut self, month: usize, stream: Stream, copy: bool, incomplete: bool) {
        let written = self.written.entry((month, stream)).or_default();
        written.records += 1;
        written.copies += u64::from(copy);
        written.incomplete += u64::from(incomplete);
    }

    /// Attempts of a person in a month by class, empty classes left out.
    pub(crate) fn attempts(&self, person: usize, month: usize) -> BTreeMap<&'static str, u32> {
        let cell = self.attempts.get(person * self.months + month);
        let pairs = Class::ALL.iter().zip(cell.into_iter().flatten());
        pairs.filter(|(_, count)| **count > 0).map(|(class, count)| (class.label(), *count)).collect()
    }

    /// Attempts of a person in a month by a legacy client.
    pub(crate) fn legacy(&self, person: usize, month: usize) -> u32 {
        self.legacy.get(&(person, month)).copied().unwrap_or(0)
    }

    /// Second factors that a person used in a month.
    pub(crate) fn factors(&self, person: usize, month: usize) -> impl Iterator<Item = Scene> {
        self.factors.get(&(person, month)).into_iter().flatten().copied()
    }

    /// Attempts of a person in a month that bypassed MFA without a relaxation that policy lists.
    pub(crate) fn bypasses(&self, person: usize, month: usize) -> u32 {
        let all = self.attempts(person, month);
        let of = |class: &str| all.get(class).copied().unwrap_or(0);
        (of("N") + of("S")).saturating_sub(self.accepted.get(&(person, month)).copied().unwrap_or(0))
    }

    /// Records of a month by stream.
    pub(crate) fn written(&self, month: usize) -> BTreeMap<&'static str, Written> {
        let mine = self.written.iter().filter(|((at, _), _)| *at == month);
        mine.map(|((_, stream), written)| (stream.label(), *written)).collect()
    }
}
