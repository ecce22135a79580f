//! A tenant in a folder of its own, and a run over it.

use std::path::{Path, PathBuf};

use mfaudit::generate::{Layout, Plan, Sink, generate};
use mfaudit::lake::{ObjectEntry, Watch};
use mfaudit::results::{Figure, Metric, Ratio, Results};
use mfaudit::run::{Outcome, Request, prepare, run};
use tempfile::TempDir;

/// Says nothing.
#[derive(Debug)]
pub(crate) struct Silent;

impl Watch for Silent {
    fn source(&self, _: &str, _: u64, _: u64) {}
    fn object(&self, _: &str, _: &str, _: &ObjectEntry) {}
    fn partitions(&self, _: u64) {}
    fn partition(&self, _: &str, _: u64) {}
}

struct Files<'p>(&'p Path);

impl Sink for Files<'_> {
    fn put(&mut self, key: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let path = self.0.join(key);
        std::fs::create_dir_all(path.parent().unwrap())?;
        Ok(std::fs::write(path, bytes)?)
    }
}

/// A generated tenant.
pub(crate) struct Tenant {
    dir: TempDir,
}

/// Small, quick, with every trap of the generator.
pub(crate) fn small(seed: u64, layout: Layout) -> Plan {
    Plan {
        seed,
        people: 80,
        first_month: "2026-10-01".parse().unwrap(),
        months: 1,
        sign_ins_per_person_month: 6.0,
        non_interactive_ratio: 0.5,
        clean: false,
        organisation: "Example Organisation".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        layout,
    }
}

impl Tenant {
    pub(crate) fn new(plan: &Plan) -> Self {
        let dir = TempDir::new().unwrap();
        generate(plan, &mut Files(dir.path())).unwrap();
        Self { dir }
    }

    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.dir.path().join(key)
    }

    pub(crate) fn truth(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.path("truth.json")).unwrap()).unwrap()
    }

    /// Rewrites the configuration.
    pub(crate) fn configure(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("mfaudit.toml")).unwrap();
        assert!(text.contains(from), "the configuration has no `{from}`");
        std::fs::write(self.path("mfaudit.toml"), text.replace(from, to)).unwrap();
    }

    pub(crate) fn request(&self) -> Request {
        Request { config: self.path("mfaudit.toml"), ..Request::default() }
    }

    pub(crate) fn run(&self) -> Outcome {
        run(&prepare(&self.request()).unwrap(), &Silent).unwrap()
    }

    /// Removes the lake, so that the next run starts afresh.
    pub(crate) fn forget(&self) {
        std::fs::remove_dir_all(self.path("lake")).unwrap();
    }

    /// Every file below a folder, by key.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut found = files_below(&self.path(folder));
        found.sort();
        found
    }

    pub(crate) fn published(&self, outcome: &Outcome, name: &str) -> Vec<u8> {
        std::fs::read(self.path("out").join(&outcome.published.path).join(name)).unwrap()
    }
}

/// Rows behind a metric, as text by column; none when it was not computed.
pub(crate) fn rows_of(tenant: &Tenant, outcome: &Outcome, id: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let path = tenant.path("out").join(&outcome.published.path).join(format!("rows/{id}.parquet"));
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let mut found = Vec::new();
    for batch in mfaudit::lake::decode(bytes.into()).unwrap() {
        let names: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        let rows = mfaudit::query::Rows { batch };
        let columns: Vec<Vec<String>> = names.iter().map(|n| rows.texts(n)).collect();
        found.extend((0..rows.batch.num_rows()).map(|i| names.iter().cloned().zip(columns.iter().map(|c| c[i].clone())).collect()));
    }
    found
}

/// Keys of every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

pub(crate) fn metric<'r>(results: &'r Results, id: &str) -> &'r Metric {
    results.metrics.iter().find(|m| m.id == id).unwrap()
}

pub(crate) fn ratio<'r>(results: &'r Results, id: &str, line: &str) -> &'r Ratio {
    match metric(results, id).lines.iter().find(|l| l.id == line).unwrap().figure.as_ref() {
        Some(Figure::Ratio(r)) => r,
        other => panic!("{id} {line}: {other:?}"),
    }
}
