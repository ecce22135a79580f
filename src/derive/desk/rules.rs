//! Policy as rows: ranking, targets, cadences and thresholds in force at the period's end.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::super::{Duty, cadence_on};
use crate::config::{Config, dated};
use crate::period::{self, Period};
use crate::table::{self, snapshot as t};

/// Puts the rows on the desk.
pub(super) fn policy(config: &Config, period: &Period, tables: &mut BTreeMap<&'static str, RecordBatch>) -> anyhow::Result<()> {
    let last = period.after.yesterday()?;
    let ranking = config.ranking.on(last);
    let ranks = ranking.0.iter().zip(1..).map(|(m, strength_rank)| t::MethodRank { method: m, strength_rank, method_strength: crate::source::method::strength(m) });
    tables.insert("methods", table::batch(ranks)?);
    let keys: BTreeSet<&str> = config.targets.iter().map(|t| t.key.as_str()).collect();
    let targets = keys.iter().filter_map(|k| dated::in_force(&config.targets, last, |t| t.key == *k, |t| t.from));
    tables.insert("targets", table::batch(targets.map(|x| t::Target { target_key: &x.key, target_value: x.value, applies_from: period::day(x.from) }))?);
    let owed = crate::config::CATEGORIES.iter().flat_map(|c| [Duty::Review, Duty::Rotation, Duty::Drill].map(|duty| (*c, duty)));
    let cadences = owed.filter_map(|(category, duty)| {
        let (cadence_days, origin) = cadence_on(config, category, duty, last)?;
        Some(t::Cadence { category, duty: duty.name(), cadence_days, origin })
    });
    tables.insert("cadences", table::batch(cadences)?);
    let thresholds = dated::DEFAULT_THRESHOLDS.iter().map(|(key, _)| t::Threshold { threshold_key: key, threshold_value: dated::threshold(&config.thresholds, key, last) });
    tables.insert("thresholds", table::batch(thresholds)?);
    Ok(())
}
