//! Whole tenants: same plan, same bytes; counts that agree; nothing wrong where nothing should be.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::*;

/// The layouts that are kept by UTC day.
const BY_UTC_DAY: [Layout; 9] = [Layout::Portal, Layout::Workspace, Layout::PowerShell, Layout::Unified, Layout::Okta, Layout::Duo, Layout::Google, Layout::Aws, Layout::Ocsf];

/// Keeps files in memory and refuses to take one twice.
#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Sink for Memory {
    fn put(&mut self, key: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        anyhow::ensure!(self.0.insert(key.to_owned(), bytes).is_none(), "`{key}` is written twice");
        Ok(())
    }
}

fn small(layout: Layout) -> Plan {
    Plan { people: 80, layout, ..Plan::sample() }
}

fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes).read_to_string(&mut out).unwrap();
    } else {
        out.push_str(std::str::from_utf8(bytes).unwrap());
    }
    out
}

/// The sign-in objects of a file in any of the layouts.
fn records(text: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.unwrap();
        match value.get("value").or_else(|| value.get("records")) {
            Some(list) => all.extend(list.as_array().unwrap().iter().cloned()),
            None => all.push(value),
        }
    }
    all.into_iter().map(|record| record.get("properties").cloned().unwrap_or(record)).collect()
}

#[test]
fn same_plan_same_bytes() {
    let (mut one, mut two) = (Memory::default(), Memory::default());
    generate(&small(Layout::Mixed), &mut one).unwrap();
    generate(&small(Layout::Mixed), &mut two).unwrap();
    assert!(one.0 == two.0);
}

#[test]
fn a_layout_changes_what_its_provider_exports_only_and_gives_the_same_bytes_each_time() {
    let mut graph = Memory::default();
    generate(&small(Layout::Graph), &mut graph).unwrap();
    let rest = |made: &Memory, layout: Layout, folder: &str| {
        let own = |key: &str| key.starts_with(folder) || layout.accounts().iter().any(|(_, accounts)| key.starts_with(accounts));
        let kept = made.0.iter().filter(|(key, _)| !own(key) && !["mfaudit.toml", "truth.json"].contains(&key.as_str()));
        kept.map(|(key, bytes)| (key.clone(), bytes.clone())).collect::<Vec<_>>()
    };
    let wanted = rest(&graph, Layout::Graph, "raw/entra/sign-ins/");
    for layout in BY_UTC_DAY {
        let (mut one, mut two) = (Memory::default(), Memory::default());
        generate(&small(layout), &mut one).unwrap();
        generate(&small(layout), &mut two).unwrap();
        assert!(one.0 == two.0, "{layout:?}");
        let (kind, folder) = layout.sign_ins();
        assert!(rest(&one, layout, &format!("{folder}/")) == wanted, "{layout:?}");
        assert!(one.0.keys().any(|key| key.starts_with(folder)), "{layout:?}");
        let config = text(&one.0["mfaudit.toml"]);
        assert!(config.contains(&format!("kind = \"{kind}\"\nurl = \"{folder}\"")), "{layout:?}");
    }
}

#[test]
fn no_layout_makes_an_attempt_of_a_setback_and_none_claims_more_than_happened() {
    for layout in BY_UTC_DAY {
        for sheet in [&setbacks::PROMPT, &setbacks::STAY_SIGNED_IN, &setbacks::ENROL, &setbacks::BAD_PASSWORD, &setbacks::DENIED, &setbacks::SILENT, &setbacks::WRONG_CODE] {
            assert_eq!(layout.class(sheet), None, "{layout:?} {:?}", sheet.scene);
        }
        for sheet in [&setbacks::BLOCKED, &setbacks::REFRESH, &setbacks::REFRESH_SINGLE, &setbacks::REFRESH_ENDED, &setbacks::WORKLOAD] {
            assert_eq!(layout.class(sheet), None, "{layout:?} {:?}", sheet.scene);
        }
        for sheet in [&sheets::SINGLE_FACTOR, &sheets::SMTP, &sheets::SMTP_CLAIM, &sheets::IMAP, &sheets::ROPC] {
            assert!(matches!(layout.class(sheet), None | Some(Class::N | Class::S | Class::U)), "{layout:?} {:?}", sheet.scene);
        }
        assert!(matches!(layout.class(&sheets::STRANGER), None | Some(Class::U)), "{layout:?}");
        assert!(matches!(layout.class(&sheets::PUSH), Some(Class::M1)), "{layout:?}");
    }
}

#[test]
fn truth_counts_what_is_written() {
    for layout in [Layout::Mixed, Layout::Monitor, Layout::Graph, Layout::EventHubs] {
        let mut sink = Memory::default();
        let truth = generate(&small(layout), &mut sink).unwrap();
        let (mut found, mut ids) = (0, BTreeSet::new());
        for (_, bytes) in sink.0.iter().filter(|(key, _)| key.starts_with("raw/entra/sign-ins/")) {
            for record in records(&text(bytes)) {
                found += 1;
                ids.insert(record["id"].as_str().unwrap().to_owned());
            }
        }
        let written = truth.months.iter().flat_map(|month| month.written.values());
        let (records, copies) = written.fold((0, 0), |(records, copies), one| (records + one.records, copies + one.copies));
        assert_eq!(found, records);
        assert_eq!(ids.len() as u64, records - copies);
        assert!(copies > 0);
    }
}

#[test]
fn every_file_is_readable_and_every_record_has_a_realistic_size() {
    let mut sink = Memory::default();
    generate(&small(Layout::Mixed), &mut sink).unwrap();
    for (key, bytes) in &sink.0 {
        let text = text(bytes);
        if key.contains(".json") {
            assert!(serde_json::Deserializer::from_str(&text).into_iter::<Value>().all(|value| value.is_ok()), "{key}");
        } else if key.ends_with(".toml") {
            assert!(text.parse::<toml::Table>().is_ok());
        }
    }
    let blobs = sink.0.iter().filter(|(key, _)| key.contains("insights-logs-signinlogs"));
    let sizes: Vec<usize> = blobs.flat_map(|(_, bytes)| text(bytes).lines().map(str::len).collect::<Vec<_>>()).collect();
    let mean = sizes.iter().sum::<usize>() / sizes.len();
    assert!((3_000..=6_500).contains(&mean), "mean record size {mean}");
}

#[test]
fn no_day_is_without_sign_ins() {
    let mut sink = Memory::default();
    let truth = generate(&Plan::clean_sample(), &mut sink).unwrap();
    for day in 1..=31 {
        let part = format!("/m=10/d={day:02}/");
        assert!(sink.0.keys().any(|key| key.contains("insights-logs-signinlogs") && key.contains(&part)), "{part}");
    }
    assert!(sink.0.contains_key("raw/entra/users/2026-09-30.json.gz"));
    assert!(truth.months[0].written.values().all(|written| written.copies == 0));
}

#[test]
fn clean_means_clean() {
    let truth = generate(&Plan::clean_sample(), &mut Memory::default()).unwrap();
    for identity in &truth.identities {
        for month in &identity.months {
            assert!(month.attempts.keys().all(|class| matches!(*class, "M1" | "M2" | "M4")), "{identity:?}");
            assert!(identity.kind != "workforce" || month.capable == Some(true), "{identity:?}");
        }
    }
    let outcomes = truth.months.iter().flat_map(|month| month.reviews.values().chain([&month.rotations]));
    assert!(outcomes.flat_map(BTreeMap::keys).all(|outcome| *outcome == "on_time"));
}

#[test]
fn the_mixed_tenant_shows_every_class_and_category() {
    let truth = generate(&Plan::sample(), &mut Memory::default()).unwrap();
    let classes: BTreeSet<&str> = truth.months.iter().flat_map(|month| month.attempts.values()).flat_map(|classes| classes.keys().copied()).collect();
    assert_eq!(classes.len(), Class::ALL.len());
    let categories: BTreeSet<&str> = truth.register.iter().map(|entry| entry.category).collect();
    assert_eq!(categories.len(), 8);
    let states: BTreeSet<&str> = truth.register.iter().flat_map(|entry| entry.states.iter().copied().flatten()).collect();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), ["active", "approved", "closed", "expired_open", "requested"]);
}

#[test]
fn impossible_plans_are_refused() {
    for plan in [Plan { people: 3, ..Plan::sample() }, Plan { months: 0, ..Plan::sample() }, Plan { time_zone: "Mars/Base".to_owned(), ..Plan::sample() }] {
        assert!(generate(&plan, &mut Memory::default()).is_err());
    }
}
