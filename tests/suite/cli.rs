//! What the operator sees: exit codes, messages, listings.

use std::process::{Command, Output};

use mfaudit::generate::Layout;

use super::harness::{Tenant, small};

fn mfaudit(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mfaudit")).args(args).env_clear().output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_fault_of_a_configuration_is_told_at_once_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.toml");
    let bad = "[organisation]\nname = \"\"\ntime_zone = \"Mars/Olympus\"\n\n[run]\ntrend_months = 99\nperiodd = \"2026-10\"\n\n[[source]]\nid = \"a\"\nkind = \"nonsense\"\nurl = \"lake\"\n\n[store.s3]\nregion = \"env:MFAUDIT_TEST_UNSET\"\n";
    std::fs::write(&path, bad).unwrap();
    let out = mfaudit(&["run", "--config", path.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr).replace(dir.path().to_str().unwrap(), "@DIR@");
    insta::assert_snapshot!("bad_configuration", said);
}

#[test]
fn exit_codes_tell_how_a_run_ended() {
    let tenant = Tenant::new(&small(21, Layout::Graph));
    let config = tenant.path("mfaudit.toml");
    let config = config.to_str().unwrap();
    assert_eq!(mfaudit(&["run", "--config", config]).status.code(), Some(0));
    assert_eq!(mfaudit(&["run", "--config", config, "--fail-on", "missed"]).status.code(), Some(1));
    assert_eq!(mfaudit(&["run", "--config", config, "--period", "2026-13"]).status.code(), Some(2));
    assert_eq!(mfaudit(&["run", "--config", config, "--period", "2026-09"]).status.code(), Some(3));
    assert_eq!(mfaudit(&["run", "--no-such-flag"]).status.code(), Some(2));
    assert_eq!(mfaudit(&["run", "--config", "no/such/file.toml"]).status.code(), Some(2));
    std::fs::remove_dir_all(tenant.path("out")).unwrap();
    std::fs::write(tenant.path("out"), "a file where the folder should be").unwrap();
    assert_eq!(mfaudit(&["run", "--config", config]).status.code(), Some(4));
}

#[test]
fn a_stored_result_renders_to_the_same_report() {
    let tenant = Tenant::new(&small(22, Layout::Graph));
    let outcome = tenant.run();
    let stored = tenant.path("out").join(&outcome.published.path).join("results.json");
    let again = tenant.path("again");
    let out = mfaudit(&["report", stored.to_str().unwrap(), "--out", again.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    for name in ["report.html", "report.pdf"] {
        assert!(std::fs::read(again.join(name)).unwrap() == tenant.published(&outcome, name), "{name} differs");
    }
}

#[test]
fn check_names_what_it_cannot_reach() {
    let tenant = Tenant::new(&small(23, Layout::Graph));
    let config = tenant.path("mfaudit.toml");
    assert_eq!(mfaudit(&["check", "--config", config.to_str().unwrap()]).status.code(), Some(0));
    tenant.configure("url = \"raw/entra/users\"", "url = \"raw/entra/nowhere\"");
    let out = mfaudit(&["check", "--config", config.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stdout).contains("the folder does not exist"));
}

#[test]
fn init_writes_a_configuration_that_is_accepted_and_does_not_overwrite() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("new");
    assert_eq!(mfaudit(&["init", folder.to_str().unwrap()]).status.code(), Some(0));
    assert_eq!(mfaudit(&["init", folder.to_str().unwrap()]).status.code(), Some(2));
    let out = mfaudit(&["check", "--config", folder.join("mfaudit.toml").to_str().unwrap()]);
    assert!(text(&out.stdout).contains("are in order"));
}

#[test]
fn an_unknown_metric_is_answered_with_the_known_ones() {
    let out = mfaudit(&["explain", "K99"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("K1, K2, K3"));
    assert!(text(&mfaudit(&["explain", "K3"]).stdout).contains("SELECT"));
}

/// Each exception that was tried stands there with why it matched or not.
#[test]
fn a_sign_in_is_explained_with_every_exception_tried() {
    let tenant = Tenant::new(&small(23, Layout::Graph));
    let outcome = tenant.run();
    let config = tenant.path("mfaudit.toml");
    let config = config.to_str().unwrap();
    let travel = outcome.results.findings.iter().find(|f| f.metric == "K29").unwrap();
    let event = travel.evidence.split(' ').next().unwrap();
    let told = mfaudit(&["explain", event, "--config", config]);
    let said = text(&told.stdout);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    assert!(said.contains("class         N single factor") && said.contains("active, and its scope holds the attempt"), "{said}");
    assert!(said.contains(&format!("attributed to {}", travel.ticket)) && said.contains(" at byte "), "{said}");
    let prompts = outcome.results.findings.iter().find(|f| f.metric == "K31").unwrap();
    assert!(text(&mfaudit(&["explain", &prompts.evidence, "--config", config]).stdout).contains("MFA was not bypassed"));
    let unknown = mfaudit(&["explain", "no-such-event", "--config", config]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("neither a metric nor a sign-in"));
}

/// 0 when nothing differs, 1 when something does, 2 for a key that is none, 4 for what cannot be read.
#[test]
fn verify_ends_with_a_code_for_scripts_and_names_the_difference() {
    let tenant = Tenant::new(&small(24, Layout::Graph));
    tenant.configure("[lake]", "[evidence]\nfolder = true\n\n[lake]");
    let outcome = tenant.run();
    let out = tenant.path("out").join(&outcome.published.path);
    let zip = out.join("evidence.zip");
    let fine = mfaudit(&["verify", zip.to_str().unwrap()]);
    assert_eq!(fine.status.code(), Some(0), "{}{}", text(&fine.stdout), text(&fine.stderr));
    assert!(text(&fine.stdout).contains("no difference") && text(&fine.stdout).contains("unsigned"));
    let bag = std::fs::read_dir(out.join("evidence")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mfaudit(&["verify", bag.to_str().unwrap()]).status.code(), Some(0));
    std::fs::write(bag.join("data/figures.csv"), "x").unwrap();
    let told = mfaudit(&["verify", bag.to_str().unwrap(), "--format", "json"]);
    assert_eq!(told.status.code(), Some(1));
    let verdict: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert!(verdict["differences"].as_array().unwrap().iter().any(|d| d["kind"] == "changed" && d["subject"] == "data/figures.csv"), "{verdict}");
    let config = tenant.path("mfaudit.toml");
    assert_eq!(mfaudit(&["verify", zip.to_str().unwrap(), "--key", config.to_str().unwrap()]).status.code(), Some(2));
    assert_eq!(mfaudit(&["verify", "no/such/evidence.zip"]).status.code(), Some(4));
    assert_eq!(mfaudit(&["verify", "no/such/folder"]).status.code(), Some(4));
    assert_eq!(mfaudit(&["verify", config.to_str().unwrap()]).status.code(), Some(4));
}
