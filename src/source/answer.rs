//! The answer of a log workspace's query service: tables whose columns are named once and whose rows are lists.

use std::borrow::Cow;

use serde_json::Value;

use super::flat::{FlatRow, header};

/// An answer.
pub(super) struct Answer {
    /// Its rows; `None` for one that has another number of cells than there are columns.
    pub(super) rows: Vec<Option<FlatRow<'static>>>,
    /// The service says that it is not whole.
    pub(super) partial: bool,
}

/// The answer that a record is.
pub(super) fn rows(json: &[u8]) -> Option<Answer> {
    memchr::memmem::find(&json[..json.len().min(64)], b"\"tables\"")?;
    let answer: Value = serde_json::from_slice(json).ok()?;
    let mut rows = Vec::new();
    for table in answer.get("tables")?.as_array()? {
        let names: Vec<String> = table.get("columns")?.as_array()?.iter().map(|c| header(c["name"].as_str().unwrap_or(""))).collect();
        for row in table.get("rows")?.as_array()? {
            let cells = row.as_array().filter(|cells| cells.len() == names.len());
            let named = |cells: &Vec<Value>| FlatRow::new(names.iter().zip(cells).map(|(name, cell)| (Cow::Owned(name.clone()), Cow::Owned(text(cell)))));
            rows.push(cells.map(named));
        }
    }
    Some(Answer { rows, partial: answer.get("error").is_some_and(|e| !e.is_null()) })
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_rows() {
        let answer = br#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},{"name":"Status_dynamic","type":"dynamic"}],"rows":[["a","{\"errorCode\":0}"],["b",null],["c"]]}],"error":{"code":"PartialError"}}"#;
        let Answer { rows, partial } = rows(answer).unwrap();
        let cell = |row: usize, name| rows[row].as_ref().and_then(|r: &FlatRow<'_>| r.get(name));
        assert_eq!((rows.len(), partial, cell(0, "id"), cell(0, "status"), cell(1, "status")), (3, true, Some("a"), Some(r#"{"errorCode":0}"#), None));
        assert!(rows[2].is_none());
        assert!(super::rows(br#"{"id":"x"}"#).is_none() && super::rows(br#"{"tables":7}"#).is_none());
    }
}
