//! What went in, what was refused, what changed since the last issue: proven on generated tenants.

use std::io::Write;

use mfaudit::generate::{Layout, Plan};
use mfaudit::lake::decode;
use mfaudit::results::State;
use mfaudit::run::Outcome;
use mfaudit::table::snapshot::Population;
use mfaudit::table::{self, Rejected, Row, SignIn};

use super::harness::{Tenant, metric, small};

fn append(tenant: &Tenant, text: &str) {
    let path = tenant.path("mfaudit.toml");
    let old = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{old}\n{text}")).unwrap();
}

fn reason(outcome: &Outcome, id: &str) -> String {
    metric(&outcome.results, id).reason.clone().unwrap_or_default()
}

#[test]
fn a_total_counted_elsewhere_that_does_not_agree_closes_its_source() {
    let tenant = Tenant::new(&small(71, Layout::Graph));
    let anchor =
        |counts: &str, source: &str, value: usize| format!("[[anchor]]\nsource = \"{source}\"\ncounts = \"{counts}\"\nperiod = \"2026-10\"\nvalue = {value}\ntolerance = 0.02\n");
    append(&tenant, &anchor("identities", "entra-users", 1));
    let outcome = tenant.run();
    let listed = outcome.results.intake.anchors[0].found;
    assert_eq!(reason(&outcome, "K1"), format!("source `entra-users`: {listed} identities arrived where 1 were counted elsewhere, more than the allowed difference of 2 %"));
    tenant.configure("value = 1\n", &format!("value = {}\n", listed + 1));
    let agreed = tenant.run();
    assert!(agreed.results.intake.anchors[0].agrees && metric(&agreed.results, "K1").state == State::Computed);
    append(&tenant, &anchor("interactive_sign_ins", "entra-sign-ins", 100_000));
    let outcome = tenant.run();
    assert!(reason(&outcome, "K4").contains("interactive sign ins arrived where 100000 were counted elsewhere"), "{}", reason(&outcome, "K4"));
    assert_eq!(metric(&outcome.results, "K16").state, State::Computed);
    // Anchors of other months say nothing about this one.
    tenant.configure("value = 100000", "value = 100001");
    tenant.configure("period = \"2026-10\"\nvalue = 100001", "period = \"2026-09\"\nvalue = 100001");
    assert_eq!(metric(&tenant.run().results, "K4").state, State::Computed);
}

#[test]
fn a_figure_that_was_issued_and_changes_is_restated_with_its_cause() {
    let tenant = Tenant::new(&Plan { months: 2, ..small(72, Layout::Graph) });
    let first = tenant.run();
    assert!(first.results.restatements.is_empty());
    assert_eq!(tenant.run().published, first.published, "nothing changed, nothing is restated");
    // The month before is issued as well, then late data arrives for it.
    let mut request = tenant.request();
    request.period = Some("2026-10".to_owned());
    mfaudit::run::run(&mfaudit::run::prepare(&request).unwrap(), &super::harness::Silent).unwrap();
    let user = tenant.truth()["identities"].as_array().unwrap().iter().find(|p| p["months"][0]["population"] == "workforce").unwrap()["id"].as_str().unwrap().to_owned();
    let late = format!(
        r#"[{{"id":"late-1","createdDateTime":"2026-10-14T10:00:00Z","userId":"{user}","appId":"a","isInteractive":true,"authenticationRequirement":"singleFactorAuthentication","authenticationDetails":[],"correlationId":"c-late","status":{{"errorCode":0}}}}]"#
    );
    std::fs::write(tenant.path("raw/entra/sign-ins/late-2026-10-14.json"), late).unwrap();
    let outcome = tenant.run();
    let told: Vec<_> = outcome.results.restatements.iter().filter(|r| r.metric == "K4" && r.period == "2026-10").collect();
    assert!(!told.is_empty(), "{:?}", outcome.results.restatements);
    assert!(told.iter().all(|r| r.old != r.new && r.cause.contains("data: entra-sign-ins +1 objects, +1 rows")), "{told:?}");
    assert!(outcome.results.restatements.iter().all(|r| r.period == "2026-10"), "November did not change");
    // What the new issue of October tells stays told in its next issue.
    let again = mfaudit::run::run(&mfaudit::run::prepare(&request).unwrap(), &super::harness::Silent).unwrap();
    let once_more = mfaudit::run::run(&mfaudit::run::prepare(&request).unwrap(), &super::harness::Silent).unwrap();
    assert!(!again.results.restatements.is_empty());
    assert_eq!(again.published, once_more.published);
}

#[test]
fn accounts_of_one_person_are_joined_by_the_map() {
    let tenant = Tenant::new(&small(73, Layout::Graph));
    let truth = tenant.truth();
    let ids: Vec<&str> = truth["identities"].as_array().unwrap().iter().take(3).map(|p| p["id"].as_str().unwrap()).collect();
    std::fs::create_dir_all(tenant.path("people")).unwrap();
    std::fs::write(tenant.path("people/map.csv"), format!("person_id,account\nP-1,{}\nP-1,{}\n", ids[0], ids[1].to_uppercase())).unwrap();
    append(&tenant, "[[source]]\nid = \"people\"\nkind = \"people.map\"\nurl = \"people\"\n");
    let outcome = tenant.run();
    let batches = decode(tenant.published(&outcome, "tables/population.parquet").into()).unwrap();
    let people = table::rows::<Population<'_>>(&batches).unwrap();
    let person = |id: &str| people.iter().find(|p| p.identity_id == id).map(|p| p.person_id);
    assert_eq!((person(ids[0]), person(ids[1])), (Some("P-1"), Some("P-1")));
    assert_eq!(person(ids[2]), Some(ids[2]));
    assert!(outcome.results.intake.gaps.iter().all(|g| g.source != "people"), "a list that people keep does not grow stale");
}

#[test]
fn refused_records_stand_in_the_lake_with_place_reason_and_text() {
    let tenant = Tenant::new(&small(74, Layout::Graph));
    std::fs::write(tenant.path("raw/entra/sign-ins/extra-2026-10-09.json"), r#"[{"id":"a","createdDateTime":"2026-10-09T10:00:65"},7]"#).unwrap();
    let outcome = tenant.run();
    let batches = decode(std::fs::read(tenant.path("lake/rejects/date=2026-10-09/part.parquet")).unwrap().into()).unwrap();
    let rows = table::rows::<Rejected<'_>>(&batches).unwrap();
    let shown: Vec<_> = rows.iter().map(|r| (r.raw_object, r.raw_offset, r.reason, r.refused_value)).collect();
    assert_eq!(
        shown,
        [("extra-2026-10-09.json", 1, "`createdDateTime` is not a timestamp", Some("2026-10-09T10:00:65")), ("extra-2026-10-09.json", 52, "list element is not an object", None)]
    );
    assert_eq!((rows[0].record_text, rows[1].record_text), (r#"{"id":"a","createdDateTime":"2026-10-09T10:00:65"}"#, "7"));
    let totals = outcome.results.intake.sources.iter().find(|s| s.source == "entra-sign-ins").unwrap();
    assert_eq!(totals.rows, totals.kept + totals.duplicate + totals.out_of_period, "refused records are no rows");
}

const PORTAL: &str = "Date (UTC),Request ID,User ID,Username,Application ID ,Status,Sign-in error code,Authentication requirement,Multifactor authentication result\n\
    2026-10-12T08:00:00Z,r-1,u-1,ada@example.com,app,Success,0,Multifactor authentication,\n\
    2026-10-12T08:05:00Z,r-2,u-2,bob@example.com,app,Success,0,Multifactor authentication,\n";
const STEPS: &str = "Request ID,Authentication method,Succeeded,Result detail\nr-1,Password,Yes,Correct password\nr-1,Text message,Yes,\nr-2,Password,Yes,Correct password\n";

fn sign_ins(tenant: &Tenant, day: &str) -> Vec<(String, String, Option<String>, String)> {
    let batches = decode(std::fs::read(tenant.path(&format!("lake/sign_ins/date={day}/part.parquet"))).unwrap().into()).unwrap();
    let rows = batches.iter().flat_map(|b| SignIn::read(b).unwrap());
    let portal = rows.filter(|r| r.event_id.starts_with("r-"));
    portal.map(|r| (r.event_id.to_owned(), r.mfa_outcome.to_owned(), r.method.map(str::to_owned), r.raw_object.to_owned())).collect()
}

#[test]
fn a_download_and_its_companion_are_read_together_also_when_the_companion_comes_later() {
    let tenant = Tenant::new(&small(75, Layout::Graph));
    let folder = tenant.path("raw/entra/sign-ins");
    std::fs::write(folder.join("InteractiveSignIns_2026-10-12_2026-10-12.csv"), PORTAL).unwrap();
    tenant.run();
    let row =
        |id: &str, outcome: &str, method: Option<&str>| (id.to_owned(), outcome.to_owned(), method.map(str::to_owned), "InteractiveSignIns_2026-10-12_2026-10-12.csv".to_owned());
    assert_eq!(sign_ins(&tenant, "2026-10-12"), [row("r-1", "claim", None), row("r-2", "claim", None)], "without the steps only the label speaks");
    std::fs::write(folder.join("InteractiveSignIns_AuthDetails_2026-10-12_2026-10-12.csv"), STEPS).unwrap();
    tenant.run();
    assert_eq!(sign_ins(&tenant, "2026-10-12"), [row("r-1", "performed", Some("sms")), row("r-2", "unknown", None)]);
}

/// Reports made by scripts name people by their sign-in name only.
#[test]
fn registrations_without_ids_are_put_right_by_the_directory() {
    let tenant = Tenant::new(&small(78, Layout::Graph));
    let with_ids = tenant.run();
    for key in tenant.files("raw/entra/registrations") {
        let path = tenant.path("raw/entra/registrations").join(&key);
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&std::fs::read(&path).unwrap()[..]), &mut text).unwrap();
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut csv = String::from("UserPrincipalName,IsMfaRegistered,IsMfaCapable,MethodsRegistered\n");
        for row in page["value"].as_array().unwrap() {
            let methods: Vec<&str> = row["methodsRegistered"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
            csv.push_str(&format!("{},{},{},{}\n", row["userPrincipalName"].as_str().unwrap().to_uppercase(), row["isMfaRegistered"], row["isMfaCapable"], methods.join("; ")));
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::write(path.with_extension("").with_extension("csv"), csv).unwrap();
    }
    tenant.forget();
    let with_names = tenant.run();
    for id in ["K1", "K2", "K6"] {
        assert_eq!(metric(&with_names.results, id).lines, metric(&with_ids.results, id).lines, "{id}");
    }
}

#[test]
fn a_companion_alone_is_a_fault() {
    let tenant = Tenant::new(&small(76, Layout::Graph));
    std::fs::write(tenant.path("raw/entra/sign-ins/InteractiveSignIns_AuthDetails_2026-10-12_2026-10-12.csv"), STEPS).unwrap();
    assert!(reason(&tenant.run(), "K4").contains("it belongs to `InteractiveSignIns_2026-10-12_2026-10-12.csv`, which is not there"));
}

#[test]
fn an_archive_is_read_file_by_file() {
    let tenant = Tenant::new(&small(77, Layout::Graph));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let main = "InteractiveSignIns_october.csv";
    for (name, text) in [
        (main, PORTAL),
        ("InteractiveSignIns_AuthDetails_october.csv", STEPS),
        ("__MACOSX/._x", "\0"),
        ("b.json", r#"[{"id":"r-3","createdDateTime":"2026-10-12T09:00:00Z","userId":"u","status":{"errorCode":0}}]"#),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    std::fs::write(tenant.path("raw/entra/sign-ins/export-2026-10-12.zip"), zip.finish().unwrap().into_inner()).unwrap();
    let outcome = tenant.run();
    let places: Vec<_> = sign_ins(&tenant, "2026-10-12").into_iter().map(|(id, outcome, _, place)| (id, outcome, place)).collect();
    let at = |id: &str, outcome: &str, place: &str| (id.to_owned(), outcome.to_owned(), format!("export-2026-10-12.zip/{place}"));
    // The companion stands behind its file in the archive and is read before it.
    assert_eq!(places, [at("r-3", "unknown", "b.json"), at("r-1", "performed", main), at("r-2", "unknown", main)]);
    assert!(outcome.results.intake.objects.iter().any(|o| o.format == "zip+csv zip+json" && o.fault.is_empty()));
}

#[test]
fn whom_other_providers_let_in_without_a_factor_stands_beside_the_exclusions_of_policies() {
    let tenant = Tenant::new(&small(79, Layout::Graph));
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sources");
    for (kind, id) in [("duo/users", "duo"), ("google/users", "google"), ("aws/credentials", "aws"), ("okta/policies", "okta")] {
        let to = tenant.path(&format!("raw/{id}"));
        std::fs::create_dir_all(&to).unwrap();
        for name in super::harness::files_below(&fixtures.join(kind)) {
            std::fs::copy(fixtures.join(kind).join(&name), to.join(&name)).unwrap();
        }
        append(&tenant, &format!("[[source]]\nid = \"{id}\"\nkind = \"{}\"\nurl = \"raw/{id}\"\n", kind.replace('/', ".")));
    }
    let outcome = tenant.run();
    let batches = decode(tenant.published(&outcome, "tables/policy_exclusions.parquet").into()).unwrap();
    let rows = table::rows::<mfaudit::table::policy::PolicyExclusion<'_>>(&batches).unwrap();
    let of = |source: &str| rows.iter().filter(|r| r.source == source).map(|r| (r.policy_id, r.object_kind)).collect::<std::collections::BTreeSet<_>>();
    assert!(of("duo").contains(&("duo.second_factor", "user")) && of("duo").contains(&("duo.second_factor", "group")));
    assert_eq!(of("google"), [("google.two_step_verification", "user")].into());
    assert_eq!(of("aws"), [("aws.console_mfa", "user")].into());
    assert!(of("okta").iter().any(|(_, kind)| *kind == "group") && !of("entra-policies").is_empty());
}
