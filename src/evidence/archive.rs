//! The bag as one zip file: sorted names, one date, fixed permissions, so that the same bag gives the same bytes.

use std::io::{Cursor, Read, Write};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Bag;

/// What compression makes no smaller.
const PACKED: [&str; 3] = [".parquet", ".pdf", ".zip"];
const LEVEL: i64 = 6;

/// Writes the archive.
pub(super) fn zip(bag: &Bag) -> anyhow::Result<Vec<u8>> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in &bag.files {
        let packed = PACKED.iter().any(|end| path.ends_with(end));
        let (method, level) = if packed { (CompressionMethod::Stored, None) } else { (CompressionMethod::Deflated, Some(LEVEL)) };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .compression_level(level)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(u32::try_from(bytes.len()).is_err());
        out.start_file(format!("{}/{path}", bag.name), options).with_context(|| format!("packing `{path}`"))?;
        out.write_all(bytes).with_context(|| format!("packing `{path}`"))?;
    }
    Ok(out.finish().context("finishing the archive")?.into_inner())
}

/// Every entry of an archive in its own order, twice where it stands there twice, and what is wrong with the archive itself.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) faults: Vec<String>,
}

/// Reads every entry by its local header, then holds the directory at the end against them: a program that reads only one of
/// the two must not see other files.
pub(super) fn unzip(archive: &[u8]) -> anyhow::Result<Entries> {
    let mut found = Entries::default();
    let mut stream = Cursor::new(archive);
    while let Some(mut file) = zip::read::read_zipfile_from_stream(&mut stream).context("the file is not a zip archive that can be read")? {
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        if file.is_dir() {
            continue;
        }
        let mut bytes = Vec::new();
        if let Err(e) = file.read_to_end(&mut bytes) {
            found.faults.push(format!("`{name}` cannot be unpacked: {e}"));
        }
        found.files.push((name, bytes));
    }
    let checked = ZipArchive::new(Cursor::new(archive)).and_then(|mut a| a.validate_header_consistency());
    found.faults.extend(checked.err().map(|e| e.to_string()));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bag_gives_the_same_bytes_and_comes_back_whole() {
        let files = [("data/b.csv", "b,b\n"), ("data/a.parquet", "PAR1"), ("bagit.txt", "x")];
        let bag = Bag { name: "top".to_owned(), files: files.map(|(p, t)| (p.to_owned(), t.as_bytes().to_vec())).into() };
        let first = zip(&bag).unwrap();
        assert_eq!(zip(&bag).unwrap(), first);
        let back = unzip(&first).unwrap();
        assert!(back.faults.is_empty(), "{:?}", back.faults);
        assert_eq!(back.files.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["top/bagit.txt", "top/data/a.parquet", "top/data/b.csv"]);
        assert!(unzip(b"no archive").is_err());
    }
}
