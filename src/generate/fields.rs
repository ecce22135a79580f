//! Writes JSON members straight into a string.
//!
//! A sign-in record has some 60 members and there may be a million records: building a tree for each would cost
//! ten times the writing. Every value passed to `text` and `show` is free of characters that JSON escapes; the
//! one value that is not (a display name) arrives as ready JSON through `raw`.

use std::fmt::{self, Display, Write as _};

/// `"key":"value",`
pub(crate) fn text(out: &mut String, key: &str, value: &str) {
    name(out, key);
    out.push('"');
    out.push_str(value);
    out.push_str("\",");
}

/// `"key":"value",` for a value that is printed.
pub(crate) fn show(out: &mut String, key: &str, value: impl Display) -> fmt::Result {
    name(out, key);
    write!(out, "\"{value}\",")
}

/// `"key":value,` for a value that is JSON already.
pub(crate) fn raw(out: &mut String, key: &str, value: &str) {
    name(out, key);
    out.push_str(value);
    out.push(',');
}

/// `"key":number,`
pub(crate) fn number(out: &mut String, key: &str, value: impl Display) -> fmt::Result {
    name(out, key);
    write!(out, "{value},")
}

/// `"key":true,` or `"key":false,`
pub(crate) fn truth(out: &mut String, key: &str, value: bool) {
    raw(out, key, if value { "true" } else { "false" });
}

/// `"key":{` or `"key":[`
pub(crate) fn open(out: &mut String, key: &str, bracket: char) {
    name(out, key);
    out.push(bracket);
}

/// Closes an object or array: the comma of its last member goes.
pub(crate) fn close(out: &mut String, bracket: char) {
    if out.ends_with(',') {
        out.pop();
    }
    out.push(bracket);
}

fn name(out: &mut String, key: &str) {
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
}
