//! Runs one query on the embedded engine and checks what it returned.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, bail};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Int64Type, Schema, TimeUnit as ArrowUnit, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use polars::prelude::{Column, DataFrame, DataType as PolarsType, IntoLazy, NamedFrom, Series, TimeUnit, TimeZone};
use polars::sql::SQLContext;

use super::Query;

/// Identifies a row's subject.
pub type SubjectKey = String;

/// The rows of a query, one column each as Arrow.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// As returned, in the query's own order.
    pub batch: RecordBatch,
}

impl Rows {
    /// Text cells of a column; absent cells and absent columns are empty text.
    #[must_use]
    pub fn texts(&self, column: &str) -> Vec<String> {
        let Some(array) = self.batch.column_by_name(column) else { return vec![String::new(); self.batch.num_rows()] };
        (0..array.len()).map(|i| text(array, i)).collect()
    }

    /// Number cells of a column; 1 where the column does not exist.
    #[must_use]
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        let Some(array) = self.batch.column_by_name(column) else { return vec![1.0; self.batch.num_rows()] };
        (0..array.len()).map(|i| if array.is_null(i) { 0.0 } else { number(array, i) }).collect()
    }
}

fn number(array: &ArrayRef, i: usize) -> f64 {
    match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().value(i) as f64,
        DataType::Float64 => array.as_primitive::<Float64Type>().value(i),
        _ => 0.0,
    }
}

fn text(array: &ArrayRef, i: usize) -> String {
    if array.is_null(i) {
        return String::new();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(i).to_owned(),
        DataType::Boolean => if array.as_boolean().value(i) { "yes" } else { "no" }.to_owned(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(i).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(i).to_string(),
        DataType::Date32 => crate::period::date(crate::table::Day(array.as_primitive::<Date32Type>().value(i))).to_string(),
        DataType::Timestamp(..) => crate::period::rfc3339(crate::table::Instant(array.as_primitive::<TimestampMicrosecondType>().value(i))),
        _ => String::new(),
    }
}

/// Runs a query over the tables it declares and no others.
///
/// # Errors
/// When a table is missing, the engine refuses the statement, or a column of the contract is missing.
pub fn execute(query: &Query, tables: &BTreeMap<&'static str, RecordBatch>) -> anyhow::Result<Rows> {
    let rows = select(&format!("query `{}`", query.id), &query.sql, &query.reads, tables)?;
    for column in query.kind.columns().iter().chain(&["line"]) {
        if rows.batch.column_by_name(column).is_none() {
            bail!("query `{}`: column `{column}` is missing from its rows", query.id);
        }
    }
    let known: Vec<&str> = query.lines.iter().map(|l| l.id.as_str()).collect();
    if let Some(stray) = rows.texts("line").iter().find(|l| !known.contains(&l.as_str())) {
        bail!("query `{}`: row with line `{stray}`, which the header does not declare", query.id);
    }
    Ok(rows)
}

/// Runs one SELECT over the tables in `reads` and no others; `what` names it in messages.
pub(super) fn select(what: &str, sql: &str, reads: &[String], tables: &BTreeMap<&'static str, RecordBatch>) -> anyhow::Result<Rows> {
    // A fresh context per query: what one statement could do to a table, no other would see.
    let mut context = SQLContext::new();
    for name in reads {
        let batch = tables.get(name.as_str()).with_context(|| format!("{what}: table `{name}` is not on the desk"))?;
        context.register(name, to_polars(batch).with_context(|| format!("table `{name}`"))?.lazy());
    }
    let frame = context.execute(sql).and_then(polars::prelude::LazyFrame::collect).map_err(|e| {
        let first = e.to_string().lines().next().unwrap_or("").chars().take(300).collect::<String>();
        anyhow::anyhow!("{what}: {first}")
    })?;
    Ok(Rows { batch: from_polars(&frame).with_context(|| what.to_owned())? })
}

/// Arrow to Polars by value: six column types, no unsafe interface.
fn to_polars(batch: &RecordBatch) -> anyhow::Result<DataFrame> {
    let mut columns: Vec<Column> = Vec::with_capacity(batch.num_columns());
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        columns.push(series(field.name(), array)?.into());
    }
    Ok(DataFrame::new(batch.num_rows(), columns)?)
}

fn series(name: &str, array: &ArrayRef) -> anyhow::Result<Series> {
    let name = name.into();
    Ok(match array.data_type() {
        DataType::Utf8 => Series::new(name, array.as_string::<i32>().iter().collect::<Vec<_>>()),
        DataType::Boolean => Series::new(name, array.as_boolean().iter().collect::<Vec<_>>()),
        DataType::Int64 => Series::new(name, array.as_primitive::<Int64Type>().iter().collect::<Vec<_>>()),
        DataType::Float64 => Series::new(name, array.as_primitive::<Float64Type>().iter().collect::<Vec<_>>()),
        DataType::Date32 => Series::new(name, array.as_primitive::<Date32Type>().iter().collect::<Vec<_>>()).cast(&PolarsType::Date)?,
        DataType::Timestamp(ArrowUnit::Microsecond, _) => {
            // The desk keeps UTC; the zone mark would make plain comparisons fail in this engine.
            let values = array.as_primitive::<TimestampMicrosecondType>().iter().collect::<Vec<_>>();
            Series::new(name, values).cast(&PolarsType::Datetime(TimeUnit::Microseconds, None::<TimeZone>))?
        }
        other => bail!("column `{name}` has type {other}, which no canonical table uses"),
    })
}

/// Polars to Arrow, integers widened to 64 bits, so that every engine's rows have one type.
fn from_polars(frame: &DataFrame) -> anyhow::Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in frame.columns() {
        let s = column.as_materialized_series();
        let array: ArrayRef = match s.dtype() {
            PolarsType::String => Arc::new(s.str()?.iter().collect::<StringArray>()),
            PolarsType::Boolean => Arc::new(s.bool()?.iter().collect::<BooleanArray>()),
            PolarsType::Date => Arc::new(s.cast(&PolarsType::Int32)?.i32()?.iter().collect::<Date32Array>()),
            PolarsType::Datetime(..) => {
                let micros = s.cast(&PolarsType::Datetime(TimeUnit::Microseconds, None))?.cast(&PolarsType::Int64)?;
                Arc::new(micros.i64()?.iter().collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
            }
            PolarsType::Float64 | PolarsType::Float32 => Arc::new(s.cast(&PolarsType::Float64)?.f64()?.iter().collect::<Float64Array>()),
            PolarsType::Null => Arc::new(StringArray::new_null(s.len())),
            t if t.is_integer() => Arc::new(s.cast(&PolarsType::Int64)?.i64()?.iter().collect::<Int64Array>()),
            other => bail!("column `{}` has type {other}, which a result cannot have", s.name()),
        };
        fields.push(Field::new(s.name().as_str(), array.data_type().clone(), true));
        arrays.push(array);
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}
