//! `dictionary.csv`: what every column of every table and row file means.

use arrow::datatypes::{DataType, Field};

use super::contents::Source;
use crate::query::{Kind, Query};
use crate::report::{Sheet, csv_text};
use crate::table;

const SHEETS: [(&str, &str, &str); 12] = [
    ("figures.csv", "metric", "id of the metric"),
    ("figures.csv", "line", "line of the metric; the first one is held against the target"),
    ("figures.csv", "kind", "how the rows of the line are folded"),
    ("figures.csv", "part", "which number of the figure"),
    ("figures.csv", "name", "category, bucket or reason where the part has several"),
    ("figures.csv", "value", "the number as reported; empty when there is none, such as a share of nothing"),
    ("intake/gaps.csv", "state", "missing, truncated, stale or rejects"),
    ("intake/totals.csv", "read", "records met: parsed + rejected"),
    ("intake/totals.csv", "rows", "rows made from them: kept + duplicate + out of period"),
    ("intake/restatements.csv", "old", "the figure as it was issued"),
    ("intake/restatements.csv", "cause", "what differs between the two runs"),
    ("retention.csv", "dispose_on", "day on which the file is to be disposed of"),
];

/// One line per column.
pub(super) fn sheet(source: &Source<'_>) -> anyhow::Result<Vec<u8>> {
    let mut sheet = Sheet::at("data/dictionary.csv".to_owned(), &["file", "column", "type", "nullable", "meaning"])?;
    let nullable = |n: bool| if n { "yes" } else { "no" }.to_owned();
    for (name, batch) in source.tables {
        let known = table::named(name);
        for field in batch.schema().fields() {
            let about = known.and_then(|t| t.columns.iter().find(|c| c.name == field.name())).map_or("", |c| c.about);
            sheet.row([format!("tables/{name}.parquet"), csv_text(field.name()), word(field), nullable(field.is_nullable()), csv_text(about.trim())])?;
        }
    }
    for (id, batch) in source.rows {
        let Some(query) = source.corpus.get(id) else { continue };
        for field in batch.schema().fields() {
            let meaning = row_column(query, field.name());
            sheet.row([csv_text(&format!("rows/{id}.parquet and rows/{id}.csv")), csv_text(field.name()), word(field), nullable(true), csv_text(&meaning)])?;
        }
    }
    for (file, column, about) in SHEETS {
        sheet.row([file.to_owned(), column.to_owned(), "text".to_owned(), nullable(false), csv_text(about)])?;
    }
    Ok(sheet.finish()?.bytes)
}

fn word(field: &Field) -> String {
    match field.data_type() {
        DataType::Utf8 => "text",
        DataType::Boolean => "flag",
        DataType::Int64 => "whole number",
        DataType::Float64 => "number",
        DataType::Date32 => "day",
        DataType::Timestamp(..) => "instant, UTC",
        _ => "other",
    }
    .to_owned()
}

/// The contract of the kind first, then the tables that the query reads, then the query itself.
fn row_column(query: &Query, column: &str) -> String {
    if let Some(meaning) = contract(query.kind, column) {
        return meaning.to_owned();
    }
    if query.dimensions.iter().any(|d| d == column) {
        return "a breakdown: the figure is repeated per value of this column".to_owned();
    }
    let tables = query.reads.iter().filter_map(|t| table::named(t));
    let about = tables.filter_map(|t| t.columns.iter().find(|c| c.name == column)).map(|c| c.about.trim()).next();
    about.map_or_else(|| format!("see queries/{}.sql", query.id), str::to_owned)
}

fn contract(kind: Kind, column: &str) -> Option<&'static str> {
    Some(match (kind, column) {
        (Kind::Series, "subject") => "the series that the count belongs to",
        (_, "subject") => "whom or what the row is about",
        (_, "label") => "display name of the subject",
        (_, "line") => "line of the metric that the row counts into",
        (_, "reason") => "why the verdict is what it is",
        (Kind::Ratio, "verdict") => "yes, no, unknown or excluded; any other word counts as unknown",
        (Kind::Count, "category") => "category that the row is counted in",
        (Kind::Mix | Kind::Drift, "bucket") => "bucket of the mix",
        (Kind::Obligations, "due_at") => "when the duty fell due",
        (Kind::Obligations, "met_at") => "when it was met; absent when it was not",
        (Kind::Obligations, "status") => "on_time, late, missed, not_yet_due or unknown",
        (Kind::Rate, "part") => "numerator or denominator",
        (Kind::Drift | Kind::Series, "part") => "before or after: the baseline or the window looked at",
        (Kind::Duration, "entry") => "days at which the subject came under observation",
        (Kind::Duration, "exit") => "days at which the duration ended or was last seen open",
        (Kind::Duration, "exit_by") => "latest day at which it can have ended, given the snapshots",
        (Kind::Duration, "ended") => "event, competing or open",
        (Kind::Detection, "severity") => "high, medium or low",
        (Kind::Detection, "first_seen") => "first event of the finding",
        (Kind::Detection, "last_seen") => "last event of the finding",
        (Kind::Drift, "floor") => "distance below which nothing is flagged",
        (Kind::Drift, "least") => "number of users below which nothing is flagged",
        (Kind::Series, "day") => "day of the count",
        (Kind::Series, "observed") => "the count",
        (Kind::Series, "false_alarms") => "rate of false alarms held per day",
        (_, "weight") => "how much the row counts; 1 where the column is absent",
        _ => return None,
    })
}
