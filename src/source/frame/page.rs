//! Page wrappers: objects whose list holds the records, with what exporters write beside it.

use super::window::{Scan, Window};
use super::{FrameError, Records};

/// A page that has one is not the last.
const NEXT: [&str; 6] = ["@odata.nextLink", "odata.nextLink", "nextLink", "nextPageToken", "NextToken", "nextToken"];
/// The same of lists under `response`. A log page always has it: there it only tells where to go on.
const NEXT_OFFSET: &str = "next_offset";
const WRAPPERS: [&str; 6] = ["value", "records", "Records", "items", "users", "policies"];
/// Objects that hold the list, and the lists in them.
const OUTER: [&str; 2] = ["response", "data"];
const INNER: [&str; 2] = ["authlogs", "events"];
/// Keys that stand beside a wrapper's array and never open a record.
const BESIDE: [&str; 14] = [
    "kind",
    "etag",
    "count",
    "nextLink",
    "nextPageToken",
    "version",
    "stat",
    "eventType",
    "eventTypeVersion",
    "cloudEventsVersion",
    "contentType",
    "eventId",
    "eventTime",
    "source",
];

/// A page: where its list or single object stands, how many objects are open there, and what stood before it.
pub(super) struct Page {
    pub(super) at: usize,
    depth: usize,
    more: bool,
}

/// The page that the object at the window's start is.
pub(super) fn wrapper(w: &mut Window<'_>) -> Result<Option<Page>, FrameError> {
    let (mut i, mut depth, mut more) = (1, 1, false);
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
        more |= NEXT.contains(&key.as_str()) && opens == Some(b'"') && w.at(i + 1)? != Some(b'"');
        if list_of(&key, depth) && (opens == Some(b'[') || (key == "value" && opens == Some(b'{'))) {
            return Ok(Some(Page { at: i, depth, more }));
        }
        if depth == 1 && OUTER.contains(&key.as_str()) && opens == Some(b'{') {
            (i, depth) = (i + 1, 2);
            continue;
        }
        if depth == 1 && key == "metadata" && opens == Some(b'{') {
            let Scan::End(end) = w.close(i + 1, 1)? else { return Ok(None) };
            more |= values(w.slice(i, end), NEXT_OFFSET).any(goes_on);
            i = w.skip_space(end)?;
            if w.at(i)? != Some(b',') {
                return Ok(None);
            }
            i += 1;
            continue;
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

/// A key whose list holds the records: at the top, or inside an outer object.
fn list_of(key: &str, depth: usize) -> bool {
    if depth == 1 { WRAPPERS.contains(&key) || key == "response" } else { INNER.contains(&key) }
}

pub(super) fn close_wrapper(w: &mut Window<'_>, page: &Page, sink: &mut dyn Records) -> Result<(), FrameError> {
    match w.close(0, page.depth)? {
        Scan::End(end) => {
            let tail = w.slice(0, end);
            let next = |key: &&str| values(tail, key).any(goes_on);
            let more = page.more || NEXT.iter().any(next) || (page.depth == 1 && next(&NEXT_OFFSET));
            let lists = WRAPPERS.iter().chain(&INNER).any(|key| values(tail, key).any(|v| v.first() == Some(&b'[') && v[1..].trim_ascii_start().first() == Some(&b'{')));
            let at = w.offset();
            w.bump(end);
            if lists {
                sink.fault(at, "a page holds a second list of records");
            }
            sink.page(more);
            Ok(())
        }
        Scan::Open | Scan::BrokenString => Err(FrameError::Truncated(w.offset())),
    }
}

/// A link, token or offset that is not empty.
fn goes_on(value: &[u8]) -> bool {
    matches!(value, [b'"', c, ..] if *c != b'"') || value.first().is_some_and(u8::is_ascii_digit)
}

/// What stands behind every mention of a key.
fn values<'t>(text: &'t [u8], key: &str) -> impl Iterator<Item = &'t [u8]> {
    let quoted = format!("\"{key}\"").into_bytes();
    let found: Vec<usize> = memchr::memmem::find_iter(text, &quoted).map(|at| at + quoted.len()).collect();
    found.into_iter().filter_map(move |at| Some(text[at..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start()))
}
