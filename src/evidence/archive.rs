//! The bag as one zip file: sorted names, one date, fixed permissions, so that the same bag gives the same bytes.

use std::io::{Cursor, Read, Write};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Bag;

/// What compression makes no smaller.
const PACKED: [&str; 3] = [".parquet", ".pdf", ".zip"];
const LEVEL: i64 = 6;
/// A regular file that everybody may read.
const MODE: u32 = 0o100_644;
/// What a pack can hold at most.
const FILES: usize = 100_000;
const BYTES: u64 = 8 << 30;

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
    let mut left = BYTES;
    let mut stream = Cursor::new(archive);
    while let Some(mut file) = zip::read::read_zipfile_from_stream(&mut stream).context("the file is not a zip archive that can be read")? {
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        let mut bytes = Vec::new();
        if let Err(e) = (&mut file).take(left).read_to_end(&mut bytes) {
            found.faults.push(format!("`{name}` cannot be unpacked: {e}"));
        }
        left -= bytes.len() as u64;
        anyhow::ensure!(left > 0 && found.files.len() < FILES, "the archive unpacks to more than {FILES} files or {} GiB: no pack is that large", BYTES >> 30);
        found.files.push((name, bytes));
    }
    found.faults.extend(layout(archive, &found.files)?);
    let checked = ZipArchive::new(Cursor::new(archive)).and_then(|mut a| a.validate_header_consistency());
    found.faults.extend(checked.err().map(|e| e.to_string()));
    Ok(found)
}

/// The directory at the end tells of exactly the entries that were read, one behind the other, with nothing before, between or
/// behind them: what another program would unpack is what was looked at here.
fn layout(archive: &[u8], read: &[(String, Vec<u8>)]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut listed = match ZipArchive::new(Cursor::new(archive)) {
        Ok(listed) => listed,
        Err(e) => return Ok(vec![e.to_string()]),
    };
    if listed.offset() != 0 || !listed.comment().is_empty() {
        faults.push("something stands before the first entry, or the archive has a comment".to_owned());
    }
    let mut entries = Vec::new();
    for i in 0..listed.len() {
        let file = listed.by_index_raw(i)?;
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        if file.is_dir() || file.unix_mode() != Some(MODE) {
            faults.push(format!("`{name}` is no plain file"));
        }
        entries.push((file.header_start(), file.data_start().unwrap_or(0) + file.compressed_size(), name));
    }
    entries.sort();
    let mut at = 0;
    for (start, end, name) in &entries {
        if *start != at {
            faults.push(format!("`{name}` does not begin where the entry before it ends"));
        }
        at = *end;
    }
    if at != listed.central_directory_start() {
        faults.push("something stands between the last entry and the directory".to_owned());
    }
    if !entries.iter().map(|(_, _, name)| name).eq(read.iter().map(|(name, _)| name)) {
        faults.push("the directory lists other entries than those that stand one behind the other".to_owned());
    }
    Ok(faults)
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
