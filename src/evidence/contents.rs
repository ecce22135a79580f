//! What can be made from results, tables and queries alone: a check of a pack makes these files again and compares.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;

use super::{dictionary, figures, intake, reperform, sbom};
use crate::query::{Corpus, populations};
use crate::results::Results;

/// What a pack proves, and what it proves it by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) results: &'a Results,
    pub(super) corpus: &'a Corpus,
    /// What each query returned, by metric.
    pub(super) rows: &'a BTreeMap<String, RecordBatch>,
    /// What the queries read.
    pub(super) tables: &'a BTreeMap<&'static str, RecordBatch>,
}

/// Every derived file by path.
pub(super) fn derived(source: &Source<'_>) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files: BTreeMap<String, Vec<u8>> = intake::sheets(source)?.into_iter().collect();
    for (id, batch) in source.rows {
        let (path, bytes) = intake::batch_sheet(&format!("data/rows/{id}.csv"), batch)?;
        files.insert(path, bytes);
    }
    files.extend(populations()?.into_iter().map(|p| (format!("data/populations/{}.sql", p.id), p.sql.into_bytes())));
    files.insert(figures::PATH.to_owned(), figures::sheet(source.results)?);
    files.insert("data/dictionary.csv".to_owned(), dictionary::sheet(source)?);
    files.insert("data/reperform.sql".to_owned(), reperform::script(source).into_bytes());
    files.insert("data/sbom.cdx.json".to_owned(), sbom::cyclonedx()?);
    Ok(files)
}
