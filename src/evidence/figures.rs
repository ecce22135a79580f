//! `figures.csv`: every number of a figure on a line of its own, for the re-performance in SQL to be held against.

use crate::report::{Sheet, csv_number, csv_text};
use crate::results::{Duration, Figure, Obligations, Ratio, Reason, Results};

pub(super) const PATH: &str = "data/figures.csv";

/// One number: part, name within the part, value.
type Part<'r> = (&'static str, &'r str, Option<f64>);

/// The parts of a figure that SQL can work out exactly. What needs simulation or iteration is left out.
fn parts(figure: &Figure) -> Vec<Part<'_>> {
    let one = |part: &'static str, n: u64| (part, "", Some(n as f64));
    match figure {
        Figure::Ratio(r) => ratio(r),
        Figure::Count(c) => std::iter::once(("total", "", Some(c.total))).chain(reasons("category", &c.categories)).collect(),
        Figure::Mix(m) => {
            let weights = m.buckets.iter().map(|b| ("bucket", b.bucket.as_str(), Some(b.weight)));
            let shares = m.buckets.iter().map(|b| ("share", b.bucket.as_str(), Some(b.share)));
            std::iter::once(("total", "", Some(m.total))).chain(weights).chain(shares).collect()
        }
        Figure::Obligations(o) => duties(o),
        Figure::Rate(r) => vec![("numerator", "", Some(r.numerator)), ("denominator", "", Some(r.denominator)), ("value", "", r.value)],
        Figure::Duration(d) => duration(d),
        Figure::Detection(d) => vec![one("findings", d.findings), one("high", d.high), one("medium", d.medium), one("low", d.low)],
        Figure::Drift(d) => vec![one("users", d.users), ("distance", "", d.distance)],
        Figure::Series(s) => vec![one("series", s.series)],
    }
}

fn reasons<'r>(part: &'static str, reasons: &'r [Reason]) -> impl Iterator<Item = Part<'r>> {
    reasons.iter().map(move |r| (part, r.reason.as_str(), Some(r.weight)))
}

fn ratio(r: &Ratio) -> Vec<Part<'_>> {
    let whole = [
        ("numerator", "", Some(r.numerator)),
        ("denominator", "", Some(r.denominator)),
        ("unknown", "", Some(r.unknown)),
        ("value", "", r.value),
        ("lower", "", r.lower),
        ("upper", "", r.upper),
        ("wilson_lower", "", r.wilson.map(|w| w.0)),
        ("wilson_upper", "", r.wilson.map(|w| w.1)),
    ];
    whole.into_iter().chain(reasons("excluded", &r.excluded)).chain(reasons("failing", &r.failing)).chain(reasons("undetermined", &r.undetermined)).collect()
}

fn duties(o: &Obligations) -> Vec<Part<'_>> {
    let counts = [("due", o.due), ("on_time", o.on_time), ("late", o.late), ("missed", o.missed), ("unknown", o.unknown), ("not_yet_due", o.not_yet_due)];
    let shares = [("adherence", o.adherence), ("lower", o.lower), ("upper", o.upper)];
    counts.into_iter().map(|(part, n)| (part, "", Some(n as f64))).chain(shares.into_iter().map(|(part, share)| (part, "", share))).collect()
}

fn duration(d: &Duration) -> Vec<Part<'_>> {
    let counts = [("subjects", d.subjects), ("events", d.events), ("open", d.open), ("competing", d.competing)];
    let days = [
        ("first_quartile", d.first_quartile),
        ("median", d.median),
        ("median_latest", d.median_latest),
        ("third_quartile", d.third_quartile),
        ("ninety_fifth", d.ninety_fifth),
        ("longest_ended", d.longest_ended),
        ("longest_open", d.longest_open),
    ];
    let marks = ["1", "7", "14", "30"].into_iter().zip(&d.ended_by).map(|(day, (_, share))| ("ended_by", day, Some(*share)));
    counts.into_iter().map(|(part, n)| (part, "", Some(n as f64))).chain(days.map(|(part, days)| (part, "", days))).chain(marks).collect()
}

/// All figures of all lines. A line without a figure has none.
pub(super) fn sheet(results: &Results) -> anyhow::Result<Vec<u8>> {
    let mut sheet = Sheet::at(PATH.to_owned(), &["metric", "line", "kind", "part", "name", "value"])?;
    for metric in &results.metrics {
        for line in &metric.lines {
            let Some(figure) = &line.figure else { continue };
            let parts = std::iter::once(("rows", "", Some(line.rows as f64))).chain(parts(figure));
            for (part, name, value) in parts {
                sheet.row([csv_text(&metric.id), csv_text(&line.id), csv_text(&metric.kind), part.to_owned(), csv_text(name), csv_number(value)])?;
            }
        }
    }
    Ok(sheet.finish()?.bytes)
}
