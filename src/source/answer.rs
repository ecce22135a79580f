//! The answer of a log workspace's query service: tables whose columns are named once and whose rows are lists.

use std::borrow::Cow;

use serde_json::Value;

use super::flat::{FlatRow, header};

/// Every row of an answer; `None` when the record is none.
pub(super) fn rows(json: &[u8]) -> Option<Vec<FlatRow<'static>>> {
    memchr::memmem::find(&json[..json.len().min(64)], b"\"tables\"")?;
    let answer: Value = serde_json::from_slice(json).ok()?;
    let mut found = Vec::new();
    for table in answer.get("tables")?.as_array()? {
        let names: Vec<String> = table.get("columns")?.as_array()?.iter().map(|c| header(c["name"].as_str().unwrap_or(""))).collect();
        for row in table.get("rows")?.as_array()? {
            let cells = names.iter().zip(row.as_array()?).map(|(name, cell)| (Cow::Owned(name.clone()), Cow::Owned(text(cell))));
            found.push(FlatRow::new(cells));
        }
    }
    Some(found)
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
        let answer = br#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},{"name":"Status_dynamic","type":"dynamic"}],"rows":[["a","{\"errorCode\":0}"],["b",null]]}]}"#;
        let rows = rows(answer).unwrap();
        assert_eq!((rows.len(), rows[0].get("id"), rows[0].get("status"), rows[1].get("status")), (2, Some("a"), Some(r#"{"errorCode":0}"#), None));
        assert!(super::rows(br#"{"id":"x"}"#).is_none() && super::rows(br#"{"tables":7}"#).is_none());
    }
}
