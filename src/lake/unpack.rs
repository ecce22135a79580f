//! Decompression by magic bytes, in bounded memory.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// A stream with its compression undone and the name of what was found. A `workbook` is a zip file itself.
pub(super) fn unpack<'r>(mut stream: impl Read + 'r, workbook: bool) -> io::Result<(&'static str, Box<dyn Read + 'r>)> {
    let mut head = [0u8; 6];
    let mut got = 0;
    while got < head.len() {
        match stream.read(&mut head[got..])? {
            0 => break,
            n => got += n,
        }
    }
    let start = head[..got].to_vec();
    let refuse = |what: &str| Err(io::Error::new(io::ErrorKind::Unsupported, format!("{what} is not read by this version: store the export plain, as gzip or as zstd")));
    match start.as_slice() {
        [0x1f, 0x8b, ..] => Ok(("gzip+", Box::new(MultiGzDecoder::new(Cursor::new(start).chain(stream))))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(("zstd+", Box::new(zstd::stream::read::Decoder::new(Cursor::new(start).chain(stream))?))),
        [b'P', b'K', 3, 4, ..] if !workbook => refuse("zip"),
        [b'B', b'Z', b'h', ..] => refuse("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => refuse("xz"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => refuse("UTF-16 text"),
        _ => Ok(("", Box::new(Cursor::new(start).chain(stream)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8]) -> Result<(&'static str, String), String> {
        let (name, mut plain) = unpack(bytes, false).map_err(|e| e.to_string())?;
        let mut text = String::new();
        plain.read_to_string(&mut text).map_err(|e| format!("{name} {e}"))?;
        Ok((name, text))
    }

    fn gzip(text: &str) -> Vec<u8> {
        use std::io::Write;
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn compression_is_told_by_content_and_members_concatenate() {
        let zstd = |t: &str| zstd::encode_all(t.as_bytes(), 3).unwrap();
        assert_eq!(opened(b"{}").unwrap(), ("", "{}".to_owned()));
        assert_eq!(opened(b"").unwrap(), ("", String::new()));
        assert_eq!(opened(&[gzip("{\"a\""), gzip(":1}")].concat()).unwrap(), ("gzip+", "{\"a\":1}".to_owned()));
        assert_eq!(opened(&[zstd("{\"a\""), zstd(":1}")].concat()).unwrap(), ("zstd+", "{\"a\":1}".to_owned()));
    }

    #[test]
    fn a_cut_stream_is_an_error_and_other_containers_are_named() {
        for whole in [gzip("0123456789"), zstd::encode_all(&b"0123456789"[..], 3).unwrap()] {
            assert!(opened(&whole[..whole.len() - 3]).is_err());
        }
        assert!(opened(b"PK\x03\x04..").unwrap_err().starts_with("zip is not read"));
        assert!(opened(b"\xff\xfe{\0").unwrap_err().starts_with("UTF-16"));
    }
}
