//! Method mix: one stacked bar per line, coloured by how well the method resists phishing.

use std::collections::BTreeMap;

use anyhow::Result;

use super::block::Block;
use super::catalogue::Entry;
use super::plot;
use super::table::{Cell, Kind, Table};
use crate::report::chart::theme::{BAD, CODE, MAIN, NEUTRAL, STRONG, Token, WEAK};
use crate::report::chart::{Bar, Bars, Segment};
use crate::report::number::{count, share};
use crate::report::text::{short, words};
use crate::results::{Figure, Line, Mix};

/// How many classes there are.
const CLASS_COUNT: usize = 6;

/// Classes in the order of the bar: name, colour and the canonical methods in it.
static CLASSES: [(&str, Token, &[&str]); CLASS_COUNT] = [
    ("phishing-resistant", STRONG, &["passkey", "fido2", "whfb", "platform_sso", "certificate", "phishing_resistant"]),
    ("app", MAIN, &["push", "passwordless_phone", "app"]),
    ("one-time codes", CODE, &["otp_app", "otp_hw", "otp"]),
    ("telephone and mail", WEAK, &["sms", "voice", "email", "telephony"]),
    ("no second factor", BAD, &["none", "no_method", "password", "knowledge"]),
    ("other", NEUTRAL, &[]),
];

/// Position of the bucket's class; what no class lists is in the last one.
fn class(bucket: &str) -> usize {
    CLASSES.iter().position(|(_, _, methods)| methods.contains(&bucket)).unwrap_or(CLASS_COUNT - 1)
}

/// One chart for all lines of a mix; nothing when the metric is no mix.
pub(super) fn chart(entry: Entry<'_>) -> Result<Option<Block>> {
    let mixes: Vec<(&Line, &Mix)> = entry
        .metric
        .lines
        .iter()
        .filter_map(|line| match &line.figure {
            Some(Figure::Mix(mix)) if mix.total > 0.0 => Some((line, mix)),
            _ => None,
        })
        .collect();
    if mixes.is_empty() {
        return Ok(None);
    }
    let id = format!("{}-mix", entry.anchor());
    let title = format!("{}, as shares of 100 %", entry.title());
    let mut used = [false; CLASS_COUNT];
    let bars = mixes.iter().map(|(line, mix)| bar(line, mix, &mut used)).collect();
    let key = CLASSES.iter().zip(used).filter(|(_, used)| *used).map(|(class, _)| (class.0.to_owned(), class.1));
    let bars = Bars { key: key.collect(), bars };
    let table = table(&format!("{id}-data"), &title, &mixes);
    plot::bars(&id, &title, text(&mixes), table, &bars).map(Some)
}

fn bar(line: &Line, mix: &Mix, used: &mut [bool; CLASS_COUNT]) -> Bar {
    let mut buckets: Vec<_> = mix.buckets.iter().map(|bucket| (class(&bucket.bucket), bucket)).collect();
    // stable: within a class the largest stays first
    buckets.sort_by_key(|(class, _)| *class);
    let segments = buckets
        .into_iter()
        .map(|(class, bucket)| {
            used[class] = true;
            let label = format!("{} {}", words(&bucket.bucket), share(bucket.share));
            Segment::new(bucket.share, CLASSES[class].1, label)
        })
        .collect();
    Bar::new(short(&line.title), segments, count(mix.total))
}

fn text(mixes: &[(&Line, &Mix)]) -> String {
    let parts = mixes.iter().map(|(line, mix)| {
        let shown = mix.buckets.iter().take(3).map(|bucket| format!("{} {}", words(&bucket.bucket), share(bucket.share)));
        format!("{}: {}.", short(&line.title), shown.collect::<Vec<_>>().join(", "))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// One row per bucket, one column per line.
fn table(id: &str, caption: &str, mixes: &[(&Line, &Mix)]) -> Table {
    // The titles are whole sentences: too wide for the head of a column.
    let titles: Vec<String> = mixes.iter().map(|(line, _)| words(&line.id)).collect();
    let mut heads = vec![("Bucket", Kind::Wide)];
    heads.extend(titles.iter().map(|title| (title.as_str(), Kind::Number)));
    let mut rows: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for (column, (_, mix)) in mixes.iter().enumerate() {
        for bucket in &mix.buckets {
            let row = rows.entry((class(&bucket.bucket), bucket.bucket.as_str())).or_insert_with(|| vec!["0 %".to_owned(); mixes.len()]);
            if let Some(cell) = row.get_mut(column) {
                *cell = format!("{} ({})", share(bucket.share), count(bucket.weight));
            }
        }
    }
    Table::new(id, caption, &heads)
        .limited(200, 60, "the rest is in results.json")
        .rows(rows.into_iter().map(|((_, bucket), cells)| std::iter::once(Cell::from(words(bucket))).chain(cells.into_iter().map(Cell::from)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_has_one_class() {
        for (bucket, expected) in [
            ("passkey", "phishing-resistant"),
            ("push", "app"),
            ("otp_hw", "one-time codes"),
            ("sms", "telephone and mail"),
            ("none", "no second factor"),
            ("previous", "other"),
            ("a new method", "other"),
        ] {
            assert_eq!(CLASSES[class(bucket)].0, expected, "{bucket}");
        }
    }
}
