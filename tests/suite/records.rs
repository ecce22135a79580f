//! Worked records: inputs as tools write them with the answer that the format's description demands, worked out
//! without sight of the readers. Only what the description settles is expected.

use std::path::Path;

use arrow::record_batch::RecordBatch;
use mfaudit::period;
use mfaudit::source::{Form, Manner, ObjectContext, Rows, of_kind, read_records};
use mfaudit::table::directory::{Identity, Registration};
use mfaudit::table::{Instant, Row, SignIn};
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

fn read(table: &str, batch: &RecordBatch) -> Vec<Value> {
    let time = |t: Instant| period::timestamp(t).to_string();
    match table {
        "sign_ins" => SignIn::read(batch)
            .unwrap()
            .into_iter()
            .map(|r| {
                json!({ "event_id": r.event_id, "occurred_at": time(r.occurred_at), "identity_id": r.identity_id, "identity_name": r.identity_name, "stream": r.stream,
                    "outcome": r.outcome, "mfa_outcome": r.mfa_outcome, "mfa_reason": r.mfa_reason, "method": r.method, "failure_code": r.failure_code.map(|c| c.to_string()),
                    "ip": r.ip, "country": r.country, "legacy_protocol": r.legacy_protocol, "evidence": r.evidence })
            })
            .collect(),
        "identities" => Identity::read(batch).unwrap().into_iter().map(|r| json!({ "identity_id": r.identity_id, "user_name": r.user_name })).collect(),
        "registrations" => Registration::read(batch).unwrap().into_iter().map(|r| json!({ "identity_id": r.identity_id })).collect(),
        _ => Vec::new(),
    }
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
