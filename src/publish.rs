//! The last stage: files under a name made from their content, then one pointer that makes them current.
//!
//! A run that dies leaves the pointer where it was, so readers see the previous state whole or the new one.

use serde::{Deserialize, Serialize};

use crate::digest;
use crate::report::Artifact;
use crate::results::{Results, SCHEMA};
use crate::store::Place;

/// Where a run's files are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// Always `mfaudit.current/1`.
    pub schema: String,
    /// Folder below the output URL.
    pub path: String,
    /// URL of the folder as shown to people.
    #[serde(skip)]
    pub url: String,
    /// Every file with size and digest.
    pub files: Vec<PublishedFile>,
    /// The evidence pack among them.
    #[serde(flatten)]
    pub pack: Option<PackPointer>,
}

/// What the pack of a later period, or a later issue of this one, needs to know of this pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPointer {
    /// Of its statement: what the next pack names.
    pub statement_sha256: String,
    /// Of what it proves, whoever signs it.
    pub payload_sha256: String,
    /// Statement of the pack before.
    #[serde(default)]
    pub previous_statement_sha256: Option<String>,
    /// Statement of the issue that it replaces.
    #[serde(default)]
    pub replaces_statement_sha256: Option<String>,
}

/// One published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedFile {
    /// Name below the folder.
    pub name: String,
    /// MIME type.
    pub media_type: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

/// What was published before for a period.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Folder below the output URL.
    pub path: String,
    /// Its results.
    pub results: Results,
}

/// The current issue of a period; `None` when there is none, or when it holds no results that this version reads.
///
/// # Errors
/// When the output cannot be read.
pub fn issued(output: &Place, period: &str) -> anyhow::Result<Option<Issue>> {
    let Some(pointer) = output.get(&format!("{period}/current.json"))? else { return Ok(None) };
    let pointer: serde_json::Value = serde_json::from_slice(&pointer).unwrap_or_default();
    let Some(path) = pointer["path"].as_str() else { return Ok(None) };
    let Some(bytes) = output.get(&format!("{path}/results.json"))? else { return Ok(None) };
    let results: Option<Results> = serde_json::from_slice(&bytes).ok();
    Ok(results.filter(|r| r.schema == SCHEMA).map(|results| Issue { path: path.to_owned(), results }))
}

/// The pack that a period was issued with; `None` when there is none.
///
/// # Errors
/// When the output cannot be read.
pub fn packed(output: &Place, period: &str) -> anyhow::Result<Option<PackPointer>> {
    let pointer = output.get(&format!("{period}/current.json"))?;
    Ok(pointer.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// The newest earlier period that was issued with a pack.
///
/// # Errors
/// When the output cannot be read.
pub fn packed_before(output: &Place, period: &str) -> anyhow::Result<Option<(String, PackPointer)>> {
    let mut earlier: Vec<String> = output.list("*/current.json")?.into_iter().filter_map(|o| Some(o.key.strip_suffix("/current.json")?.to_owned())).collect();
    // Months are written so that they sort by time.
    earlier.retain(|p| p.as_str() < period);
    earlier.sort();
    for p in earlier.into_iter().rev() {
        if let Some(pointer) = packed(output, &p)? {
            return Ok(Some((p, pointer)));
        }
    }
    Ok(None)
}

/// Writes the files and then the pointer `<period>/current.json`.
///
/// # Errors
/// When a file cannot be written; the pointer is then untouched.
pub fn publish(output: &Place, period: &str, artifacts: Vec<Artifact>, pack: Option<PackPointer>) -> anyhow::Result<Published> {
    let mut files: Vec<PublishedFile> = artifacts
        .iter()
        .map(|a| PublishedFile { name: a.name.clone(), media_type: a.media_type.to_owned(), bytes: a.bytes.len() as u64, sha256: digest::sha256(&a.bytes) })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let whole = digest::sha256_parts(files.iter().flat_map(|f| [f.name.as_bytes(), f.sha256.as_bytes()]));
    let path = format!("{period}/{}", &whole[..12]);
    for artifact in artifacts {
        output.put(&format!("{path}/{}", artifact.name), artifact.bytes)?;
    }
    let published = Published { schema: "mfaudit.current/1".to_owned(), url: output.shown(&path), path, files, pack };
    let mut pointer = serde_json::to_vec_pretty(&published)?;
    pointer.push(b'\n');
    output.put(&format!("{period}/current.json"), pointer)?;
    Ok(published)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{StoreOptions, Stores};

    #[test]
    fn the_same_files_get_the_same_place_and_the_pointer_names_them() {
        let stores = Stores::new(std::path::Path::new("."), StoreOptions::new()).unwrap();
        let output = stores.open("memory://out").unwrap();
        let files = || vec![Artifact { name: "report.html".into(), media_type: "text/html", bytes: b"x".to_vec() }];
        let first = publish(&output, "2026-10", files(), None).unwrap();
        assert_eq!(publish(&output, "2026-10", files(), None).unwrap(), first);
        let pointer = output.get("2026-10/current.json").unwrap().unwrap();
        assert!(String::from_utf8(pointer.to_vec()).unwrap().contains(&first.path));
        assert!(output.get(&format!("{}/report.html", first.path)).unwrap().is_some());
    }

    #[test]
    fn the_newest_earlier_pack_is_found_and_an_issue_without_one_passed_over() {
        let stores = Stores::new(std::path::Path::new("."), StoreOptions::new()).unwrap();
        let output = stores.open("memory://chain").unwrap();
        let pack = |n: &str| PackPointer { statement_sha256: n.into(), payload_sha256: n.into(), previous_statement_sha256: None, replaces_statement_sha256: None };
        publish(&output, "2026-07", vec![], Some(pack("july"))).unwrap();
        publish(&output, "2026-08", vec![], Some(pack("august"))).unwrap();
        publish(&output, "2026-09", vec![], None).unwrap();
        publish(&output, "2026-11", vec![], Some(pack("november"))).unwrap();
        assert_eq!(packed_before(&output, "2026-10").unwrap(), Some(("2026-08".to_owned(), pack("august"))));
        assert_eq!(packed_before(&output, "2026-07").unwrap(), None);
        assert_eq!(packed(&output, "2026-09").unwrap(), None);
    }
}
