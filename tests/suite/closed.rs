//! Fail closed: what is missing, stale or broken closes the metrics that need it, on page 1 and in the exit code.

use mfaudit::generate::Layout;
use mfaudit::results::{State, Verdict};
use mfaudit::run::{FailOn, Outcome, exit_code};

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
        assert!(not_computed(&outcome, id).contains("nothing was delivered for 2026-10-14"));
    }
    computed(&outcome, &["K1", "K2", "K14", "K36"]);
    let page = String::from_utf8(tenant.published(&outcome, "report.html")).unwrap();
    let first = &page[..page.find("Executive summary</h2>").unwrap_or(page.len())];
    assert!(first.contains("nothing was delivered for 2026-10-14"), "the reason stands before the first section");
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
}

#[test]
fn no_register_closes_what_needs_it_and_nothing_else() {
    let tenant = Tenant::new(&small(16, Layout::Graph));
    std::fs::remove_dir_all(tenant.path("register")).unwrap();
    let outcome = tenant.run();
    for id in ["K14", "K16", "K18"] {
        assert!(not_computed(&outcome, id).contains("no snapshot"), "{id}");
    }
    let excused = metric(&outcome.results, "K3").lines.iter().find(|l| l.id == "excused").unwrap();
    assert!(excused.figure.is_none() && excused.reason.is_some());
    computed(&outcome, &["K1", "K3", "K4"]);
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
    assert_eq!((reject.count, reject.reason.as_str()), (1, "`createdDateTime` is not a timestamp: `2026-10-09T10:00:65`"));
    assert!(reject.example.contains("at byte 1"));
}
