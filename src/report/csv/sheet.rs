//! One CSV file: RFC 4180, UTF-8, text that no spreadsheet runs.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use crate::report::Artifact;

/// A table being written.
pub(crate) struct Sheet {
    name: String,
    writer: ::csv::Writer<Vec<u8>>,
}

impl Sheet {
    pub(super) fn new(name: &str, heads: &[&str]) -> Result<Self> {
        Self::at(format!("csv/{name}.csv"), heads)
    }

    /// A table under a path of its own.
    pub(crate) fn at(name: String, heads: &[&str]) -> Result<Self> {
        let writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
        let mut sheet = Self { name, writer };
        sheet.writer.write_record(heads)?;
        Ok(sheet)
    }

    pub(crate) fn row(&mut self, fields: impl IntoIterator<Item = String>) -> Result<()> {
        Ok(self.writer.write_record(fields)?)
    }

    pub(crate) fn finish(self) -> Result<Artifact> {
        let name = self.name;
        let bytes = self.writer.into_inner().map_err(|e| e.into_error()).with_context(|| format!("cannot write `{name}`"))?;
        Ok(Artifact { name, media_type: "text/csv; charset=utf-8", bytes })
    }
}

/// Text from outside: a leading sign would make a spreadsheet run it as a formula.
pub(crate) fn text(raw: &str) -> String {
    let risky = raw.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if risky { format!("'{raw}") } else { raw.to_owned() }
}

/// A number of ours, in full precision; empty when there is none.
pub(crate) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A file name of letters, digits and hyphens.
pub(super) fn slug(raw: &str) -> String {
    raw.chars().take(80).map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// `name`, or with a number behind it when it is taken; file systems may ignore case.
pub(super) fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1;
    while !taken.insert(candidate.to_ascii_lowercase()) {
        number += 1;
        candidate = format!("{name}-{number}");
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised() {
        for raw in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"] {
            assert_eq!(text(raw), format!("'{raw}"));
        }
        assert_eq!(text("a=b"), "a=b");
    }

    #[test]
    fn file_names_are_harmless_and_unique() {
        let mut taken = BTreeSet::new();
        assert_eq!(unique(&slug("../K3-<a>"), &mut taken), "---K3--a-");
        assert_eq!(unique("k3", &mut taken), "k3");
        assert_eq!(unique("K3", &mut taken), "K3-2");
    }

    #[test]
    fn a_sheet_is_rfc_4180() {
        let mut sheet = Sheet::new("t", &["a", "b"]).unwrap();
        sheet.row([text("x,\"y\""), text("line\nbreak")]).unwrap();
        assert_eq!(sheet.finish().unwrap().bytes, b"a,b\r\n\"x,\"\"y\"\"\",\"line\nbreak\"\r\n");
    }
}
