//! Puts the results together: figures, register, control totals, notes and the policy in force.

use std::collections::BTreeMap;

use crate::config::dated;
use crate::config::{CATEGORIES, Config, TOOL_DEFAULT};
use crate::derive::{Desk, Duty, cadence_on};
use crate::evidence::batch_sheet;
use crate::lake::{IngestReport, SourceLedger, encode_batch};
use crate::metric::Measured;
use crate::period::{self, Period};
use crate::report::Artifact;
use crate::results::{Anchor, Gap, Intake, Metric, Note, ObjectIntake, Organisation, PolicyLine, RejectReason, Results, SCHEMA, SourceTotals, State, Target, Tool};
use crate::table::{Instant, Rejected, Row};

use super::Prepared;

/// Objects shown to people; all are in the intake table.
const OBJECTS: usize = 500;
const REJECTS: &str = "rejects/";
const PARQUET: &str = "application/vnd.apache.parquet";

/// The target of a key in force at the period's end.
pub(super) fn target(config: &Config, key: Option<&str>, period: &Period) -> Option<Target> {
    let last = period.after.yesterday().ok()?;
    let set = dated::in_force(&config.targets, last, |t| Some(t.key.as_str()) == key, |t| t.from)?;
    Some(Target { key: set.key.clone(), value: set.value, from: set.from.to_string() })
}

/// Everything a report needs.
pub(super) fn results(prepared: &Prepared, ingest: &IngestReport, desk: &Desk, metrics: Vec<Metric>) -> Results {
    let config = &prepared.config;
    Results {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        organisation: Organisation { name: config.organisation.name.clone(), classification: config.organisation.classification.clone() },
        period: prepared.period.info(),
        as_of: period::rfc3339(period::instant(prepared.as_of)),
        config_sha256: config.digest(),
        queries_sha256: prepared.corpus.sha256(),
        complete: metrics.iter().all(|m| m.state != State::NotComputed),
        pseudonymised: None,
        metrics,
        register: desk.register.clone(),
        intake: intake(ingest, desk, config.evidence.pseudonymise),
        notes: notes(prepared, ingest, desk),
        policy: policy(config, &prepared.period),
        restatements: Vec::new(),
        findings: Vec::new(),
        break_glass: Vec::new(),
        reconciliation: Vec::new(),
        deadlines: Vec::new(),
        changes_since: None,
    }
}

fn intake(ingest: &IngestReport, desk: &Desk, withheld: bool) -> Intake {
    let mut objects: Vec<ObjectIntake> = ingest
        .ledgers
        .iter()
        .flat_map(|(source, ledger)| {
            ledger.objects.iter().map(move |(key, o)| ObjectIntake {
                source: source.clone(),
                key: key.clone(),
                bytes: o.size,
                sha256: o.sha256.clone(),
                format: o.format.clone(),
                read: o.read,
                rejected: o.rejected,
                fault: o.fault.clone().unwrap_or_default(),
            })
        })
        .collect();
    objects.sort_by_key(|o| (o.fault.is_empty(), o.rejected == 0));
    let object_count = objects.len() as u64;
    objects.truncate(OBJECTS);
    let gap = |d: &crate::derive::Delivery| Gap { source: d.source.clone(), day: period::date(d.day).to_string(), state: d.state.to_owned(), reason: d.reason.clone() };
    Intake {
        sources: ingest.ledgers.iter().map(|(id, l)| totals(id, l, ingest)).collect(),
        objects,
        object_count,
        gaps: desk.gaps().map(gap).collect(),
        rejects: rejects(&ingest.ledgers, withheld),
        anchors: desk.anchors.iter().map(anchor).collect(),
        unmapped: unmapped(&ingest.ledgers),
    }
}

fn anchor(a: &crate::derive::Anchored) -> Anchor {
    let set = &a.anchor;
    Anchor { source: set.source.clone(), counts: set.counts.clone(), expected: set.value, found: a.found, tolerance: set.tolerance, agrees: a.agrees }
}

fn totals(id: &str, ledger: &SourceLedger, ingest: &IngestReport) -> SourceTotals {
    let objects = || ledger.objects.values();
    // Refused records are kept for people to look at; they are no rows of the source.
    let of = |pick: &dyn Fn(&crate::lake::PartitionEntry) -> u64| ingest.lake.entries.iter().filter(|(label, _)| !label.starts_with(REJECTS)).map(|(_, p)| pick(p)).sum::<u64>();
    let (kept, duplicate) = (of(&|p| p.kept.get(id).copied().unwrap_or(0)), of(&|p| p.duplicates.get(id).copied().unwrap_or(0)));
    let out_of_period = objects().map(|o| o.out_of_period).sum();
    let shown = |t: Option<i64>| t.map(|t| period::rfc3339(Instant(t))).unwrap_or_default();
    SourceTotals {
        source: id.to_owned(),
        objects: objects().count() as u64,
        bytes: objects().map(|o| o.size).sum(),
        read: objects().map(|o| o.read).sum(),
        parsed: objects().map(|o| o.read - o.rejected).sum(),
        rejected: objects().map(|o| o.rejected).sum(),
        rows: objects().map(|o| o.out_of_period + o.fragments.iter().filter(|f| f.table != Rejected::TABLE.name).map(|f| f.rows).sum::<u64>()).sum(),
        duplicate,
        out_of_period,
        kept,
        late: of(&|p| p.late.get(id).copied().unwrap_or(0)),
        first_event: shown(objects().filter_map(|o| o.first_event).min()),
        last_event: shown(objects().filter_map(|o| o.last_event).max()),
    }
}

/// A refused value may be anything, also a person: under pseudonyms it is withheld altogether.
fn rejects(ledgers: &BTreeMap<String, SourceLedger>, withheld: bool) -> Vec<RejectReason> {
    let mut found: BTreeMap<(&str, &str), (u64, String)> = BTreeMap::new();
    for (source, ledger) in ledgers {
        for (key, o) in &ledger.objects {
            for (reason, refusals) in &o.reasons {
                let shown = if withheld { "withheld" } else { refusals.value.as_str() };
                let value = if refusals.value.is_empty() { String::new() } else { format!("`{shown}` in ") };
                let slot = found.entry((source, reason)).or_insert_with(|| (0, format!("{value}{key} at byte {}", refusals.offset)));
                slot.0 += refusals.count;
            }
        }
    }
    found.into_iter().map(|((source, reason), (count, example))| RejectReason { source: source.to_owned(), reason: reason.to_owned(), count, example }).collect()
}

fn unmapped(ledgers: &BTreeMap<String, SourceLedger>) -> Vec<RejectReason> {
    let mut found: BTreeMap<(&str, &str), (u64, &str)> = BTreeMap::new();
    for (source, ledger) in ledgers {
        for (key, o) in &ledger.objects {
            for (text, count) in &o.unmapped {
                found.entry((source, text)).or_insert((0, key)).0 += count;
            }
        }
    }
    found.into_iter().map(|((source, text), (count, key))| RejectReason { source: source.to_owned(), reason: text.to_owned(), count, example: key.to_owned() }).collect()
}

fn notes(prepared: &Prepared, ingest: &IngestReport, desk: &Desk) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |topic: &str, text: String| notes.push(Note { topic: topic.to_owned(), text });
    let conflicting: u64 = ingest.lake.entries.values().map(|p| p.conflicting).sum();
    if conflicting > 0 {
        note("data", format!("{conflicting} copies differ in content from the copy of the same event that was kept: the most complete one, else the latest delivered"));
    }
    let gone: u64 = ingest.ledgers.values().map(|l| l.gone).sum();
    if gone > 0 {
        note("data", format!("{gone} objects read earlier are no longer in the store; their rows are kept in the lake"));
    }
    let settled = period::timestamp(Instant(prepared.as_of.as_microsecond() - prepared.config.run.settle_hours * 3_600_000_000));
    if settled < prepared.period.end {
        note("data", format!("sign-ins of the local day of {} and later are provisional and count as unknown", period::rfc3339(period::instant(settled))));
    }
    let faulty = desk.register.iter().filter(|e| !e.faults.is_empty()).count();
    if faulty > 0 {
        note("data", format!("{faulty} register entries have faults; they are kept, shown and counted"));
    }
    note("limit", "mfaudit is a batch job: it reports the use of exceptions at its next run, not at once".to_owned());
    note("limit", "attempts without a correlation id are counted one by one, since nothing ties their rows together".to_owned());
    note(
        "limit",
        "number matching, the hardware or software kind of a one-time code and a location's legacy trusted addresses are in none of the exports and cannot be told".to_owned(),
    );
    notes
}

/// Says that figures which readers hold in their hands have changed.
pub(super) fn restated(results: &Results) -> Option<Note> {
    let n = results.restatements.len();
    (n > 0).then(|| Note { topic: "data".to_owned(), text: format!("{n} figures that were issued before read otherwise today: see the restated figures") })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

fn policy(config: &Config, period: &Period) -> Vec<PolicyLine> {
    let Ok(last) = period.after.yesterday() else { return Vec::new() };
    let mut lines = Vec::new();
    for category in CATEGORIES {
        for duty in [Duty::Review, Duty::Rotation, Duty::Drill] {
            let Some((days, origin)) = cadence_on(config, category, duty, last) else { continue };
            let set = |c: &dated::Cadence| match duty {
                Duty::Review => c.review_days.is_some(),
                Duty::Rotation => c.rotation_days.is_some(),
                Duty::Drill => c.drill_days.is_some(),
            };
            let from = dated::in_force(&config.cadences, last, |c| c.category == category && set(c), |c| c.from).map(|c| c.from.to_string()).unwrap_or_default();
            let name = format!("{} cadence, {}", capital(duty.name()), category.replace('_', " "));
            lines.push(PolicyLine { name, value: format!("{days} days"), origin: origin.to_owned(), from });
        }
    }
    for (key, default) in dated::DEFAULT_THRESHOLDS {
        let set = dated::in_force(&config.thresholds, last, |t| t.key == key, |t| t.from);
        let origin = if set.is_some() { "configuration" } else { TOOL_DEFAULT };
        lines.push(PolicyLine {
            name: key.to_owned(),
            value: set.map_or(default, |t| t.value).to_string(),
            origin: origin.to_owned(),
            from: set.map(|t| t.from.to_string()).unwrap_or_default(),
        });
    }
    let trust = config.trust.on(last);
    let list = |items: &[String]| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    for (name, items) in [("Accepted relaxations", &trust.accepted_relaxations), ("Trusted providers", &trust.federated_providers), ("Trusted home tenants", &trust.home_tenants)] {
        lines.push(PolicyLine { name: name.to_owned(), value: list(items), origin: "configuration".to_owned(), from: String::new() });
    }
    let run = &config.run;
    for (name, value) in [
        ("Settle time", format!("{} hours", run.settle_hours)),
        ("Oldest usable snapshot", format!("{} hours", run.snapshot_max_age_hours)),
        ("Allowed share of refused records", run.max_rejected_share.to_string()),
    ] {
        lines.push(PolicyLine { name: name.to_owned(), value, origin: "configuration".to_owned(), from: String::new() });
    }
    lines
}

/// The rows of every metric and the tables they were computed from.
pub(super) fn evidence_rows(desk: &Desk, measured: &[Measured]) -> anyhow::Result<Vec<Artifact>> {
    let mut files = Vec::new();
    for m in measured {
        if let Some(rows) = &m.rows {
            files.push(Artifact { name: format!("rows/{}.parquet", m.metric.id), media_type: PARQUET, bytes: encode_batch(&rows.batch)? });
            let (name, bytes) = batch_sheet(&format!("rows/{}.csv", m.metric.id), &rows.batch)?;
            files.push(Artifact { name, media_type: "text/csv; charset=utf-8", bytes });
        }
    }
    for (name, batch) in &desk.tables {
        files.push(Artifact { name: format!("tables/{name}.parquet"), media_type: PARQUET, bytes: encode_batch(batch)? });
    }
    Ok(files)
}
