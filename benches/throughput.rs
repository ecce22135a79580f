//! Raw gzip JSON Lines to canonical Parquet, and canonical Parquet to every metric: CPU seconds and the ratios
//! to the floor (decompressing only) and to DuckDB on the same files, all measured in one run.
//!
//! `cargo bench --bench throughput -- 200000` (records; default 200,000). DuckDB is measured where
//! `MFAUDIT_PYTHON` names a Python that has it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark stops where it fails, reads the clock and prints")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use mfaudit::generate::{Layout, Plan, Sink, generate};
use mfaudit::lake::{ObjectEntry, Watch};
use mfaudit::run::{Request, ingest, prepare, run};

#[derive(Debug)]
struct Silent;

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

/// User and system seconds of this process so far; Linux counts them in hundredths.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Largest resident size so far, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().find_map(|l| l.strip_prefix("VmHWM:")).and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn timed<T>(label: &str, work: impl FnOnce() -> T) -> (T, f64) {
    let (wall, before) = (Instant::now(), cpu());
    let value = work();
    let spent = cpu() - before;
    println!("{label:<58} {spent:>8.2} CPU-s {:>8.2} s wall {:>6} MB peak", wall.elapsed().as_secs_f64(), peak());
    (value, spent)
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

/// The floor: every sign-in blob decompressed into one reused buffer.
fn inflate(files: &[PathBuf]) -> u64 {
    let mut buffer = vec![0; 256 << 10];
    let mut total = 0;
    for file in files {
        let mut stream = flate2::read::MultiGzDecoder::new(std::fs::File::open(file).unwrap());
        loop {
            let n = stream.read(&mut buffer).unwrap();
            if n == 0 {
                break;
            }
            total += n as u64;
        }
    }
    total
}

fn duckdb(root: &Path, step: &str) -> Option<f64> {
    let python = std::env::var("MFAUDIT_PYTHON").ok()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/duckdb_side.py");
    let out = Command::new(python).arg(script).arg(step).arg(root).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    println!("{:<58} {text}", format!("DuckDB: {step}").trim());
    text.split_whitespace().next()?.parse().ok()
}

fn main() {
    let records: u32 = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(200_000);
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan {
        seed: 41,
        people: (records / 100).max(60),
        first_month: "2026-10-01".parse().unwrap(),
        months: 1,
        sign_ins_per_person_month: 9.0,
        non_interactive_ratio: 10.0,
        clean: false,
        organisation: "Example Organisation".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        layout: Layout::Monitor,
    };
    generate(&plan, &mut Files(dir.path())).unwrap();
    let blobs = below(&dir.path().join("raw/entra/sign-ins"));
    let (raw, floor) = timed("floor: decompress every sign-in blob", || inflate(&blobs));
    let request = Request { config: dir.path().join("mfaudit.toml"), ..Request::default() };
    let prepared = prepare(&request).unwrap();
    let (report, taken) = timed("raw to canonical Parquet and roll-ups (all sources)", || ingest(&prepared, &Silent).unwrap().0);
    let rows: u64 = report.ledgers["entra-sign-ins"].objects.values().map(|o| o.read).sum();
    let (_, measured) = timed("canonical to all metrics, trend, reports", || run(&prepared, &Silent).unwrap());
    println!("\n{rows} sign-in records, {:.2} GB of JSON, {:.0} MB/s per CPU second", raw as f64 / 1e9, raw as f64 / 1e6 / taken);
    println!("ingest / decompress only: {:.2}", taken / floor);
    if let Some(other) = duckdb(dir.path(), "ingest") {
        println!("ingest / DuckDB (same files, same columns): {:.2}", taken / other);
    }
    if let Some(other) = duckdb(dir.path(), "metrics") {
        println!("metrics and reports / DuckDB (the same queries once, no report): {:.2}", measured / other);
    }
}
