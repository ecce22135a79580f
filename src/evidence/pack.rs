//! From what a run made to one sealed, signed bag.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::json;

use super::bag::{self, Bag};
use super::contents::{self, Source};
use super::retention::{self, Class, Retention};
use super::statement::{self, Chain, Statement};
use super::{Signers, archive, readme, sign, timestamp};
use crate::config::{Config, Evidence};
use crate::derive::Desk;
use crate::digest;
use crate::metric::Measured;
use crate::query::Corpus;
use crate::report::{self, Artifact, Format, Options, Templates};
use crate::results::Results;

/// Everything a pack is made from.
#[derive(Debug)]
pub struct Ingredients<'a> {
    /// What was found.
    pub results: &'a Results,
    /// The queries that ran.
    pub corpus: &'a Corpus,
    /// The templates in force.
    pub templates: &'a Templates,
    /// The settings in force.
    pub config: &'a Config,
    /// Their text as the pack shows it.
    pub configuration: &'a str,
    /// What the queries read.
    pub desk: &'a Desk,
    /// What they returned.
    pub measured: &'a [Measured],
    /// Reports, rows and tables as they are published.
    pub artifacts: &'a [Artifact],
    /// The keys that sign.
    pub signers: &'a Signers,
}

/// A finished pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its files.
    pub bag: Bag,
    /// The bag as one zip file.
    pub zip: Vec<u8>,
    /// Digest of what is proven, whoever signs it.
    pub payload_sha256: String,
    /// What the next pack names.
    pub statement_sha256: String,
    /// How it hangs on the packs before.
    pub chain: Chain,
}

/// Makes a pack; `chain` is asked with the digest of the payload, since an issue with the same payload replaces nothing.
///
/// # Errors
/// When a file cannot be written or a key does not sign.
pub fn pack(of: &Ingredients<'_>, chain: impl FnOnce(&str) -> anyhow::Result<Chain>) -> anyhow::Result<Pack> {
    let kept = kept(&of.config.evidence);
    let mut files = payload(of)?;
    let listed: Vec<&str> = files.keys().map(String::as_str).chain(["data/retention.csv"]).collect();
    let sheet = retention::sheet(listed.into_iter(), kept, &of.results.as_of)?;
    files.insert("data/retention.csv".to_owned(), sheet);
    let mut bag = Bag { name: String::new(), files };
    let manifest = bag::manifest(bag.payload());
    bag.files.insert(bag::MANIFEST.to_owned(), manifest.into_bytes());
    let payload_sha256 = statement::payload_sha256(&bag);
    bag.name = format!("mfaudit-{}-{}", of.results.period.id, &payload_sha256[..12]);
    let signers = of.signers.names();
    let info = info(of, &bag, kept)?;
    bag.files.insert(bag::DECLARATION.to_owned(), bag::DECLARED.as_bytes().to_vec());
    bag.files.insert(bag::INFO.to_owned(), info.into_bytes());
    bag.files.insert(readme::PATH.to_owned(), readme::text(of.results, &signers, kept)?.into_bytes());
    let chain = chain(&payload_sha256)?;
    let stated = Statement::new(&bag, of.results, of.templates.sha256(), chain.clone(), signers).bytes()?;
    bag.files.extend(of.signers.sign(&stated, &of.results.as_of)?);
    bag.files.insert(timestamp::QUERY.to_owned(), timestamp::query(&stated)?);
    let statement_sha256 = digest::sha256(&stated);
    bag.files.insert(statement::PATH.to_owned(), stated);
    bag.seal();
    Ok(Pack { zip: archive::zip(&bag)?, bag, payload_sha256, statement_sha256, chain })
}

fn kept(evidence: &Evidence) -> Retention {
    Retention { detail_months: evidence.detail_months, summary_months: evidence.summary_months }
}

/// Everything below `data/` but the retention list.
fn payload(of: &Ingredients<'_>) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let rows: BTreeMap<_, _> = of.measured.iter().filter_map(|m| Some((m.metric.id.clone(), m.rows.as_ref()?.batch.clone()))).collect();
    let mut files = contents::derived(&Source { results: of.results, corpus: of.corpus, rows: &rows, tables: &of.desk.tables })?;
    for artifact in of.artifacts {
        // The same places as where it is published: links of the report to its rows hold in both.
        files.insert(format!("data/{}", artifact.name), artifact.bytes.clone());
    }
    // A pack is checked against the results, whatever formats a site asks for.
    if !files.contains_key("data/results.json") {
        let made = report::render(of.results, &[Format::Json], &Options::default())?;
        files.extend(made.into_iter().map(|a| (format!("data/{}", a.name), a.bytes)));
    }
    for query in &of.corpus.queries {
        files.insert(format!("data/queries/{}.sql", query.id), query.sql.clone().into_bytes());
    }
    files.insert("data/configuration.txt".to_owned(), of.configuration.as_bytes().to_vec());
    files.insert("data/templates.json".to_owned(), templates(of.templates)?);
    Ok(files)
}

/// Name and digest of every template.
pub(super) fn templates(templates: &Templates) -> anyhow::Result<Vec<u8>> {
    let names: BTreeMap<&str, String> = templates.files().iter().map(|(name, text)| (name.as_str(), digest::sha256(text.as_bytes()))).collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({ "sha256": templates.sha256(), "files": names }))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn info(of: &Ingredients<'_>, bag: &Bag, kept: Retention) -> anyhow::Result<String> {
    let made: jiff::Timestamp = of.results.as_of.parse().context("the instant of the run")?;
    let lines = [
        ("Source-Organization", readme::one_line(&of.results.organisation.name)),
        ("External-Identifier", bag.name.clone()),
        ("External-Description", format!("Evidence for the MFA audit report of {}", of.results.period.label)),
        ("Bagging-Date", made.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()),
        ("Payload-Oxum", bag.oxum()),
        ("Bag-Software-Agent", format!("{} {}", of.results.tool.name, of.results.tool.version)),
        ("Period", of.results.period.id.clone()),
        ("Classification", readme::one_line(&of.results.organisation.classification)),
        ("Retention-Detail", kept.until(Class::Detail, &of.results.as_of)?),
        ("Retention-Summary", kept.until(Class::Summary, &of.results.as_of)?),
        ("Trusted-Time", format!("{} where it is attached, else asserted by the host only", timestamp::REPLY)),
    ];
    Ok(lines.iter().map(|(label, value)| format!("{label}: {value}\n")).collect())
}

/// A zip file as a bag, without looking at what it holds.
///
/// # Errors
/// When the bytes are no archive, or its entries are not in one folder.
pub fn unpacked(zip: &[u8]) -> anyhow::Result<Bag> {
    let mut bag = Bag::default();
    for (name, bytes) in archive::unzip(zip)?.files {
        let (top, path) = name.split_once('/').with_context(|| format!("`{name}` is not in a folder"))?;
        top.clone_into(&mut bag.name);
        bag.files.insert(path.to_owned(), bytes);
    }
    Ok(bag)
}

/// The pack with the answer of a time-stamping authority. What is signed stays as it is; only the tag manifest is made anew.
///
/// # Errors
/// When the pack has no statement, or the answer was not granted or is for another digest.
pub fn attach(zip: &[u8], reply: Vec<u8>) -> anyhow::Result<(Vec<u8>, jiff::Timestamp)> {
    let mut bag = unpacked(zip)?;
    let stated = bag.get(statement::PATH).with_context(|| format!("the pack has no {}", statement::PATH))?;
    let at = timestamp::stamped(&reply, stated)?;
    bag.files.insert(timestamp::REPLY.to_owned(), reply);
    bag.seal();
    Ok((archive::zip(&bag)?, at))
}

/// Signature files by name.
pub(super) const SIGNATURES: [&str; 3] = [sign::SSH, sign::MINISIGN, sign::ENVELOPE];
