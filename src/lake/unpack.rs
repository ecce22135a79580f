//! Decompression by magic bytes, in bounded memory.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// A stream with its compression undone and the name of what was found.
pub(super) fn unpack<'r>(mut stream: impl Read + 'r) -> io::Result<(&'static str, Box<dyn Read + 'r>)> {
    let mut head = [0u8; 6];
    let mut got = 0;
    while got < head.len() {
        match stream.read(&mut head[got..])? {
            0 => break,
            n => got += n,
        }
    }
    let start = head[..got].to_vec();
    let refuse = |what: &str| Err(io::Error::new(io::ErrorKind::Unsupported, format!("{what} is not read by this version: store the export plain or as gzip")));
    match start.as_slice() {
        [0x1f, 0x8b, ..] => Ok(("gzip+", Box::new(MultiGzDecoder::new(Cursor::new(start).chain(stream))))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => refuse("zstd"),
        [b'B', b'Z', b'h', ..] => refuse("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => refuse("xz"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => refuse("UTF-16 text"),
        _ => Ok(("", Box::new(Cursor::new(start).chain(stream)))),
    }
}
