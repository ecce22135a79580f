//! What a sample is drawn from: the tables of a published folder or of an evidence pack, with no configuration.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use arrow::record_batch::RecordBatch;

use super::super::Usage;
use super::super::verify::{given, is_zip};
use crate::derive::Fact;
use crate::digest;
use crate::evidence::Bag;
use crate::evidence::verify::{Given, intact};
use crate::lake;
use crate::query::Population;
use crate::results::{Results, State};
use crate::store::{Place, Stores};
use crate::table;

/// Tables of one period and what a reader must know of them.
pub(super) struct Source {
    pub(super) tables: BTreeMap<&'static str, RecordBatch>,
    /// SHA-256 of each table file.
    pub(super) digests: BTreeMap<String, String>,
    pub(super) notes: Vec<String>,
}

enum Files {
    Pack(Bag),
    Published(Place),
}

impl Files {
    fn open(stores: &Stores, from: &str) -> anyhow::Result<Self> {
        if is_zip(from) {
            return pack(given(stores, from)?, from);
        }
        let place = stores.open(from)?;
        if place.get("bagit.txt")?.is_some() {
            return pack(given(stores, from)?, from);
        }
        if place.get("tables/period.parquet")?.is_none() {
            return Err(Usage(format!("`{from}` is neither a published folder (with tables/) nor an evidence pack")).into());
        }
        Ok(Self::Published(place))
    }

    fn get(&self, published: &str, packed: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Self::Pack(bag) => Ok(bag.get(packed).map(<[u8]>::to_vec)),
            Self::Published(place) => Ok(place.get(published)?.map(|bytes| bytes.to_vec())),
        }
    }
}

/// A pack that was altered is no population: nothing is drawn from it.
fn pack(given: Given, from: &str) -> anyhow::Result<Files> {
    intact(given).map(Files::Pack).map_err(|differences| {
        let first = differences.first().map(|d| format!("{}: {}", d.subject, d.detail)).unwrap_or_default();
        Usage(format!("`{from}` is not the pack that was made ({} differences, the first {first}); `mfaudit verify` names all", differences.len())).into()
    })
}

/// The tables that a population reads, and the one that names the period.
pub(super) fn read(stores: &Stores, from: &str, population: &Population) -> anyhow::Result<Source> {
    let files = Files::open(stores, from)?;
    let names: BTreeSet<&str> = population.reads.iter().map(String::as_str).chain(["period"]).collect();
    let (mut tables, mut digests) = (BTreeMap::new(), BTreeMap::new());
    for name in names {
        let table = table::named(name).with_context(|| format!("there is no table `{name}`"))?;
        let path = format!("tables/{name}.parquet");
        let found = files.get(&path, &format!("data/{path}"))?;
        let bytes = found.ok_or_else(|| Usage(format!("`{from}` has no {path}: it was made by another version, or the file was disposed of")))?;
        digests.insert(name.to_owned(), digest::sha256(&bytes));
        let batch = lake::decode_as(&table.schema(), bytes.into()).with_context(|| format!("`{path}`: made by another version, or damaged"))?;
        tables.insert(table.name, batch);
    }
    let notes = notes(files.get("results.json", "data/results.json")?.as_deref(), population)?;
    Ok(Source { tables, digests, notes })
}

/// What closed a metric may have kept items away as well.
fn notes(results: Option<&[u8]>, population: &Population) -> anyhow::Result<Vec<String>> {
    let Some(bytes) = results else { return Ok(vec!["there is no results.json: whether the inputs were whole is not told".to_owned()]) };
    let results: Results = serde_json::from_slice(bytes).context("results.json cannot be read by this version")?;
    let facts = population.facts();
    let shared = |reads: &[String]| reads.iter().flat_map(|t| Fact::behind(t)).any(|f| facts.contains(f));
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for m in results.metrics.iter().filter(|m| m.state == State::NotComputed && shared(&m.reads)) {
        reasons.entry(m.reason.as_deref().unwrap_or("no reason is recorded")).or_default().push(&m.id);
    }
    Ok(reasons.into_iter().map(|(reason, ids)| format!("items may be missing: {reason} ({} not computed)", ids.join(", "))).collect())
}
