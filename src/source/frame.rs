//! Cuts a byte stream into JSON records without building a tree.
//!
//! Accepts what exporters really write: JSON Lines with either line end, pretty-printed and concatenated
//! objects, arrays, and the page wrappers `value`, `records`, `items`, `users` and `policies`; a byte order mark,
//! empty files, `{}` and `[]`. Memory is one record plus a buffer, whatever the size of the stream.

mod page;
mod window;

use std::io::{self, Read};

use page::{close_wrapper, wrapper};
use window::{Scan, Window};

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
    fn refuse(&mut self, offset: u64, raw: &[u8], reason: &'static str);
    /// A page ended; whether it names a next one.
    fn page(&mut self, _more: bool) {}
    /// Something that may hold any number of records cannot be read.
    fn fault(&mut self, _offset: u64, _what: &'static str) {}
}

/// Why a stream ended early.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Other content than JSON, and no header of a table.
    #[error("neither JSON nor CSV: the first byte is `{}`", .0.escape_ascii())]
    NotJson(u8),
    /// The first line names no columns, whether the configuration says CSV or a comma in it does.
    #[error("not CSV: the first line is no header; it begins with `{}`", .0.escape_ascii())]
    NoTable(u8),
    /// The stream ends inside a record or list.
    #[error("truncated at byte {0}: a record or list is not closed")]
    Truncated(u64),
    /// No exporter writes such a record.
    #[error("the record at byte {0} is longer than 32 MiB")]
    TooLong(u64),
    /// Reading or decompressing failed.
    #[error("truncated at byte {0}: {1}")]
    Broken(u64, io::Error),
}

/// Feeds every record of the stream to `sink`.
pub(crate) fn records(reader: &mut dyn Read, sink: &mut dyn Records) -> Result<(), FrameError> {
    let mut w = Window::new(reader);
    w.skip_mark()?;
    let mut first = true;
    while let Some(byte) = w.peek()? {
        match byte {
            b'[' => {
                w.bump(1);
                array(&mut w, sink)?;
            }
            b'{' => object(&mut w, sink)?,
            b',' if !first => w.bump(1),
            other if first => return Err(FrameError::NotJson(other)),
            _ => {
                let end = w.noise_end()?;
                sink.refuse(w.offset(), w.slice(0, end.min(w.len())), "text between records is not JSON");
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
            Some(b'"') => quoted(w, sink)?,
            Some(_) => {
                let end = w.scalar_end()?.max(1);
                sink.refuse(w.offset(), w.slice(0, end.min(w.len())), "list element is not an object");
                w.bump(end);
            }
        }
    }
}

fn object(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    let Some(page) = wrapper(w)? else { return line(w, sink) };
    if w.at(page.at)? == Some(b'[') {
        w.bump(page.at + 1);
        array(w, sink)?;
    } else {
        w.bump(page.at);
        balanced(w, sink)?;
    }
    close_wrapper(w, &page, sink)
}

/// The fast way: a line that is one object needs no scan of its own, the parser tells if it is whole.
fn line(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    // Objects that stand on one line without an end, as some streams write them, are told by their braces.
    let Some(end) = w.line_end()? else { return balanced(w, sink) };
    let text = w.slice(0, end).trim_ascii_end();
    if text.ends_with(b"}") && sink.record(w.offset(), text) == Syntax::Good {
        w.bump(end);
        return Ok(());
    }
    match w.close(1, 1)? {
        Scan::End(stop) if stop <= end || !w.looks_like_record(end)? => {
            let json = w.slice(0, stop);
            if sink.record(w.offset(), json) == Syntax::Bad {
                sink.refuse(w.offset(), json, "record is not valid JSON");
            }
            w.bump(stop);
        }
        Scan::Open if !w.looks_like_record(end)? => return Err(FrameError::Truncated(w.offset())),
        _ if w.is_last(end) => return Err(FrameError::Truncated(w.offset())),
        _ => {
            // A torn line among whole ones: refuse it alone and go on with the next.
            sink.refuse(w.offset(), w.slice(0, end), "line is not a whole JSON object");
            w.bump(end);
        }
    }
    Ok(())
}

/// A record as the text of itself: some tools collect messages so.
fn quoted(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    let end = w.scalar_end()?.max(1);
    let raw = w.slice(0, end.min(w.len()));
    let text: Option<String> = serde_json::from_slice(raw).ok().filter(|t: &String| t.trim_start().starts_with('{'));
    if text.is_none_or(|t| sink.record(w.offset(), t.as_bytes()) == Syntax::Bad) {
        sink.refuse(w.offset(), raw, "list element is not an object");
    }
    w.bump(end);
    Ok(())
}

fn balanced(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<(), FrameError> {
    match w.close(1, 1)? {
        Scan::End(end) => {
            let json = w.slice(0, end);
            if sink.record(w.offset(), json) == Syntax::Bad {
                sink.refuse(w.offset(), json, "record is not valid JSON");
            }
            w.bump(end);
            Ok(())
        }
        Scan::Open | Scan::BrokenString => Err(FrameError::Truncated(w.offset())),
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
        pages: Vec<bool>,
        faults: Vec<&'static str>,
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
        fn refuse(&mut self, _: u64, _: &[u8], reason: &'static str) {
            self.refused.push(reason);
        }
        fn page(&mut self, more: bool) {
            self.pages.push(more);
        }
        fn fault(&mut self, _: u64, what: &'static str) {
            self.faults.push(what);
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
            format!(r#"{{"stat":"OK","response":{{"authlogs":[{a},{b}],"metadata":{{"total_objects":2}}}}}}"#),
            format!(r#"{{"response":[{a},{b}],"stat":"OK"}}"#),
            serde_json::to_string(&[a, b]).unwrap(),
            format!(r#"{{"eventType":"hook","data":{{"events":[{a},{b}]}},"eventTime":"t"}}"#),
            format!("{}\n{}", a.replace(':', ":\n  "), b.replace("\"id\":", "\n\"id\": ")),
        ] {
            let (got, refused, error) = cut(&text);
            assert_eq!((got, refused, error), (want.clone(), vec![], None), "{text}");
        }
    }

    #[test]
    fn a_page_tells_whether_there_is_another() {
        for (text, more) in [
            (r#"{"value":[]}"#, false),
            (r#"{"@odata.nextLink":"n","value":[]}"#, true),
            (r#"{"value":[],"nextLink":"n"}"#, true),
            (r#"{"value":[],"nextLink":null}"#, false),
            (r#"{"nextLink":"","value":[]}"#, false),
            (r#"{"kind":"k","users":[],"nextPageToken":"t"}"#, true),
            (r#"{"response":[],"stat":"OK","metadata":{"next_offset":100,"total_objects":951}}"#, true),
            (r#"{"response":[],"stat":"OK","metadata":{"next_offset":null}}"#, false),
            (r#"{"metadata":{"next_offset":100},"response":[],"stat":"OK"}"#, true),
            (r#"{"metadata":{"total_objects":2},"response":[],"stat":"OK"}"#, false),
            (r#"{"stat":"OK","response":{"authlogs":[],"metadata":{"next_offset":["1","x"]}}}"#, false),
        ] {
            let mut seen = Seen::default();
            records(&mut text.as_bytes(), &mut seen).unwrap();
            assert_eq!((seen.pages, seen.faults.len()), (vec![more], 0), "{text}");
        }
        let mut seen = Seen::default();
        records(&mut &br#"{"records":[],"value":[{"id":"a"}]}"#[..], &mut seen).unwrap();
        assert_eq!(seen.faults, ["a page holds a second list of records"]);
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
    fn holes_and_stray_commas_are_not_passed_over() {
        assert!(cut("\0\0\0").2.is_some_and(|e| e.starts_with("neither JSON")));
        assert!(cut(",,,").2.is_some_and(|e| e.starts_with("neither JSON")));
        assert_eq!(cut("{\"id\":\"a\"}\n\0\0\0\0\n{\"id\":\"b\"}\n").1, ["text between records is not JSON"]);
    }

    #[test]
    fn other_content_is_named() {
        assert_eq!(cut("Date,User\n").2.as_deref(), Some("neither JSON nor CSV: the first byte is `D`"));
        assert_eq!(cut("[1,\"a]\",{\"id\":\"a\"}]").1, ["list element is not an object"; 2]);
        let (records, refused, error) = cut("[{\"id\":\"a\"},[1,[\"]\"],{}],[],{\"id\":\"b\"}]");
        assert_eq!((records.len(), refused.len(), error), (2, 2, None), "a list in the list is one refused element");
        // Noise on a line must not take the records of that line with it.
        assert_eq!(cut("{\"id\":\"a\"} noise {\"id\":\"b\"}").0.len(), 2);
    }

    #[test]
    fn a_stream_without_an_end_costs_no_more_than_a_record() {
        for endless in [b' ', b'x', b'\\'] {
            for start in ["", "{\"id\":\"a\"}", "{", "{\"a\"", "[", "[\"", "{\"kind\":"] {
                let mut stream = start.as_bytes().chain(io::repeat(endless).take(80 << 20));
                let error = records(&mut stream, &mut Seen::default()).err().map(|e| e.to_string());
                let blank = endless == b' ' && (start.is_empty() || start.ends_with('}'));
                assert_eq!(error.is_none(), blank, "{start} {endless}");
            }
        }
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
