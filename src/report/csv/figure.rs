//! A figure as cells, whole and in parts.

use anyhow::Result;

use super::sheet::{Sheet, number, text};
use crate::report::Artifact;
use crate::results::{Figure, Line, Ratio};

/// The columns every figure fills as far as its kind knows them.
pub(super) const FIGURE_HEADS: [&str; 14] =
    ["numerator", "denominator", "unknown", "value", "lower", "upper", "wilson_lower", "wilson_upper", "total", "due", "on_time", "late", "missed", "not_yet_due"];

/// The figure in the columns of [`FIGURE_HEADS`].
pub(super) fn figure_fields(figure: &Figure) -> [String; 14] {
    let mut fields = FIGURE_HEADS.map(|_| String::new());
    let mut set = |head: &str, value: Option<f64>| {
        if let Some(position) = FIGURE_HEADS.iter().position(|known| *known == head) {
            fields[position] = number(value);
        }
    };
    match figure {
        Figure::Ratio(ratio) => {
            set("numerator", Some(ratio.numerator));
            set("denominator", Some(ratio.denominator));
            set("unknown", Some(ratio.unknown));
            bounds(&mut set, (ratio.value, ratio.lower, ratio.upper), ratio.wilson);
        }
        Figure::Count(held) => set("total", Some(held.total)),
        Figure::Mix(mix) => set("total", Some(mix.total)),
        Figure::Rate(rate) => {
            set("numerator", Some(rate.numerator));
            set("denominator", Some(rate.denominator));
            set("value", rate.value);
        }
        Figure::Duration(d) => {
            set("numerator", Some(d.events as f64));
            set("denominator", Some(d.subjects as f64));
            bounds(&mut set, (d.median, d.median, d.median_latest), None);
        }
        Figure::Detection(d) => set("total", Some(d.findings as f64)),
        Figure::Drift(d) => {
            set("total", Some(d.users as f64));
            set("value", d.distance);
        }
        Figure::Series(s) => set("total", Some(s.spikes.len() as f64)),
        Figure::Obligations(duties) => {
            set("numerator", Some(duties.on_time as f64));
            set("denominator", Some(duties.due.saturating_sub(duties.unknown) as f64));
            set("unknown", Some(duties.unknown as f64));
            bounds(&mut set, (duties.adherence, duties.lower, duties.upper), duties.wilson);
            for (head, count) in [("due", duties.due), ("on_time", duties.on_time), ("late", duties.late), ("missed", duties.missed)] {
                set(head, Some(count as f64));
            }
            set("not_yet_due", Some(duties.not_yet_due as f64));
        }
    }
    fields
}

type Bounds = (Option<f64>, Option<f64>, Option<f64>);

fn bounds(set: &mut impl FnMut(&str, Option<f64>), (value, lower, upper): Bounds, wilson: Option<(f64, f64)>) {
    set("value", value);
    set("lower", lower);
    set("upper", upper);
    set("wilson_lower", wilson.map(|w| w.0));
    set("wilson_upper", wilson.map(|w| w.1));
}

/// One line: the whole, its parts, then the same per value of each dimension.
pub(super) fn figures(name: &str, line: &Line) -> Result<Artifact> {
    let mut heads = vec!["dimension", "dimension_value", "part", "part_name", "weight"];
    heads.extend(FIGURE_HEADS);
    let mut sheet = Sheet::new(name, &heads)?;
    if let Some(figure) = &line.figure {
        figure_rows(&mut sheet, "", "", figure)?;
    }
    for dimension in &line.dimensions {
        for value in &dimension.values {
            figure_rows(&mut sheet, &dimension.name, &value.value, &value.figure)?;
        }
    }
    sheet.finish()
}

fn figure_rows(sheet: &mut Sheet, dimension: &str, value: &str, figure: &Figure) -> Result<()> {
    let place = |part: &str, name: &str, weight| [text(dimension), text(value), part.to_owned(), text(name), number(weight)];
    sheet.row(place("whole", "", None).into_iter().chain(figure_fields(figure)))?;
    for (part, name, weight) in parts(figure) {
        sheet.row(place(part, name, Some(weight)).into_iter().chain(FIGURE_HEADS.map(|_| String::new())))?;
    }
    Ok(())
}

fn parts(figure: &Figure) -> Vec<(&'static str, &str, f64)> {
    match figure {
        Figure::Ratio(Ratio { excluded, failing, undetermined, counting, .. }) => {
            [("excluded", excluded), ("failing", failing), ("undetermined", undetermined), ("counting", counting)]
                .into_iter()
                .flat_map(|(part, reasons)| reasons.iter().map(move |r| (part, r.reason.as_str(), r.weight)))
                .collect()
        }
        Figure::Count(held) => held.categories.iter().map(|c| ("category", c.reason.as_str(), c.weight)).collect(),
        Figure::Mix(mix) => mix.buckets.iter().map(|b| ("bucket", b.bucket.as_str(), b.weight)).collect(),
        Figure::Detection(d) => [("high", d.high), ("medium", d.medium), ("low", d.low)].map(|(severity, n)| ("severity", severity, n as f64)).to_vec(),
        Figure::Series(s) => s.spikes.iter().map(|spike| ("spike", spike.series.as_str(), spike.observed)).collect(),
        Figure::Drift(d) => vec![("moved", d.bucket.as_str(), d.moved)],
        Figure::Obligations(_) | Figure::Rate(_) | Figure::Duration(_) => Vec::new(),
    }
}
