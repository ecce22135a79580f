//! `reperform.sql`: the whole calculation once more in `DuckDB`, which shares no code with this program.
//!
//! Every query runs over the tables of the pack, its rows are compared with the rows of the pack, and the figures are
//! added up again by the folds in `reperform.sql` beside this file.

use std::fmt::Write as _;

use arrow::datatypes::{DataType, Field};
use arrow::record_batch::RecordBatch;

use super::contents::Source;
use crate::query::{Kind, Query};

/// The folds in SQL: they need only the table `cells`.
const FOLDS: &str = include_str!("reperform.sql");

const HEAD: &str = "-- Repeats every query and figure of this pack with DuckDB. In the folder of this file:
--
--     duckdb < reperform.sql
--
-- It ends with every difference and one line that counts what was compared. No difference must be listed.
SET TimeZone = 'UTC';
CREATE TABLE differences (what VARCHAR, metric VARCHAR, line VARCHAR, part VARCHAR, name VARCHAR, reported VARCHAR, recomputed VARCHAR);
CREATE TABLE cells (metric VARCHAR, line VARCHAR, subject VARCHAR, outcome VARCHAR, reason VARCHAR, part VARCHAR, weight DOUBLE, entry DOUBLE, exit DOUBLE, exit_by DOUBLE);
";

/// The script.
pub(super) fn script(source: &Source<'_>) -> String {
    let mut sql = HEAD.to_owned();
    for (name, batch) in source.tables {
        // Writing to a String cannot fail.
        let _ = writeln!(sql, "CREATE VIEW {} AS SELECT * {}FROM read_parquet('tables/{name}.parquet');", quoted(name), plain_times(batch));
    }
    for query in &source.corpus.queries {
        if let Some(batch) = source.rows.get(&query.id) {
            rows(&mut sql, query, batch);
        }
    }
    sql.push_str(FOLDS);
    sql
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn is_instant(field: &Field) -> bool {
    matches!(field.data_type(), DataType::Timestamp(..))
}

/// Queries compare instants as plain UTC times.
fn plain_times(batch: &RecordBatch) -> String {
    let schema = batch.schema();
    let zoned: Vec<String> = schema.fields().iter().filter(|f| is_instant(f)).map(|f| format!("{0} AT TIME ZONE 'UTC' AS {0}", quoted(f.name()))).collect();
    if zoned.is_empty() { String::new() } else { format!("REPLACE ({}) ", zoned.join(", ")) }
}

/// One query: its rows, what differs from the rows of the pack, and its cells for the folds.
fn rows(sql: &mut String, query: &Query, batch: &RecordBatch) {
    let (id, own) = (literal(&query.id), quoted(&format!("rows_{}", query.id)));
    let text = query.sql.trim_end().trim_end_matches(';');
    let stored = format!("read_parquet({})", literal(&format!("rows/{}.parquet", query.id)));
    let (here, there) = (columns(batch, false), columns(batch, true));
    let _ = writeln!(sql, "\nCREATE TABLE {own} AS\n{text}\n;");
    for (what, left, right) in [
        ("row only in the query's answer", format!("SELECT {here} FROM {own}"), format!("SELECT {there} FROM {stored}")),
        ("row only in the pack", format!("SELECT {there} FROM {stored}"), format!("SELECT {here} FROM {own}")),
    ] {
        let _ = writeln!(sql, "INSERT INTO differences SELECT {}, {id}, NULL, NULL, CAST(r AS VARCHAR), NULL, NULL FROM ({left} EXCEPT ALL {right}) AS r;", literal(what));
    }
    let has = |column: &str| batch.column_by_name(column).is_some();
    let cell = |column: &str| if has(column) { format!("coalesce(CAST({} AS VARCHAR), '')", quoted(column)) } else { "''".to_owned() };
    let weight = if has("weight") { "coalesce(CAST(\"weight\" AS DOUBLE), 0)" } else { "1" };
    let days = |column: &str| if has(column) { format!("coalesce(CAST({} AS DOUBLE), 0)", quoted(column)) } else { "NULL".to_owned() };
    let [entry, exit, exit_by] = ["entry", "exit", "exit_by"].map(days);
    let (line, subject, outcome, reason, part) = (cell("line"), cell("subject"), cell(outcome(query.kind)), cell("reason"), cell("part"));
    let _ = writeln!(sql, "INSERT INTO cells SELECT {id}, {line}, {subject}, {outcome}, {reason}, {part}, {weight}, {entry}, {exit}, {exit_by} FROM {own};");
}

fn outcome(kind: Kind) -> &'static str {
    match kind {
        Kind::Ratio => "verdict",
        Kind::Count => "category",
        Kind::Mix | Kind::Drift => "bucket",
        Kind::Obligations => "status",
        Kind::Rate => "part",
        Kind::Duration => "ended",
        Kind::Detection => "severity",
        Kind::Series => "subject",
    }
}

/// Columns in one type on both sides; two engines add floats in another order, so the last digits are rounded away.
fn columns(batch: &RecordBatch, stored: bool) -> String {
    let schema = batch.schema();
    let all: Vec<String> = schema.fields().iter().map(|f| format!("{} AS {}", cast(f, stored), quoted(f.name()))).collect();
    all.join(", ")
}

fn cast(field: &Field, stored: bool) -> String {
    let name = quoted(field.name());
    match field.data_type() {
        DataType::Float64 => format!("round(CAST({name} AS DOUBLE), 9) + 0.0"),
        DataType::Int64 => format!("CAST({name} AS BIGINT)"),
        DataType::Boolean => format!("CAST({name} AS BOOLEAN)"),
        DataType::Date32 => format!("CAST({name} AS DATE)"),
        DataType::Timestamp(..) if stored => format!("{name} AT TIME ZONE 'UTC'"),
        DataType::Timestamp(..) => format!("CAST({name} AS TIMESTAMP)"),
        _ => format!("CAST({name} AS VARCHAR)"),
    }
}
