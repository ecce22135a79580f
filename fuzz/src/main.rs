//! One fuzz target per decoder, chosen by `MFAUDIT_FUZZ_TARGET`: the kind of a source, `register` or `object`.
//!
//! Whatever the bytes: no panic, no endless loop, and an account that adds up.
#![no_main]

use std::io::{self, Read};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mfaudit::source::{Counts, Form, Manner, ObjectContext, Rows, Source, of_kind, read_records};
use mfaudit::table::Instant;

static TARGET: LazyLock<String> = LazyLock::new(|| std::env::var("MFAUDIT_FUZZ_TARGET").expect("set MFAUDIT_FUZZ_TARGET"));

/// Names that make a reader take other ways: a companion, a table of workloads, plain.
const KEYS: [&str; 3] = ["2026-10-05.json", "ApplicationSignIns_2026-10-01_2026-10-31.csv", "InteractiveSignIns_AuthDetails_2026-10-05.csv"];

/// Hands out seven bytes at a time.
struct Drip<'d>(&'d [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.0.len().min(out.len()).min(7);
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

fn decode(source: &dyn Source, key: &str, stream: &mut dyn Read, form: Form, flush_at: usize) -> (Counts, usize, Option<String>) {
    let object = ObjectContext { source: "s", tenant: "t", key, snapshot_at: Instant(0), details: None };
    let mut rows = 0;
    let mut full = |made: &mut Rows| {
        for builder in made.filled() {
            rows += builder.finish()?.num_rows();
        }
        Ok(())
    };
    let (counts, framed) = read_records(source, &object, stream, Manner { form, flush_at }, &mut full).expect("rows that were pushed fit their table");
    (counts, rows, framed.err().map(|e| e.to_string()))
}

fn source(source: &dyn Source, data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let key = KEYS[usize::from(*first) % KEYS.len()];
    let form = [Form::Detect, Form::Detect, Form::Json, Form::Csv][usize::from(*first / 3) % 4];
    let whole = decode(source, key, &mut &rest[..], form, usize::MAX);
    assert_eq!(whole.0.reasons.values().map(|r| r.count).sum::<u64>(), whole.0.rejected);
    assert!(whole.0.rejected <= whole.0.read);
    assert_eq!(whole, decode(source, key, &mut Drip(rest), form, 1), "the size of reads and flushes shows");
}

fn register(data: &[u8]) {
    let object = ObjectContext { source: "register", tenant: "", key: "register", snapshot_at: Instant(0), details: None };
    let config = mfaudit::config::RegisterConfig {
        url: "r".into(),
        pattern: "*".into(),
        time_zone: String::new(),
        taken: None,
        columns: Default::default(),
        categories: Default::default(),
    };
    let zone = mfaudit::period::zone("Europe/Berlin").expect("a zone");
    if let Ok((_, mut rows)) = mfaudit::register::read(&mut &data[..], &object, &config, &zone) {
        rows.filled().for_each(|b| drop(b.finish().expect("rows that were pushed fit their table")));
    }
}

/// A stored object in whatever container: compression, archives, encodings.
fn object(data: &[u8]) {
    let stores = mfaudit::store::Stores::new(std::path::Path::new("."), Default::default()).expect("a runtime");
    let place = stores.open("memory://fuzz").expect("memory");
    place.put("2026-10-05", data.to_vec()).expect("memory takes everything");
    let config = mfaudit::config::SourceConfig {
        id: "s".into(),
        reader: of_kind("entra.sign_ins").expect("a known kind"),
        url: String::new(),
        pattern: String::new(),
        tenant: String::new(),
        expected: mfaudit::source::Expected::Daily,
        starts: None,
        taken: None,
        form: Form::Detect,
    };
    let objects = place.list("**/*").expect("memory lists");
    mfaudit::lake::probe(&config, &place, &objects).expect("a broken object is no error of the run");
}

fuzz_target!(|data: &[u8]| match TARGET.as_str() {
    "register" => register(data),
    "object" => object(data),
    kind => source(of_kind(kind).expect("a known kind"), data),
});
