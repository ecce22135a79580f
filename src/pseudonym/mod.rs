//! People under pseudonyms: the desk is rewritten before anything is measured, so that every later stage, and everybody who
//! repeats the calculation from the pack, sees pseudonyms only.
//!
//! A pseudonym is a keyed digest (HMAC-SHA-256) of the text that means a person: the same key gives the same pseudonym in
//! every table, period and run, and without the key nobody can try names out. Ids become `id-` and 16 digits, names
//! `person-` and 12, network addresses `ip-` and 12.
//!
//! Rather too much is replaced than too little: a person called `May` takes the month out of every sentence. What stays
//! is the closed vocabulary of the tables (see `columns`), since the queries compare with it, and the ids of groups,
//! policies, applications, roles, register entries, events, tickets and tenants.

mod columns;
mod results;
mod text;
mod tokens;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use anyhow::Context;
use arrow::array::StringArray;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::derive::{Desk, Named};
use crate::digest;
use crate::results::RegisterEntry;
use crate::store::Secret;
use crate::table::typed;

/// What a text means; each kind has pseudonyms of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Id of an account.
    Id,
    /// Name of a person or account.
    Person,
    /// Network address.
    Address,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Id, Self::Person, Self::Address];

    /// What a pseudonym of this kind begins with.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Person => "person",
            Self::Address => "ip",
        }
    }

    fn digits(self) -> usize {
        match self {
            Self::Id => 16,
            Self::Person | Self::Address => 12,
        }
    }

    /// The text alone decides where it can, so that a text that is an id in one table and a name in another stays one.
    fn of(text: &str, otherwise: Self) -> Self {
        if text.parse::<IpAddr>().is_ok() {
            Self::Address
        } else if text.contains('@') {
            Self::Person
        } else {
            otherwise
        }
    }
}

/// Pseudonyms of everybody whom a period's inputs name.
pub struct Pseudonyms {
    mac: Hmac<Sha256>,
    /// By the original as written.
    by_text: BTreeMap<String, (Kind, String)>,
    /// By the original in lower case.
    by_folded: BTreeMap<String, String>,
    /// Finds originals within a text.
    search: AhoCorasick,
    /// Pseudonym per pattern of the search.
    found: Vec<String>,
    /// Mail and network addresses met in texts, which no table names.
    met: RefCell<BTreeMap<String, (Kind, String)>>,
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither key nor originals are for logs.
        f.debug_struct("Pseudonyms").field("originals", &self.by_text.len()).finish_non_exhaustive()
    }
}

impl Pseudonyms {
    /// Pseudonyms for everybody whom a desk's inputs name.
    ///
    /// # Errors
    /// When two originals get one pseudonym, or the search cannot be built.
    pub(crate) fn new(key: &Secret, named: &Named) -> anyhow::Result<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).map_err(|_| anyhow::anyhow!("the key of the pseudonyms cannot be used"))?;
        let mut by_text = BTreeMap::new();
        for (kind, originals) in [(Kind::Id, &named.ids), (Kind::Person, &named.names), (Kind::Address, &named.addresses)] {
            for original in originals {
                by_text.entry(original.clone()).or_insert_with(|| made(&mac, Kind::of(original, kind), original));
            }
        }
        let different: BTreeSet<&str> = by_text.values().map(|(_, pseudonym)| pseudonym.as_str()).collect();
        anyhow::ensure!(different.len() == by_text.len(), "two people would share a pseudonym: set another `evidence.pseudonym_key`");
        let mut by_folded = BTreeMap::new();
        let (mut patterns, mut found) = (Vec::new(), Vec::new());
        for (original, (_, pseudonym)) in &by_text {
            by_folded.entry(original.to_lowercase()).or_insert_with(|| pseudonym.clone());
            for form in text::forms(original) {
                patterns.push(form);
                found.push(pseudonym.clone());
            }
        }
        for (original, (_, pseudonym)) in by_text.iter().filter(|(_, (kind, _))| *kind == Kind::Person) {
            // What is a name of its own stays one.
            for variant in text::variants(original).into_iter().filter(|v| !by_folded.contains_key(&v.to_lowercase())) {
                for form in text::forms(&variant) {
                    patterns.push(form);
                    found.push(pseudonym.clone());
                }
            }
        }
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(&patterns).context("preparing the search for names")?;
        Ok(Self { mac, by_text, by_folded, search, found, met: RefCell::default() })
    }

    /// Tells one key from another without telling the key.
    #[must_use]
    pub fn key_id(&self) -> String {
        digits(&self.mac, "key\0mfaudit", 8)
    }

    /// Kind, original and pseudonym of everybody, also of those met in texts so far.
    #[must_use]
    pub fn map(&self) -> BTreeSet<(&'static str, String, String)> {
        let met = self.met.borrow();
        self.by_text.iter().chain(met.iter()).map(|(original, (kind, pseudonym))| (kind.name(), original.clone(), pseudonym.clone())).collect()
    }

    /// Rewrites everything that a period is measured from.
    ///
    /// # Errors
    /// When a column is not what its table says.
    pub fn desk(&self, desk: &mut Desk) -> anyhow::Result<()> {
        for batch in desk.tables.values_mut() {
            *batch = self.batch(batch)?;
        }
        desk.register.iter_mut().for_each(|e| self.entry(e));
        desk.deliveries.iter_mut().for_each(|d| self.put(&mut d.reason));
        desk.missing.values_mut().chain(desk.unobservable.values_mut()).for_each(|reason| self.put(reason));
        Ok(())
    }

    fn batch(&self, batch: &RecordBatch) -> anyhow::Result<RecordBatch> {
        let schema = batch.schema();
        let mut columns = batch.columns().to_vec();
        for (field, column) in schema.fields().iter().zip(&mut columns) {
            if field.data_type() == &DataType::Utf8 && !columns::is_vocabulary(field.name()) {
                *column = Arc::new(self.column(typed(batch, "desk", field.name())?));
            }
        }
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    /// Columns repeat themselves: each text is looked at once.
    fn column(&self, texts: &StringArray) -> StringArray {
        let mut known: BTreeMap<&str, String> = BTreeMap::new();
        texts.iter().map(|t| t.map(|t| known.entry(t).or_insert_with(|| self.text(t).into_owned()).clone())).collect()
    }

    fn entry(&self, entry: &mut RegisterEntry) {
        let RegisterEntry {
            id,
            category: _,
            category_raw,
            state: _,
            owner,
            scope,
            objects: _,
            activated: _,
            expires: _,
            age_days: _,
            overdue_days: _,
            compensating_controls,
            last_review,
            faults,
        } = entry;
        for text in [id, category_raw, owner, scope, compensating_controls, last_review].into_iter().chain(faults) {
            self.put(text);
        }
    }

    fn put(&self, text: &mut String) {
        let new = match self.text(text) {
            Cow::Owned(new) => Some(new),
            Cow::Borrowed(_) => None,
        };
        if let Some(new) = new {
            *text = new;
        }
    }
}

fn made(mac: &Hmac<Sha256>, kind: Kind, original: &str) -> (Kind, String) {
    let name = kind.name();
    (kind, format!("{name}-{}", digits(mac, &format!("{name}\0{original}"), kind.digits())))
}

/// The first hexadecimal digits of the keyed digest.
fn digits(mac: &Hmac<Sha256>, text: &str, count: usize) -> String {
    let mut mac = mac.clone();
    mac.update(text.as_bytes());
    digest::hex(&mac.finalize().into_bytes()).chars().take(count).collect()
}

#[cfg(test)]
mod tests;
