//! All query files: embedded in the program, or a folder that replaces the whole set.

use std::path::Path;

use anyhow::Context;
use include_dir::{Dir, include_dir};

use super::Query;
use crate::digest;
use crate::store::Stores;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// Queries in the order of their ids.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// K1, K2, … K11.
    pub queries: Vec<Query>,
}

impl Corpus {
    /// The queries that ship with the program.
    ///
    /// # Errors
    /// When a header is broken.
    pub fn embedded() -> anyhow::Result<Self> {
        let files = EMBEDDED.files().filter(|f| f.path().extension().is_some_and(|e| e == "sql"));
        Self::from_texts(files.map(|f| (stem(f.path()), f.contents_utf8().unwrap_or("").to_owned())))
    }

    /// The queries of a folder, in place of those that ship with the program.
    ///
    /// # Errors
    /// When the folder holds none, or a header is broken.
    pub fn folder(stores: &Stores, url: &str) -> anyhow::Result<Self> {
        let place = stores.open(url)?;
        let mut files = Vec::new();
        for object in place.list("*.sql")? {
            let bytes = place.get(&object.key)?.unwrap_or_default();
            files.push((stem(Path::new(&object.key)), String::from_utf8(bytes.to_vec()).with_context(|| format!("`{}` is not UTF-8", place.shown(&object.key)))?));
        }
        anyhow::ensure!(!files.is_empty(), "`{url}` holds no query files (*.sql)");
        Self::from_texts(files.into_iter())
    }

    /// Queries by file stem and text, in whatever order they come.
    ///
    /// # Errors
    /// When a header is broken or its id is not the stem.
    pub fn from_texts(files: impl Iterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let mut queries = Vec::new();
        for (stem, text) in files {
            let query = Query::parse(&stem, &text)?;
            anyhow::ensure!(query.id == stem, "query `{stem}`: the header says id `{}`; the id must equal the file's name", query.id);
            queries.push(query);
        }
        queries.sort_by_key(|q| order(&q.id));
        Ok(Self { queries })
    }

    /// SHA-256 over all files.
    #[must_use]
    pub fn sha256(&self) -> String {
        digest::sha256_parts(self.queries.iter().map(|q| q.sha256.as_bytes()))
    }

    /// The query of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Query> {
        self.queries.iter().find(|q| q.id.eq_ignore_ascii_case(id) || q.name == id)
    }

    /// Target keys that queries declare.
    pub fn target_keys(&self) -> impl Iterator<Item = &str> {
        self.queries.iter().filter_map(|q| q.target.as_deref())
    }
}

pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// K2 comes before K11; the metrics of the contract first, then the reconciliation, then detections of their own.
fn order(id: &str) -> (u8, String, u32, String) {
    let letters: String = id.chars().take_while(|c| c.is_alphabetic()).collect();
    let digits: String = id.chars().skip(letters.len()).take_while(char::is_ascii_digit).collect();
    let rank = match letters.as_str() {
        "K" => 0,
        "R" => 1,
        _ => 2,
    };
    (rank, letters, digits.parse().unwrap_or(0), id.to_owned())
}
