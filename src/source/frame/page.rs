//! Page wrappers: objects whose list holds the records, with what exporters write beside it.

use super::window::{Scan, Window};
use super::{FrameError, Records};

/// A page that has one is not the last.
const NEXT: [&str; 2] = ["@odata.nextLink", "nextPageToken"];
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

/// Position of the wrapped list or single object and how many objects are open there, when the object at the window's
/// start is a page.
pub(super) fn wrapper(w: &mut Window<'_>, sink: &mut dyn Records) -> Result<Option<(usize, usize)>, FrameError> {
    let (mut i, mut depth) = (1, 1);
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
        if NEXT.contains(&key.as_str()) && opens == Some(b'"') {
            sink.continues();
        }
        if list_of(&key, depth) && (opens == Some(b'[') || (key == "value" && opens == Some(b'{'))) {
            return Ok(Some((i, depth)));
        }
        if depth == 1 && OUTER.contains(&key.as_str()) && opens == Some(b'{') {
            (i, depth) = (i + 1, 2);
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

pub(super) fn close_wrapper(w: &mut Window<'_>, depth: usize, sink: &mut dyn Records) -> Result<(), FrameError> {
    match w.close(0, depth)? {
        Scan::End(end) => {
            if NEXT.iter().any(|next| memchr::memmem::find(w.slice(0, end), next.as_bytes()).is_some()) {
                sink.continues();
            }
            w.bump(end);
            Ok(())
        }
        Scan::Open | Scan::BrokenString => Err(FrameError::Truncated(w.offset())),
    }
}
