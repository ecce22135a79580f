//! A pack as it came: entries in their own order, before anybody believes their names.

use std::collections::BTreeMap;

use super::{Kind, Verdict};
use crate::evidence::{Bag, archive};

/// A pack as given.
#[derive(Debug, Default)]
pub struct Given {
    /// Name of the folder; of an archive its entries tell.
    name: Option<String>,
    files: Vec<(String, Vec<u8>)>,
    faults: Vec<String>,
}

impl Given {
    /// A zip file.
    ///
    /// # Errors
    /// When the bytes are no archive.
    pub fn zip(bytes: &[u8]) -> anyhow::Result<Self> {
        let found = archive::unzip(bytes)?;
        Ok(Self { name: None, files: found.files, faults: found.faults })
    }

    /// A folder: its name, and its files by path below it.
    #[must_use]
    pub fn folder(name: String, files: Vec<(String, Vec<u8>)>) -> Self {
        Self { name: Some(name), files, faults: Vec::new() }
    }

    /// Things in the folder that are no plain files, or that a store does not list.
    #[must_use]
    pub fn with_strays(mut self, strays: &[String]) -> Self {
        self.faults.extend(strays.iter().map(|path| format!("`{path}` is no plain file, or has a name that stores do not list")));
        self
    }
}

/// The files that have a usable name of their own; all others are named in the verdict.
pub(super) fn bag(given: Given, verdict: &mut Verdict) -> Bag {
    for fault in given.faults {
        verdict.add(Kind::Archive, "archive", fault);
    }
    let mut bag = Bag { name: given.name.clone().unwrap_or_default(), files: BTreeMap::new() };
    let mut folded: BTreeMap<String, String> = BTreeMap::new();
    for (name, bytes) in given.files {
        let Some(path) = placed(&name, given.name.is_some(), &mut bag.name) else {
            verdict.add(Kind::UnsafePath, name, "the path is not one of a file in the folder of the pack");
            continue;
        };
        if bag.files.contains_key(&path) {
            verdict.add(Kind::DuplicateEntry, path, "two entries have this path: programs differ in which one they show");
            continue;
        }
        if let Some(other) = folded.insert(path.to_lowercase(), path.clone()) {
            verdict.add(Kind::CaseClash, &path, format!("differs from `{other}` in upper and lower case only"));
        }
        bag.files.insert(path, bytes);
    }
    bag
}

/// Path below the folder; `None` when it leads elsewhere.
fn placed(name: &str, is_folder: bool, top: &mut String) -> Option<String> {
    let harmless = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(|c: char| c == '\\' || c == ':' || c.is_control());
    if !name.split('/').all(harmless) {
        return None;
    }
    if is_folder {
        return Some(name.to_owned());
    }
    let (first, path) = name.split_once('/')?;
    if top.is_empty() {
        first.clone_into(top);
    }
    (first == top).then(|| path.to_owned())
}
