//! Observations: each metric, the intake, the register, and what detections found.

use serde_json::{Value, json};

use super::{Frame, prop};
use crate::report::machine::{finding_key, headline, numbered, said};
use crate::results::{Finding, Metric, State, Verdict};

/// Tables of what people did; the others hold how things stand.
const EVENTS: [&str; 5] = ["attempts", "attempt_days", "sign_ins", "endings", "glass_uses"];

/// Every observation of the period.
pub(super) fn all(frame: &Frame<'_>) -> Vec<Value> {
    let mut all: Vec<Value> = frame.results.metrics.iter().map(|m| metric(frame, m)).collect();
    all.push(intake(frame));
    all.push(register(frame));
    all.extend(findings(frame, |_| true));
    all
}

/// Id of a metric's observation.
pub(super) fn of_metric(frame: &Frame<'_>, id: &str) -> String {
    frame.ids.of("observation", &format!("metric|{id}"))
}

/// Id of the register's observation.
pub(super) fn of_register(frame: &Frame<'_>) -> String {
    frame.ids.of("observation", "register")
}

/// Findings that `wanted` picks, each with its own id.
pub(super) fn of_findings<'r>(frame: &Frame<'r>, wanted: impl Fn(&Finding) -> bool) -> Vec<(String, &'r Finding)> {
    let all = &frame.results.findings;
    let keys = numbered(all.iter().map(finding_key));
    all.iter().zip(keys).filter(|(f, _)| wanted(f)).map(|(f, key)| (frame.ids.of("observation", &format!("finding|{key}")), f)).collect()
}

fn metric(frame: &Frame<'_>, m: &Metric) -> Value {
    let figure = headline(m);
    let method = if m.reads.iter().any(|t| EVENTS.contains(&t.as_str())) { "TEST" } else { "EXAMINE" };
    let query = frame.ids.of("resource", &format!("query|{}", m.id));
    let mut evidence = vec![json!({ "href": format!("#{query}"), "description": said(&format!("Query {}, the definition that ran", m.id)) })];
    if m.state == State::Computed {
        evidence.push(json!({ "href": format!("../rows/{}.parquet", file(&m.id)), "description": "The rows behind the figure, published beside the results of the run" }));
    }
    json!({
        "uuid": of_metric(frame, &m.id),
        "title": said(&format!("{} {}", m.id, m.title)),
        "description": said(&m.about),
        "props": [prop("metric", &m.id), prop("state", state(m.state)), prop("verdict", verdict(m.verdict)), prop("figure", &figure)],
        "methods": [method],
        "types": ["control-objective"],
        "subjects": frame.about_organisation(),
        "relevant-evidence": evidence,
        "collected": frame.collected,
        "expires": frame.expires,
        "remarks": figure,
    })
}

/// A file name in a link; ids of metrics are letters and digits, foreign results may hold anything.
fn file(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
}

fn state(state: State) -> &'static str {
    match state {
        State::Computed => "computed",
        State::NotComputed => "not computed",
        State::NotObservable => "not observable",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::Missed => "missed",
        Verdict::NotDetermined => "not determined",
        Verdict::NoTarget => "no target",
        Verdict::NotComputed => "not computed",
    }
}

/// Each source as a component, so that the intake has a subject.
pub(super) fn components(frame: &Frame<'_>) -> Vec<Value> {
    sources(frame)
        .into_iter()
        .map(|(uuid, name)| {
            let about = said(&format!("Source of exports: {name}"));
            json!({ "uuid": uuid, "type": "service", "title": said(&name), "description": about, "status": { "state": "operational" } })
        })
        .collect()
}

fn sources(frame: &Frame<'_>) -> Vec<(String, String)> {
    let names = numbered(frame.results.intake.sources.iter().map(|s| s.source.clone()));
    names.into_iter().map(|name| (frame.ids.of("component", &name), name)).collect()
}

fn intake(frame: &Frame<'_>) -> Value {
    let intake = &frame.results.intake;
    let total = |pick: fn(&crate::results::SourceTotals) -> u64| intake.sources.iter().map(pick).sum::<u64>();
    let text = format!(
        "{} objects, {} records read, {} refused, {} rows kept, {} gaps",
        intake.object_count,
        total(|s| s.read),
        total(|s| s.rejected),
        total(|s| s.kept),
        intake.gaps.len()
    );
    let mut value = json!({
        "uuid": frame.ids.of("observation", "intake"),
        "title": "Intake",
        "description": "What was read, refused and missing. The first objects of the list are linked with their digests; all stand in tables/intake.parquet.",
        "props": [prop("figure", &text)],
        "methods": ["EXAMINE"],
        "types": ["discovery"],
    });
    let subjects: Vec<Value> = sources(frame).into_iter().map(|(uuid, _)| json!({ "subject-uuid": uuid, "type": "component" })).collect();
    value["subjects"] = if subjects.is_empty() { frame.about_organisation() } else { json!(subjects) };
    let evidence: Vec<Value> = objects(frame).iter().map(|(uuid, o)| json!({ "href": format!("#{uuid}"), "description": said(&o.key) })).collect();
    if !evidence.is_empty() {
        value["relevant-evidence"] = json!(evidence);
    }
    value["collected"] = json!(frame.collected);
    value["expires"] = json!(frame.expires);
    value
}

fn objects<'r>(frame: &Frame<'r>) -> Vec<(String, &'r crate::results::ObjectIntake)> {
    let all = &frame.results.intake.objects;
    let keys = numbered(all.iter().map(|o| format!("{}|{}", o.source, o.key)));
    all.iter().zip(keys).map(|(o, key)| (frame.ids.of("resource", &format!("object|{key}")), o)).collect()
}

pub(super) fn register(frame: &Frame<'_>) -> Value {
    let entries = &frame.results.register;
    let faulty = entries.iter().filter(|e| !e.faults.is_empty()).count();
    json!({
        "uuid": of_register(frame),
        "title": "Register of exceptions",
        "description": "The register of exceptions as of the period's end, every entry, faulty ones too.",
        "props": [prop("entries", &entries.len().to_string()), prop("faulty-entries", &faulty.to_string())],
        "methods": ["EXAMINE"],
        "types": ["discovery"],
        "subjects": frame.about_organisation(),
        "collected": frame.collected,
        "expires": frame.expires,
    })
}

/// What detections found, as observations.
pub(super) fn findings(frame: &Frame<'_>, wanted: impl Fn(&Finding) -> bool) -> Vec<Value> {
    of_findings(frame, wanted)
        .into_iter()
        .map(|(uuid, f)| {
            json!({
                "uuid": uuid,
                "title": said(&format!("{}: {}", f.title, f.label)),
                "description": said(&f.reason),
                "props": [prop("metric", &f.metric), prop("severity", &f.severity), prop("first-seen", &f.first_seen), prop("last-seen", &f.last_seen), prop("event-ids", &f.evidence)],
                "methods": ["TEST"],
                "types": ["finding"],
                "subjects": frame.about_organisation(),
                "collected": frame.collected,
                "expires": frame.expires,
                "remarks": said(&format!("{}; from {}; ticket {}", f.how, f.place, said(&f.ticket))),
            })
        })
        .collect()
}

/// What the evidence links point at, with digests where they are known.
pub(super) fn resources(frame: &Frame<'_>) -> Vec<Value> {
    let hashed = |uuid: String, title: String, href: String, sha256: &str| {
        let mut link = json!({ "href": href });
        if sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
            link["hashes"] = json!([{ "algorithm": "SHA-256", "value": sha256 }]);
        }
        json!({ "uuid": uuid, "title": title, "rlinks": [link] })
    };
    let mut all = vec![hashed(frame.ids.of("resource", "results"), "Results of the run".to_owned(), "../results.json".to_owned(), &frame.digest)];
    for m in &frame.results.metrics {
        let uuid = frame.ids.of("resource", &format!("query|{}", m.id));
        all.push(hashed(uuid, said(&format!("Query {}", m.id)), format!("urn:mfaudit:query:{}", file(&m.id)), &m.query_sha256));
    }
    for (uuid, o) in objects(frame) {
        all.push(hashed(uuid, said(&format!("{}: {}", o.source, o.key)), format!("urn:mfaudit:object:{}", o.sha256), &o.sha256));
    }
    all
}
