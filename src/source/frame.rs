//! Cuts a byte stream into JSON records without building a tree.
//!
//! Accepts what exporters really write: JSON Lines with either line end, pretty-printed and concatenated
//! objects, arrays, and the page wrappers `value`, `records`, `Records` and `items`; a byte order mark,
//! empty files, `{}` and `[]`. Memory is one record plus a buffer, whatever the size of the stream.

use std::io::{self, Read};

use memchr::{memchr, memchr3};

/// Longest record accepted; real ones have 3 to 20 kB.
const MAX_RECORD: usize = 32 << 20;
const CHUNK: usize = 256 << 10;
const WRAPPERS: [&str; 4] = ["value", "records", "Records", "items"];
/// Keys that stand beside a wrapper's array and never open a record.
const BESIDE: [&str; 6] = ["kind", "etag", "count", "nextLink", "nextPageToken", "version"];

/// Whether a slice was JSON at all; a record refused for its content is still `Good`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Good,
    Bad,
}

/// Receives the records.
pub(crate) trait Records {
    /// One candidate record at its offset in the decompressed stream.
    fn record(&mut self, offset: u64, json: &[u8]) -> Syntax;
    /// Bytes that are no record.
    fn refuse(&mut self, offset: u64, reason: &'static str);
}

/// Why a stream ended early.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Other content than JSON.
    #[error("not JSON: the first byte is `{}`", .0.escape_ascii())]
    NotJson(u8),
    /// The stream ends inside a record or list.
    #[error("truncated at byte {0}: a record or list is not closed")]
    Truncated(u64),
    /// Reading or decompressing failed.
    #[error("truncated at byte {0}: {1}")]
    Broken(u64, io::Error),
}

/// Feeds every record of the stream to `sink`.
pub(crate) fn records(reader: &mut dyn Read, sink: &mut dyn Records) -> Result<(), FrameError> {
    let mut w = Window { reader, buffer: Vec::with_capacity(2 * CHUNK), start: 0, base: 0, ended: false };
    w.skip_mark()?;
    let mut first = true;
    while let Some(byte) = w.peek()? {
        match byte {
            b'[' => {
                w.bump(1);
                array(&mut w, sink)?;
            }
            b'{' => object(&mut w, sink)?,
            b',' => w.bump(1),
            other if first => return Err(FrameError::NotJson(other)),
            _ => {
                sink.refuse(w.offset(), "text between records is not JSON");
                let end = w.line_end()?;
                w.bump(end);
            }
        }
        first = false;
    }
    Ok(())
}

fn array(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    loop {
        match w.peek()? {
            None => return Err(FrameError::Truncated(w.offset())),
            Some(b']') => {
                w.bump(1);
                return Ok(());
            }
            Some(b',') => w.bump(1),
            Some(b'{') => balanced(w, sink)?,
            Some(_) => {
                sink.refuse(w.offset(), "list element is not an object");
                let end = w.scalar_end()?;
                w.bump(end.max(1));
            }
        }
    }
}

fn object(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    match wrapper(w)? {
        Some(at) if w.at(at)? == Some(b'[') => {
            w.bump(at + 1);
            array(w, sink)?;
            close_wrapper(w)
        }
        Some(at) => {
            w.bump(at);
            balanced(w, sink)?;
            close_wrapper(w)
        }
        None => line(w, sink),
    }
}

/// Position of the wrapped list or single object, when the object at the window's start is a page.
fn wrapper(w: &mut Window<'_>) -> Result<Option<usize>, FrameError> {
    let mut i = 1;
    loop {
        i = w.skip_space(i)?;
        if w.at(i)? != Some(b'"') {
            return Ok(None);
        }
        let Some(key_end) = w.string_end(i)? else { return Ok(None) };
        let key = String::from_utf8_lossy(w.slice(i + 1, key_end)).into_owned();
        i = w.skip_space(key_end + 1)?;
        if w.at(i)? != Some(b':') {
            return Ok(None);
        }
        i = w.skip_space(i + 1)?;
        let opens = w.at(i)?;
        if WRAPPERS.contains(&key.as_str()) && (opens == Some(b'[') || (key == "value" && opens == Some(b'{'))) {
            return Ok(Some(i));
        }
        if !(key.starts_with('@') || BESIDE.contains(&key.as_str())) {
            return Ok(None);
        }
        i = if opens == Some(b'"') { w.string_end(i)?.map_or(i, |e| e + 1) } else { w.scalar_from(i)? };
        i = w.skip_space(i)?;
        if w.at(i)? != Some(b',') {
            return Ok(None);
        }
        i += 1;
    }
}

fn close_wrapper(w: &mut Window<'_>) -> Result<(), FrameError> {
    match w.close(0, 1)? {
        Scan::End(end) => {
            w.bump(end);
            Ok(())
        }
        Scan::Open | Scan::BrokenString => Err(FrameError::Truncated(w.offset())),
    }
}

/// The fast way: a line that is one object needs no scan of its own, the parser tells if it is whole.
fn line(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    let end = w.line_end()?;
    let text = w.slice(0, end).trim_ascii_end();
    if text.ends_with(b"}") && sink.record(w.offset(), text) == Syntax::Good {
        w.bump(end);
        return Ok(());
    }
    match w.close(1, 1)? {
        Scan::End(stop) if stop <= end || !w.looks_like_record(end)? => {
            let json = w.slice(0, stop);
            if sink.record(w.offset(), json) == Syntax::Bad {
                sink.refuse(w.offset(), "record is not valid JSON");
            }
            w.bump(stop);
        }
        Scan::Open if !w.looks_like_record(end)? => return Err(FrameError::Truncated(w.offset())),
        _ if end >= w.len() && w.ended => return Err(FrameError::Truncated(w.offset())),
        _ => {
            // A torn line among whole ones: refuse it alone and go on with the next.
            sink.refuse(w.offset(), "line is not a whole JSON object");
            w.bump(end);
        }
    }
    Ok(())
}

fn balanced(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    match w.close(1, 1)? {
        Scan::End(end) => {
            let json = w.slice(0, end);
            if sink.record(w.offset(), json) == Syntax::Bad {
                sink.refuse(w.offset(), "record is not valid JSON");
            }
            w.bump(end);
            Ok(())
        }
        Scan::Open | Scan::BrokenString => Err(FrameError::Truncated(w.offset())),
    }
}

enum Scan {
    /// One past the closing brace.
    End(usize),
    /// The stream or the length limit ended first.
    Open,
    /// A raw line break inside a string.
    BrokenString,
}

struct Window<'r> {
    reader: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    base: u64,
    ended: bool,
}

impl Window<'_> {
    fn len(&self) -> usize {
        self.buffer.len() - self.start
    }

    fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    fn slice(&self, from: usize, to: usize) -> &[u8] {
        &self.buffer[self.start + from..self.start + to]
    }

    fn bump(&mut self, n: usize) {
        self.start += n.min(self.len());
    }

    /// Reads one more chunk; `false` at the end of the stream.
    fn fill(&mut self) -> Result<bool, FrameError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > CHUNK {
            self.buffer.drain(..self.start);
            self.base += self.start as u64;
            self.start = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + CHUNK, 0);
        let got = loop {
            match self.reader.read(&mut self.buffer[old..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let got = match got {
            Ok(n) => n,
            Err(e) => {
                self.buffer.truncate(old);
                return Err(FrameError::Broken(self.base + old as u64, e));
            }
        };
        self.buffer.truncate(old + got);
        self.ended = got == 0;
        Ok(got > 0)
    }

    fn at(&mut self, i: usize) -> Result<Option<u8>, FrameError> {
        while i >= self.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.start + i]))
    }

    fn skip_space(&mut self, mut i: usize) -> Result<usize, FrameError> {
        while self.at(i)?.is_some_and(|b| b.is_ascii_whitespace() || b == 0) {
            i += 1;
        }
        Ok(i)
    }

    /// Next byte that is not white space; the window then starts there.
    fn peek(&mut self) -> Result<Option<u8>, FrameError> {
        let i = self.skip_space(0)?;
        self.bump(i);
        self.at(0)
    }

    fn skip_mark(&mut self) -> Result<(), FrameError> {
        self.at(2)?;
        if self.slice(0, self.len().min(3)) == b"\xef\xbb\xbf" {
            self.bump(3);
        }
        Ok(())
    }

    /// Length of the line at the window's start, its line feed included.
    fn line_end(&mut self) -> Result<usize, FrameError> {
        let mut seen = 0;
        loop {
            if let Some(i) = memchr(b'\n', self.slice(seen, self.len())) {
                return Ok(seen + i + 1);
            }
            seen = self.len();
            if seen > MAX_RECORD || !self.fill()? {
                return Ok(self.len());
            }
        }
    }

    /// A line that begins in the first column with an object's first key.
    fn looks_like_record(&mut self, at: usize) -> Result<bool, FrameError> {
        Ok(self.at(at)? == Some(b'{') && self.at(at + 1)? == Some(b'"'))
    }

    /// Position of the closing quote of the string that opens at `i`.
    fn string_end(&mut self, i: usize) -> Result<Option<usize>, FrameError> {
        let mut j = i + 1;
        loop {
            match self.at(j)? {
                None | Some(b'\n') => return Ok(None),
                Some(b'"') => return Ok(Some(j)),
                Some(b'\\') => j += 2,
                Some(_) => j += 1,
            }
        }
    }

    fn scalar_from(&mut self, mut i: usize) -> Result<usize, FrameError> {
        while self.at(i)?.is_some_and(|b| !matches!(b, b',' | b']' | b'}')) {
            i += 1;
        }
        Ok(i)
    }

    fn scalar_end(&mut self) -> Result<usize, FrameError> {
        if self.at(0)? == Some(b'"') {
            return Ok(self.string_end(0)?.map_or(1, |e| e + 1));
        }
        self.scalar_from(0)
    }

    /// Scans from `i`, inside `depth` open objects, to the brace that closes the outermost.
    fn close(&mut self, mut i: usize, mut depth: usize) -> Result<Scan, FrameError> {
        loop {
            let Some(found) = memchr3(b'"', b'{', b'}', self.slice(i.min(self.len()), self.len())) else {
                i = self.len();
                if i > MAX_RECORD || !self.fill()? {
                    return Ok(Scan::Open);
                }
                continue;
            };
            i += found;
            match self.buffer[self.start + i] {
                b'{' => depth += 1,
                b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Scan::End(i + 1));
                    }
                }
                _ => match self.string_close(i + 1)? {
                    Scan::End(end) => {
                        i = end;
                        continue;
                    }
                    other => return Ok(other),
                },
            }
            i += 1;
        }
    }

    /// One past the quote that closes the string whose first byte is at `i`.
    fn string_close(&mut self, mut i: usize) -> Result<Scan, FrameError> {
        loop {
            let Some(found) = memchr3(b'"', b'\\', b'\n', self.slice(i.min(self.len()), self.len())) else {
                i = i.max(self.len());
                if self.len() > MAX_RECORD || !self.fill()? {
                    return Ok(Scan::Open);
                }
                continue;
            };
            i += found;
            match self.buffer[self.start + i] {
                b'"' => return Ok(Scan::End(i + 1)),
                b'\\' => i += 2,
                _ => return Ok(Scan::BrokenString),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Seen {
        records: Vec<String>,
        refused: Vec<&'static str>,
    }

    impl Records for Seen {
        fn record(&mut self, _: u64, json: &[u8]) -> Syntax {
            match serde_json::from_slice::<serde_json::Value>(json) {
                Ok(v) if v.is_object() => {
                    self.records.push(v.to_string());
                    Syntax::Good
                }
                _ => Syntax::Bad,
            }
        }
        fn refuse(&mut self, _: u64, reason: &'static str) {
            self.refused.push(reason);
        }
    }

    /// Hands out one byte at a time, so that every refill path runs.
    struct Drip<'a>(&'a [u8]);
    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            out[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn cut(text: &str) -> (Vec<String>, Vec<&'static str>, Option<String>) {
        let mut seen = Seen::default();
        let error = records(&mut text.as_bytes(), &mut seen).err().map(|e| e.to_string());
        let mut slow = Seen::default();
        let slow_error = records(&mut Drip(text.as_bytes()), &mut slow).err().map(|e| e.to_string());
        assert_eq!((&seen.records, &seen.refused, &error), (&slow.records, &slow.refused, &slow_error), "reads of any size give the same");
        (seen.records, seen.refused, error)
    }

    #[test]
    fn every_container_gives_the_same_two_records() {
        let want = vec![r#"{"id":"a"}"#.to_owned(), r#"{"id":"b","n":{"x":"}{\""}}"#.to_owned()];
        let (a, b) = (&want[0], &want[1]);
        for text in [
            format!("{a}\n{b}\n"),
            format!("\u{feff}{a}\r\n{b}\r\n"),
            format!("{a}{b}"),
            format!("[{a},{b}]"),
            format!("[\n  {a},\n  {b}\n]\n"),
            format!(r#"{{"@odata.context":"https://x/$metadata#a","@odata.nextLink":"n","value":[{a},{b}]}}"#),
            format!(r#"{{"records":[{a}]}}{}{{"records":[{b}]}}"#, "\n"),
            format!(r#"{{ "records" : [ {a} , {b} ], "more": {{"k": []}} }}"#),
            format!(r#"{{"kind":"k","items":[{a},{b}]}}"#),
            format!("{}\n{}", a.replace(':', ":\n  "), b.replace("\"id\":", "\n\"id\": ")),
        ] {
            let (got, refused, error) = cut(&text);
            assert_eq!((got, refused, error), (want.clone(), vec![], None), "{text}");
        }
    }

    #[test]
    fn a_single_object_in_value_is_one_record() {
        assert_eq!(cut(r#"{"@odata.context":"c","value":{"id":"a"}}"#).0, [r#"{"id":"a"}"#]);
    }

    #[test]
    fn nothing_is_no_record_and_no_fault() {
        for text in ["", "\u{feff}", " \r\n", "[]", r#"{"value":[]}"#] {
            assert_eq!(cut(text), (vec![], vec![], None), "{text:?}");
        }
        assert_eq!(cut("{}").0, ["{}"]);
    }

    #[test]
    fn a_torn_line_costs_one_record() {
        for torn in [r#"{"id":"x","t":"2026"#, r#"{"id":"x","t":{"#, r#"{"id" "x"}"#] {
            let (got, refused, error) = cut(&format!("{{\"id\":\"a\"}}\n{torn}\n{{\"id\":\"b\"}}\n"));
            assert_eq!(got, [r#"{"id":"a"}"#, r#"{"id":"b"}"#], "{torn}");
            assert_eq!((refused.len(), error), (1, None), "{torn}");
        }
    }

    #[test]
    fn a_stream_that_stops_inside_a_record_is_truncated() {
        for text in [r#"[{"id":"a"},{"id":"#, r#"{"value":[{"id":"a"}"#, "{\"id\":\"a\"}\n{\"id\":\"b", r#"{"value":[{"id":"a"}]"#] {
            let (got, _, error) = cut(text);
            assert_eq!(got, [r#"{"id":"a"}"#], "{text}");
            assert!(error.is_some_and(|e| e.starts_with("truncated at byte")), "{text}");
        }
    }

    #[test]
    fn other_content_is_named() {
        assert_eq!(cut("Date,User\n").2.as_deref(), Some("not JSON: the first byte is `D`"));
        assert_eq!(cut("[1,\"a]\",{\"id\":\"a\"}]").1, ["list element is not an object"; 2]);
    }

    proptest! {
        #[test]
        fn any_bytes_end_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = records(&mut bytes.as_slice(), &mut Seen::default());
        }

        #[test]
        fn json_shaped_noise_ends_without_panic(text in "[\\[\\]{}\",:\\\\\n a]{0,200}") {
            let _ = records(&mut text.as_bytes(), &mut Seen::default());
        }
    }
}
