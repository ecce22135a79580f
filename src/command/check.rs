//! `mfaudit check`: what is wrong before a run, and what each input looks like.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Said, prepare, pretty};
use crate::cli::Output;
use crate::lake::{Probe, probe};
use crate::period;
use crate::query;
use crate::run::{Prepared, Request};
use crate::store::{Object, Place};

pub(super) fn check(request: &Request, format: Output) -> anyhow::Result<Said> {
    let prepared = prepare(request)?;
    let mut inputs: Vec<Value> = Vec::new();
    for s in &prepared.config.sources {
        let (mut line, reached) = reach(&prepared, &s.id, s.reader.kind(), &s.url, &s.pattern);
        if let Some((place, objects)) = reached {
            let found = probe(s, &place, &objects)?;
            line["found"] = shown(&found);
            line["warnings"] = warnings(&found, s.reader.limits()).into();
        }
        inputs.push(line);
    }
    if let Some(r) = &prepared.config.register {
        inputs.push(reach(&prepared, "register", "register", &r.url, &r.pattern).0);
    }
    let faults = inputs.iter().filter(|i| i["state"] != "reachable").count();
    let code = if faults == 0 { 0 } else { 2 };
    let queries = prepared.corpus.queries.len();
    let populations = query::populations()?;
    let wrong = query::lint_populations(&populations);
    anyhow::ensure!(wrong.is_empty(), "the population files have {} faults\n  {}", wrong.len(), wrong.join("\n  "));
    let populations = populations.len();
    if format == Output::Json {
        return Ok(Said { text: pretty(&json!({ "inputs": inputs, "faults": faults, "period": prepared.period.id(), "queries": queries, "populations": populations }))?, code });
    }
    let mut text = format!("configuration, {queries} queries, {populations} populations and templates are in order; period {}\n", prepared.period.id());
    inputs.iter().for_each(|i| line(&mut text, i));
    Ok(Said { text, code })
}

fn reach(prepared: &Prepared, id: &str, kind: &str, url: &str, pattern: &str) -> (Value, Option<(Place, Vec<Object>)>) {
    let opened = prepared.stores.open(url).and_then(|p| Ok((p.is_absent(), p.list(pattern)?, p)));
    let (state, objects, bytes, reached) = match opened {
        Ok((true, ..)) => ("the folder does not exist".to_owned(), 0, 0, None),
        Ok((false, found, _)) if found.is_empty() => (format!("no object matches `{pattern}`"), 0, 0, None),
        Ok((false, found, place)) => ("reachable".to_owned(), found.len(), found.iter().map(|o| o.size).sum::<u64>(), Some((place, found))),
        Err(e) => (format!("{e:#}"), 0, 0, None),
    };
    (json!({ "input": id, "kind": kind, "url": url, "state": state, "objects": objects, "bytes": bytes }), reached)
}

fn shown(p: &Probe) -> Value {
    let time = |t: Option<crate::table::Instant>| t.map(period::rfc3339);
    json!({
        "looked_at": p.objects, "formats": p.formats, "read": p.read, "rejected": p.rejected, "first_event": time(p.first_event), "last_event": time(p.last_event),
        "successes": p.successes, "untold": p.untold, "absent": p.absent,
    })
}

fn warnings(p: &Probe, limits: &str) -> Vec<String> {
    let mut found = p.faults.clone();
    if p.rejected > 0 {
        let worst = p.reasons.iter().max_by_key(|(_, n)| **n).map_or("", |(reason, _)| reason);
        found.push(format!("{} of {} records are refused, most because {worst}", p.rejected, p.read));
    }
    if p.read == 0 && p.faults.is_empty() {
        found.push("the newest objects hold no record".to_owned());
    }
    if p.successes > 0 && p.untold == p.successes {
        found.push(format!("no record says how a sign-in was satisfied: this export cannot prove MFA ({limits})"));
    } else if p.untold * 20 > p.successes {
        found.push(format!("{} of {} successful sign-ins do not say how they were satisfied ({limits})", p.untold, p.successes));
    }
    if !p.absent.is_empty() {
        found.push(format!("no record has {}", p.absent.iter().map(String::as_str).collect::<Vec<_>>().join(", ")));
    }
    found
}

fn line(text: &mut String, input: &Value) {
    let word = |v: &Value| v.as_str().unwrap_or("").to_owned();
    let _ = writeln!(text, "{:<22} {:<20} {}: {} objects, {} bytes", word(&input["input"]), word(&input["kind"]), word(&input["state"]), input["objects"], input["bytes"]);
    let found = &input["found"];
    if found.is_null() {
        return;
    }
    let list = |v: &Value| v.as_array().map(|a| a.iter().map(word).collect::<Vec<_>>().join(", ")).unwrap_or_default();
    let span = match (&found["first_event"], &found["last_event"]) {
        (Value::String(first), Value::String(last)) => format!(", events from {first} to {last}"),
        _ => String::new(),
    };
    let looked = found["looked_at"].as_array().map_or(0, Vec::len);
    let _ = writeln!(text, "{:<22}   the newest {looked}: {}, {} records{span}", "", list(&found["formats"]), found["read"]);
    for warning in input["warnings"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "{:<22}   ! {}", "", word(warning));
    }
}
