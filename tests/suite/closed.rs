//! Fail closed: what is missing, stale or broken closes the metrics that need it, on page 1 and in the exit code.

use mfaudit::generate::{Layout, Plan};
use mfaudit::results::{State, Verdict};
use mfaudit::run::{FailOn, Outcome, exit_code};
use mfaudit::table::Row;

use super::harness::{Tenant, metric, small};

fn not_computed(outcome: &Outcome, id: &str) -> String {
    let m = metric(&outcome.results, id);
    assert_eq!((m.state, m.verdict), (State::NotComputed, Verdict::NotComputed), "{id}");
    assert!(!outcome.results.complete && exit_code(&outcome.results, FailOn::Missed) == 3);
    m.reason.clone().unwrap()
}

fn computed(outcome: &Outcome, ids: &[&str]) {
    for id in ids {
        assert_eq!(metric(&outcome.results, id).state, State::Computed, "{id}");
    }
}

#[test]
fn a_day_without_logs() {
    let tenant = Tenant::new(&small(11, Layout::Graph));
    for key in tenant.files("raw/entra/sign-ins").iter().filter(|k| k.contains("2026-10-14")) {
        std::fs::remove_file(tenant.path("raw/entra/sign-ins").join(key)).unwrap();
    }
    let outcome = tenant.run();
    for id in ["K3", "K4", "K5", "K6", "K8"] {
        assert!(not_computed(&outcome, id).contains("2026-10-14: nothing was delivered"));
    }
    computed(&outcome, &["K1", "K2", "K14", "K36"]);
    let page = String::from_utf8(tenant.published(&outcome, "report.html")).unwrap();
    let first = &page[..page.find("Executive summary</h2>").unwrap_or(page.len())];
    assert!(first.contains("2026-10-14: nothing was delivered"), "the reason stands before the first section");
}

#[test]
fn a_truncated_file() {
    let tenant = Tenant::new(&small(12, Layout::Graph));
    let key = tenant.files("raw/entra/sign-ins").into_iter().find(|k| k.contains("2026-10-20")).unwrap();
    let path = tenant.path("raw/entra/sign-ins").join(key);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let outcome = tenant.run();
    assert!(not_computed(&outcome, "K3").contains("truncated"));
    computed(&outcome, &["K1", "K16"]);
    assert!(outcome.results.intake.gaps.iter().any(|g| g.state == "truncated" && g.day == "2026-10-20"));
}

#[test]
fn a_stale_snapshot() {
    let tenant = Tenant::new(&small(13, Layout::Graph));
    for folder in ["raw/entra/registrations", "raw/entra/users"] {
        for key in tenant.files(folder).iter().filter(|k| k.as_str() > "2026-10-20") {
            std::fs::remove_file(tenant.path(folder).join(key)).unwrap();
        }
    }
    let outcome = tenant.run();
    for id in ["K1", "K2", "K3", "K6", "K11"] {
        assert!(not_computed(&outcome, id).contains("more than 36 hours"), "{id}");
    }
    computed(&outcome, &["K14", "K16", "K18"]);
}

#[test]
fn a_broken_newest_snapshot_is_not_replaced_by_an_older_one_in_silence() {
    let tenant = Tenant::new(&small(14, Layout::Graph));
    std::fs::write(tenant.path("raw/entra/users/2026-10-31.json.gz"), b"{\"value\":[{\"id\":\"x\"").unwrap();
    assert!(not_computed(&tenant.run(), "K1").contains("truncated"));
}

#[test]
fn a_snapshot_without_a_date_in_its_name_is_named() {
    let tenant = Tenant::new(&small(15, Layout::Graph));
    std::fs::rename(tenant.path("raw/entra/users/2026-10-31.json.gz"), tenant.path("raw/entra/users/newest.json.gz")).unwrap();
    let outcome = tenant.run();
    assert!(outcome.results.intake.objects.iter().any(|o| o.fault.contains("without a date in its name")));
    not_computed(&outcome, "K1");
    tenant.configure("kind = \"entra.users\"", "kind = \"entra.users\"\ntaken = \"2026-10-31T02:00:00Z\"");
    computed(&tenant.run(), &["K1", "K3"]);
}

#[test]
fn no_register_closes_what_needs_it_and_nothing_else() {
    let tenant = Tenant::new(&small(16, Layout::Graph));
    std::fs::remove_dir_all(tenant.path("register")).unwrap();
    let outcome = tenant.run();
    for id in ["K14", "K16", "K18"] {
        assert!(not_computed(&outcome, id).contains("no snapshot"), "{id}");
    }
    // Which accounts are break-glass is told by the register alone: with a lost one the population is not known.
    for id in ["K1", "K3", "K5"] {
        assert!(not_computed(&outcome, id).contains("no snapshot"), "{id}");
    }
    computed(&outcome, &["K36"]);
}

#[test]
fn an_organisation_without_a_register_is_still_measured() {
    let tenant = Tenant::new(&small(18, Layout::Graph));
    let text = std::fs::read_to_string(tenant.path("mfaudit.toml")).unwrap();
    let from = text.find("[register]").unwrap();
    let to = from + text[from..].find("[population]").unwrap();
    std::fs::write(tenant.path("mfaudit.toml"), format!("{}{}", &text[..from], &text[to..])).unwrap();
    let outcome = tenant.run();
    computed(&outcome, &["K1", "K3", "K4", "K5"]);
    let excused = metric(&outcome.results, "K3").lines.iter().find(|l| l.id == "excused").unwrap();
    assert!(excused.figure.is_none() && excused.reason.as_deref() == Some("no exception register is configured"));
    assert_eq!(not_computed(&outcome, "K14"), "no exception register is configured");
}

/// Data that is absent inside a delivery that did arrive.
#[test]
fn an_empty_or_partial_delivery_is_not_a_delivery() {
    let replace = |seed, key: &str, bytes: &[u8]| {
        let tenant = Tenant::new(&small(seed, Layout::Graph));
        std::fs::write(tenant.path(key), bytes).unwrap();
        tenant.run()
    };
    for (seed, bytes) in [(50, &b""[..]), (51, b"[]"), (52, b"{\"value\":[]}")] {
        assert!(not_computed(&replace(seed, "raw/entra/users/2026-10-31.json.gz", bytes), "K1").contains("holds no record"));
    }
    for (seed, bytes) in [(53, &b""[..]), (54, b"id,category,owner\n"), (55, b"<html><body>login</body></html>")] {
        let reason = not_computed(&replace(seed, "register/exceptions-2026-10-31.csv", bytes), "K14");
        assert!(reason.contains("no entry") || reason.contains("no column"), "{reason}");
    }
    let last = "{\"value\":[{\"id\":\"a\",\"userType\":\"Member\",\"accountEnabled\":true}],\"@odata.nextLink\":\"x\"}";
    let first = "{\"@odata.nextLink\":\"x\",\"value\":[{\"id\":\"a\",\"userType\":\"Member\",\"accountEnabled\":true}]}";
    for (seed, page) in [(56, first), (57, last)] {
        assert!(not_computed(&replace(seed, "raw/entra/users/2026-10-31.json.gz", page.as_bytes()), "K1").contains("the last one is missing"));
    }
    let tenant = Tenant::new(&small(58, Layout::Graph));
    std::fs::remove_file(tenant.path("raw/entra/roles/2026-10-31/roleEligibilityScheduleInstances.json.gz")).unwrap();
    assert!(not_computed(&tenant.run(), "K5").contains("roleEligibilityScheduleInstances"));
}

#[test]
fn refreshes_alone_are_no_day_of_sign_ins() {
    let tenant = Tenant::new(&small(59, Layout::Monitor));
    for key in tenant.files("raw/entra/sign-ins").iter().filter(|k| !k.contains("noninteractive") && k.contains("d=07")) {
        std::fs::remove_file(tenant.path("raw/entra/sign-ins").join(key)).unwrap();
    }
    assert!(not_computed(&tenant.run(), "K3").contains("2026-10-07: no interactive sign-in arrived"));
}

#[test]
fn a_record_that_tells_neither_outcome_nor_person_is_counted_as_unknown() {
    let tenant = Tenant::new(&small(60, Layout::Graph));
    let before = super::harness::ratio(&tenant.run().results, "K4", "exposure").unknown;
    let tenant = Tenant::new(&small(60, Layout::Graph));
    let extra = r#"[{"id":"x1","createdDateTime":"2026-10-09T10:00:00Z","isInteractive":true,"userId":"u","status":null},{"id":"x2","createdDateTime":"2026-10-09T10:00:00Z","isInteractive":true,"userId":null,"authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0}}]"#;
    std::fs::write(tenant.path("raw/entra/sign-ins/extra-2026-10-09.json"), extra).unwrap();
    let outcome = tenant.run();
    let k4 = super::harness::ratio(&outcome.results, "K4", "exposure");
    assert_eq!(k4.unknown, before + 1.0);
    assert!(metric(&outcome.results, "K4").lines[0].subjects.iter().any(|s| s.subject == "(not recorded)" && s.verdict == "no"));
}

#[test]
fn too_many_refused_records_close_their_source() {
    let tenant = Tenant::new(&small(17, Layout::Graph));
    let path = tenant.path("raw/entra/sign-ins").join(tenant.files("raw/entra/sign-ins").into_iter().find(|k| k.contains("2026-10-09")).unwrap());
    std::fs::write(&path, r#"[{"id":"a","createdDateTime":"2026-10-09T10:00:65"},{"id":"b","createdDateTime":"2026-10-09T10:00:00Z","userId":"u","status":{"errorCode":0}}]"#)
        .unwrap();
    let outcome = tenant.run();
    assert!(not_computed(&outcome, "K4").contains("1 of 2 records were refused"));
    let reject = &outcome.results.intake.rejects[0];
    assert_eq!((reject.count, reject.reason.as_str()), (1, "`createdDateTime` is not a timestamp"));
    assert!(reject.example.contains("at byte 1"));
}

#[test]
fn a_full_snapshot_of_the_same_day_does_not_stand_in_for_an_empty_later_one() {
    let tenant = Tenant::new(&small(61, Layout::Graph));
    std::fs::write(tenant.path("raw/entra/users/2026-10-31T220000Z.json"), b"{\"value\":[]}").unwrap();
    assert!(not_computed(&tenant.run(), "K1").contains("holds no record"));
}

#[test]
fn the_missing_last_page_of_one_collection_is_not_excused_by_the_others() {
    let tenant = Tenant::new(&small(62, Layout::Graph));
    let page = br#"{"@odata.nextLink":"x","value":[{"principalId":"p","roleDefinitionId":"r","memberType":"Direct"}]}"#;
    std::fs::write(tenant.path("raw/entra/roles/2026-10-31/roleEligibilityScheduleInstances.json.gz"), page).unwrap();
    assert!(not_computed(&tenant.run(), "K5").contains("the last one is missing"));
}

#[test]
fn a_partition_lost_from_the_lake_is_made_again() {
    let tenant = Tenant::new(&small(63, Layout::Graph));
    let first = tenant.run();
    for lost in ["registered_methods/date=2026-10-30", "registered_methods/date=2026-10-31", "attempt_days/date=2026-10-07", "sign_ins/date=2026-10-08"] {
        std::fs::remove_dir_all(tenant.path("lake").join(lost)).ok();
    }
    assert_eq!(tenant.run().published, first.published);
}

#[test]
fn a_broken_object_that_was_replaced_opens_its_day_again() {
    let tenant = Tenant::new(&small(64, Layout::Graph));
    let key = tenant.files("raw/entra/sign-ins").into_iter().find(|k| k.contains("2026-10-20")).unwrap();
    let path = tenant.path("raw/entra/sign-ins").join(&key);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    not_computed(&tenant.run(), "K3");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(tenant.path("raw/entra/sign-ins/again-2026-10-20.json.gz"), whole).unwrap();
    computed(&tenant.run(), &["K3", "K4"]);
}

#[test]
fn settings_do_not_change_under_rows_whose_objects_are_gone() {
    let tenant = Tenant::new(&small(65, Layout::Graph));
    tenant.run();
    for key in tenant.files("raw/entra/audit").iter().take(3) {
        std::fs::remove_file(tenant.path("raw/entra/audit").join(key)).unwrap();
    }
    assert!(tenant.run().results.notes.iter().any(|n| n.text.contains("3 objects read earlier are no longer in the store")));
    tenant.configure("time_zone = \"Europe/Berlin\"\nclassification", "time_zone = \"Europe/Paris\"\nclassification");
    let error = mfaudit::run::run(&mfaudit::run::prepare(&tenant.request()).unwrap(), &super::harness::Silent).unwrap_err();
    assert!(format!("{error:#}").contains("no longer in the store"));
}

fn sign_in(id: &str, at: &str) -> String {
    format!(
        r#"{{"id":"{id}","createdDateTime":"{at}","userId":"u-{id}","appId":"a","isInteractive":true,"authenticationRequirement":"singleFactorAuthentication","authenticationDetails":[],"correlationId":"c-{id}","status":{{"errorCode":0}}}}"#
    )
}

/// What an object lacks is lacking on every day that it holds rows of, not only on the day in its name.
#[test]
fn a_fault_closes_the_days_whose_rows_it_touches() {
    let tenant = Tenant::new(&small(81, Layout::Graph));
    std::fs::write(tenant.path("raw/entra/sign-ins/export-2026-11-02.json"), format!("[{},", sign_in("x", "2026-10-14T10:00:00Z"))).unwrap();
    assert!(not_computed(&tenant.run(), "K4").contains("2026-10-14"));
}

/// Local days spill into each other's UTC days: a few rows of a day are not its delivery.
#[test]
fn rows_in_the_objects_of_other_days_do_not_stand_in_for_a_day() {
    let tenant = Tenant::new(&small(82, Layout::Graph));
    let folder = tenant.path("raw/entra/sign-ins");
    for key in tenant.files("raw/entra/sign-ins").iter().filter(|k| k.contains("2026-10-14")) {
        std::fs::remove_file(folder.join(key)).unwrap();
    }
    std::fs::write(folder.join("extra-2026-10-15.json"), format!("[{},{}]", sign_in("x", "2026-10-14T23:00:00Z"), sign_in("y", "2026-10-15T01:00:00Z"))).unwrap();
    assert!(not_computed(&tenant.run(), "K4").contains("2026-10-14: no object of this day was delivered"));
}

/// Another provider's sign-ins of the same day say nothing of those that are missing.
#[test]
fn an_empty_delivery_is_not_covered_by_another_provider() {
    let tenant = Tenant::new(&small(83, Layout::Graph));
    std::fs::create_dir_all(tenant.path("raw/other")).unwrap();
    for day in 1..=31 {
        let event =
            format!(r#"{{"class_uid":3002,"activity_id":1,"status_id":1,"is_mfa":true,"time":"2026-10-{day:02}T10:00:00Z","metadata":{{"uid":"o{day}"}},"user":{{"uid":"o"}}}}"#);
        std::fs::write(tenant.path(&format!("raw/other/2026-10-{day:02}.json")), event).unwrap();
    }
    let config = std::fs::read_to_string(tenant.path("mfaudit.toml")).unwrap();
    std::fs::write(tenant.path("mfaudit.toml"), format!("{config}\n[[source]]\nid = \"other\"\nkind = \"ocsf.sign_ins\"\nurl = \"raw/other\"\n")).unwrap();
    computed(&tenant.run(), &["K3", "K4"]);
    for key in tenant.files("raw/entra/sign-ins").iter().filter(|k| k.contains("2026-10-14")) {
        std::fs::write(tenant.path("raw/entra/sign-ins").join(key), r#"{"value":[]}"#).unwrap();
    }
    assert!(not_computed(&tenant.run(), "K4").contains("hold no record"));
}

/// One answer that tells an error stands for any number of records.
#[test]
fn an_error_answer_among_pages_is_a_fault_and_not_one_refused_record() {
    for page in [r#"{"error":{"code":"TooManyRequests","message":"later"}}"#.to_owned(), format!(r#"{{"tenantId":"x","list":[{}]}}"#, sign_in("x", "2026-10-14T10:00:00Z"))] {
        let tenant = Tenant::new(&Plan { sign_ins_per_person_month: 60.0, ..small(84, Layout::Graph) });
        std::fs::write(tenant.path("raw/entra/sign-ins/graph-2026-10-14-page99.json"), page).unwrap();
        assert!(not_computed(&tenant.run(), "K4").contains("unreadable at byte 0"));
    }
}

#[test]
fn pages_of_a_snapshot_under_their_own_times_are_not_taken_for_the_whole() {
    let tenant = Tenant::new(&small(85, Layout::Graph));
    let folder = tenant.path("raw/entra/users");
    std::fs::write(folder.join("users-2026-10-31T021500Z.json"), r#"{"@odata.nextLink":"n","value":[{"id":"p1","accountEnabled":true}]}"#).unwrap();
    std::fs::write(folder.join("users-2026-10-31T021503Z.json"), r#"{"value":[{"id":"p2","accountEnabled":true}]}"#).unwrap();
    assert!(not_computed(&tenant.run(), "K1").contains("may be the last page only"));
}

#[test]
fn a_broken_object_that_vanished_leaves_its_fault_behind() {
    let tenant = Tenant::new(&small(86, Layout::Graph));
    let path = tenant.path("raw/entra/sign-ins/more-2026-10-20.json");
    std::fs::write(&path, format!("[{},", sign_in("x", "2026-10-20T10:00:00Z"))).unwrap();
    not_computed(&tenant.run(), "K4");
    std::fs::remove_file(&path).unwrap();
    assert!(not_computed(&tenant.run(), "K4").contains("truncated"));
    // Another delivery of the day settles it; and what never was an export leaves nothing.
    std::fs::write(tenant.path("raw/entra/sign-ins/again-2026-10-20.json"), format!("[{}]", sign_in("x", "2026-10-20T10:00:00Z"))).unwrap();
    std::fs::write(tenant.path("raw/entra/sign-ins/readme-2026-10-21.md"), "no export").unwrap();
    not_computed(&tenant.run(), "K4");
    std::fs::remove_file(tenant.path("raw/entra/sign-ins/readme-2026-10-21.md")).unwrap();
    computed(&tenant.run(), &["K3", "K4"]);
}

/// Neither a time that no calendar has nor text without end may stop a run, now or later.
#[test]
fn a_hostile_record_costs_itself_and_not_the_run() {
    let tenant = Tenant::new(&small(87, Layout::Graph));
    let config = std::fs::read_to_string(tenant.path("mfaudit.toml")).unwrap();
    std::fs::write(tenant.path("mfaudit.toml"), format!("{config}\n[[source]]\nid = \"duo\"\nkind = \"duo.sign_ins\"\nurl = \"raw/duo\"\n")).unwrap();
    std::fs::create_dir_all(tenant.path("raw/duo")).unwrap();
    let event = |time: &str, name: &str| {
        format!(
            r#"{{"txid":"t{time}","timestamp":{time},"event_type":"authentication","result":"success","reason":"user_approved","factor":"duo_push","user":{{"key":"k","name":"{name}"}}}}"#
        )
    };
    let long = "a".repeat(2 << 20);
    std::fs::write(tenant.path("raw/duo/2026-10-05.json"), format!("{}\n{}\n{}\n", event("1791190800000000", "x"), event("1791190800", &long), event("9223372036854775807", "x")))
        .unwrap();
    let outcome = tenant.run();
    let reject = outcome.results.intake.rejects.iter().find(|r| r.source == "duo").unwrap();
    assert_eq!((reject.count, reject.reason.as_str()), (2, "`timestamp` is not a timestamp"));
    let batches = mfaudit::lake::decode(std::fs::read(tenant.path("lake/sign_ins/date=2026-10-05/part.parquet")).unwrap().into()).unwrap();
    let names =
        batches.iter().flat_map(|b| mfaudit::table::SignIn::read(b).unwrap()).filter(|r| r.source == "duo").map(|r| r.identity_name.map_or(0, str::len)).collect::<Vec<_>>();
    assert_eq!(names, [64 << 10], "a text that long is cut");
    tenant.run();
}

/// The first local hours of a month can lie in a UTC day of the month before.
#[test]
fn hours_of_the_period_in_a_utc_day_of_which_nothing_came_are_missing() {
    let tenant = Tenant::new(&small(87, Layout::Graph));
    let put = |day: &str| std::fs::write(tenant.path(&format!("raw/entra/sign-ins/more-{day}.json")), format!("[{}]", sign_in(day, &format!("{day}T23:30:00Z")))).unwrap();
    tenant.configure("starts = \"2026-10-01\"", "starts = \"2026-09-01\"");
    computed(&tenant.run(), &["K4"]);
    // 23:30 in UTC is the next day in Berlin: this export is cut by UTC day.
    put("2026-10-14");
    assert!(not_computed(&tenant.run(), "K4").contains("2026-09-30: 2 hours of the period lie in this UTC day"));
    put("2026-09-30");
    computed(&tenant.run(), &["K4"]);
}
