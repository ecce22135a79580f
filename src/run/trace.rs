//! From a number to its rows, from a row to canonical rows, from those to the raw record.

use std::collections::BTreeSet;

use super::{Prepared, ingest};
use crate::derive::{Derivation, Origin};
use crate::lake::{At, IngestReport, Recalled, Watch, object_of, recall};
use crate::metric;
use crate::report::figure_text;

/// Rows of a metric, and records behind them, that are shown.
const ROWS: usize = 50;

/// One metric or one of its subjects, traced.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Traced {
    /// Metric id.
    pub metric: String,
    /// Its heading.
    pub title: String,
    /// SHA-256 of the query file.
    pub query_sha256: String,
    /// Line and figure.
    pub figures: Vec<(String, String)>,
    /// Columns of the rows.
    pub columns: Vec<String>,
    /// Rows of the subject, or the first of all.
    pub rows: Vec<Vec<String>>,
    /// All of them.
    pub row_count: usize,
    /// Records behind the rows shown; without a subject none.
    pub records: Vec<TracedRecord>,
    /// All of them.
    pub record_count: usize,
}

/// A canonical row with its raw record.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TracedRecord {
    /// The canonical row.
    #[serde(flatten)]
    pub origin: Origin,
    /// Version of the object as taken in.
    pub version: String,
    /// SHA-256 of the object as taken in.
    pub sha256: String,
    /// `same`, `changed`, `gone`, `unreadable` or `unknown`.
    pub state: String,
    /// The record, or what is wrong.
    pub text: String,
}

/// Traces a metric, or one subject of it with at most `limit` records.
///
/// # Errors
/// When the lake cannot be made or read, or there is no such metric or subject.
pub fn trace(prepared: &Prepared, watch: &dyn Watch, id: &str, subject: Option<&str>, limit: usize) -> anyhow::Result<Traced> {
    let query = prepared.corpus.get(id).ok_or_else(|| Untraceable(format!("there is no metric `{id}`: `mfaudit list` names them")))?;
    let (report, lake) = ingest(prepared, watch)?;
    let derivation = Derivation::new(&prepared.config, &lake, &report);
    let desk = derivation.desk(&prepared.period, prepared.as_of)?;
    let measured = metric::measure(query, &desk, None)?;
    let metric = &measured.metric;
    let rows = measured.rows.as_ref().ok_or_else(|| Untraceable(format!("{} was not computed: {}", metric.id, metric.reason.as_deref().unwrap_or("no reason is recorded"))))?;
    let columns: Vec<String> = rows.batch.schema().fields().iter().map(|f| f.name().clone()).collect();
    let cells: Vec<Vec<String>> = columns.iter().map(|c| rows.texts(c)).collect();
    let (subjects, labels) = (rows.texts("subject"), rows.texts("label"));
    let about = |i: &usize| subject.is_none_or(|s| of_subject(s, &subjects[*i]) || labels[*i] == s);
    let chosen: Vec<usize> = (0..subjects.len()).filter(about).collect();
    if let (Some(s), true) = (subject, chosen.is_empty()) {
        return Err(Untraceable(format!("{} has no row for `{s}`: a subject is given as its rows name it, by id or by label", metric.id)).into());
    }
    let ids: BTreeSet<&str> = chosen.iter().flat_map(|i| subjects[*i].split(' ').chain([subjects[*i].as_str()])).filter(|s| !s.is_empty()).collect();
    let origins = if subject.is_some() { derivation.origins(&query.reads, &ids, &prepared.period)? } else { Vec::new() };
    let record_count = origins.len();
    Ok(Traced {
        metric: metric.id.clone(),
        title: metric.title.clone(),
        query_sha256: metric.query_sha256.clone(),
        figures: metric.lines.iter().map(|l| (l.title.clone(), l.figure.as_ref().map_or_else(|| l.reason.clone().unwrap_or_default(), figure_text))).collect(),
        rows: chosen.iter().take(ROWS).map(|i| cells.iter().map(|column| column[*i].clone()).collect()).collect(),
        columns,
        row_count: chosen.len(),
        records: origins.into_iter().take(limit).map(|o| record(prepared, &report, o)).collect::<anyhow::Result<_>>()?,
        record_count,
    })
}

/// A subject is one id or several in a row, such as an event and its target.
fn of_subject(wanted: &str, subject: &str) -> bool {
    subject == wanted || subject.split(' ').any(|part| part == wanted)
}

/// What was asked for does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Untraceable(String);

fn record(prepared: &Prepared, report: &IngestReport, origin: Origin) -> anyhow::Result<TracedRecord> {
    let known = report.ledgers.get(&origin.source).and_then(|l| object_of(l, &origin.raw_object));
    let Some((key, entry, inner)) = known else {
        return Ok(TracedRecord { origin, version: String::new(), sha256: String::new(), state: "unknown".to_owned(), text: "the ledger does not name this object".to_owned() });
    };
    let sources = prepared.config.sources.iter().map(|s| (s.id.as_str(), s.url.as_str()));
    let register = prepared.config.register.iter().map(|r| ("register", r.url.as_str()));
    let url = sources.chain(register).find(|(id, _)| *id == origin.source).map(|(_, url)| url);
    let recalled = match url {
        Some(url) => {
            let at = if origin.source == "register" { At::Entry(origin.raw_offset) } else { At::Offset(origin.raw_offset) };
            recall(&prepared.stores.open(url)?, key, entry, inner, at)?
        }
        None => Recalled::Gone,
    };
    let (state, text) = match recalled {
        Recalled::Same(text) => ("same", text),
        Recalled::Changed(now) => ("changed", format!("other bytes stand under this name now: SHA-256 {now}")),
        Recalled::Gone => ("gone", "the object is no longer in the store".to_owned()),
        Recalled::Unreadable(why) => ("unreadable", why),
    };
    let (version, sha256) = (entry.version.clone(), entry.sha256.clone());
    Ok(TracedRecord { origin, version, sha256, state: state.to_owned(), text })
}
