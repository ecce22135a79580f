//! The README is true.

use std::path::Path;
use std::process::Command;

use mfaudit::query::Corpus;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// Text between `<!-- name -->` and `<!-- /name -->`.
fn block(name: &str) -> String {
    let text = readme();
    let from = text.find(&format!("<!-- {name} -->")).unwrap_or_else(|| panic!("README has no block {name}"));
    let to = text.find(&format!("<!-- /{name} -->")).unwrap();
    text[from..to].lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_metrics_table_is_the_corpus() {
    let table = block("metrics");
    for q in Corpus::embedded().unwrap().queries {
        let row = format!("| {} | {} | {} | {} |", q.id, q.title, q.kind.name(), q.target.as_deref().unwrap_or(""));
        assert!(table.contains(&row), "README lacks the row\n{row}");
    }
    assert_eq!(table.lines().filter(|l| ["| K", "| R", "| D"].iter().any(|p| l.starts_with(p))).count(), Corpus::embedded().unwrap().queries.len());
}

#[test]
fn the_help_is_the_programs_own() {
    let out = Command::new(env!("CARGO_BIN_EXE_mfaudit")).arg("--help").env_clear().output().unwrap();
    let help = String::from_utf8(out.stdout).unwrap();
    let shown = block("help").replace("```text\n", "").replace("```", "");
    assert_eq!(shown.trim(), help.trim());
}

#[test]
fn every_path_it_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        for word in text.split(['`', '(', ')', ' ', '\n', '|', ',']) {
            let named = ["src/", "queries/", "populations/", "tests/", "report_templates/", "schema/", "benches/"].iter().any(|p| word.starts_with(p));
            if named && !word.contains(['<', '*', '…', '{', '$', 'N']) {
                let path = word.trim_end_matches(['.', ':', ';']);
                assert!(root.join(path).exists(), "{file} names `{path}`, which does not exist");
            }
        }
    }
}

/// The console block is the run's own output on the sample; the folder's name follows the content.
#[test]
fn the_sample_run_prints_what_is_shown() {
    let tenant = super::harness::Tenant::new(&mfaudit::generate::Plan::sample());
    let config = tenant.path("mfaudit.toml");
    let out = Command::new(env!("CARGO_BIN_EXE_mfaudit")).args(["run", "--config", config.to_str().unwrap()]).env_clear().output().unwrap();
    let folder = regex::Regex::new("out/2026-10/[0-9a-f]{12}").unwrap();
    let said = String::from_utf8(out.stdout).unwrap().replace(tenant.path("").to_str().unwrap(), "sample_data/");
    let said = folder.replace_all(&said, "out/2026-10/<digest>");
    let text = readme();
    let shown = text.split("$ cargo run --release -- run --config sample_data/mfaudit.toml\n").nth(1).and_then(|t| t.split("```").next()).unwrap();
    assert_eq!(shown.trim(), said.trim());
}
