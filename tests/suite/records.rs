//! Worked records: inputs as tools write them with the answer that the format's description demands, worked out
//! without sight of the readers. Only what the description settles is expected.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use mfaudit::period;
use mfaudit::source::{Form, Manner, ObjectContext, Rows, of_kind, read_records};
use mfaudit::table::{Instant, Kind};
use serde_json::{Value, json};

use super::harness::files_below;

fn decode(kind: &str, case: &Value) -> (Value, Vec<Value>) {
    let source = of_kind(kind).unwrap();
    let object = ObjectContext { source: "s", tenant: "t", key: case["key"].as_str().unwrap(), snapshot_at: Instant(0), details: None };
    let mut found = Vec::new();
    let mut full = |rows: &mut Rows| {
        for b in rows.filled() {
            let table = b.table().name;
            found.extend(read(table, &b.finish()?));
        }
        Ok(())
    };
    let manner = Manner { form: Form::Detect, flush_at: usize::MAX };
    let (counts, framed) = read_records(source, &object, &mut case["raw"].as_str().unwrap().as_bytes(), manner, &mut full).unwrap();
    (json!({ "read": counts.read, "rejected": counts.rejected, "fault": framed.err().map(|e| e.to_string()) }), found)
}

/// Every row of a batch as an object, with its table; instants as text, codes as text.
fn read(table: &str, batch: &RecordBatch) -> Vec<Value> {
    let columns = mfaudit::table::named(table).unwrap().columns;
    let cell = |column: &mfaudit::table::Column, row: usize| {
        let array = batch.column_by_name(column.name).unwrap();
        if array.is_null(row) {
            return Value::Null;
        }
        match column.kind {
            Kind::Text => array.as_string::<i32>().value(row).into(),
            Kind::Flag => array.as_boolean().value(row).into(),
            Kind::Int => array.as_primitive::<Int64Type>().value(row).to_string().into(),
            Kind::Real => array.as_primitive::<Float64Type>().value(row).into(),
            Kind::Instant => period::timestamp(Instant(array.as_primitive::<TimestampMicrosecondType>().value(row))).to_string().into(),
            Kind::Day => array.as_primitive::<Date32Type>().value(row).into(),
        }
    };
    let row = |i| columns.iter().map(|c| (c.name.to_owned(), cell(c, i))).chain([("table".to_owned(), table.into())]).collect::<serde_json::Map<_, _>>().into();
    (0..batch.num_rows()).map(row).collect()
}

/// What differs between an expected row and the nearest found one, which is taken away.
fn differs(want: &Value, found: &mut Vec<Value>) -> Option<String> {
    let fields = want.as_object().unwrap();
    let agree = |row: &Value| fields.iter().filter(|(k, v)| row[k.as_str()] == **v).count() + usize::from(want.get("event_id").is_some_and(|e| *e == row["event_id"])) * 100;
    let best = (0..found.len()).max_by_key(|i| (agree(&found[*i]), std::cmp::Reverse(*i)))?;
    let row = found.remove(best);
    let wrong: Vec<String> = fields.iter().filter(|(k, v)| row[k.as_str()] != **v).map(|(k, v)| format!("{k}: expected {v}, found {}", row[k.as_str()])).collect();
    (!wrong.is_empty()).then(|| format!("{} [{}] {}", wrong.join("; "), row["evidence"], want))
}

fn faults(kind: &str, case: &Value) -> Vec<String> {
    let (counts, mut found) = decode(kind, case);
    let mut wrong = Vec::new();
    for field in ["read", "rejected"] {
        if case.get(field).is_some_and(|n| *n != counts[field]) {
            wrong.push(format!("{field}: expected {}, found {}", case[field], counts[field]));
        }
    }
    if !counts["fault"].is_null() {
        wrong.push(counts["fault"].to_string());
    }
    let rows = case["rows"].as_array().unwrap();
    // Older cases name no table: they speak of the first that their kind fills.
    let main = of_kind(kind).unwrap().tables()[0].name;
    let table = |row: &Value| row["table"].as_str().unwrap_or(main).to_owned();
    let spoken: BTreeSet<String> = if rows.is_empty() { [main.to_owned()].into() } else { rows.iter().map(table).collect() };
    found.retain(|row| spoken.contains(&table(row)));
    // The lake keeps one of equal rows.
    found.dedup();
    if rows.len() != found.len() {
        wrong.push(format!("{} rows expected, {} found", rows.len(), found.len()));
    }
    wrong.extend(rows.iter().filter_map(|w| differs(w, &mut found)));
    wrong
}

#[test]
fn records_as_tools_write_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/records");
    let mut names = files_below(&folder);
    names.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for name in names {
        let kind = name.strip_suffix(".json").unwrap();
        let list: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join(&name)).unwrap()).unwrap();
        for case in &list {
            cases += 1;
            wrong.extend(faults(kind, case).into_iter().map(|f| format!("{kind} «{}» ({}): {f}", case["name"].as_str().unwrap(), case["clause"].as_str().unwrap_or(""))));
        }
    }
    assert!(cases > 100);
    assert!(wrong.is_empty(), "{} of {cases} cases differ\n{}", wrong.len(), wrong.join("\n"));
}
