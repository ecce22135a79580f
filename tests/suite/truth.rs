//! Precision and recall of detections and reconciliation cells against what the generator planted: rules that are
//! deterministic must reach 1.0 on any seed.

use std::collections::{BTreeMap, BTreeSet};

use mfaudit::generate::{Layout, Plan};
use mfaudit::run::Outcome;

use super::harness::{Tenant, ratio, rows_of, small};

type Labels = BTreeMap<String, BTreeSet<String>>;

fn planted(tenant: &Tenant) -> Labels {
    let mut found = Labels::new();
    for s in tenant.truth()["situations"].as_array().unwrap() {
        found.entry(s["label"].as_str().unwrap().to_owned()).or_default().insert(s["identity"].as_str().unwrap().to_owned());
    }
    found
}

fn found(tenant: &Tenant, outcome: &Outcome) -> Labels {
    let mut labels = Labels::new();
    let mut add = |label: String, identity: &str| {
        labels.entry(label).or_default().insert(identity.to_owned());
    };
    for f in &outcome.results.findings {
        match f.metric.as_str() {
            "K29" => add("travel".to_owned(), &f.identity),
            "K31" => add("prompts".to_owned(), &f.identity),
            "D1" => add("legacy".to_owned(), &f.identity),
            "D2" => add("factor then far away".to_owned(), &f.identity),
            "D3" => add("weakened".to_owned(), &f.identity),
            "D4" => add("downgrade".to_owned(), &f.identity),
            "K30" => add(if f.how.contains("wrong codes") { "codes" } else { "swap" }.to_owned(), &f.identity),
            other => add(format!("nothing planted for {other}"), &f.identity),
        }
    }
    for account in &outcome.results.break_glass {
        account.uses.iter().for_each(|u| add(format!("glass: {}", u.class), &account.identity));
    }
    for row in rows_of(tenant, outcome, "R1") {
        add(format!("cell: {}", row["category"]), &row["subject"]);
    }
    for row in rows_of(tenant, outcome, "K34").iter().filter(|r| r["verdict"] == "no") {
        add("unapproved".to_owned(), row["subject"].rsplit(' ').next().unwrap());
    }
    for row in rows_of(tenant, outcome, "K35").iter().filter(|r| r["line"] == "policy_only" && r["category"] == "user") {
        add("unregistered".to_owned(), row["subject"].rsplit(' ').next().unwrap());
    }
    for row in rows_of(tenant, outcome, "K41").iter().filter(|r| r["effect"] == "mfa_disabled") {
        add("mfa_disabled".to_owned(), row["subject"].rsplit(' ').next().unwrap());
    }
    for (id, verdict, label) in [("K25", "no", "same person"), ("K27", "no", "blanket group"), ("K43", "yes", "standing privilege")] {
        for row in rows_of(tenant, outcome, id).iter().filter(|r| r["verdict"] == verdict) {
            add(label.to_owned(), row["subject"].rsplit(' ').next().unwrap());
        }
    }
    labels
}

/// What the planted and the found have in common, per label.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    planted: usize,
    found: usize,
    both: usize,
}

#[test]
fn everything_planted_is_found_and_nothing_else() {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut wrong = Vec::new();
    let two = |seed, layout| Plan { months: 2, first_month: "2026-09-01".parse().unwrap(), ..small(seed, layout) };
    for plan in [small(201, Layout::Graph), small(202, Layout::Monitor), two(203, Layout::Graph), two(204, Layout::EventHubs), Plan { people: 130, ..two(205, Layout::Monitor) }] {
        let tenant = Tenant::new(&plan);
        let outcome = tenant.run();
        let (planted, found) = (planted(&tenant), found(&tenant, &outcome));
        let known: BTreeSet<&String> = found.iter().filter(|(l, _)| l.starts_with("cell: ")).flat_map(|(_, ids)| ids).collect();
        for label in planted.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            let empty = BTreeSet::new();
            // Who left the directory before the month is in no table of it.
            let listed = |id: &&String| !label.starts_with("cell: ") || known.contains(*id);
            let (p, f): (BTreeSet<&String>, BTreeSet<&String>) =
                (planted.get(label).unwrap_or(&empty).iter().filter(listed).collect(), found.get(label).unwrap_or(&empty).iter().collect());
            let score = scores.entry(label.clone()).or_default();
            score.planted += p.len();
            score.found += f.len();
            score.both += p.intersection(&f).count();
            wrong.extend(p.difference(&f).map(|id| format!("seed {}: {label} was planted for {id} and not found", plan.seed)));
            wrong.extend(f.difference(&p).map(|id| format!("seed {}: {label} was found for {id} and not planted", plan.seed)));
        }
    }
    let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    let table: Vec<String> = scores
        .iter()
        .map(|(l, s)| format!("{l:<46} planted {:>4} found {:>4} precision {:.3} recall {:.3}", s.planted, s.found, share(s.both, s.found), share(s.both, s.planted)))
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), table.join("\n"));
    for label in [
        "prompts",
        "travel",
        "codes",
        "swap",
        "factor then far away",
        "weakened",
        "downgrade",
        "same person",
        "blanket group",
        "standing privilege",
        "legacy",
        "mfa_disabled",
        "unregistered",
        "unapproved",
        "glass: drill",
        "glass: unexplained",
        "cell: bypass without either",
        "cell: expired but used",
    ] {
        assert!(scores.get(label).is_some_and(|s| s.planted > 0), "{label} was never planted");
    }
}

/// A tenant in which nothing is wrong gives no finding at all.
#[test]
fn detections_are_silent_on_a_clean_tenant() {
    for seed in [211, 212] {
        let tenant = Tenant::new(&Plan { clean: true, people: 60, seed, months: 2, first_month: "2026-09-01".parse().unwrap(), ..Plan::clean_sample() });
        let results = tenant.run().results;
        assert_eq!(results.findings, [], "seed {seed}");
        assert!(results.break_glass.iter().flat_map(|a| &a.uses).all(|u| u.class == "drill"), "seed {seed}");
        assert!(results.reconciliation.iter().all(|c| ["no exception", "governed and unused"].contains(&c.name.as_str())), "seed {seed}: {:?}", results.reconciliation);
    }
}

/// Rewrites the records of every page below a folder.
fn rewrite(tenant: &Tenant, folder: &str, edit: impl Fn(&mut serde_json::Value)) {
    for key in tenant.files(folder) {
        let path = tenant.path(folder).join(key);
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&std::fs::read(&path).unwrap()[..]), &mut text).unwrap();
        let mut page: serde_json::Value = serde_json::from_str(&text).unwrap();
        page["value"].as_array_mut().unwrap().iter_mut().for_each(&edit);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(path.with_extension(""), page.to_string()).unwrap();
    }
}

/// The partner does MFA and nobody registers anything here: low registration and high enforcement, and each says why.
#[test]
fn a_federated_tenant_registers_little_and_enforces_much() {
    let tenant = Tenant::new(&Plan { clean: true, people: 60, ..small(221, Layout::Graph) });
    rewrite(&tenant, "raw/entra/registrations", |r| {
        r["methodsRegistered"] = serde_json::json!([]);
        r["isMfaRegistered"] = false.into();
        r["isMfaCapable"] = false.into();
    });
    rewrite(&tenant, "raw/entra/sign-ins", |r| {
        if r["isInteractive"] == true && r["status"]["errorCode"] == 0 {
            r["authenticationRequirement"] = "multiFactorAuthentication".into();
            r["tokenIssuerType"] = "corp-idp".into();
            r["status"]["additionalDetails"] = "MFA requirement satisfied by claim provided by external provider".into();
            r["authenticationDetails"] = serde_json::json!([{"authenticationMethod": "Previously satisfied", "succeeded": true, "authenticationStepResultDetail": "MFA requirement satisfied by claim provided by external provider"}]);
        }
    });
    let untrusted = tenant.run().results;
    tenant.configure("federated_providers = [", "federated_providers = [\"corp-idp\", ");
    let trusted = tenant.run().results;
    for results in [&untrusted, &trusted] {
        let k1 = ratio(results, "K1", "registered");
        assert_eq!((k1.numerator, k1.failing[0].reason.as_str()), (0.0, "no method"));
    }
    let reasons = |r: &mfaudit::results::Results| {
        let line = ratio(r, "K4", "exposure");
        (line.value, line.unknown > 0.0, line.undetermined.first().map(|u| u.reason.clone()).unwrap_or_default())
    };
    assert_eq!(reasons(&trusted), (Some(1.0), false, String::new()));
    let (_, unknown, why) = reasons(&untrusted);
    assert!(unknown && why == "cannot be told: untrusted_provider", "{why}");
}
