//! The whole way on generated tenants: right against the ground truth, incremental, and the same bytes again.

use std::collections::BTreeMap;

use mfaudit::generate::{Layout, Plan};
use mfaudit::lake::decode;
use mfaudit::results::{Figure, State};
use mfaudit::run::{FailOn, exit_code};
use mfaudit::table::derived::AttemptDay;
use mfaudit::table::snapshot::{Obligation, Population};
use mfaudit::table::{self, Row};
use serde_json::Value;

use super::harness::{Tenant, metric, ratio, small};

/// Attempts per identity, month and class as the generator decided them.
fn wanted(truth: &Value) -> BTreeMap<(String, String, String), i64> {
    let months: Vec<&str> = truth["months"].as_array().unwrap().iter().map(|m| m["month"].as_str().unwrap()).collect();
    let mut want = BTreeMap::new();
    for person in truth["identities"].as_array().unwrap() {
        for (month, of) in months.iter().zip(person["months"].as_array().unwrap()) {
            for (class, n) in of["attempts"].as_object().unwrap() {
                want.insert((person["id"].as_str().unwrap().to_owned(), (*month).to_owned(), class.clone()), n.as_i64().unwrap());
            }
        }
    }
    want
}

fn attempts(tenant: &Tenant) -> BTreeMap<(String, String, String), i64> {
    let mut got = BTreeMap::new();
    for key in tenant.files("lake/attempt_days") {
        let batches = decode(std::fs::read(tenant.path("lake/attempt_days").join(key)).unwrap().into()).unwrap();
        for a in table::rows::<AttemptDay<'_>>(&batches).unwrap() {
            let month = mfaudit::period::date(a.local_day).strftime("%Y-%m").to_string();
            *got.entry((a.identity_id.to_owned(), month, a.satisfied_by.to_owned())).or_default() += a.attempts;
        }
    }
    got
}

fn table_file<'b>(batches: &'b mut Vec<arrow::record_batch::RecordBatch>, tenant: &Tenant, outcome: &mfaudit::run::Outcome, name: &str) -> &'b [arrow::record_batch::RecordBatch] {
    *batches = decode(tenant.published(outcome, &format!("tables/{name}.parquet")).into()).unwrap();
    batches
}

/// Every layout and several seeds: nothing is lost, doubled or judged otherwise than it happened.
#[test]
fn attempts_agree_with_the_ground_truth_for_every_layout_and_seed() {
    for (seed, layout) in [(1, Layout::Monitor), (2, Layout::Graph), (3, Layout::EventHubs), (4, Layout::Mixed)] {
        let tenant = Tenant::new(&small(seed, layout));
        tenant.run();
        assert_eq!(attempts(&tenant), wanted(&tenant.truth()), "seed {seed}");
    }
}

#[test]
fn populations_registrations_and_reviews_agree_with_the_ground_truth() {
    let tenant = Tenant::new(&Plan { months: 2, ..small(5, Layout::Mixed) });
    let outcome = tenant.run();
    let truth = tenant.truth();
    let mut held = Vec::new();
    let people = Population::read(&table_file(&mut held, &tenant, &outcome, "population")[0]).unwrap();
    let rows: BTreeMap<&str, &Population<'_>> = people.iter().map(|p| (p.identity_id, p)).collect();
    for person in truth["identities"].as_array().unwrap() {
        let last = person["months"].as_array().unwrap().last().unwrap();
        let got = rows.get(person["id"].as_str().unwrap()).map_or("absent", |p| match p.excluded {
            "disabled" => "disabled",
            "not yet started" => "not_started",
            _ => p.population,
        });
        // The directory export does not list the deleted.
        let want = last["population"].as_str().unwrap().replace("deleted", "absent");
        assert_eq!(got, want, "{person}");
    }
    let flagged = |flag: &str, value: bool| {
        truth["identities"].as_array().unwrap().iter().filter_map(|p| p["months"].as_array()?.last()).filter(|m| m["population"] == "workforce" && m[flag] == value).count() as f64
    };
    assert_eq!(ratio(&outcome.results, "K1", "registered").numerator, flagged("registered", true));
    assert_eq!(ratio(&outcome.results, "K2", "capable").numerator, flagged("capable", true));
    assert_eq!(ratio(&outcome.results, "K6", "registered").numerator, flagged("phishing_resistant", true));
    reviews(&tenant, &outcome, &truth);
}

fn reviews(tenant: &Tenant, outcome: &mfaudit::run::Outcome, truth: &Value) {
    let mut held = Vec::new();
    let duties = Obligation::read(&table_file(&mut held, tenant, outcome, "obligations")[0]).unwrap();
    let month = truth["months"].as_array().unwrap().last().unwrap()["month"].as_str().unwrap();
    for entry in truth["register"].as_array().unwrap().iter().filter(|e| e["cadence_configured"] == true) {
        let want: Vec<&str> = entry["reviews"].as_array().unwrap().iter().filter(|r| r[0].as_str().unwrap().starts_with(month)).map(|r| r[2].as_str().unwrap()).collect();
        let got: Vec<&str> = duties.iter().filter(|o| o.duty == "review" && o.exception_id == entry["id"] && o.status != "not_yet_due").map(|o| o.status).collect();
        assert_eq!(got, want, "{}", entry["id"]);
        let want: Vec<&str> = entry["rotations"].as_array().unwrap().iter().filter(|r| r[0].as_str().unwrap().starts_with(month)).map(|r| r[2].as_str().unwrap()).collect();
        let got: Vec<&str> =
            duties.iter().filter(|o| o.duty == "rotation" && o.cadence_days == 0 && o.exception_id == entry["id"] && o.status != "not_yet_due").map(|o| o.status).collect();
        assert_eq!(got, want, "rotations of {}", entry["id"]);
    }
}

#[test]
fn a_second_run_reads_nothing_and_gives_the_same_bytes() {
    let tenant = Tenant::new(&small(6, Layout::Monitor));
    let first = tenant.run();
    let second = tenant.run();
    assert!(first.ingest.read > 0 && second.ingest.read == 0 && second.ingest.partitions == 0);
    assert_eq!(first.published, second.published);
}

#[test]
fn neither_memory_nor_threads_change_a_byte() {
    let tenant = Tenant::new(&small(7, Layout::Graph));
    let first = tenant.run();
    tenant.forget();
    tenant.configure("trend_months", "threads = 1\nrows_in_memory = 1000\ntrend_months");
    assert_eq!(tenant.run().published, first.published);
}

#[test]
fn an_appended_blob_remakes_its_day_only_and_ends_as_a_fresh_lake_does() {
    let tenant = Tenant::new(&small(8, Layout::Monitor));
    tenant.run();
    let key = tenant.files("raw/entra/sign-ins").into_iter().find(|k| k.contains("insights-logs-signinlogs") && k.contains("d=14")).unwrap();
    let path = tenant.path("raw/entra/sign-ins").join(&key);
    let mut blob = std::fs::read(&path).unwrap();
    // Gzip members concatenate: this is how an append to a compressed blob looks.
    let copy = blob.clone();
    blob.extend_from_slice(&copy);
    std::fs::write(&path, blob).unwrap();
    let again = tenant.run();
    assert_eq!((again.ingest.read, again.ingest.partitions), (1, 1));
    tenant.forget();
    assert_eq!(tenant.run().published, again.published);
}

#[test]
fn control_totals_add_up() {
    let tenant = Tenant::new(&small(9, Layout::Mixed));
    tenant.configure("starts = \"2026-10-01\"", "starts = \"2026-10-02\"");
    let outcome = tenant.run();
    for s in &outcome.results.intake.sources {
        assert_eq!(s.read, s.parsed + s.rejected, "{}", s.source);
        assert_eq!(s.rows, s.kept + s.duplicate + s.out_of_period, "{}", s.source);
    }
    let logs = outcome.results.intake.sources.iter().find(|s| s.source == "entra-sign-ins").unwrap();
    assert_eq!(logs.parsed, logs.rows);
    assert!(logs.duplicate > 0 && logs.out_of_period > 0);
    let written = &tenant.truth()["months"][0]["written"];
    let records: u64 = written.as_object().unwrap().values().map(|w| w["records"].as_u64().unwrap()).sum();
    assert_eq!(logs.read, records);
}

#[test]
fn waterfalls_and_flows_balance() {
    let tenant = Tenant::new(&Plan { months: 2, ..small(10, Layout::Mixed) });
    let results = tenant.run().results;
    let everyone = |id: &str, line: &str| {
        let r = ratio(&results, id, line);
        r.denominator + r.unknown + r.excluded.iter().map(|e| e.weight).sum::<f64>()
    };
    assert_eq!(everyone("K1", "registered"), everyone("K2", "capable"));
    let flow = |id: &str| match &metric(&results, id).lines[1].figure {
        Some(Figure::Count(c)) => c.categories.iter().map(|r| (r.reason.clone(), r.weight)).collect::<BTreeMap<_, _>>(),
        other => panic!("{other:?}"),
    };
    let of = |f: &BTreeMap<String, f64>, k: &str| f.get(k).copied().unwrap_or(0.0);
    let backlog = flow("K11");
    assert_eq!(of(&backlog, "opening") + of(&backlog, "joined") + of(&backlog, "lost method") - of(&backlog, "enrolled") - of(&backlog, "left"), of(&backlog, "closing"));
    let register = flow("K14");
    assert_eq!(of(&register, "opening") + of(&register, "activated") + of(&register, "revived") - of(&register, "expired") - of(&register, "closed"), of(&register, "closing"));
}

#[test]
fn a_clean_tenant_gives_nothing_to_say() {
    let tenant = Tenant::new(&Plan::clean_sample());
    let outcome = tenant.run();
    let r = &outcome.results;
    assert!(r.complete && r.intake.gaps.is_empty() && r.intake.rejects.is_empty());
    assert!(r.register.iter().all(|e| e.faults.is_empty()));
    for (id, line) in [
        ("K1", "registered"),
        ("K2", "capable"),
        ("K3", "strict"),
        ("K4", "exposure"),
        ("K5", "enforcement_users"),
        ("K16", "evidenced"),
        ("K36", "deliveries"),
        ("K36", "records"),
    ] {
        let figure = ratio(r, id, line);
        assert_eq!((figure.value, figure.unknown), (Some(1.0), 0.0), "{id} {line}");
        assert!(metric(r, id).lines.iter().find(|l| l.id == line).unwrap().subjects.is_empty(), "{id} {line}");
    }
    assert_eq!(exit_code(r, FailOn::Never), 0);
    assert!(r.metrics.iter().all(|m| m.state != State::NotComputed));
    let beyond: Vec<&str> = r.metrics.iter().filter(|m| m.state == State::NotObservable).map(|m| m.id.as_str()).collect();
    // One month of data holds no baseline of 90 days, and no legacy cohort is frozen.
    assert_eq!(beyond, ["K9", "K13", "K20", "K32", "K37", "K38"]);
    assert!(r.findings.is_empty(), "{:?}", r.findings);
}

/// An export that knows less must not win against one that knows more, whatever the two sources are called.
#[test]
fn the_same_event_in_two_sources_is_one_event_and_the_better_copy_wins() {
    let tenant = Tenant::new(&small(66, Layout::Graph));
    let alone = ratio(&tenant.run().results, "K4", "exposure").clone();
    std::fs::create_dir_all(tenant.path("raw/poor")).unwrap();
    for key in tenant.files("raw/entra/sign-ins").iter().filter(|k| k.contains("2026-10")) {
        let packed = std::fs::read(tenant.path("raw/entra/sign-ins").join(key)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&packed[..]), &mut text).unwrap();
        // What Graph v1.0 leaves out.
        for field in ["authenticationRequirement", "authenticationDetails", "mfaDetail", "additionalDetails"] {
            text = text.replace(&format!("\"{field}\""), "\"left_out\"");
        }
        std::fs::write(tenant.path("raw/poor").join(key.replace('/', "-").replace(".gz", "")), text).unwrap();
    }
    for id in ["aaa", "zzz"] {
        tenant.forget();
        let config = std::fs::read_to_string(tenant.path("mfaudit.toml")).unwrap();
        let with = format!("{config}\n[[source]]\nid = \"{id}\"\nkind = \"entra.sign_ins\"\nurl = \"raw/poor\"\ntenant = \"{}\"\n", tenant.truth()["tenant"].as_str().unwrap());
        std::fs::write(tenant.path("mfaudit.toml"), with).unwrap();
        let both = tenant.run();
        assert!(both.results.complete, "{:?}", both.results.intake.gaps);
        assert_eq!(*ratio(&both.results, "K4", "exposure"), alone, "{id}");
        std::fs::write(tenant.path("mfaudit.toml"), config).unwrap();
    }
}
