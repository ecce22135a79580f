//! Which canonical rows stand behind a metric's row: the way from a number back to what was delivered.

use std::collections::BTreeSet;

use arrow::array::{Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;

use super::{Derivation, snapshots};
use crate::period::{self, Period};
use crate::table::directory::{Identity, PersonAccount, Registration};
use crate::table::policy::{Change, Policy};
use crate::table::register::Exception;
use crate::table::{Day, Partition, Row, SignIn, Table, typed};

/// A canonical row and where it was read from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Origin {
    /// Canonical table.
    pub table: String,
    /// Source id of the configuration.
    pub source: String,
    /// Key of the row, as `column=value`.
    pub row: Vec<String>,
    /// Raw object, below the source's URL.
    pub raw_object: String,
    /// Byte offset of the record in the unpacked object; the number of the row in a register.
    pub raw_offset: i64,
}

/// Columns whose value can be what a row of a metric is about.
const NAMES: [&str; 7] = ["identity_id", "event_id", "target_id", "actor_id", "policy_id", "exception_id", "account"];

/// Canonical tables that a table of the desk is made from.
fn behind(table: &str) -> &'static [&'static str] {
    match table {
        "attempts" | "attempt_days" | "ending_days" | "trailing_days" | "watched_events" | "glass_uses" | "travel_pairs" | "factor_runs" | "unprotected_attempts" => &["sign_ins"],
        "factor_changes" => &["changes", "sign_ins"],
        "changes" | "control_changes" => &["changes", "exceptions"],
        "population" => &["identities", "registrations", "exceptions"],
        "registrations" | "registered_methods" => &["registrations"],
        "separations" => &["exceptions", "changes", "person_accounts"],
        "spells" => &["exceptions", "identities", "registrations"],
        "reconciliation" => &["policies", "exceptions", "sign_ins"],
        "policies" | "policy_exclusions" | "exclusions" | "excluded_identities" | "asked_strengths" => &["policies", "exceptions"],
        "glass_conditions" => &["exceptions", "identities"],
        "exception_states" | "exception_objects" | "exception_flows" | "obligations" | "register_cells" | "legacy_cohort" | "deadlines" => &["exceptions"],
        _ => &[],
    }
}

impl Derivation<'_> {
    /// Canonical rows that name one of the ids, in the tables that stand behind `reads`: events of the period and its
    /// neighbouring days, changes up to its end, snapshots as of its end.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub fn origins(&self, reads: &[String], ids: &BTreeSet<&str>, period: &Period) -> anyhow::Result<Vec<Origin>> {
        let wanted: BTreeSet<&str> = reads.iter().flat_map(|t| behind(t).iter().copied()).collect();
        let tables = [SignIn::TABLE, Change::TABLE, Identity::TABLE, Registration::TABLE, PersonAccount::TABLE, Policy::TABLE, Exception::TABLE];
        let mut found = Vec::new();
        for table in tables.iter().filter(|t| wanted.contains(t.name)) {
            for batch in self.batches(table, period)? {
                rows_naming(table, &batch, ids, &mut found)?;
            }
        }
        Ok(found)
    }

    fn batches(&self, table: &Table, period: &Period) -> anyhow::Result<Vec<RecordBatch>> {
        if table.partition != Partition::EventDay {
            return snapshots::load(self.lake, table, &self.snapshots.before(table.name, period::instant(period.end)));
        }
        let (first, after) = (period::day(period.first).0, period::day(period.after).0);
        let mut batches = Vec::new();
        // A local day holds events of two UTC days.
        for day in first - 1..=after {
            batches.extend(self.lake.partition(table, Day(day))?);
        }
        Ok(batches)
    }
}

fn rows_naming(table: &Table, batch: &RecordBatch, ids: &BTreeSet<&str>, found: &mut Vec<Origin>) -> anyhow::Result<()> {
    let named: Vec<&StringArray> = NAMES.iter().filter(|n| table.position(n).is_some()).map(|n| typed(batch, table.name, n)).collect::<anyhow::Result<_>>()?;
    let objects: Option<&StringArray> = table.position("object_ids").map(|_| typed(batch, table.name, "object_ids")).transpose()?;
    let sources: &StringArray = typed(batch, table.name, "source")?;
    let keys: &StringArray = typed(batch, table.name, "raw_object")?;
    let offsets: &Int64Array = typed(batch, table.name, "raw_offset")?;
    let value = |column: &StringArray, i: usize| column.is_valid(i).then(|| column.value(i).to_owned());
    for i in 0..batch.num_rows() {
        let listed = objects.is_some_and(|o| o.is_valid(i) && super::exception::list(Some(o.value(i))).any(|id| ids.contains(id)));
        if !listed && !named.iter().any(|column| column.is_valid(i) && ids.contains(column.value(i))) {
            continue;
        }
        let row = NAMES.iter().filter(|n| table.position(n).is_some()).zip(&named).filter_map(|(name, column)| Some(format!("{name}={}", value(column, i)?))).collect();
        found.push(Origin { table: table.name.to_owned(), source: sources.value(i).to_owned(), row, raw_object: keys.value(i).to_owned(), raw_offset: offsets.value(i) });
    }
    Ok(())
}
