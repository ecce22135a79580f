//! Originals within a text: whole, in lists, inside JSON, or as words among others.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{Kind, Pseudonyms, made, tokens};

/// A shorter original counts only as a whole text or as an item of a list: `Al` stands in half of all sentences.
const SHORT: usize = 3;
/// What items of a list, or quoted words, are set apart by; each is one byte.
const AROUND_ITEMS: [char; 10] = [';', ',', '|', '`', '"', '\'', '(', ')', '\n', '\t'];

/// A place in a text and what goes there.
struct Span {
    from: usize,
    to: usize,
    pseudonym: String,
}

impl Pseudonyms {
    /// The text without originals; borrowed when it holds none.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if let Some(pseudonym) = self.whole(text) {
            return Cow::Owned(pseudonym.to_owned());
        }
        // In JSON a name may be written with escapes, so what is compared is the text that the JSON means. Where that holds
        // nobody, the bytes may still: of two fields of one name the reader keeps the last.
        self.json(text).map_or_else(|| self.within(text), Cow::Owned)
    }

    /// Pseudonym of a text that is an original as it stands.
    fn whole(&self, text: &str) -> Option<&str> {
        if let Some((_, pseudonym)) = self.by_text.get(text) {
            return Some(pseudonym);
        }
        self.by_folded.get(&text.to_lowercase()).map(String::as_str)
    }

    /// The JSON rewritten; `None` when the text is none, or when nothing in it changes.
    fn json(&self, text: &str) -> Option<String> {
        if !text.starts_with(['{', '[', '"']) {
            return None;
        }
        let mut value: Value = serde_json::from_str(text).ok()?;
        if !self.value(&mut value) {
            return None;
        }
        serde_json::to_string(&value).ok()
    }

    /// Rewrites every text of a value; tells whether one changed.
    fn value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let new = self.text(text).into_owned();
                let changed = new != *text;
                *text = new;
                changed
            }
            Value::Array(items) => {
                let mut changed = false;
                for item in items {
                    changed |= self.value(item);
                }
                changed
            }
            Value::Object(fields) => {
                let mut changed = false;
                let old = std::mem::take(fields);
                for (name, mut value) in old {
                    changed |= self.value(&mut value);
                    let new = self.text(&name).into_owned();
                    changed |= new != name;
                    fields.insert(new, value);
                }
                changed
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Words among others: the leftmost and then the longest original wins; a pseudonym stays as it is.
    fn within<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut spans = self.known(text);
        spans.extend(self.items(text));
        spans.extend(tokens::mails(text).into_iter().map(|place| self.met(text, place, Kind::Person)));
        spans.extend(tokens::addresses(text).into_iter().map(|place| self.met(text, place, Kind::Address)));
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let is_original = |(from, to): &tokens::Place| self.whole(&text[*from..*to]).is_some();
        let kept: Vec<tokens::Place> = tokens::pseudonyms(text).into_iter().filter(|place| !is_original(place)).collect();
        spans.retain(|s| !kept.iter().any(|(from, to)| s.from < *to && *from < s.to));
        spans.sort_by(|a, b| a.from.cmp(&b.from).then(b.to.cmp(&a.to)));
        let (mut made, mut at) = (String::with_capacity(text.len()), 0);
        for span in spans {
            if span.from < at {
                continue;
            }
            made.push_str(&text[at..span.from]);
            made.push_str(&span.pseudonym);
            at = span.to;
        }
        made.push_str(&text[at..]);
        Cow::Owned(made)
    }

    fn known(&self, text: &str) -> Vec<Span> {
        let matches = self.search.find_overlapping_iter(text).filter(|m| at_boundary(text, m.start(), m.end()));
        let of = |m: aho_corasick::Match| {
            let exact = self.by_text.get(&text[m.range()]).map(|(_, pseudonym)| pseudonym);
            let pseudonym = exact.or_else(|| self.found.get(m.pattern().as_usize()))?;
            Some(Span { from: m.start(), to: m.end(), pseudonym: pseudonym.clone() })
        };
        matches.filter_map(of).collect()
    }

    /// Originals too short to be looked for among words.
    fn items(&self, text: &str) -> Vec<Span> {
        let mut found = Vec::new();
        let mut at = 0;
        for part in text.split(AROUND_ITEMS) {
            let item = part.trim();
            let from = at + (part.len() - part.trim_start().len());
            at += part.len() + 1;
            if !item.is_empty()
                && is_short(item)
                && let Some(pseudonym) = self.whole(item)
            {
                found.push(Span { from, to: from + item.len(), pseudonym: pseudonym.to_owned() });
            }
        }
        found
    }

    /// A mail or network address, which may be nobody's in the tables.
    fn met(&self, text: &str, (from, to): tokens::Place, kind: Kind) -> Span {
        let original = &text[from..to];
        let pseudonym = match self.whole(original) {
            Some(known) => known.to_owned(),
            None => self.met.borrow_mut().entry(original.to_owned()).or_insert_with(|| made(&self.mac, kind, original)).1.clone(),
        };
        Span { from, to, pseudonym }
    }
}

fn is_short(text: &str) -> bool {
    text.chars().count() < SHORT && text.chars().all(|c| !c.is_alphanumeric() || is_spaced(c))
}

/// How an original may stand among words: as it is, with the escapes of JSON (where a cut text is no JSON any more), or with
/// those of a URL. Addresses are found without being looked for.
pub(super) fn forms(original: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    if is_short(original) {
        return forms;
    }
    if !tokens::is_one(original) {
        // The search knows capitals of ASCII only.
        forms.extend([original.to_owned(), original.to_lowercase(), original.to_uppercase()].into_iter().take(if original.is_ascii() { 1 } else { 3 }));
    }
    let escaped = Value::from(original).to_string();
    let escaped = &escaped[1..escaped.len() - 1];
    let ascii: String = escaped.chars().map(|c| if c.is_ascii() { c.to_string() } else { units(c) }).collect();
    let url = original.replace(' ', "%20").replace('@', "%40").replace('#', "%23");
    forms.extend([escaped.to_owned(), ascii, url].into_iter().filter(|form| form != original));
    forms
}

/// How people write a name otherwise: `Last, First`, `Last First`, `F. Last`, `First.Last`; and a mail address without its domain.
pub(super) fn variants(original: &str) -> Vec<String> {
    if let Some((local, _)) = original.split_once('@') {
        let telling = local.len() >= 5 && local.contains(|c: char| !c.is_alphabetic());
        return telling.then(|| local.to_owned()).into_iter().collect();
    }
    let words: Vec<&str> = original.split_whitespace().collect();
    let ([first, .., last], Some(initial)) = (words.as_slice(), original.trim_start().chars().next()) else { return Vec::new() };
    vec![format!("{last}, {first}"), format!("{last} {first}"), format!("{initial}. {last}"), format!("{first}.{last}")]
}

fn units(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// An original counts as a word of its own only: `Will` is no part of `William`. Scripts that set no blanks between words have
/// no such boundary.
pub(super) fn at_boundary(text: &str, from: usize, to: usize) -> bool {
    let own = &text[from..to];
    let joined = |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| is_spaced(a) && is_spaced(b));
    !joined(before(&text[..from]), own.chars().next()) && !joined(own.chars().next_back(), text[to..].chars().next())
}

/// The last character of what stands before; an escape such as `\n` or `%20` is none.
fn before(head: &str) -> Option<char> {
    match head.as_bytes() {
        [.., b'\\', b'n' | b't' | b'r'] => None,
        [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => None,
        _ => head.chars().next_back(),
    }
}

/// A letter or digit of a script that sets blanks between words; Thai to Myanmar, Khmer and everything from Chinese on do not.
fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..)
}
