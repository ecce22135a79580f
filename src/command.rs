//! One function per command: from what was typed to what is printed.

mod check;
mod explain;
mod sample;
mod trace;
mod verify;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use crate::cli::{Cli, Command, FailOnArg, Generate, Listing, Output, Target};
use crate::config::{Faults, REFERENCE};
use crate::generate::{self, Plan, Sink};
use crate::period::Period;
use crate::query::{self, Corpus};
use crate::report::{self, Format, Options, PdfStandard, Templates};
use crate::results::{Results, Verdict};
use crate::run::{self, FailOn, Outcome, Prepared, Request};
use crate::store::{Place, StoreOptions, Stores};
use crate::table::Kind;
use crate::{progress, source, table};

/// What a command prints and the code it ends with.
#[derive(Debug, Default)]
pub struct Said {
    /// Standard output.
    pub text: String,
    /// Exit code.
    pub code: u8,
}

/// Runs a command.
///
/// # Errors
/// Whatever keeps it from finishing; see [`exit_code`] for the code of an error.
pub fn dispatch(cli: Cli) -> anyhow::Result<Said> {
    progress::log();
    match cli.command {
        Command::Init { dir } => init(&dir),
        Command::Check(target) => check::check(&request(target), cli.format),
        Command::Ingest(target) => ingest(&request(target), cli.format),
        Command::Run { target, fail_on, pseudonymise } => run_command(&Request { pseudonymise, ..request(target) }, fail_on, cli.format),
        Command::Report { results, out, formats, templates } => render(&results, &out, &formats, templates.as_deref()),
        Command::List { what, queries } => list(what, queries.as_deref(), cli.format),
        Command::Explain { id, config: Some(config), queries } if corpus(queries.as_deref())?.get(&id).is_none() => explain::sign_in(&id, &config, cli.format),
        Command::Explain { id, queries, .. } => explain::metric(&id, queries.as_deref(), cli.format),
        Command::Trace { metric, subject, limit, target } => trace::trace(&request(target), &metric, subject.as_deref(), limit, cli.format),
        Command::Verify { pack, key, previous } => verify::verify(&pack, &key, previous.as_deref(), cli.format),
        Command::Attach { pack, timestamp, out } => verify::attach(&pack, &timestamp, &out),
        Command::Sample(s) => sample::sample(&s, cli.format),
        Command::Generate(g) => generate_command(&g),
    }
}

/// 2 for faults of the configuration, 4 for everything else that stops a run.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Faults>().is_some() || error.downcast_ref::<Usage>().is_some() { 2 } else { 4 }
}

/// The operator asked for something that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(String);

fn request(t: Target) -> Request {
    Request { config: t.config, period: t.period, as_of: t.as_of, queries: t.queries, templates: t.templates, pseudonymise: false }
}

/// Whatever is wrong before data is read is a fault of usage or configuration.
fn prepare(request: &Request) -> anyhow::Result<Prepared> {
    run::prepare(request).map_err(|e| if e.downcast_ref::<Faults>().is_some() { e } else { anyhow::Error::new(Usage(format!("{e:#}"))) })
}

fn local() -> anyhow::Result<Stores> {
    Stores::new(Path::new("."), StoreOptions::new())
}

fn init(dir: &Path) -> anyhow::Result<Said> {
    let place = local()?.open(&dir.display().to_string())?;
    if place.get("mfaudit.toml")?.is_some() {
        return Err(Usage(format!("`{}` already holds a mfaudit.toml: choose another folder", dir.display())).into());
    }
    place.put("mfaudit.toml", REFERENCE)?;
    Ok(Said { text: format!("wrote {}\nnext: name your exports in it, then `mfaudit check --config {}`\n", place.shown("mfaudit.toml"), place.shown("mfaudit.toml")), code: 0 })
}

fn ingest(request: &Request, format: Output) -> anyhow::Result<Said> {
    let prepared = prepare(request)?;
    let (report, lake) = run::ingest(&prepared, progress::watch().as_ref())?;
    let faulty = report.ledgers.values().flat_map(|l| l.objects.values()).filter(|o| o.fault.is_some()).count();
    let rows: u64 = report.lake.entries.values().flat_map(|p| p.kept.values()).sum();
    let code = if faulty == 0 { 0 } else { 3 };
    let text = match format {
        Output::Json => pretty(
            &json!({ "objects_read": report.read, "objects_unchanged": report.unchanged, "objects_faulty": faulty, "partitions_made": report.partitions, "rows_in_lake": rows, "lake": lake.place().url() }),
        )?,
        Output::Text => {
            format!("{} objects read, {} unchanged, {faulty} faulty; {} partitions made; {rows} rows in {}\n", report.read, report.unchanged, report.partitions, lake.place().url())
        }
    };
    Ok(Said { text, code })
}

fn run_command(request: &Request, fail_on: FailOnArg, format: Output) -> anyhow::Result<Said> {
    let prepared = prepare(request)?;
    let outcome = run::run(&prepared, progress::watch().as_ref())?;
    let fail_on = match fail_on {
        FailOnArg::Never => FailOn::Never,
        FailOnArg::Missed => FailOn::Missed,
        FailOnArg::NotMet => FailOn::NotMet,
    };
    let code = run::exit_code(&outcome.results, fail_on);
    let text = match format {
        Output::Json => pretty(&json!({ "exit_code": code, "complete": outcome.results.complete, "url": outcome.published.url, "published": outcome.published }))?,
        Output::Text => summary(&outcome),
    };
    Ok(Said { text, code })
}

fn summary(outcome: &Outcome) -> String {
    let r = &outcome.results;
    let mut text = format!("{}, {}: {}\n\n", r.organisation.name, r.period.label, if r.complete { "complete" } else { "INCOMPLETE" });
    for m in &r.metrics {
        let verdict = match m.verdict {
            Verdict::Met => "on target",
            Verdict::Missed => "OFF TARGET",
            Verdict::NotDetermined => "not determined",
            Verdict::NoTarget => "",
            Verdict::NotComputed => "NOT COMPUTED",
        };
        let figure = m.lines.first().and_then(|l| l.figure.as_ref()).map(report::figure_text).unwrap_or_default();
        let shown = m.reason.as_deref().unwrap_or(&figure);
        let _ = writeln!(text, "{:<4} {:<58} {verdict:<15} {shown}", m.id, m.title);
    }
    if r.pseudonymised.is_some() {
        text.push_str("\npeople are shown under pseudonyms; the map is in the folder of `evidence.pseudonym_map`\n");
    }
    let u = &outcome.ingest;
    let _ = writeln!(text, "\n{} objects read, {} unchanged since the last run", u.read, u.unchanged);
    for f in outcome.published.files.iter().filter(|f| f.name.starts_with("report.") || f.name == "results.json" || f.name == "evidence.zip") {
        let _ = writeln!(text, "{}/{}", outcome.published.url, f.name);
    }
    text
}

fn render(results: &str, out: &str, formats: &[String], templates: Option<&str>) -> anyhow::Result<Said> {
    let stores = local()?;
    let (folder, name) = results.rsplit_once('/').unwrap_or((".", results));
    let bytes = stores.open(folder)?.get(name)?.ok_or_else(|| Usage(format!("`{results}` does not exist")))?;
    let results: Results = serde_json::from_slice(&bytes).context("the file is not a results.json of this version")?;
    if results.schema != crate::results::SCHEMA {
        return Err(Usage(format!("the file has schema `{}`; this version renders `{}`", results.schema, crate::results::SCHEMA)).into());
    }
    let formats = formats.iter().map(|f| f.parse::<Format>()).collect::<Result<Vec<_>, _>>().map_err(|e| Usage(e.to_string()))?;
    let templates = match templates {
        None => Templates::embedded(),
        Some(url) => Templates::replaced_by(run::read_templates(&stores, url)?)?,
    };
    let place = stores.open(out)?;
    let mut text = String::new();
    for a in report::render(&results, &formats, &Options { pdf_standard: PdfStandard::default(), templates })? {
        let _ = writeln!(text, "{}", place.shown(&a.name));
        place.put(&a.name, a.bytes)?;
    }
    Ok(Said { text, code: 0 })
}

fn corpus(folder: Option<&str>) -> anyhow::Result<Corpus> {
    match folder {
        None => Corpus::embedded(),
        Some(url) => Corpus::folder(&local()?, url),
    }
}

fn list(what: Listing, queries: Option<&str>, format: Output) -> anyhow::Result<Said> {
    let rows: Vec<serde_json::Value> = match what {
        Listing::Metrics => corpus(queries)?
            .queries
            .iter()
            .map(|q| json!({ "id": q.id, "name": q.name, "title": q.title, "kind": q.kind.name(), "target": q.target, "lines": q.lines.iter().map(|l| &l.id).collect::<Vec<_>>() }))
            .collect(),
        Listing::Sources => source::SOURCES
            .iter()
            .map(|s| json!({ "name": s.kind(), "title": s.about(), "limits": s.limits(), "tables": s.tables().iter().map(|t| t.name).collect::<Vec<_>>() }))
            .collect(),
        Listing::Tables => table::all().iter().map(table_json).collect(),
        Listing::Populations => query::populations()?.iter().map(|p| json!({ "id": p.id, "about": p.about, "reads": p.reads, "sha256": p.sha256, "sql": p.sql })).collect(),
        Listing::Targets => corpus(queries)?.queries.iter().filter_map(|q| Some(json!({ "name": q.target.as_ref()?, "title": q.title, "metric": q.id }))).collect(),
    };
    if format == Output::Json {
        return Ok(Said { text: pretty(&rows.into())?, code: 0 });
    }
    let mut text = String::new();
    for r in &rows {
        let key = r.get("id").or(r.get("name")).and_then(|v| v.as_str()).unwrap_or("");
        let _ = writeln!(text, "{key:<24} {}", r.get("title").or(r.get("about")).and_then(|v| v.as_str()).unwrap_or(""));
        if let Some(limits) = r.get("limits").and_then(|v| v.as_str()) {
            let _ = writeln!(text, "{:<24} not told: {limits}", "");
        }
    }
    Ok(Said { text, code: 0 })
}

fn table_json(t: &table::Table) -> serde_json::Value {
    let kind = |k: Kind| match k {
        Kind::Text => "text",
        Kind::Flag => "flag",
        Kind::Int => "int",
        Kind::Real => "real",
        Kind::Instant => "instant",
        Kind::Day => "day",
    };
    let columns: Vec<_> = t.columns.iter().map(|c| json!({ "name": c.name, "kind": kind(c.kind), "nullable": c.nullable, "about": c.about.trim() })).collect();
    json!({ "name": t.name, "about": t.about.trim(), "key": t.key, "columns": columns })
}

struct Folder(Place);

impl Sink for Folder {
    fn put(&mut self, key: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.0.put(key, bytes)
    }
}

fn generate_command(g: &Generate) -> anyhow::Result<Said> {
    let plan = match (g.sample, g.clean) {
        (true, false) => Plan::sample(),
        (true, true) => Plan::clean_sample(),
        (false, clean) => Plan {
            seed: g.seed,
            people: g.people,
            first_month: Period::month(&g.first_month, "UTC").map_err(|e| Usage(format!("{e:#}")))?.first,
            months: g.months,
            sign_ins_per_person_month: g.sign_ins,
            non_interactive_ratio: g.non_interactive,
            clean,
            organisation: "Example Organisation".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            layout: g.layout,
        },
    };
    let place = local()?.open(&g.out)?;
    generate::check(&plan).map_err(|e| Usage(format!("{e:#}")))?;
    generate::generate(&plan, &mut Folder(place.clone()))?;
    Ok(Said { text: format!("wrote {}\nnext: mfaudit run --config {}\n", place.url(), place.shown("mfaudit.toml")), code: 0 })
}

/// Text from logs and packs can hold what a terminal obeys, or a line of its own that looks like ours.
fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

fn pretty(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
