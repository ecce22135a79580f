//! The numbers: queries over tables give the rows, rows give the figures, and everything else follows from the results.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use anyhow::Context;
use arrow::record_batch::RecordBatch;

use super::{Kind, Verdict};
use crate::digest;
use crate::evidence::contents::{self, Source};
use crate::evidence::statement::{self, Statement};
use crate::evidence::{Bag, pack};
use crate::lake;
use crate::metric;
use crate::query::{self, Corpus, Query, Rows};
use crate::report::{self, Format, Options, Templates};
use crate::results::{Line, Metric, Results, SCHEMA, State};
use crate::table;

/// Longest text of a query that is run; a statement can be so deep that parsing it ends the program.
const LONGEST: usize = 32 * 1024;
const RESULTS: &str = "data/results.json";
const QUERIES: &str = "data/queries/";
const CONFIGURATION: &str = "data/configuration.txt";
const TEMPLATES: &str = "data/templates.json";

pub(super) fn check(bag: &Bag, statement: Option<&Statement>, verdict: &mut Verdict) {
    let Some(results) = results(bag, verdict) else { return };
    if let Some(statement) = statement {
        agrees(bag, statement, &results, verdict);
    }
    configuration(bag, &results, verdict);
    if results.complete != results.metrics.iter().all(|m| m.state != State::NotComputed) {
        verdict.add(Kind::Results, RESULTS, "`complete` does not fit the metrics");
    }
    let Some(corpus) = queries(bag, &results, verdict) else { return };
    let tables = tables(bag, verdict);
    let rows = again(bag, &results, &corpus, &tables, verdict);
    if results.tool.version == env!("CARGO_PKG_VERSION") {
        derived(bag, &Source { results: &results, corpus: &corpus, rows: &rows, tables: &tables }, verdict);
        reports(bag, &results, verdict);
    } else {
        verdict.note(format!("made by version {}: reports and lists were NOT made again, and may say anything that was signed", results.tool.version));
    }
}

/// Under pseudonyms the pack holds another text than the one that was in force, and the results name the digests of both.
fn configuration(bag: &Bag, results: &Results, verdict: &mut Verdict) {
    let packed = results.pseudonymised.as_ref().map_or(&results.config_sha256, |p| &p.config_sha256);
    if bag.get(CONFIGURATION).map(digest::sha256).as_deref() != Some(packed.as_str()) {
        verdict.add(Kind::Configuration, CONFIGURATION, "its digest is not the one that the results name");
    }
    if results.pseudonymised.is_some() {
        verdict.note("people are shown under pseudonyms: that the settings of the pack are those with digest `config_sha256` cannot be told from the pack");
    }
}

fn results(bag: &Bag, verdict: &mut Verdict) -> Option<Results> {
    let Some(bytes) = bag.get(RESULTS) else {
        verdict.add(Kind::Missing, RESULTS, "without the results nothing can be worked out again");
        return None;
    };
    match serde_json::from_slice::<Results>(bytes) {
        Ok(read) if read.schema == SCHEMA => Some(read),
        Ok(read) => {
            verdict.add(Kind::Results, RESULTS, format!("it has schema `{}`", read.schema));
            None
        }
        Err(e) => {
            verdict.add(Kind::Results, RESULTS, format!("it cannot be read: {e}"));
            None
        }
    }
}

/// The statement tells in short what the results tell at length.
fn agrees(bag: &Bag, statement: &Statement, results: &Results, verdict: &mut Verdict) {
    let own = &statement.predicate;
    let made = Statement::new(bag, results, own.templates_sha256.clone(), own.chain.clone(), own.signers.clone()).predicate;
    if made != *own {
        verdict.add(Kind::Statement, statement::PATH, "what it says of period, counts and control totals is not what the results say");
    }
    let templates = bag.get(TEMPLATES).and_then(|b| serde_json::from_slice::<serde_json::Value>(b).ok());
    if templates.and_then(|t| t["sha256"].as_str().map(str::to_owned)).as_deref() != Some(own.templates_sha256.as_str()) {
        verdict.add(Kind::Templates, TEMPLATES, "its digest is not the one that the statement names");
    }
}

fn queries(bag: &Bag, results: &Results, verdict: &mut Verdict) -> Option<Corpus> {
    let stem = |path: &str| path.strip_prefix(QUERIES)?.strip_suffix(".sql").map(str::to_owned);
    let texts = bag.payload().filter_map(|(path, bytes)| Some((stem(path)?, String::from_utf8_lossy(bytes).into_owned())));
    let corpus = match Corpus::from_texts(texts) {
        Ok(read) => read,
        Err(e) => {
            verdict.add(Kind::Query, QUERIES, format!("{e:#}"));
            return None;
        }
    };
    if corpus.sha256() != results.queries_sha256 {
        verdict.add(Kind::Query, QUERIES, "the queries are not those that the results name");
    }
    for fault in query::lint(&corpus) {
        verdict.note(fault);
    }
    for m in &results.metrics {
        match exact(&corpus, &m.id) {
            None => verdict.add(Kind::Query, m.id.as_str(), "the query of this metric is missing"),
            Some(q) if q.sha256 != m.query_sha256 => verdict.add(Kind::Query, m.id.as_str(), "the query is another one than the results name"),
            Some(q) if q.kind.name() != m.kind || q.better != m.better || q.title != m.title || q.about != m.about || q.controls != m.controls => {
                verdict.add(Kind::Results, m.id.as_str(), "what the results say of the metric is not what its query says");
            }
            Some(_) => {}
        }
    }
    for q in corpus.queries.iter().filter(|q| results.metrics.iter().all(|m| m.id != q.id)) {
        verdict.add(Kind::Results, q.id.as_str(), "the results do not tell of this metric");
    }
    Some(corpus)
}

fn exact<'c>(corpus: &'c Corpus, id: &str) -> Option<&'c Query> {
    corpus.queries.iter().find(|q| q.id == id)
}

fn tables(bag: &Bag, verdict: &mut Verdict) -> BTreeMap<&'static str, RecordBatch> {
    let mut found = BTreeMap::new();
    for (path, bytes) in bag.payload() {
        let Some(name) = path.strip_prefix("data/tables/").and_then(|p| p.strip_suffix(".parquet")) else { continue };
        if verdict.differences.iter().any(|d| d.kind == Kind::Changed && d.subject == path) {
            verdict.add(Kind::Table, path, "it was not read: its digest is another one than listed");
            continue;
        }
        let read = table::named(name).context("there is no such table").and_then(|t| Ok((t.name, whole(&t.schema(), bytes)?)));
        match read {
            Ok((name, batch)) => drop(found.insert(name, batch)),
            Err(e) => verdict.add(Kind::Table, path, format!("{e:#}")),
        }
    }
    found
}

fn whole(schema: &arrow::datatypes::SchemaRef, bytes: &[u8]) -> anyhow::Result<RecordBatch> {
    guarded(|| lake::decode_as(schema, bytes::Bytes::copy_from_slice(bytes)))
}

/// Libraries stop the thread at some damaged files and statements; a check must come to its end and say so.
fn guarded<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err(anyhow::anyhow!("it is damaged so that it cannot be read")))
}

/// Whether a query may run here: it is one of this version, or a key that the reader trusts has signed it.
fn may_run(query: &Query, ours: &BTreeSet<String>, verdict: &mut Verdict) -> bool {
    if ours.contains(&query.sha256) {
        return true;
    }
    if query.sql.len() > LONGEST || !query::lint_query(query).is_empty() {
        verdict.add(Kind::Query, query.id.as_str(), "it is no query that this program would run");
        return false;
    }
    if verdict.signed_by.is_empty() {
        verdict.note(format!("query {} is none of this version and was not run: give the signer's key by `--key`", query.id));
        return false;
    }
    true
}

/// Every query over the tables, held against the rows and figures of the pack; gives the rows as they come out now.
fn again(bag: &Bag, results: &Results, corpus: &Corpus, tables: &BTreeMap<&'static str, RecordBatch>, verdict: &mut Verdict) -> BTreeMap<String, RecordBatch> {
    let mut all = BTreeMap::new();
    let ours: BTreeSet<String> = Corpus::embedded().map(|c| c.queries.into_iter().map(|q| q.sha256).collect()).unwrap_or_default();
    let closed = results.metrics.iter().filter(|m| m.lines.is_empty()).count();
    if closed > 0 {
        verdict.note(format!("{closed} metrics have no figure; whether their inputs were lacking cannot be told from a pack"));
    }
    for m in results.metrics.iter().filter(|m| !m.lines.is_empty()) {
        let Some(query) = exact(corpus, &m.id).filter(|q| may_run(q, &ours, verdict)) else { continue };
        let rows = match guarded(|| query::execute(query, tables)) {
            Ok(rows) => rows,
            Err(e) => {
                verdict.add(Kind::Rows, m.id.as_str(), format!("the query cannot be repeated: {e:#}"));
                continue;
            }
        };
        let path = format!("data/rows/{}.parquet", m.id);
        match bag.get(&path).map(|bytes| whole(&rows.batch.schema(), bytes)) {
            None => verdict.add(Kind::Missing, path, "the rows of this metric are missing"),
            Some(Ok(stored)) if stored == rows.batch => {}
            Some(Ok(stored)) => verdict.add(Kind::Rows, path, format!("{} rows stand there and {} come out of the query; they differ", stored.num_rows(), rows.batch.num_rows())),
            Some(Err(e)) => verdict.add(Kind::Rows, path, format!("{e:#}")),
        }
        verdict.figures += m.lines.len() as u64;
        refolded(m, query, &rows, &results.period.id, verdict);
        all.insert(m.id.clone(), rows.batch);
    }
    all
}

fn refolded(m: &Metric, query: &Query, rows: &Rows, period: &str, verdict: &mut Verdict) {
    let closed: BTreeMap<String, String> = m.lines.iter().filter(|l| l.figure.is_none()).map(|l| (l.id.clone(), l.reason.clone().unwrap_or_default())).collect();
    let made = metric::lines(query, rows, &closed);
    if made.len() != m.lines.len() {
        verdict.add(Kind::Figure, m.id.as_str(), "the metric has other lines than its query declares");
    }
    for (now, then) in made.iter().zip(&m.lines).filter(|(now, then)| now != then) {
        verdict.add(Kind::Figure, format!("{} {}", m.id, then.id), unlike(now, then));
    }
    if metric::judge(m) != m.verdict {
        verdict.add(Kind::Figure, m.id.as_str(), "the verdict does not follow from figure and target");
    }
    if m.trend.last() != Some(&metric::trend_point(period, m)) {
        verdict.add(Kind::Figure, m.id.as_str(), "the last point of the trend is not the headline");
    }
}

fn unlike(now: &Line, then: &Line) -> String {
    let shown = |l: &Line| l.figure.as_ref().map_or_else(|| "nothing".to_owned(), report::figure_text);
    if now.figure != then.figure {
        return format!("reported is `{}`; the rows give `{}`", shown(then), shown(now));
    }
    let part = if now.dimensions != then.dimensions {
        "a breakdown"
    } else if now.subjects != then.subjects {
        "the list of subjects"
    } else {
        "the number of rows or the title"
    };
    format!("{part} does not follow from the rows")
}

fn derived(bag: &Bag, source: &Source<'_>, verdict: &mut Verdict) {
    match contents::derived(source) {
        Ok(files) => held(bag, files, Kind::Derived, "it is not what results, rows and tables give", verdict),
        Err(e) => verdict.add(Kind::Derived, "data/", format!("the lists cannot be made again: {e:#}")),
    }
}

/// Reports are made again from the results alone; the PDF takes longer than all else and is held by its digest.
fn reports(bag: &Bag, results: &Results, verdict: &mut Verdict) {
    let ours = pack::templates(&Templates::embedded()).ok();
    let same_templates = ours.is_some() && bag.get(TEMPLATES) == ours.as_deref();
    for format in ["json", "csv", "html", "oscal", "ocsf", "sarif", "junit", "xlsx"].iter().filter_map(|f| Format::from_str(f).ok()) {
        let issued = |name: &str| bag.get(&format!("data/{name}")).is_some();
        if format == Format::Html && !same_templates {
            verdict.note("the report was made with other templates than this version has: HTML and PDF were not made again");
            continue;
        }
        let made = match report::render(results, &[format], &Options::default()) {
            Ok(made) => made,
            Err(e) => {
                verdict.add(Kind::Report, format.as_str(), format!("it cannot be made again: {e:#}"));
                continue;
            }
        };
        // A site chooses its formats: one that was not issued at all is no loss.
        if made.iter().any(|a| issued(&a.name)) {
            let files = made.into_iter().map(|a| (format!("data/{}", a.name), a.bytes)).collect();
            held(bag, files, Kind::Report, "it is not made from these results", verdict);
        }
    }
    if bag.get("data/report.pdf").is_some() {
        verdict.note("report.pdf was not made again; it is held by its digest");
    }
    verdict.note("targets, earlier points of trends, notes and restatements stand in results.json as stated; they are held by the signature alone");
}

fn held(bag: &Bag, files: BTreeMap<String, Vec<u8>>, kind: Kind, what: &str, verdict: &mut Verdict) {
    for (path, bytes) in files {
        match bag.get(&path) {
            None => verdict.add(Kind::Missing, path, "this version writes it, and it is not there"),
            Some(found) if found != bytes => verdict.add(kind, path, what),
            Some(_) => {}
        }
    }
}
