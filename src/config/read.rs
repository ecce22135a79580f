//! Reads TOML so that every fault is reported, each with its line and what is allowed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One fault of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Line in the file, from 1; 0 when it belongs to no line.
    pub line: usize,
    /// What is wrong and what is allowed.
    pub message: String,
}

/// All faults of one configuration file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults {
    /// The file as named by the operator.
    pub file: String,
    /// In line order.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.faults.len();
        write!(f, "the configuration has {n} fault{}", if n == 1 { "" } else { "s" })?;
        for fault in &self.faults {
            // A fault that stands on no single line has line 0.
            let place = if fault.line == 0 { self.file.clone() } else { format!("{}:{}", self.file, fault.line) };
            write!(f, "\n  {place}: {}", fault.message)?;
        }
        Ok(())
    }
}

/// Collects faults while values are taken.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    faults: RefCell<Vec<Fault>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, faults: RefCell::default() }
    }

    pub(super) fn fault(&self, span: &Range<usize>, message: String) {
        let line = self.text.as_bytes()[..span.start.min(self.text.len())].iter().filter(|b| **b == b'\n').count() + 1;
        self.faults.borrow_mut().push(Fault { line, message });
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}

/// One table of the file; keys that nobody takes are faults when it is closed.
pub(super) struct Section<'a, 't> {
    pub(super) reader: &'a Reader<'t>,
    name: String,
    table: Option<&'a DeTable<'t>>,
    pub(super) span: Range<usize>,
    taken: RefCell<BTreeSet<&'static str>>,
}

impl<'a, 't> Section<'a, 't> {
    pub(super) fn new(reader: &'a Reader<'t>, name: &str, table: Option<&'a DeTable<'t>>, span: Range<usize>) -> Self {
        Self { reader, name: name.to_owned(), table, span, taken: RefCell::default() }
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    pub(super) fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'t>>> {
        self.taken.borrow_mut().insert(key);
        self.table?.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'t>>, allowed: &str) {
        self.reader.fault(&value.span(), format!("`{}`: {allowed}", self.path(key)));
    }

    /// A sub-table; absent counts as empty.
    pub(super) fn section(&self, key: &'static str) -> Self {
        let found = self.value(key);
        let table = found.and_then(|v| match v.get_ref() {
            DeValue::Table(t) => Some(t),
            _ => {
                self.wrong(key, v, "write a table");
                None
            }
        });
        Section::new(self.reader, &self.path(key), table, found.map_or(self.span.clone(), Spanned::span))
    }

    /// An array of tables.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Self> {
        let Some(found) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = found.get_ref() else {
            self.wrong(key, found, &format!("write one or more `[[{}]]` tables", self.path(key)));
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| match item.get_ref() {
                DeValue::Table(t) => Some(Section::new(self.reader, &self.path(key), Some(t), item.span())),
                _ => {
                    self.wrong(key, item, "write a table");
                    None
                }
            })
            .collect()
    }

    pub(super) fn optional_text(&self, key: &'static str) -> Option<String> {
        let found = self.value(key)?;
        match found.get_ref() {
            DeValue::String(s) if !s.trim().is_empty() => Some(s.to_string()),
            _ => {
                self.wrong(key, found, "write a text that is not empty");
                None
            }
        }
    }

    pub(super) fn text(&self, key: &'static str, default: &str) -> String {
        self.optional_text(key).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn required_text(&self, key: &'static str) -> String {
        if !self.has(key) {
            self.reader.fault(&self.span, format!("`{}` is missing: write a text", self.path(key)));
        }
        self.optional_text(key).unwrap_or_default()
    }

    /// A text that `parse` accepts.
    pub(super) fn parsed<T>(&self, key: &'static str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.optional_text(key)?;
        let value = parse(&text);
        if value.is_none()
            && let Some(found) = self.value(key)
        {
            self.wrong(key, found, &format!("`{text}` is not allowed: {allowed}"));
        }
        value
    }

    pub(super) fn whole(&self, key: &'static str, default: i64, allowed: RangeInclusive<i64>) -> i64 {
        self.optional_whole(key, allowed).unwrap_or(default)
    }

    pub(super) fn optional_whole(&self, key: &'static str, allowed: RangeInclusive<i64>) -> Option<i64> {
        let found = self.value(key)?;
        let value = match found.get_ref() {
            DeValue::Integer(i) => i64::from_str_radix(&i.as_str().replace('_', ""), i.radix()).ok(),
            _ => None,
        };
        let value = value.filter(|v| allowed.contains(v));
        if value.is_none() {
            self.wrong(key, found, &format!("write a whole number from {} to {}", allowed.start(), allowed.end()));
        }
        value
    }

    pub(super) fn flag(&self, key: &'static str, default: bool) -> bool {
        let Some(found) = self.value(key) else { return default };
        match found.get_ref() {
            DeValue::Boolean(given) => *given,
            _ => {
                self.wrong(key, found, "write `true` or `false`");
                default
            }
        }
    }

    pub(super) fn real(&self, key: &'static str, default: f64, allowed: RangeInclusive<f64>) -> f64 {
        let Some(found) = self.value(key) else { return default };
        let value = match found.get_ref() {
            DeValue::Integer(i) => i.as_str().parse::<f64>().ok(),
            DeValue::Float(x) => x.as_str().replace('_', "").parse::<f64>().ok(),
            _ => None,
        };
        value.filter(|v| allowed.contains(v)).unwrap_or_else(|| {
            self.wrong(key, found, &format!("write a number from {} to {}", allowed.start(), allowed.end()));
            default
        })
    }

    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let found = self.value(key)?;
        let DeValue::Array(items) = found.get_ref() else {
            self.wrong(key, found, "write a list of texts");
            return None;
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(s) if !s.trim().is_empty() => texts.push(s.to_string()),
                _ => self.wrong(key, item, "write texts that are not empty"),
            }
        }
        Some(texts)
    }

    /// Every pair of a table whose keys are free.
    pub(super) fn pairs(&self) -> Vec<(String, String, Range<usize>)> {
        let Some(table) = self.table else { return Vec::new() };
        let mut pairs = Vec::new();
        for (key, value) in table.iter() {
            match value.get_ref() {
                DeValue::String(s) => pairs.push((key.get_ref().to_string(), s.to_string(), value.span())),
                _ => self.wrong(key.get_ref(), value, "write a text"),
            }
        }
        pairs
    }

    /// Names every key that was not taken.
    pub(super) fn close(&self) {
        let Some(table) = self.table else { return };
        let taken = self.taken.borrow();
        for key in table.keys() {
            if !taken.contains(key.get_ref().as_ref()) {
                let known = taken.iter().copied().collect::<Vec<_>>().join(", ");
                self.reader.fault(&key.span(), format!("`{}` is not a known key; known here: {known}", self.path(key.get_ref())));
            }
        }
    }
}
