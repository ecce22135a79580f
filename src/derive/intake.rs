//! What the period stands on: its input objects, and the ledger of what was expected and what came.

use arrow::record_batch::RecordBatch;

use super::Derivation;
use super::gates::Gates;
use crate::period::{self, Period};
use crate::table::{self, Instant, snapshot as t};

/// Objects that the period stands on: its days and events, and the snapshots since the one before its start.
pub(super) fn objects(d: &Derivation<'_>, period: &Period) -> anyhow::Result<RecordBatch> {
    let (start, end) = (period::instant(period.start).0, period::instant(period.end).0);
    let days = period::day(period.first).0..period::day(period.after).0;
    let oldest = start - d.config.run.snapshot_max_age_hours * 3_600_000_000;
    let speaks = |o: &crate::lake::ObjectEntry| match (o.snapshot_at, o.key_day, o.first_event.zip(o.last_event)) {
        (Some(at), ..) => (oldest..end).contains(&at),
        (None, key_day, events) => {
            let touched = events.is_some_and(|(first, last)| first < end && last >= start);
            touched || key_day.is_some_and(|k| days.contains(&k)) || (key_day.is_none() && events.is_none())
        }
    };
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows = d.report.ledgers.iter().flat_map(|(source, ledger)| {
        ledger.objects.iter().filter(move |(_, o)| speaks(o)).map(move |(key, o)| t::IntakeObject {
            source,
            object_key: key,
            stored_bytes: count(o.size),
            sha256: &o.sha256,
            records_read: count(o.read),
            records_parsed: count(o.read - o.rejected),
            records_rejected: count(o.rejected),
            out_of_period: count(o.out_of_period),
            first_event_at: o.first_event.map(Instant),
            last_event_at: o.last_event.map(Instant),
            fault: o.fault.as_deref().unwrap_or(""),
        })
    });
    table::batch(rows)
}

/// Every expected delivery with what became of it: the gap ledger.
pub(super) fn days(gates: &Gates) -> anyhow::Result<RecordBatch> {
    table::batch(gates.deliveries.iter().map(|d| t::IntakeDay {
        source: &d.source,
        source_kind: d.kind,
        expected_day: d.day,
        arrival: d.state,
        arrival_reason: &d.reason,
        rows_kept: d.rows,
        rows_late: d.late,
    }))
}
