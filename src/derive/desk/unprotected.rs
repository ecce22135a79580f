//! Attempts of the period without a second factor, one by one: an auditor draws single sign-ins and not daily counts.

use arrow::record_batch::RecordBatch;

use super::super::Derivation;
use super::super::ground::Ground;
use crate::table::derived::Attempt;
use crate::table::traffic::UnprotectedAttempt;
use crate::table::{self, Day, Row};

/// Attempts of class N or S of these local days; all others leave the memory with their day.
pub(super) fn load(d: &Derivation<'_>, days: impl Iterator<Item = Day>) -> anyhow::Result<Vec<RecordBatch>> {
    let mut found = Vec::new();
    for day in days {
        for batch in d.lake.partition(&Attempt::TABLE, day)? {
            let single = table::batch(Attempt::read(&batch)?.into_iter().filter(|a| matches!(a.satisfied_by, "N" | "S")))?;
            found.push(single);
        }
    }
    Ok(found)
}

/// The same with the names of the directory, in one order.
pub(super) fn rows(ground: &Ground<'_>, attempts: &[RecordBatch]) -> anyhow::Result<RecordBatch> {
    let labels = ground.labels();
    let mut attempts: Vec<Attempt<'_>> = table::rows(attempts)?;
    attempts.sort_by_key(|a| (a.source, a.tenant, a.attempt_id));
    table::batch(attempts.iter().map(|a| UnprotectedAttempt {
        source: a.source,
        tenant: a.tenant,
        attempt_id: a.attempt_id,
        identity_id: a.identity_id,
        label: labels.get(a.identity_id).copied().unwrap_or(a.identity_id),
        app_id: a.app_id,
        decided_at: a.decided_at,
        local_day: a.local_day,
        satisfied_by: a.satisfied_by,
        class_reason: a.class_reason,
        relaxation_accepted: a.relaxation_accepted,
        legacy_protocol: a.legacy_protocol,
        privileged_then: a.privileged_then,
        exception_id: a.exception_id,
        unmatched: a.unmatched,
    }))
}
