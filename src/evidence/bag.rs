//! The bag: BagIt 1.0 (RFC 8493), which archives read and `sha256sum -c` checks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::digest;

pub(super) const DECLARATION: &str = "bagit.txt";
pub(super) const DECLARED: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(super) const INFO: &str = "bag-info.txt";
pub(super) const MANIFEST: &str = "manifest-sha256.txt";
pub(super) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(super) const PAYLOAD: &str = "data/";

/// A folder of files with the lists of their digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bag {
    /// Name of the folder.
    pub name: String,
    /// Files by path below the folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Bag {
    /// Bytes of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// A file as text; `None` when it is missing or not UTF-8.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.get(path)?).ok()
    }

    /// Payload files.
    pub(super) fn payload(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().filter(|(path, _)| path.starts_with(PAYLOAD)).map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Everything a tag manifest lists: all files besides the payload and the tag manifest itself.
    pub(super) fn tags(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let listed = |path: &str| !path.starts_with(PAYLOAD) && path != TAG_MANIFEST;
        self.files.iter().filter(move |(path, _)| listed(path.as_str())).map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Octets and number of the payload files, as `Payload-Oxum` states them.
    pub(super) fn oxum(&self) -> String {
        let (octets, count) = self.payload().fold((0, 0), |(octets, count), (_, bytes)| (octets + bytes.len(), count + 1));
        format!("{octets}.{count}")
    }

    /// Writes the tag manifest anew; the last step, since it lists the others.
    pub(super) fn seal(&mut self) {
        let text = manifest(self.tags());
        self.files.insert(TAG_MANIFEST.to_owned(), text.into_bytes());
    }
}

/// Digests as `sha256sum` writes and checks them.
pub(super) fn manifest<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> String {
    files.fold(String::new(), |mut text, (path, bytes)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}  {path}", digest::sha256(bytes));
        text
    })
}

/// Path and digest of every line, and the lines that are none.
pub(super) fn read_manifest(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let mut listed = Vec::new();
    let mut faulty = Vec::new();
    for line in text.lines() {
        match line.split_once("  ") {
            Some((sha, path)) if sha.len() == 64 && sha.bytes().all(|b| b.is_ascii_hexdigit()) && !path.is_empty() => listed.push((path.to_owned(), sha.to_ascii_lowercase())),
            _ => faulty.push(line.to_owned()),
        }
    }
    (listed, faulty)
}

/// Value of a label in `bag-info.txt`.
pub(super) fn info<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(label)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oxum_counts_payload_only() {
        let files = [("data/a", "12345"), ("data/b/c", "123"), ("bagit.txt", "x")];
        let mut bag = Bag { name: "b".to_owned(), files: files.map(|(p, t)| (p.to_owned(), t.as_bytes().to_vec())).into() };
        assert_eq!(bag.oxum(), "8.2");
        bag.seal();
        let sealed = bag.text(TAG_MANIFEST).unwrap();
        assert_eq!(read_manifest(sealed).0, [("bagit.txt".to_owned(), digest::sha256(b"x"))]);
        assert_eq!(read_manifest("nonsense\n").1, ["nonsense"]);
        assert_eq!(info("A: 1\nPayload-Oxum: 8.2\n", "Payload-Oxum"), Some("8.2"));
    }
}
