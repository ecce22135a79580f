//! The statement: an in-toto Statement over every file, and how a pack hangs on the one before it.

use serde::{Deserialize, Serialize};

use super::bag::{Bag, TAG_MANIFEST};
use crate::digest;
use crate::results::{Pseudonymised, Results, SourceTotals, State, Tool};

pub(super) const PATH: &str = "statement.json";
pub(super) const TYPE: &str = "https://in-toto.io/Statement/v1";
pub(super) const PREDICATE_TYPE: &str = "urn:mfaudit:evidence:1";

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Always the in-toto Statement of version 1.
    #[serde(rename = "_type")]
    pub kind: String,
    /// Every file that stood before the statement was made.
    pub subject: Vec<Subject>,
    /// Always `urn:mfaudit:evidence:1`.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said of them.
    pub predicate: Predicate,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Path below the bag.
    pub name: String,
    /// Its digests.
    pub digest: Digests,
}

/// Digests of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What the pack is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    /// Whose audit this is.
    pub organisation: String,
    /// `2026-10`.
    pub period: String,
    /// First instant of the period.
    pub start: String,
    /// First instant after it.
    pub end: String,
    /// The instant the run stands at, asserted by the host that made the pack.
    pub as_of: String,
    /// The program that made the pack.
    pub tool: Tool,
    /// Of the settings in force: of `data/configuration.txt`, where people are not under pseudonyms.
    pub config_sha256: String,
    /// Set when people are shown under pseudonyms, with the digest of `data/configuration.txt` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonymised: Option<Pseudonymised>,
    /// Over the queries.
    pub queries_sha256: String,
    /// Over the report templates.
    pub templates_sha256: String,
    /// Of the payload's manifest.
    pub payload_sha256: String,
    /// No metric lacks an input.
    pub complete: bool,
    /// Metrics that were computed.
    pub computed: u64,
    /// Metrics that lack an input.
    pub not_computed: u64,
    /// Metrics that these inputs cannot carry at all.
    pub not_observable: u64,
    /// Control totals per source.
    pub intake: Vec<SourceTotals>,
    /// The pack before this one, and what it replaces.
    pub chain: Chain,
    /// Names of the keys that sign; none when the pack is unsigned.
    pub signers: Vec<String>,
}

/// The pack before this one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The newest earlier period that was issued with a pack.
    pub previous: Option<Link>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_previous: Option<String>,
    /// Months between the two for which nothing was issued.
    pub missing: Vec<String>,
    /// SHA-256 of the statement of an earlier issue of the same period with other contents.
    pub replaces: Option<String>,
}

/// A pack by its statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// `2026-09`.
    pub period: String,
    /// Of its `statement.json`.
    pub statement_sha256: String,
}

impl Statement {
    /// States the files that the bag holds so far.
    pub(super) fn new(bag: &Bag, results: &Results, templates_sha256: String, chain: Chain, signers: Vec<String>) -> Self {
        let count = |state: State| results.metrics.iter().filter(|m| m.state == state).count() as u64;
        let subject = bag.files.iter().filter(|(path, _)| path.as_str() != TAG_MANIFEST);
        Self {
            kind: TYPE.to_owned(),
            subject: subject.map(|(path, bytes)| Subject { name: path.clone(), digest: Digests { sha256: digest::sha256(bytes) } }).collect(),
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate {
                organisation: results.organisation.name.clone(),
                period: results.period.id.clone(),
                start: results.period.start.clone(),
                end: results.period.end.clone(),
                as_of: results.as_of.clone(),
                tool: results.tool.clone(),
                config_sha256: results.config_sha256.clone(),
                pseudonymised: results.pseudonymised.clone(),
                queries_sha256: results.queries_sha256.clone(),
                templates_sha256,
                payload_sha256: payload_sha256(bag),
                complete: results.complete,
                computed: count(State::Computed),
                not_computed: count(State::NotComputed),
                not_observable: count(State::NotObservable),
                intake: results.intake.sources.clone(),
                chain,
                signers,
            },
        }
    }

    /// The bytes that are signed.
    pub(super) fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Digest of the payload's manifest: one number for all that is proven.
pub(super) fn payload_sha256(bag: &Bag) -> String {
    digest::sha256(bag.get(super::bag::MANIFEST).unwrap_or_default())
}
