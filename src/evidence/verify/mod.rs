//! `mfaudit verify`: needs a pack and, for whom to trust, a public key; no network and no configuration.
//!
//! Every difference is named, none hides another: each layer looks at what the one before it left.

mod bagged;
mod chain;
mod keys;
mod opened;
mod proven;
mod signed;
mod stated;

use serde::Serialize;

use super::Bag;

pub use keys::Trusted;
pub use opened::Given;

/// What can be wrong with a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The archive itself: its two directories disagree, or an entry cannot be unpacked.
    Archive,
    /// A path that could land outside the folder.
    UnsafePath,
    /// Two entries of one path.
    DuplicateEntry,
    /// Two paths that some file systems hold for one.
    CaseClash,
    /// The bag's own files say something that does not hold.
    BagInfo,
    /// Size or number of the payload files.
    Oxum,
    /// A line of a manifest that is none, or that stands there twice.
    Manifest,
    /// A file with another digest than listed.
    Changed,
    /// A listed file that is not there.
    Missing,
    /// A file that no list names.
    Added,
    /// The statement names another digest, or not this file.
    Subject,
    /// The statement cannot be read or does not fit the results.
    Statement,
    /// The envelope holds another statement.
    Envelope,
    /// A key was given, and there is no signature of its kind.
    Unsigned,
    /// The statement names a signer whose signature is not there.
    SignatureMissing,
    /// Signed by a key that was not given, or that the statement does not name.
    ForeignKey,
    /// A signature that does not fit.
    BadSignature,
    /// A signature that was made for something else.
    Namespace,
    /// The time stamp is for another statement or was not granted.
    Timestamp,
    /// The pack before is another one than the statement names.
    Chain,
    /// Months without a pack.
    MissingMonth,
    /// The settings are not those of the results.
    Configuration,
    /// The templates are not those that the statement names.
    Templates,
    /// A query is another one than the results name.
    Query,
    /// A table that cannot be read.
    Table,
    /// The results cannot be read or contradict themselves.
    Results,
    /// The rows are not what the query gives.
    Rows,
    /// A figure is not what the rows give.
    Figure,
    /// A report that is not made from these results.
    Report,
    /// A file that is not what results, rows and tables give.
    Derived,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// What is wrong.
    pub kind: Kind,
    /// File, metric, key or period.
    pub subject: String,
    /// One sentence.
    pub detail: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Name of the bag.
    pub pack: String,
    /// Whose audit, as the statement says.
    pub organisation: String,
    /// Which period, as the statement says.
    pub period: String,
    /// Digest of the statement: what the next pack names.
    pub statement_sha256: String,
    /// Signatures that fit a given key.
    pub signed_by: Vec<String>,
    /// Instant of the attached time stamp.
    pub stamped_at: Option<String>,
    /// Files looked at.
    pub files: u64,
    /// Lines of metrics that were worked out again.
    pub figures: u64,
    /// Every difference.
    pub differences: Vec<Difference>,
    /// What was not checked, and what a reader must know.
    pub notes: Vec<String>,
}

impl Verdict {
    fn add(&mut self, kind: Kind, subject: impl Into<String>, detail: impl Into<String>) {
        self.differences.push(Difference { kind, subject: subject.into(), detail: detail.into() });
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

/// The files of a pack whose archive and lists of digests hold; who signed it and what follows from it is [`verify`]'s business.
///
/// # Errors
/// With every difference, when something was changed, lost or added.
pub fn intact(given: Given) -> Result<Bag, Vec<Difference>> {
    let mut verdict = Verdict::default();
    let bag = opened::bag(given, &mut verdict);
    bagged::check(&bag, &mut verdict);
    if verdict.differences.is_empty() { Ok(bag) } else { Err(verdict.differences) }
}

/// Checks a pack from the outside in: archive, bag, statement, signatures, chain, and then the numbers.
#[must_use]
pub fn verify(given: Given, trusted: &[Trusted], previous: Option<&Bag>) -> Verdict {
    let mut verdict = Verdict::default();
    let bag = opened::bag(given, &mut verdict);
    verdict.pack.clone_from(&bag.name);
    verdict.files = bag.files.len() as u64;
    bagged::check(&bag, &mut verdict);
    let statement = stated::check(&bag, &mut verdict);
    signed::check(&bag, statement.as_ref(), trusted, &mut verdict);
    if let Some(statement) = &statement {
        chain::check(&statement.predicate, previous, &mut verdict);
    }
    proven::check(&bag, statement.as_ref(), &mut verdict);
    verdict.differences.sort();
    verdict.differences.dedup();
    verdict
}
