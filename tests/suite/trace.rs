//! From a figure back to the raw record, for every metric, in several containers; and what is said when the object changed.

use std::collections::BTreeSet;

use mfaudit::generate::Layout;
use mfaudit::run::{Traced, prepare, trace};

use super::harness::{Silent, Tenant, rows_of, small};

fn traced(tenant: &Tenant, metric: &str, subject: Option<&str>) -> anyhow::Result<Traced> {
    trace(&prepare(&tenant.request()).unwrap(), &Silent, metric, subject, 500)
}

/// Metrics whose rows are about no record: deliveries, and what no export carries.
const WITHOUT: [&str; 5] = ["K8", "K9", "K13", "K32", "K36"];

#[test]
fn every_subject_of_every_metric_leads_to_records_that_name_it() {
    for layout in [Layout::Graph, Layout::Monitor, Layout::EventHubs, Layout::Portal] {
        let tenant = Tenant::new(&small(301, layout));
        let outcome = tenant.run();
        let mut led = BTreeSet::new();
        for m in &outcome.results.metrics {
            let rows = rows_of(&tenant, &outcome, &m.id);
            let Some(row) = rows.iter().find(|r| ["no", "unknown", "yes", ""].contains(&r.get("verdict").map_or("", String::as_str))) else { continue };
            let subject = &row["subject"];
            let t = traced(&tenant, &m.id, Some(subject)).unwrap();
            assert!(t.row_count > 0, "{layout:?} {}", m.id);
            for r in &t.records {
                assert_eq!(r.state, "same", "{layout:?} {} {r:?}", m.id);
                // The record itself says what the row is about: by an id or, in a download, by nothing but its own event.
                let named = subject.split(' ').any(|id| r.text.contains(id)) || r.origin.row.iter().any(|cell| r.text.contains(cell.rsplit('=').next().unwrap()));
                assert!(named, "{layout:?} {}: {} does not name {subject}: {}", m.id, r.origin.raw_object, r.text);
            }
            if !t.records.is_empty() {
                led.insert(m.id.clone());
            }
        }
        for m in outcome.results.metrics.iter().filter(|m| !WITHOUT.contains(&m.id.as_str()) && !rows_of(&tenant, &outcome, &m.id).is_empty()) {
            assert!(led.contains(&m.id), "{layout:?}: no record was found behind {}", m.id);
        }
    }
}

#[test]
fn an_object_that_changed_or_went_is_named_and_not_printed() {
    let tenant = Tenant::new(&small(302, Layout::Graph));
    let outcome = tenant.run();
    let subject = rows_of(&tenant, &outcome, "K24")[0]["subject"].clone();
    let before = traced(&tenant, "K24", Some(&subject)).unwrap();
    let objects: BTreeSet<&str> = before.records.iter().filter(|r| r.origin.table == "sign_ins").map(|r| r.origin.raw_object.as_str()).collect();
    let found = tenant.files("raw").into_iter().find(|k| objects.iter().any(|o| k.ends_with(o))).unwrap();
    let state = || -> BTreeSet<String> {
        let of = |r: &&mfaudit::run::TracedRecord| found.ends_with(&r.origin.raw_object);
        traced(&tenant, "K24", Some(&subject)).unwrap().records.iter().filter(of).map(|r| r.state.clone()).collect()
    };
    assert_eq!(state(), ["same".to_owned()].into());
    std::fs::remove_file(tenant.path("raw").join(&found)).unwrap();
    assert_eq!(state(), ["gone".to_owned()].into());
}

#[test]
fn what_does_not_exist_is_said() {
    let tenant = Tenant::new(&small(303, Layout::Graph));
    let said = |metric: &str, subject| traced(&tenant, metric, subject).unwrap_err().to_string();
    assert_eq!(said("K99", None), "there is no metric `K99`: `mfaudit list` names them");
    assert_eq!(said("K1", Some("nobody")), "K1 has no row for `nobody`: a subject is given as its rows name it, by id or by label");
    assert!(said("K38", None).starts_with("K38 was not computed: sign-in logs"));
}
