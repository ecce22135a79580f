//! The committed sample data: made by its seed, and what a run over it says. The same kind of tenant in every other
//! format that is read: right against its ground truth.

use std::collections::BTreeMap;
use std::path::Path;

use mfaudit::generate::{Layout, Plan, Sink, generate};
use mfaudit::lake::decode;
use mfaudit::table::derived::AttemptDay;
use mfaudit::table::directory::Registration;
use mfaudit::table::policy::PolicyExclusion;
use serde_json::Value;

use super::harness::{Tenant, files_below, small};

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

/// Attempts per identity, month and class.
type Attempts = BTreeMap<(String, String, String), i64>;

/// As the layout must show them.
fn wanted(truth: &Value) -> Attempts {
    let months: Vec<&str> = truth["months"].as_array().unwrap().iter().map(|m| m["month"].as_str().unwrap()).collect();
    let mut want = Attempts::new();
    for person in truth["identities"].as_array().unwrap() {
        for (month, of) in months.iter().zip(person["months"].as_array().unwrap()) {
            for (class, n) in of["attempts"].as_object().unwrap() {
                want.insert((person["id"].as_str().unwrap().to_owned(), (*month).to_owned(), class.clone()), n.as_i64().unwrap());
            }
        }
    }
    want
}

/// As they were found.
fn found(tenant: &Tenant) -> Attempts {
    let mut got = Attempts::new();
    for key in tenant.files("lake/attempt_days") {
        let batches = decode(std::fs::read(tenant.path("lake/attempt_days").join(key)).unwrap().into()).unwrap();
        for a in mfaudit::table::rows::<AttemptDay<'_>>(&batches).unwrap() {
            let month = mfaudit::period::date(a.local_day).strftime("%Y-%m").to_string();
            *got.entry((a.identity_id.to_owned(), month, a.satisfied_by.to_owned())).or_default() += a.attempts;
        }
    }
    got
}

/// Attempts of each class together, so that a failure shows first which class went wrong.
fn by_class(attempts: &Attempts) -> BTreeMap<&str, i64> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for ((_, _, class), n) in attempts {
        *sums.entry(class.as_str()).or_default() += n;
    }
    sums
}

/// Every class there is.
const ALL: &[&str] = &["M1", "M2", "M3", "M4", "N", "S", "U"];

/// Every format besides those of `run.rs`, with the source it is configured as and the classes it can show.
const FORMATS: [(u64, Layout, &str, &[&str]); 9] = [
    (31, Layout::Portal, "entra-sign-ins", ALL),
    (32, Layout::Workspace, "entra-sign-ins", ALL),
    (33, Layout::PowerShell, "entra-sign-ins", ALL),
    (34, Layout::Unified, "m365-audit", &["M1", "N", "U"]),
    (35, Layout::Okta, "okta-sign-ins", &["M1", "M2", "M3", "M4", "N", "U"]),
    (36, Layout::Duo, "duo-sign-ins", &["M1", "M2", "S", "U"]),
    (37, Layout::Google, "google-sign-ins", &["M1", "M4", "N", "U"]),
    (38, Layout::Aws, "aws-sign-ins", &["M1", "M3", "N", "U"]),
    (39, Layout::Ocsf, "ocsf-sign-ins", &["M1", "N", "U"]),
];

#[test]
fn attempts_agree_with_the_ground_truth_in_every_other_format() {
    for (seed, layout, source, classes) in FORMATS {
        let tenant = Tenant::new(&small(seed, layout));
        let outcome = tenant.run();
        let (want, got) = (wanted(&tenant.truth()), found(&tenant));
        assert_eq!(by_class(&got), by_class(&want), "{layout:?}");
        assert_eq!(got, want, "{layout:?}");
        assert!(by_class(&want).keys().all(|class| classes.contains(class)), "{layout:?}: {:?}", by_class(&want));
        assert!(outcome.results.complete, "{layout:?}: {:?}", outcome.results.intake.gaps);
        let logs = outcome.results.intake.sources.iter().find(|s| s.source == source).unwrap();
        let written = tenant.truth()["months"][0]["written"].clone();
        let records: u64 = written.as_object().unwrap().values().map(|w| w["records"].as_u64().unwrap()).sum();
        assert_eq!(logs.rejected, 0, "{layout:?}");
        // The companions of the admin centre are records as well.
        assert!(logs.read == records || (layout == Layout::Portal && logs.read > records), "{layout:?}: {} read, {records} written", logs.read);
    }
}

/// The account exports of the other providers: how many have a second factor, and who is let in without one.
#[test]
fn accounts_and_exclusions_of_other_providers_agree_with_the_ground_truth() {
    for (seed, layout, registrations, exclusions) in [
        (41, Layout::Okta, "okta-factors", "okta-policies"),
        (42, Layout::Duo, "duo-users", "duo-users"),
        (43, Layout::Google, "google-users", "google-users"),
        (44, Layout::Aws, "aws-credentials", "aws-credentials"),
    ] {
        let tenant = Tenant::new(&small(seed, layout));
        let outcome = tenant.run();
        assert!(outcome.results.complete, "{layout:?}: {:?}", outcome.results.intake.gaps);
        let batches = |name: &str| decode(tenant.published(&outcome, &format!("tables/{name}.parquet")).into()).unwrap();
        let (held, excluded) = (batches("registrations"), batches("policy_exclusions"));
        let rows: Vec<_> = mfaudit::table::rows::<Registration<'_>>(&held).unwrap().into_iter().filter(|r| r.source == registrations).collect();
        let out = mfaudit::table::rows::<PolicyExclusion<'_>>(&excluded).unwrap().iter().filter(|r| r.source == exclusions).count();
        let got = serde_json::json!({ "listed": rows.len(), "registered": rows.iter().filter(|r| r.registered == Some(true)).count(), "excluded": out });
        assert_eq!(got, tenant.truth()["accounts"], "{layout:?}");
        assert!(out > 0, "{layout:?}");
    }
}
