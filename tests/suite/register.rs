//! The register in its four counts.forms: the same entries whatever file they come in.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, StringArray, StringBuilder};
use arrow::record_batch::RecordBatch;
use mfaudit::config::RegisterConfig;
use mfaudit::register::read;
use mfaudit::source::ObjectContext;
use mfaudit::table::register::{Exception, ExceptionEvent};
use mfaudit::table::{Instant, Row};

fn config() -> RegisterConfig {
    let columns = [("id", "Exception No."), ("expires_at", "Valid until")];
    RegisterConfig {
        url: "register".into(),
        pattern: "*".into(),
        time_zone: "Europe/Berlin".into(),
        taken: None,
        columns: columns.map(|(field, header)| (field.to_owned(), header.to_owned())).into(),
        categories: BTreeMap::new(),
    }
}

fn tables(bytes: &[u8]) -> (&'static str, Vec<RecordBatch>) {
    let object = ObjectContext { source: "register", tenant: "", key: "register", snapshot_at: Instant(0), details: None };
    let zone = mfaudit::period::zone("Europe/Berlin").unwrap();
    let (counts, mut rows) = read(&mut &bytes[..], &object, &config(), &zone).unwrap();
    (counts.form, rows.filled().map(|b| b.finish().unwrap()).collect())
}

fn shown(t: Option<Instant>) -> String {
    t.map(mfaudit::period::rfc3339).unwrap_or_default()
}

#[test]
fn a_workbook_with_real_dates_numbers_and_blank_lines() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/register.xlsx")).unwrap();
    let (format, batches) = tables(&bytes);
    let entries = Exception::read(&batches[1]).unwrap();
    assert_eq!((format, entries.len()), ("xlsx", 3));
    let e = entries[0];
    assert_eq!((e.exception_id, e.category, e.object_ids, e.controls_declared), ("EX-1", "break_glass", Some("id-1; id-2"), true));
    // A date cell without a time of day is a whole day: it ends when the day does.
    assert_eq!((shown(e.approved_at), shown(e.expires_at)), ("2026-08-28T07:30:00Z".to_owned(), "2026-10-31T23:00:00Z".to_owned()));
    assert!(entries[1].faults.unwrap().contains("`expires_at` is not a date: `31/10/2026`") && !entries[1].controls_declared);
    assert_eq!(entries[2].exception_id, "17");
    assert_eq!(ExceptionEvent::read(&batches[0]).unwrap()[0].actor, Some("bob@example.com"));
}

#[test]
fn csv_json_and_parquet_give_the_same_entry() {
    let csv = "Exception No.,category,owner,object_ids,Valid until\nEX-1,Accessibility,ann,a;b,2026-10-31\n";
    let json = r#"{"exceptions":[{"Exception No.":"EX-1","category":"Accessibility","owner":"ann","object_ids":["a","b"],"Valid until":"2026-10-31"}]}"#;
    let mut ids = ListBuilder::new(StringBuilder::new());
    ids.append_value([Some("a"), Some("b")]);
    let text = |t: &str| Arc::new(StringArray::from(vec![t])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("Exception No.", text("EX-1")),
        ("category", text("Accessibility")),
        ("owner", text("ann")),
        ("object_ids", Arc::new(ids.finish()) as ArrayRef),
        ("Valid until", Arc::new(arrow::array::Date32Array::from(vec![mfaudit::period::day("2026-10-31".parse().unwrap()).0])) as ArrayRef),
    ])
    .unwrap();
    let parquet = mfaudit::lake::encode_batch(&batch).unwrap();
    let mut seen = Vec::new();
    for (bytes, want) in [(csv.as_bytes(), "csv"), (json.as_bytes(), "json"), (&parquet[..], "parquet")] {
        let (format, batches) = tables(bytes);
        assert_eq!(format, want);
        let e = Exception::read(&batches[0]).unwrap()[0];
        seen.push(format!("{} {} {:?} {:?} {}", e.exception_id, e.category, e.owner, e.object_ids, shown(e.expires_at)));
        assert_eq!(e.faults, None);
    }
    assert!(seen.iter().all(|s| s == &seen[0]), "{seen:?}");
}
