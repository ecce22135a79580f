//! One suite for every source: what any reader must keep to, run over its sample.

use std::io::Read;
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use flate2::read::MultiGzDecoder;
use mfaudit::source::{Counts, Form, Manner, ObjectContext, SOURCES, Source, read_records};
use mfaudit::table::Instant;

use super::harness::files_below;

/// `entra.sign_ins` has its sample in `entra/sign-ins`: of the sample tenant, else a small invented file.
fn folder(source: &dyn Source) -> PathBuf {
    let name = source.kind().replace('.', "/").replace('_', "-");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sample = root.join("sample_data/raw").join(&name);
    if sample.exists() { sample } else { root.join("tests/fixtures/sources").join(name) }
}

/// Up to `most` decompressed sample objects, spread over the folder.
fn sample(source: &dyn Source, most: usize) -> Vec<Vec<u8>> {
    let folder = folder(source);
    let mut keys = files_below(&folder);
    keys.sort();
    let step = keys.len().div_ceil(most).max(1);
    keys.iter()
        .step_by(step)
        .map(|k| {
            let bytes = std::fs::read(folder.join(k)).unwrap();
            if !bytes.starts_with(&[0x1f, 0x8b]) {
                return bytes;
            }
            let mut plain = Vec::new();
            MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
            plain
        })
        .collect()
}

fn decode(source: &dyn Source, bytes: &[u8], flush_at: usize) -> (Counts, Vec<RecordBatch>, Option<String>) {
    let object = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };
    let rejects = mfaudit::table::named("rejects").unwrap().schema();
    let mut batches: Vec<RecordBatch> = Vec::new();
    let mut full = |rows: &mut mfaudit::source::Rows| {
        for b in rows.filled() {
            batches.push(b.finish()?);
        }
        Ok(())
    };
    let manner = Manner { form: Form::Detect, flush_at };
    let (counts, framed) = read_records(source, &object, &mut &bytes[..], manner, &mut full).unwrap();
    batches.retain(|b| b.schema() != rejects);
    (counts, batches, framed.err().map(|e| e.to_string()))
}

#[test]
fn every_source_has_a_sample_and_understands_all_of_it() {
    for s in SOURCES {
        let mut rows = 0;
        for bytes in sample(*s, 12) {
            let (counts, batches, error) = decode(*s, &bytes, usize::MAX);
            assert_eq!((counts.rejected, error), (0, None), "{}", s.kind());
            rows += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
            let tables: Vec<_> = s.tables().iter().chain(&s.beside()).map(mfaudit::table::Table::schema).collect();
            assert!(batches.iter().all(|b| tables.contains(&b.schema())), "{} fills a table it does not declare", s.kind());
        }
        assert!(rows > 0, "{} has no sample rows", s.kind());
    }
}

#[test]
fn bad_records_are_refused_alone_counted_and_named() {
    for s in SOURCES {
        let mut list = String::from("[");
        for bad in ["{}", "[]", "7", "null", "\"x\"", "{\"id\":null}", "{\"id\":{}}", "{\"properties\":{}}"] {
            list.push_str(bad);
            list.push(',');
        }
        list.pop();
        list.push(']');
        let (counts, batches, error) = decode(*s, list.as_bytes(), usize::MAX);
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!((counts.read, error, rows), (8, None, 0), "{}", s.kind());
        assert_eq!(counts.rejected, 8, "{}: {:?}", s.kind(), counts.reasons);
        assert_eq!(counts.reasons.values().map(|r| r.count).sum::<u64>(), 8);
    }
}

#[test]
fn the_same_bytes_give_the_same_rows_whatever_the_size_of_a_flush() {
    for s in SOURCES {
        for bytes in sample(*s, 3) {
            let (counts, whole, _) = decode(*s, &bytes, usize::MAX);
            let (again, pieces, _) = decode(*s, &bytes, 1);
            assert_eq!(counts, again, "{}", s.kind());
            for table in s.tables().into_iter().chain(s.beside()) {
                let join = |batches: &[RecordBatch]| arrow::compute::concat_batches(&table.schema(), batches.iter().filter(|b| b.schema() == table.schema())).unwrap();
                assert_eq!(join(&whole), join(&pieces), "{} {}", s.kind(), table.name);
            }
        }
    }
}

#[test]
fn hostile_shapes_end_without_a_panic() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"id\":{}", "{\"a\":".repeat(100_000));
    let surrogate = r#"{"id":"\ud800","createdDateTime":"2026-10-01T00:00:00Z","userId":"u"}"#;
    for s in SOURCES {
        for text in [deep.as_str(), nested.as_str(), surrogate, "{\"id\":\"\u{0}\"}", "\u{feff}", "{\"value\":", "{\"a\":1}}}}}", "]]]"] {
            let _ = decode(*s, text.as_bytes(), usize::MAX);
        }
        let _ = decode(*s, b"{\"id\":\"\xff\xfe\"}", usize::MAX);
        for bytes in sample(*s, 2) {
            for cut in (1..40).map(|n| bytes.len() * n / 40) {
                let (_, _, error) = decode(*s, &bytes[..cut], usize::MAX);
                // A cut between two lines of a log, and one inside the last cell of a table, cannot be told; every other must be.
                let told = error.is_some() || bytes[..cut].trim_ascii_end().ends_with(b"}");
                assert!(told || !bytes.starts_with(b"{") && !bytes.starts_with(b"["), "{} cut at {cut}", s.kind());
            }
        }
    }
}
