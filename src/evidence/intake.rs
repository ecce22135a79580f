//! What was read, whole: the report shows the first objects, here all stand.

use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use super::contents::Source;
use crate::query::Rows;
use crate::report::{Sheet, csv_text};
use crate::results::RejectReason;

type File = (String, Vec<u8>);

/// Every sheet below `data/intake/`.
pub(super) fn sheets(source: &Source<'_>) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    for (table, name) in [("intake", "objects"), ("intake_days", "deliveries")] {
        if let Some(batch) = source.tables.get(table) {
            files.push(batch_sheet(&format!("data/intake/{name}.csv"), batch)?);
        }
    }
    files.extend([totals(source)?, gaps(source)?, anchors(source)?, restatements(source)?]);
    let intake = &source.results.intake;
    files.extend([reasons("rejects", &intake.rejects)?, reasons("unmapped", &intake.unmapped)?]);
    Ok(files)
}

/// A batch as CSV; instants are RFC 3339, an absent value is an empty cell.
pub(crate) fn batch_sheet(path: &str, batch: &RecordBatch) -> anyhow::Result<File> {
    let rows = Rows { batch: batch.clone() };
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    let columns: Vec<(bool, Vec<String>)> = schema.fields().iter().map(|f| (f.data_type() == &DataType::Utf8, rows.texts(f.name()))).collect();
    let mut sheet = Sheet::at(path.to_owned(), &names)?;
    for i in 0..batch.num_rows() {
        sheet.row(columns.iter().map(|(foreign, cells)| if *foreign { csv_text(&cells[i]) } else { cells[i].clone() }))?;
    }
    finished(sheet)
}

fn finished(sheet: Sheet) -> anyhow::Result<File> {
    let artifact = sheet.finish()?;
    Ok((artifact.name, artifact.bytes))
}

fn totals(source: &Source<'_>) -> anyhow::Result<File> {
    let heads = ["source", "objects", "bytes", "read", "parsed", "rejected", "rows", "kept", "duplicate", "late", "out_of_period", "first_event", "last_event"];
    let mut sheet = Sheet::at("data/intake/totals.csv".to_owned(), &heads)?;
    for s in &source.results.intake.sources {
        let counts = [s.objects, s.bytes, s.read, s.parsed, s.rejected, s.rows, s.kept, s.duplicate, s.late, s.out_of_period].map(|n| n.to_string());
        sheet.row([csv_text(&s.source)].into_iter().chain(counts).chain([csv_text(&s.first_event), csv_text(&s.last_event)]))?;
    }
    finished(sheet)
}

fn gaps(source: &Source<'_>) -> anyhow::Result<File> {
    let mut sheet = Sheet::at("data/intake/gaps.csv".to_owned(), &["source", "day", "state", "reason"])?;
    for g in &source.results.intake.gaps {
        sheet.row([&g.source, &g.day, &g.state, &g.reason].map(|t| csv_text(t)))?;
    }
    finished(sheet)
}

fn anchors(source: &Source<'_>) -> anyhow::Result<File> {
    let mut sheet = Sheet::at("data/intake/anchors.csv".to_owned(), &["source", "counts", "expected", "found", "tolerance", "agrees"])?;
    for a in &source.results.intake.anchors {
        let agrees = if a.agrees { "yes" } else { "no" };
        sheet.row([csv_text(&a.source), csv_text(&a.counts), a.expected.to_string(), a.found.to_string(), a.tolerance.to_string(), agrees.to_owned()])?;
    }
    finished(sheet)
}

fn reasons(name: &str, reasons: &[RejectReason]) -> anyhow::Result<File> {
    let mut sheet = Sheet::at(format!("data/intake/{name}.csv"), &["source", "reason", "count", "example"])?;
    for r in reasons {
        sheet.row([csv_text(&r.source), csv_text(&r.reason), r.count.to_string(), csv_text(&r.example)])?;
    }
    finished(sheet)
}

fn restatements(source: &Source<'_>) -> anyhow::Result<File> {
    let mut sheet = Sheet::at("data/intake/restatements.csv".to_owned(), &["period", "metric", "line", "issue", "issued_as_of", "old", "new", "cause"])?;
    for r in &source.results.restatements {
        sheet.row([&r.period, &r.metric, &r.line, &r.issue, &r.issued_as_of, &r.old, &r.new, &r.cause].map(|t| csv_text(t)))?;
    }
    finished(sheet)
}
