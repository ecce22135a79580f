//! A record as it was delivered, read again from its raw object: only if the object is still the one that was taken in.

use std::io::Read;

use super::ledger::{ObjectEntry, SourceLedger};
use super::unpack::{self, Part};
use crate::register;
use crate::store::Place;

/// Most of a record that is shown.
const SHOWN: u64 = 256 * 1024;

/// What became of the raw object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// It has the recorded digest; the record as it stands in it.
    Same(String),
    /// Other bytes stand under its name; their SHA-256.
    Changed(String),
    /// It is no longer in the store.
    Gone,
    /// It is there and cannot be read.
    Unreadable(String),
}

/// Where in its object a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// At this byte of the unpacked text.
    Offset(i64),
    /// It is this entry of a register, whatever the file's form.
    Entry(i64),
}

/// The object of a ledger that a row's `raw_object` names, with the name of the file inside an archive.
#[must_use]
pub fn object_of<'l>(ledger: &'l SourceLedger, raw_object: &'l str) -> Option<(&'l str, &'l ObjectEntry, &'l str)> {
    if let Some((key, entry)) = ledger.objects.get_key_value(raw_object) {
        return Some((key, entry, ""));
    }
    let slashes = raw_object.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    slashes.into_iter().rev().find_map(|at| {
        let (key, entry) = ledger.objects.get_key_value(raw_object.get(..at)?)?;
        Some((key.as_str(), entry, raw_object.get(at + 1..)?))
    })
}

/// Reads the object to its end, compares its digest with the ledger's, and gives the record at the offset.
///
/// # Errors
/// When the store cannot be listed.
pub fn recall(place: &Place, key: &str, entry: &ObjectEntry, inner: &str, at: At) -> anyhow::Result<Recalled> {
    let Some(object) = place.list(&glob::Pattern::escape(key))?.into_iter().find(|o| o.key == key) else { return Ok(Recalled::Gone) };
    let mut stream = place.read(&object);
    let mut found = None;
    let kind = unpack::Kind { workbook: matches!(at, At::Entry(_)), ahead: &|_| false };
    let unpacked = unpack::parts(&mut stream, &kind, &mut |part: Part<'_>| {
        if part.name == inner && found.is_none() {
            found = Some(match at {
                At::Offset(offset) => record_at(part.stream, offset)?,
                At::Entry(number) => register::entry(part.stream, number)?,
            });
        }
        Ok(())
    });
    match stream.finish() {
        Ok(sha256) if sha256 != entry.sha256 => return Ok(Recalled::Changed(sha256)),
        Ok(_) => {}
        Err(e) => return Ok(Recalled::Unreadable(e.to_string())),
    }
    Ok(match (found, unpacked) {
        (Some(text), _) => Recalled::Same(text),
        (None, Ok(Err(e))) => Recalled::Unreadable(e.to_string()),
        (None, Err(e)) => Recalled::Unreadable(format!("{e:#}")),
        (None, Ok(Ok(()))) => Recalled::Unreadable("the archive has no such file".to_owned()),
    })
}

/// The one record that begins at the offset.
fn record_at(stream: &mut dyn Read, offset: i64) -> anyhow::Result<String> {
    std::io::copy(&mut stream.take(u64::try_from(offset)?), &mut std::io::sink())?;
    let mut bytes = Vec::new();
    stream.take(SHOWN).read_to_end(&mut bytes)?;
    let length = match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{' | b'[') => json_length(&bytes),
        _ => csv_length(&bytes),
    };
    let record = bytes.get(..length).unwrap_or(&bytes);
    Ok(String::from_utf8_lossy(record).trim().to_owned())
}

fn json_length(bytes: &[u8]) -> usize {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde::de::IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => values.byte_offset(),
        _ => bytes.len(),
    }
}

fn csv_length(bytes: &[u8]) -> usize {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => usize::try_from(reader.position().byte()).unwrap_or(bytes.len()),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::digest;
    use crate::store::{StoreOptions, Stores};

    fn place() -> Place {
        Stores::new(Path::new("."), StoreOptions::new()).unwrap().open("memory://raw").unwrap()
    }

    fn entry(bytes: &[u8], format: &str) -> ObjectEntry {
        ObjectEntry { sha256: digest::sha256(bytes), format: format.to_owned(), ..ObjectEntry::default() }
    }

    #[test]
    fn a_record_is_cut_out_of_what_it_stands_in() {
        let json = br#"{"value":[{"id":"a","x":{"y":"}"}},{"id":"b"}]}"#;
        let csv = b"id,note\na,\"two\nlines\"\nb,one\n";
        let at = |text: &[u8], offset| record_at(&mut &text[..], offset).unwrap();
        assert_eq!(at(json, 10), r#"{"id":"a","x":{"y":"}"}}"#);
        assert_eq!(at(json, 35), r#"{"id":"b"}"#);
        assert_eq!((at(csv, 8), at(csv, 22)), ("a,\"two\nlines\"".to_owned(), "b,one".to_owned()));
        // Nothing stands behind the end, and a negative offset is no offset.
        assert_eq!(at(json, 4_000), "");
        assert!(record_at(&mut &json[..], -1).is_err());
    }

    #[test]
    fn only_the_object_that_was_taken_in_speaks() {
        let place = place();
        let bytes = br#"[{"id":"a"}]"#;
        place.put("d.json", bytes.to_vec()).unwrap();
        let of = |key: &str, e: &ObjectEntry| recall(&place, key, e, "", At::Offset(1)).unwrap();
        assert_eq!(of("d.json", &entry(bytes, "json")), Recalled::Same(r#"{"id":"a"}"#.to_owned()));
        assert_eq!(of("d.json", &entry(b"other", "json")), Recalled::Changed(digest::sha256(bytes)));
        assert_eq!(of("e.json", &entry(bytes, "json")), Recalled::Gone);
        let csv = b"id,note\nE1,x\nE2,\"y\nz\"\n";
        place.put("r.csv", csv.to_vec()).unwrap();
        let numbered = |n| recall(&place, "r.csv", &entry(csv, "csv"), "", At::Entry(n)).unwrap();
        assert_eq!(numbered(2), Recalled::Same(r#"{"id":"E2","note":"y\nz"}"#.to_owned()));
        assert_eq!(numbered(3), Recalled::Unreadable("the register has no entry 3".to_owned()));
    }

    #[test]
    fn files_of_an_archive_are_found_under_its_key() {
        let ledger = SourceLedger { objects: [("deep/a.zip".to_owned(), ObjectEntry::default())].into(), ..SourceLedger::default() };
        let found = |raw| object_of(&ledger, raw).map(|(key, _, inner)| (key.to_owned(), inner.to_owned()));
        assert_eq!(found("deep/a.zip/in/b.json"), Some(("deep/a.zip".to_owned(), "in/b.json".to_owned())));
        assert_eq!((found("deep/a.zip").unwrap().1, found("deep/c.zip")), (String::new(), None));
    }
}
