//! Four file formats into one: a list of lines, each header to value.

use std::io::Cursor;

use anyhow::{Context, bail};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use calamine::{Data, Reader};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};

/// One register line.
pub(super) type Values = Map<String, Value>;

/// Lines of a register and the format they were in, told by content.
pub(super) fn lines(bytes: &[u8]) -> anyhow::Result<(&'static str, Vec<Values>)> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match body {
        [] => Ok(("empty", Vec::new())),
        [b'P', b'A', b'R', b'1', ..] => parquet(bytes).map(|l| ("parquet", l)).context("reading the register as Parquet"),
        [b'P', b'K', 3, 4, ..] => workbook(bytes).map(|l| ("xlsx", l)).context("reading the register as XLSX"),
        [b'[' | b'{', ..] => json(body).map(|l| ("json", l)).context("reading the register as JSON"),
        _ => delimited(body).map(|l| ("csv", l)).context("reading the register as CSV"),
    }
}

fn json(bytes: &[u8]) -> anyhow::Result<Vec<Values>> {
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let value = value?;
        let list = match value {
            Value::Array(items) => items,
            Value::Object(mut o) => match ["value", "records", "items", "exceptions"].iter().find_map(|k| o.get_mut(*k).filter(|v| v.is_array()).map(Value::take)) {
                Some(Value::Array(items)) => items,
                _ => vec![Value::Object(o)],
            },
            other => bail!("expected an object, found `{other}`"),
        };
        for item in list {
            let Value::Object(o) = item else { bail!("an entry is not an object") };
            found.push(o);
        }
    }
    Ok(found)
}

/// Comma, semicolon or tab, whichever the header line uses most.
fn delimited(bytes: &[u8]) -> anyhow::Result<Vec<Values>> {
    let header = bytes.split(|b| *b == b'\n').next().unwrap_or(bytes);
    let count = |d: u8| header.iter().filter(|b| **b == d).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b',')).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let headers = reader.headers()?.clone();
    let mut found = Vec::new();
    let mut short = false;
    for record in reader.records() {
        let record = record?;
        short = record.len() < headers.len();
        if record.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        found.push(headers.iter().zip(record.iter()).map(|(h, v)| (h.trim().to_owned(), Value::from(v))).collect());
    }
    // A spreadsheet writes every cell of a line; a last line with fewer of them was cut off.
    anyhow::ensure!(!short, "the last line has fewer cells than the header: the file is truncated");
    Ok(found)
}

fn workbook(bytes: &[u8]) -> anyhow::Result<Vec<Values>> {
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes.to_vec()))?;
    let sheet = book.worksheet_range_at(0).context("the workbook has no sheet")??;
    let mut rows = sheet.rows();
    let Some(headers) = rows.next() else { return Ok(Vec::new()) };
    let headers: Vec<String> = headers.iter().map(|h| cell(h).trim().to_owned()).collect();
    Ok(rows
        .filter(|r| r.iter().any(|c| !cell(c).trim().is_empty()))
        .map(|r| headers.iter().cloned().zip(r.iter().map(|c| Value::from(cell(c)))).filter(|(h, _)| !h.is_empty()).collect())
        .collect())
}

/// A date cell without a time of day is a bare date.
fn cell(data: &Data) -> String {
    match data {
        Data::DateTime(d) => d.as_datetime().map_or_else(
            || d.to_string(),
            |t| {
                let text = t.format("%Y-%m-%dT%H:%M:%S").to_string();
                text.strip_suffix("T00:00:00").map_or_else(|| text.clone(), str::to_owned)
            },
        ),
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

fn parquet(bytes: &[u8]) -> anyhow::Result<Vec<Values>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(bytes))?.build()?;
    let mut found = Vec::new();
    for batch in reader {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let names = batch.schema_ref().fields().iter().map(|f| f.name().clone());
            found.push(names.zip(batch.columns()).map(|(name, column)| (name, arrow_value(column, row))).collect());
        }
    }
    Ok(found)
}

/// Value of a Parquet cell; a type that no register uses is absent and shows as a missing field.
fn arrow_value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::Date32 => crate::period::date(crate::table::Day(array.as_primitive::<Date32Type>().value(row))).to_string().into(),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let text = crate::period::rfc3339(crate::table::Instant(array.as_primitive::<TimestampMicrosecondType>().value(row)));
            // Without a zone the cell is a local time.
            if zone.is_some() { text.into() } else { text.trim_end_matches('Z').into() }
        }
        DataType::List(_) => list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row)),
        DataType::Struct(fields) => {
            let s = array.as_struct();
            Value::Object(fields.iter().zip(s.columns()).map(|(f, c)| (f.name().clone(), arrow_value(c, row))).collect())
        }
        _ => Value::Null,
    }
}

fn list(items: &ArrayRef) -> Value {
    Value::Array((0..items.len()).map(|i| arrow_value(items, i)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_marks_and_blank_lines() {
        for text in ["\u{feff}id,owner\r\nE1,a\r\n,\r\n", "id;owner\nE1;a\n", "id\towner\nE1\ta\n"] {
            let (format, found) = lines(text.as_bytes()).unwrap();
            assert_eq!((format, found.len()), ("csv", 1), "{text}");
            assert_eq!(found[0]["owner"], "a");
        }
    }

    #[test]
    fn a_cut_file_is_truncated() {
        assert!(lines(b"id,owner,ticket\nE1,a,T1\nE2,b").unwrap_err().root_cause().to_string().contains("truncated"));
    }

    #[test]
    fn json_lists_pages_and_lines() {
        for text in [r#"[{"id":"E1"},{"id":"E2"}]"#, r#"{"exceptions":[{"id":"E1"},{"id":"E2"}]}"#, "{\"id\":\"E1\"}\n{\"id\":\"E2\"}"] {
            assert_eq!(lines(text.as_bytes()).unwrap().1.len(), 2, "{text}");
        }
        assert!(lines(b"[1]").is_err());
        assert!(lines(b"[{").is_err());
        assert_eq!(lines(b"  ").unwrap().0, "empty");
    }

    #[test]
    fn broken_binary_files_are_errors() {
        assert!(lines(b"PAR1 nonsense").is_err());
        assert!(lines(b"PK\x03\x04 nonsense").is_err());
    }
}
