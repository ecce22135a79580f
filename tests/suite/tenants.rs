//! The committed sample data: made by its seed, and what a run over it says.

use std::collections::BTreeMap;
use std::path::Path;

use mfaudit::generate::{Plan, Sink, generate};

use super::harness::{Tenant, files_below};

struct Kept(BTreeMap<String, Vec<u8>>);

impl Sink for Kept {
    fn put(&mut self, key: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.0.insert(key.to_owned(), bytes);
        Ok(())
    }
}

#[test]
fn sample_data_regenerates_to_the_same_bytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    for (plan, folder) in [(Plan::sample(), root.clone()), (Plan::clean_sample(), root.join("clean"))] {
        let mut made = Kept(BTreeMap::new());
        generate(&plan, &mut made).unwrap();
        let foreign = |k: &String| k == "README.md" || ["clean/", "lake/", "out/"].iter().any(|p| k.starts_with(p));
        let mut committed: Vec<String> = files_below(&folder).into_iter().filter(|k| !foreign(k)).collect();
        committed.sort();
        assert_eq!(made.0.keys().cloned().collect::<Vec<_>>(), committed);
        for (key, bytes) in made.0 {
            assert!(std::fs::read(folder.join(&key)).unwrap() == bytes, "{key} differs: run `mfaudit generate --sample` as sample_data/README.md says");
        }
    }
}

#[test]
fn sample_data_stays_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let total: u64 = files_below(&root).iter().filter(|k| !k.contains("lake/") && !k.contains("out/")).map(|k| std::fs::metadata(root.join(k)).unwrap().len()).sum();
    assert!(total <= 5 * 1024 * 1024, "{total} bytes");
}

/// Reviewed by hand: a change here is a change of what the report says.
#[test]
fn the_sample_run_says() {
    let outcome = Tenant::new(&Plan::sample()).run();
    let mut text = String::new();
    for m in &outcome.results.metrics {
        for l in &m.lines {
            let figure = l.figure.as_ref().map(mfaudit::report::figure_text).unwrap_or_default();
            text.push_str(&format!("{:<4} {:<24} {:?} {figure}\n", m.id, l.id, m.verdict));
        }
    }
    insta::assert_snapshot!("sample_run", text);
}
