//! Containers undone by content: compression, archives and UTF-16, in bounded memory.

use std::io::{self, Cursor, Read};

use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;

use crate::store;

/// Plain content of an object, or of one file of an archive.
pub(super) struct Part<'p> {
    /// `gzip+`, `zip+`, … as found.
    pub(super) packed: &'static str,
    /// Name in the archive; empty text outside one.
    pub(super) name: &'p str,
    /// The content as UTF-8 where it was UTF-16.
    pub(super) stream: &'p mut dyn Read,
}

/// What is known of an object before it is opened.
pub(super) struct Kind<'k> {
    /// It may be a workbook, which is a zip file that is no archive.
    pub(super) workbook: bool,
    /// Files of an archive that are read before the others.
    pub(super) ahead: &'k dyn Fn(&str) -> bool,
}

/// An export; no file of an archive needs another.
pub(super) const PLAIN: Kind<'static> = Kind { workbook: false, ahead: &|_| false };

/// Feeds every part of a stream to `each`.
///
/// The outer error is that of `each`, the inner one says why the container cannot be read.
pub(super) fn parts(stream: &mut dyn Read, kind: &Kind<'_>, each: &mut dyn FnMut(Part<'_>) -> anyhow::Result<()>) -> anyhow::Result<io::Result<()>> {
    let (start, mut whole) = match head(stream) {
        Ok(found) => found,
        Err(e) => return Ok(Err(e)),
    };
    match start.as_slice() {
        [b'P', b'K', 3 | 5, 4 | 6, ..] if !kind.workbook => archive(&mut whole, kind.ahead, each),
        _ => stream_of(["", "gzip+", "zstd+"], "", &mut whole, each),
    }
}

/// A stream, compressed or not; `packed` are the words for plain, gzip and zstd.
fn stream_of(packed: [&'static str; 3], name: &str, stream: &mut dyn Read, each: &mut dyn FnMut(Part<'_>) -> anyhow::Result<()>) -> anyhow::Result<io::Result<()>> {
    let (start, mut whole) = match head(stream) {
        Ok(found) => found,
        Err(e) => return Ok(Err(e)),
    };
    match start.as_slice() {
        [0x1f, 0x8b, ..] => text(packed[1], name, &mut MultiGzDecoder::new(whole), each),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => match zstd::stream::read::Decoder::new(whole) {
            Ok(mut decoder) => text(packed[2], name, &mut decoder, each),
            Err(e) => Ok(Err(e)),
        },
        [b'B', b'Z', b'h', ..] => Ok(refuse("bzip2")),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => Ok(refuse("xz")),
        [b'P', b'K', 3 | 5, 4 | 6, ..] if !packed[0].is_empty() => Ok(refuse("an archive in an archive")),
        _ => text(packed[0], name, &mut whole, each),
    }
}

fn refuse(what: &str) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, format!("{what} is not read by this version: store the export plain, as gzip, zstd or zip")))
}

/// The first bytes and the stream with them put back.
fn head<'r>(stream: &'r mut dyn Read) -> io::Result<(Vec<u8>, impl Read + 'r)> {
    let mut start = Vec::with_capacity(6);
    stream.take(6).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(stream)))
}

/// What is no container any more; UTF-16, which Windows tools write with a byte order mark, becomes UTF-8.
fn text(packed: &'static str, name: &str, stream: &mut dyn Read, each: &mut dyn FnMut(Part<'_>) -> anyhow::Result<()>) -> anyhow::Result<io::Result<()>> {
    let (start, mut whole) = match head(stream) {
        Ok(found) => found,
        Err(e) => return Ok(Err(e)),
    };
    if matches!(start.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        let mut utf8 = DecodeReaderBytesBuilder::new().bom_sniffing(true).strip_bom(true).build(whole);
        return each(Part { packed, name, stream: &mut utf8 }).map(Ok);
    }
    each(Part { packed, name, stream: &mut whole }).map(Ok)
}

/// Every file of an archive, in the order of its directory, which stands at its end: the archive is set down first.
fn archive(stream: &mut dyn Read, ahead: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Part<'_>) -> anyhow::Result<()>) -> anyhow::Result<io::Result<()>> {
    let opened = store::spool(stream).and_then(|file| zip::ZipArchive::new(file).map_err(io::Error::other));
    let mut archive = match opened {
        Ok(archive) => archive,
        Err(e) => return Ok(Err(e)),
    };
    if archive.has_overlapping_files().unwrap_or(true) {
        return Ok(Err(io::Error::other("files of the archive lie over each other")));
    }
    if archive.len() > FILES {
        return Ok(Err(io::Error::other(format!("the archive holds more than {FILES} files"))));
    }
    let (mut first, mut left) = (Ok(()), BYTES);
    for i in order(&mut archive, ahead) {
        let mut file = match archive.by_index(i) {
            Ok(file) if file.is_dir() => continue,
            Ok(file) => file,
            Err(e) => {
                // The others are read all the same.
                first = first.and(Err(io::Error::other(format!("file {i} of the archive: {e}"))));
                continue;
            }
        };
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        if litter(&name) {
            continue;
        }
        let mut bounded = Bounded { inner: &mut file, left };
        let read = stream_of(["zip+", "zip+gzip+", "zip+zstd+"], &name, &mut bounded, each)?;
        left = bounded.left;
        first = first.and(read);
    }
    Ok(first)
}

/// Files by number, those that others need ahead of them.
fn order(archive: &mut zip::ZipArchive<std::fs::File>, ahead: &dyn Fn(&str) -> bool) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..archive.len()).collect();
    numbers.sort_by_key(|i| !archive.name_for_index(*i).is_some_and(|name| name.is_ok_and(|n| ahead(&n))));
    numbers
}

/// What file managers put into archives beside the files.
fn litter(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next() == Some(".DS_Store")
}

/// Files of an archive that are opened at most, and bytes that they unpack to: an archive can promise any number.
const FILES: usize = 100_000;
const BYTES: u64 = 1 << 40;

/// Ends a stream that unpacks without end.
struct Bounded<'b> {
    inner: &'b mut dyn Read,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(out)?;
        self.left = self.left.checked_sub(got as u64).ok_or_else(|| io::Error::other("the archive unpacks to more than 1 TiB"))?;
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    type Found = Vec<(&'static str, String, String)>;

    fn opened(bytes: &[u8]) -> Result<Found, String> {
        let mut found = Found::new();
        let mut each = |part: Part<'_>| {
            let mut text = String::new();
            part.stream.read_to_string(&mut text)?;
            found.push((part.packed, part.name.to_owned(), text));
            Ok(())
        };
        parts(&mut &bytes[..], &PLAIN, &mut each).map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        Ok(found)
    }

    fn one(packed: &'static str, text: &str) -> Found {
        vec![(packed, String::new(), text.to_owned())]
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(text.as_bytes()).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[test]
    fn compression_is_told_by_content_and_members_concatenate() {
        let zstd = |t: &str| zstd::encode_all(t.as_bytes(), 3).unwrap();
        assert_eq!(opened(b"{}").unwrap(), one("", "{}"));
        assert_eq!(opened(b"").unwrap(), one("", ""));
        assert_eq!(opened(&[gzip(b"{\"a\""), gzip(b":1}")].concat()).unwrap(), one("gzip+", "{\"a\":1}"));
        assert_eq!(opened(&[zstd("{\"a\""), zstd(":1}")].concat()).unwrap(), one("zstd+", "{\"a\":1}"));
    }

    #[test]
    fn every_file_of_an_archive_is_a_part() {
        let bytes = zipped(&[("a.json", "{}"), ("deep/b.csv", "x,y\n")]);
        let named = |name: &str, text: &str| ("zip+", name.to_owned(), text.to_owned());
        assert_eq!(opened(&bytes).unwrap(), [named("a.json", "{}"), named("deep/b.csv", "x,y\n")]);
        assert!(opened(&zipped(&[])).unwrap().is_empty());
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        out.start_file("day.json.gz", zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&gzip(b"{}")).unwrap();
        assert_eq!(opened(&out.finish().unwrap().into_inner()).unwrap(), [("zip+gzip+", "day.json.gz".to_owned(), "{}".to_owned())]);
        assert!(opened(&bytes[..bytes.len() - 9]).is_err(), "a cut archive");
    }

    #[test]
    fn utf_16_becomes_utf_8() {
        let wide = |text: &str, little: bool| {
            "\u{feff}".chars().chain(text.chars()).collect::<String>().encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect::<Vec<u8>>()
        };
        for little in [true, false] {
            assert_eq!(opened(&wide("[{\"id\":\"é\"}]", little)).unwrap(), one("", "[{\"id\":\"é\"}]"));
        }
        assert_eq!(opened(&gzip(&wide("{}", true))).unwrap(), one("gzip+", "{}"));
    }

    #[test]
    fn a_cut_stream_is_an_error_and_other_containers_are_named() {
        for whole in [gzip(b"0123456789"), zstd::encode_all(&b"0123456789"[..], 3).unwrap()] {
            assert!(opened(&whole[..whole.len() - 3]).is_err());
        }
        assert!(opened(b"BZh91AY").unwrap_err().starts_with("bzip2 is not read"));
    }
}
