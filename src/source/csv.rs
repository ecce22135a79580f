//! Delimited text as rows: the delimiter is told by the header, memory is one row whatever the size of the stream.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::flat::{FlatRow, header};
use super::frame::FrameError;
use super::read::Form;

/// Longest row accepted: as for JSON records.
const MAX_ROW: u64 = 32 << 20;
/// Longest header accepted.
const HEAD: usize = 64 << 10;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Receives the rows.
pub(super) trait Lines {
    /// One row at its offset in the decompressed stream.
    fn line(&mut self, offset: u64, row: &FlatRow<'_>);
    /// A row that cannot be read.
    fn refuse(&mut self, offset: u64, raw: &[u8], reason: &str);
}

/// The first bytes of a stream: enough for the longest header.
pub(super) fn head(stream: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    stream.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Form of a stream by its first bytes. Only a header line makes CSV: two or more names and no control characters, and
/// it does not begin like a page of markup, which is what a failed download leaves.
pub(super) fn told_by(head: &[u8]) -> Form {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first = text.trim_ascii_start().first();
    let names = first_line(text);
    let texts = names.iter().all(|b| *b >= 0x20 || *b == b'\t' || *b == b'\r');
    match first {
        None | Some(b'{' | b'[' | b'<' | b',') => Form::Json,
        Some(_) if texts && delimiter(names).is_some() => Form::Csv,
        Some(_) => Form::Json,
    }
}

fn first_line(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let mut quoted = false;
    let end = text.iter().position(|b| {
        quoted ^= *b == b'"';
        *b == b'\n' && !quoted
    });
    &text[..end.unwrap_or(text.len())]
}

/// The delimiter that separates most names of a header.
fn delimiter(header: &[u8]) -> Option<u8> {
    let count = |d: u8| {
        let mut quoted = false;
        header.iter().filter(|b| (**b == d && !quoted, quoted ^= **b == b'"').0).count()
    };
    DELIMITERS.into_iter().map(|d| (count(d), d)).filter(|(n, _)| *n > 0).max_by_key(|(n, d)| (*n, std::cmp::Reverse(*d))).map(|(_, d)| d)
}

/// What the guard saw: bytes since the last row, whether quotes are open, the last byte.
#[derive(Debug, Default)]
struct Seen {
    since_row: Cell<u64>,
    quotes: Cell<u64>,
    last: Cell<u8>,
}

/// Ends a stream whose row never ends.
struct Guard<'g> {
    inner: &'g mut dyn Read,
    seen: Rc<Seen>,
}

impl Read for Guard<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.seen.since_row.get() > MAX_ROW {
            return Err(io::Error::other("a row is longer than 32 MiB: a quote that is never closed?"));
        }
        let got = self.inner.read(out)?;
        self.seen.since_row.set(self.seen.since_row.get() + got as u64);
        self.seen.quotes.set(self.seen.quotes.get() + memchr::memchr_iter(b'"', &out[..got]).count() as u64);
        if let Some(last) = got.checked_sub(1) {
            self.seen.last.set(out[last]);
        }
        Ok(got)
    }
}

/// Feeds every row of the stream to `sink`.
pub(super) fn rows(reader: &mut dyn Read, sink: &mut dyn Lines) -> Result<(), FrameError> {
    let head = head(reader).map_err(|e| FrameError::Broken(0, e))?;
    let start = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let Some(delimiter) = delimiter(first_line(&head[start..])) else {
        // A single column, or nothing at all, which an empty list is as well.
        return head[start..].trim_ascii().first().map_or(Ok(()), |b| Err(FrameError::NoTable(*b)));
    };
    let seen = Rc::new(Seen::default());
    let mut whole = io::Cursor::new(&head[start..]).chain(reader);
    let guard = Guard { inner: &mut whole, seen: seen.clone() };
    let mut table = ::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(guard);
    let mut record = ::csv::ByteRecord::new();
    let mut names: Option<Vec<String>> = None;
    let (mut short, mut swallowed, mut last_lines, mut any) = (false, None, None, false);
    loop {
        let at = start as u64 + table.position().byte();
        match table.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(e) => return Err(FrameError::Broken(at, io::Error::other(e.to_string()))),
        }
        seen.since_row.set(0);
        let at = record.position().map_or(at, |p| start as u64 + p.byte());
        match &names {
            None => names = Some(record.iter().map(|n| header(&String::from_utf8_lossy(n))).collect()),
            Some(names) => {
                short = one(at, names, &record, delimiter, sink);
                any = true;
                // Lines inside a cell of a row that does not fit: a quote was never closed, and took rows with it.
                last_lines = record.iter().any(|c| c.contains(&b'\n')).then_some(at);
                swallowed = swallowed.or(last_lines.filter(|_| record.len() != names.len()));
            }
        }
    }
    let (whole, open) = (seen.last.get() == b'\n', seen.quotes.get() % 2 == 1);
    if let Some(at) = swallowed.or(last_lines.filter(|_| open)) {
        return Err(FrameError::Truncated(at));
    }
    if !whole && (short || open) {
        return Err(FrameError::Truncated(start as u64 + table.position().byte()));
    }
    // A sentence with a comma in it, which a failed download leaves, is no header.
    let sentence = head[start..].trim_ascii().first().copied().filter(|_| !any && !whole);
    sentence.map_or(Ok(()), |b| Err(FrameError::NoTable(b)))
}

/// Hands on one row; tells whether it was shorter than the header.
fn one(at: u64, names: &[String], record: &::csv::ByteRecord, delimiter: u8, sink: &mut dyn Lines) -> bool {
    let raw = || record.iter().collect::<Vec<_>>().join(&delimiter);
    // A line of blanks is none.
    if record.iter().all(|c| c.trim_ascii().is_empty()) {
        return false;
    }
    if record.len() != names.len() {
        sink.refuse(at, &raw(), "row has another number of cells than the header");
        return record.len() < names.len();
    }
    let cells: Result<Vec<_>, _> = record.iter().map(std::str::from_utf8).collect();
    match cells {
        Err(_) => sink.refuse(at, &raw(), "row is not UTF-8"),
        Ok(cells) => sink.line(at, &FlatRow::new(names.iter().zip(cells).map(|(n, c)| (Cow::Borrowed(n.as_str()), Cow::Borrowed(c))))),
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Met {
        lines: Vec<(u64, String)>,
        refused: Vec<(u64, String)>,
    }

    impl Lines for Met {
        fn line(&mut self, offset: u64, row: &FlatRow<'_>) {
            self.lines.push((offset, serde_json::Value::Object(row.nested(&[], str::to_owned)).to_string()));
        }
        fn refuse(&mut self, offset: u64, _: &[u8], reason: &str) {
            self.refused.push((offset, reason.to_owned()));
        }
    }

    fn cut(text: &str) -> (Met, Option<String>) {
        let mut met = Met::default();
        let error = rows(&mut text.as_bytes(), &mut met).err().map(|e| e.to_string());
        (met, error)
    }

    #[test]
    fn any_delimiter_line_end_mark_and_quote() {
        for text in ["id,name\na,\"x,\"\"y\"\"\"\n", "\u{feff}id;name\r\na;\"x,\"\"y\"\"\"\r\n", "id\tname\na\tx,\"y\"", "\"id\"|\"name\"\na|\"x,\"\"y\"\"\"\n\n"] {
            let (met, error) = cut(text);
            assert_eq!((met.lines.iter().map(|(_, l)| l.as_str()).collect::<Vec<_>>(), error), (vec![r#"{"id":"a","name":"x,\"y\""}"#], None), "{text}");
        }
    }

    #[test]
    fn rows_carry_their_offset_and_a_bad_one_costs_itself() {
        let (met, error) = cut("id,name\na,1\nb\nc,3\n");
        assert_eq!((met.lines.iter().map(|(o, _)| *o).collect::<Vec<_>>(), error), (vec![8, 14], None));
        assert_eq!(met.refused, [(12, "row has another number of cells than the header".to_owned())]);
    }

    #[test]
    fn a_cut_file_is_truncated_and_a_header_alone_is_empty() {
        assert!(cut("id,name\na,1\nb").1.is_some_and(|e| e.starts_with("truncated")));
        assert!(cut("id,name\na,\"1 and").1.is_some_and(|e| e.starts_with("truncated")));
        let (met, error) = cut("id,name\n");
        assert_eq!((met.lines.len(), met.refused.len(), error), (0, 0, None));
        assert!(cut("id,name\na,1").1.is_none(), "a last line without a line end is whole");
        assert!(cut("upstream connect error, reset reason: timeout").1.is_some_and(|e| e.starts_with("not CSV")));
    }

    #[test]
    fn a_quote_that_swallows_rows_is_a_fault_whatever_ends_the_file() {
        assert!(cut("id,name\na,\"Bob\nb,2\nc,3\n").1.is_some_and(|e| e.starts_with("truncated at byte 8")));
        assert_eq!(cut("id,name\na,\"two\nlines\"\nb,2\n").0.lines.len(), 2);
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_in_bounded_memory() {
        let mut endless = io::Cursor::new(b"id,name\na,\"".to_vec()).chain(io::repeat(b'x').take(200 << 20));
        let mut met = Met::default();
        assert!(rows(&mut endless, &mut met).unwrap_err().to_string().contains("longer than 32 MiB"));
    }

    #[test]
    fn the_form_is_told_by_the_first_line() {
        for (text, form) in [
            ("Date (UTC),Request ID\n", Form::Csv),
            ("\u{feff}id;name", Form::Csv),
            ("", Form::Json),
            ("  {\"a\":1,\"b\":2}", Form::Json),
            ("[1,2]", Form::Json),
            ("<html><p>a, b</p>", Form::Json),
            ("no table at all\n", Form::Json),
            ("\0\0,\0", Form::Json),
        ] {
            assert_eq!(told_by(text.as_bytes()), form, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = rows(&mut bytes.as_slice(), &mut Met::default());
        }

        #[test]
        fn what_a_writer_writes_is_read_back(cells in proptest::collection::vec(("[a-z]{1,5}", "[ -~\n]{0,20}"), 1..20)) {
            let mut out = ::csv::WriterBuilder::new().from_writer(Vec::new());
            out.write_record(["id", "text"]).unwrap();
            for (id, text) in &cells {
                out.write_record([id, text]).unwrap();
            }
            let (met, error) = cut(&String::from_utf8(out.into_inner().unwrap()).unwrap());
            prop_assert_eq!(error, None);
            prop_assert_eq!((met.lines.len(), met.refused.len()), (cells.len(), 0));
        }
    }
}
