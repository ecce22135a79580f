//! Flat rows become the records they were flattened from.
//!
//! A CSV export, a log workspace or a SIEM writes one column per member. The readers know the nested record only,
//! so each row is put back into that shape first: one decoder and one decision table serve every form.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Deepest path a header can name; more dots belong to the name.
const DEPTH: usize = 8;

/// One row: headers with the text of their cells. Empty cells are left out.
#[derive(Debug, Default)]
pub struct FlatRow<'r> {
    cells: Vec<(Cow<'r, str>, Cow<'r, str>)>,
}

impl<'r> FlatRow<'r> {
    /// A row of a table with a header; of repeated headers the first filled one counts.
    pub(super) fn new(cells: impl IntoIterator<Item = (Cow<'r, str>, Cow<'r, str>)>) -> Self {
        let filled = |(h, t): (Cow<'r, str>, Cow<'r, str>)| (!t.trim().is_empty() && !h.is_empty()).then_some((h, t));
        Self { cells: cells.into_iter().filter_map(filled).collect() }
    }

    /// A flat JSON object; a nested value is the text of itself.
    pub(super) fn of_json(json: &[u8]) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_slice(json).ok()?;
        let text = |v: Value| match v {
            Value::Null => None,
            Value::String(s) => Some(s),
            other => Some(other.to_string()),
        };
        Some(Self::new(object.into_iter().filter_map(|(h, v)| Some((header(&h).into(), text(v)?.into())))))
    }

    /// The cell under a header, whatever its case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.cells.iter().find(|(h, _)| h.eq_ignore_ascii_case(name)).map(|(_, t)| t.as_ref())
    }

    /// The record: `columns` maps headers to paths, every other header is its own path.
    pub(super) fn nested(&self, columns: &[(&str, &str)], path: impl Fn(&str) -> String) -> Map<String, Value> {
        let mut out = Map::new();
        for (header, text) in &self.cells {
            let known = columns.iter().find(|(h, _)| header.eq_ignore_ascii_case(h)).map(|(_, p)| (*p).to_owned());
            put(&mut out, &known.unwrap_or_else(|| path(header)), value(text));
        }
        out
    }
}

/// A header as compared: without white space around it and with single spaces inside.
pub(super) fn header(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // The portal of a log workspace writes the zone behind the name of a time, and a union of tables the type.
    let bare = [" [UTC]", "_dynamic", "_string"].iter().find_map(|suffix| text.strip_suffix(suffix));
    bare.map_or(text.clone(), str::to_owned)
}

/// JSON inside a cell is JSON; everything else is text.
fn value(text: &str) -> Value {
    let text = text.trim();
    let nested = text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten();
    nested.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Sets a path that nothing has set before.
pub(super) fn put(out: &mut Map<String, Value>, path: &str, value: Value) {
    let mut parts = path.splitn(DEPTH, '.').peekable();
    let mut at = out;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.entry(part).or_insert(value);
            return;
        }
        match at.entry(part).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => at = inner,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'r>(cells: &[(&'r str, &'r str)]) -> FlatRow<'r> {
        FlatRow::new(cells.iter().map(|(h, t)| (Cow::Borrowed(*h), Cow::Borrowed(*t))))
    }

    #[test]
    fn headers_become_paths_and_json_in_cells_becomes_json() {
        let cells = [("Request ID", "e"), ("status.errorCode", "0"), ("Empty", " "), ("Steps", "[{\"a\":1}]"), ("Text", "{not json"), ("status.more", "x")];
        let record = Value::Object(row(&cells).nested(&[("request id", "id")], str::to_owned));
        assert_eq!(record, serde_json::json!({"id": "e", "status": {"errorCode": "0", "more": "x"}, "Steps": [{"a": 1}], "Text": "{not json"}));
    }

    #[test]
    fn the_first_filled_of_repeated_headers_counts_and_no_path_runs_through_a_text() {
        let record = Value::Object(row(&[("a", "1"), ("a", "2"), ("a.b", "3")]).nested(&[], str::to_owned));
        assert_eq!(record, serde_json::json!({"a": "1"}));
        let deep = "x.".repeat(5_000);
        assert_eq!(row(&[(&deep, "1")]).nested(&[], str::to_owned).len(), 1);
    }

    #[test]
    fn headers_are_compared_without_what_exporters_put_around_them() {
        assert_eq!(header(" Autonomous system  number "), "Autonomous system number");
        assert_eq!(header("TimeGenerated [UTC]"), "TimeGenerated");
        assert_eq!(header("Date (UTC)"), "Date (UTC)");
    }

    #[test]
    fn a_flat_object_is_a_row() {
        let flat = FlatRow::of_json(br#"{"Status":{"errorCode":0},"Id":"e","N":5,"None":null}"#).unwrap();
        assert_eq!((flat.get("id"), flat.get("status"), flat.get("n"), flat.get("none")), (Some("e"), Some(r#"{"errorCode":0}"#), Some("5"), None));
        assert!(FlatRow::of_json(b"[1]").is_none());
    }
}
