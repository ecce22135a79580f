//! `mfaudit run`: the stages, one call each, in the order of the data's way.

mod act;
mod assemble;
mod packing;
mod pseudonyms;
mod restate;
mod since;
mod trace;

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use jiff::Timestamp;

use crate::config::{Config, Fault, Faults};
use crate::derive::{Derivation, Desk};
use crate::evidence::Signers;
use crate::lake::{Ingest, IngestReport, Lake, Watch};
use crate::metric::{self, Measured};
use crate::period::{self, Period};
use crate::publish::{self, Published};
use crate::query::{self, Corpus};
use crate::report::{self, Format, Options, PdfStandard, Templates};
use crate::results::{Metric, Restatement, Results, State, Verdict};
use crate::store::{Place, Stores};

use pseudonyms::Map;
pub use trace::{Traced, TracedRecord, Untraceable, trace};

/// What the operator asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Configuration file.
    pub config: PathBuf,
    /// Period in place of the configuration's.
    pub period: Option<String>,
    /// Instant in place of the configuration's.
    pub as_of: Option<Timestamp>,
    /// Folder of query files in place of the embedded set.
    pub queries: Option<String>,
    /// Folder of report templates in place of the embedded set.
    pub templates: Option<String>,
    /// People are shown under pseudonyms, whatever the configuration says.
    pub pseudonymise: bool,
}

/// Which verdicts end a completed run with exit code 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// None: the report tells.
    #[default]
    Never,
    /// A target that is missed.
    Missed,
    /// A target that is missed or not determined.
    NotMet,
}

/// A request with everything it names opened and checked.
#[derive(Debug)]
pub struct Prepared {
    /// Configuration.
    pub config: Config,
    /// Queries.
    pub corpus: Corpus,
    /// Stores.
    pub stores: Stores,
    /// Report templates.
    pub templates: Templates,
    /// The instant the run stands at.
    pub as_of: Timestamp,
    /// The audited interval.
    pub period: Period,
    /// The keys that sign the evidence pack.
    pub signers: Signers,
}

/// A completed run.
#[derive(Debug)]
pub struct Outcome {
    /// What was found.
    pub results: Results,
    /// Where it is.
    pub published: Published,
    /// What the ingest did.
    pub ingest: IngestReport,
}

/// Opens and checks everything without reading data.
///
/// # Errors
/// [`Faults`] for the configuration and the targets it names; other errors for queries, templates and periods.
pub fn prepare(request: &Request) -> anyhow::Result<Prepared> {
    let mut config = Config::load(&request.config)?;
    if request.pseudonymise {
        config.evidence.pseudonymise = true;
        let faults: Vec<Fault> = config.pseudonym_faults().into_iter().map(|message| Fault { line: 0, message }).collect();
        if !faults.is_empty() {
            return Err(Faults { file: request.config.display().to_string(), faults }.into());
        }
    }
    let stores = Stores::new(&config.base, config.store.clone())?;
    let corpus = match &request.queries {
        None => Corpus::embedded()?,
        Some(url) => Corpus::folder(&stores, url)?,
    };
    let faults = query::lint(&corpus);
    anyhow::ensure!(faults.is_empty(), "the query files have {} faults\n  {}", faults.len(), faults.join("\n  "));
    known_targets(&config, &corpus, &request.config.display().to_string())?;
    let templates = match &request.templates {
        None => Templates::embedded(),
        Some(url) => Templates::replaced_by(read_templates(&stores, url)?)?,
    };
    let as_of = period::as_of(request.as_of.or(config.run.as_of));
    let zone = &config.organisation.time_zone;
    let period = match request.period.as_ref().or(config.run.period.as_ref()) {
        Some(text) => Period::month(text, zone)?,
        None => Period::last_full_month(as_of, zone)?,
    };
    anyhow::ensure!(as_of >= period.end, "period {} is not over at {as_of}: give a later `--as-of` or an earlier `--period`", period.id());
    // A key or place that does not open must fail before the long work, not after it.
    config.evidence.pseudonym_map.iter().try_for_each(|url| stores.open(url).map(drop))?;
    let signers = packing::signers(&config.evidence)?;
    Ok(Prepared { config, corpus, stores, templates, as_of, period, signers })
}

fn known_targets(config: &Config, corpus: &Corpus, file: &str) -> Result<(), Faults> {
    let known: std::collections::BTreeSet<&str> = corpus.target_keys().collect();
    let list = known.iter().copied().collect::<Vec<_>>().join(", ");
    let stray = config.targets.iter().filter(|t| !known.contains(t.key.as_str()));
    let faults: Vec<Fault> = stray.map(|t| Fault { line: 0, message: format!("`target.key`: no query has the target `{}`; use one of {list}", t.key) }).collect();
    let shares: std::collections::BTreeSet<&str> =
        corpus.queries.iter().filter(|q| matches!(q.kind, query::Kind::Ratio | query::Kind::Obligations)).filter_map(|q| q.target.as_deref()).collect();
    let large = config.targets.iter().filter(|t| shares.contains(t.key.as_str()) && t.value > 1.0);
    let mut faults = faults;
    faults.extend(large.map(|t| Fault { line: 0, message: format!("`target.value`: `{}` is a share from 0 to 1: write {} for {} %", t.key, t.value / 100.0, t.value) }));
    if faults.is_empty() { Ok(()) } else { Err(Faults { file: file.to_owned(), faults }) }
}

/// Every file of a template folder.
///
/// # Errors
/// When the folder is empty or a file is not UTF-8.
pub fn read_templates(stores: &Stores, url: &str) -> anyhow::Result<std::collections::BTreeMap<String, String>> {
    let place = stores.open(url)?;
    let mut files = std::collections::BTreeMap::new();
    for object in place.list("**/*")? {
        let bytes = place.get(&object.key)?.unwrap_or_default();
        files.insert(object.key.clone(), String::from_utf8(bytes.to_vec()).with_context(|| format!("`{}` is not UTF-8", place.shown(&object.key)))?);
    }
    anyhow::ensure!(!files.is_empty(), "`{url}` holds no templates");
    Ok(files)
}

/// Raw exports to canonical tables and roll-ups.
///
/// # Errors
/// When a place cannot be read or written.
pub fn ingest(prepared: &Prepared, watch: &dyn Watch) -> anyhow::Result<(IngestReport, Lake)> {
    let lake = Lake::new(prepared.stores.open(&prepared.config.lake)?);
    let report = Ingest { config: &prepared.config, stores: &prepared.stores, lake: &lake, watch }.run()?;
    let days = Derivation::new(&prepared.config, &lake, &report).update_days()?;
    tracing::info!(days, "roll-ups brought up to date");
    Ok((report, lake))
}

/// The whole run.
///
/// # Errors
/// When a stage cannot finish; what was published before is then still whole.
pub fn run(prepared: &Prepared, watch: &dyn Watch) -> anyhow::Result<Outcome> {
    // A place that cannot be opened must fail before the long work, not after it.
    let output = prepared.stores.open(&prepared.config.output.url)?;
    let mut map = Map::default();
    let (ingest, lake) = ingest(prepared, watch)?;
    let derivation = Derivation::new(&prepared.config, &lake, &ingest);
    let (desk, people) = pseudonyms::desk(prepared, &derivation, &prepared.period)?;
    let people = people.as_ref();
    let mut measured = measure(prepared, &desk, &prepared.period)?;
    let earlier = trend(prepared, &derivation, &mut measured, &mut map)?;
    let configuration = pseudonyms::configuration(&prepared.config, people);
    let metrics = measured.iter().map(|m| m.metric.clone()).collect();
    let mut results = assemble::results(prepared, &ingest, &desk, metrics);
    pseudonyms::results(&mut results, people, &configuration);
    results.restatements = restatements(&output, &results, &earlier)?;
    pseudonyms::earlier(&mut results, people);
    results.notes.extend(assemble::restated(&results));
    act::on(&mut results, &desk, &prepared.corpus, &measured)?;
    results.changes_since = since::since(&output, &results, &prepared.period.earlier(1)?.id())?;
    pseudonyms::earlier(&mut results, people);
    let formats = prepared.config.output.formats.iter().map(|f| Format::from_str(f)).collect::<Result<Vec<_>, _>>()?;
    let options = Options { pdf_standard: PdfStandard::from_str(&prepared.config.output.pdf_standard)?, templates: prepared.templates.clone() };
    let mut artifacts = report::render(&results, &formats, &options).context("rendering the report")?;
    artifacts.extend(assemble::evidence_rows(&desk, &measured)?);
    let found = packing::Found { output: &output, results: &results, desk: &desk, measured: &measured, configuration: &configuration };
    let pointer = packing::add(prepared, &found, &mut artifacts)?;
    // The map goes first: nobody may hold a report that cannot be resolved, and a map too many lies where maps are safe.
    map.add(people);
    map.write(prepared)?;
    let published = publish::publish(&output, &prepared.period.id(), artifacts, Some(pointer))?;
    Ok(Outcome { results, published, ingest })
}

fn measure(prepared: &Prepared, desk: &Desk, period: &Period) -> anyhow::Result<Vec<Measured>> {
    prepared.corpus.queries.iter().map(|q| metric::measure(q, desk, assemble::target(&prepared.config, q.target.as_deref(), period))).collect()
}

/// Figures that were issued and have changed. What an issue of this period already told stays told.
fn restatements(output: &Place, results: &Results, earlier: &[(String, Vec<Metric>)]) -> anyhow::Result<Vec<Restatement>> {
    let mut found = Vec::new();
    let now = (results.period.id.clone(), results.metrics.clone());
    for (period, metrics) in earlier.iter().chain([&now]) {
        let Some(issue) = publish::issued(output, period)? else { continue };
        if *period == results.period.id {
            found.extend(issue.results.restatements.iter().filter(|r| r.period == *period).cloned());
        }
        found.extend(restate::compare(&issue, &restate::Today { period, metrics, results }));
    }
    Ok(found)
}

/// The same files run per earlier period; gives the metrics of each.
fn trend(prepared: &Prepared, derivation: &Derivation<'_>, measured: &mut [Measured], map: &mut Map) -> anyhow::Result<Vec<(String, Vec<Metric>)>> {
    let mut all = Vec::new();
    let months = i32::try_from(prepared.config.run.trend_months).unwrap_or(1);
    for n in (1..months).rev() {
        let earlier = prepared.period.earlier(n)?;
        let (desk, people) = pseudonyms::desk(prepared, derivation, &earlier)?;
        map.add(people.as_ref());
        let before = measure(prepared, &desk, &earlier)?;
        for (now, then) in measured.iter_mut().zip(&before) {
            now.metric.trend.push(metric::trend_point(&earlier.id(), &then.metric));
        }
        all.push((earlier.id(), before.into_iter().map(|m| m.metric).collect()));
    }
    let id = prepared.period.id();
    for m in measured.iter_mut() {
        let point = metric::trend_point(&id, &m.metric);
        m.metric.trend.push(point);
    }
    Ok(all)
}

/// Exit code of a completed run: 3 when a metric could not be computed, which nothing outranks; then 1.
#[must_use]
pub fn exit_code(results: &Results, fail_on: FailOn) -> u8 {
    let reached = |m: &Metric| match fail_on {
        FailOn::Never => false,
        FailOn::Missed => m.verdict == Verdict::Missed,
        FailOn::NotMet => matches!(m.verdict, Verdict::Missed | Verdict::NotDetermined),
    };
    if results.metrics.iter().any(|m| m.state == State::NotComputed) { 3 } else { u8::from(results.metrics.iter().any(reached)) }
}
