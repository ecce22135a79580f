//! A figure as text: value, what it is a fraction of, and what the unknown cases could make of it.

use super::block::{Fact, Status};
use crate::report::number::{count, difference, interval, percent, plural, points, range, share, target, whole};
use crate::report::text::{sentence, short, words};
use crate::results::{Count, Detection, Drift, Duration, Figure, Metric, Mix, Obligations, Rate, Ratio, Series, State, Verdict};

/// Below this denominator counts lead and the share follows.
const SMALL: f64 = 20.0;

/// A figure as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// What is printed large.
    pub(super) value: String,
    /// What it rests on.
    pub(super) basis: String,
    /// The unknown with the bounds; empty without any.
    pub(super) unknown: String,
}

impl Reading {
    /// Everything but the value, as one text.
    pub(super) fn note(&self) -> String {
        [self.basis.as_str(), self.unknown.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

/// Reads any figure.
pub(super) fn reading(figure: &Figure) -> Reading {
    match figure {
        Figure::Ratio(ratio) => of_ratio(ratio),
        Figure::Count(stock) => of_count(stock),
        Figure::Mix(mix) => of_mix(mix),
        Figure::Obligations(duties) => of_obligations(duties),
        Figure::Rate(rate) => of_rate(rate),
        Figure::Duration(d) => of_duration(d),
        Figure::Detection(d) => of_detection(d),
        Figure::Drift(d) => of_drift(d),
        Figure::Series(s) => of_series(s),
    }
}

fn plain(value: String, basis: String) -> Reading {
    Reading { value, basis, unknown: String::new() }
}

fn of_rate(rate: &Rate) -> Reading {
    let Some(value) = rate.value else { return plain("n/a".to_owned(), "nothing to count: the denominator is 0".to_owned()) };
    plain(count(value), format!("{} over {}", count(rate.numerator), count(rate.denominator)))
}

/// Not reached is a legal answer: then a quarter and the longest open duration say more.
fn of_duration(d: &Duration) -> Reading {
    if d.subjects == 0 {
        return plain("n/a".to_owned(), "nothing was under observation".to_owned());
    }
    let basis = format!("{} ended, {} open{}", whole(d.events), whole(d.open), if d.competing > 0 { format!(", {} ended otherwise", whole(d.competing)) } else { String::new() });
    match d.median {
        Some(median) => {
            let bracket = d.median_latest.filter(|latest| *latest > median + 0.05).map(|latest| format!("; at the latest {}", days(latest))).unwrap_or_default();
            plain(days(median), format!("median; {basis}{bracket}"))
        }
        None => {
            let quarter = d.first_quartile.map_or("a quarter is not reached either".to_owned(), |q| format!("a quarter by {}", days(q)));
            let open = d.longest_open.map(|o| format!("; open for up to {}", days(o))).unwrap_or_default();
            plain("not reached".to_owned(), format!("median; {quarter}{open}; {basis}"))
        }
    }
}

/// Days as text; less than one in hours.
pub(super) fn days(value: f64) -> String {
    if value > 0.0 && value < 1.0 { format!("{} h", count(value * 24.0)) } else { format!("{} d", count(value)) }
}

fn of_detection(d: &Detection) -> Reading {
    plain(whole(d.findings), format!("{} high, {} medium, {} low", whole(d.high), whole(d.medium), whole(d.low)))
}

fn of_drift(d: &Drift) -> Reading {
    let Some(distance) = d.distance else { return plain("n/a".to_owned(), d.reason.clone()) };
    let state = if d.flagged { "flagged for a look".to_owned() } else { format!("not flagged: {}", d.reason) };
    plain(format!("{distance:.3}"), format!("distance among {}; {state}", plural(d.users, "user", "users")))
}

fn of_series(s: &Series) -> Reading {
    if s.days == 0 {
        return plain("n/a".to_owned(), "fewer than eight weeks of history".to_owned());
    }
    plain(plural(s.spikes.len() as u64, "day stands out", "days stand out"), format!("{} series, {} judged", whole(s.series), plural(s.days, "day", "days")))
}

/// A flow is read by where it ends: its movements do not add up to anything.
fn of_count(stock: &Count) -> Reading {
    let named = |name: &str| stock.categories.iter().find(|c| c.reason == name).map(|c| c.weight);
    let (opening, closing) = (named("opening"), named("closing"));
    let (value, basis) = match (opening, closing) {
        (None, None) => (count(stock.total), String::new()),
        _ => (count(closing.unwrap_or(0.0)), format!("at the end, {} at the start", count(opening.unwrap_or(0.0)))),
    };
    Reading { value, basis, unknown: String::new() }
}

fn of_ratio(ratio: &Ratio) -> Reading {
    let (value, basis) = fraction(ratio.numerator, ratio.denominator, ratio.wilson);
    Reading { value, basis, unknown: unknown(ratio.unknown, ratio.lower, ratio.upper) }
}

fn of_obligations(duties: &Obligations) -> Reading {
    let judged = duties.due.saturating_sub(duties.unknown);
    let (value, basis) = fraction(duties.on_time as f64, judged as f64, duties.wilson);
    let mut parts = vec![if judged == 0 { "no duty could be judged".to_owned() } else { format!("{basis} on time") }];
    parts.push(format!("{} late, {} missed", whole(duties.late), whole(duties.missed)));
    Reading { value, basis: parts.join("; "), unknown: unknown(duties.unknown as f64, duties.lower, duties.upper) }
}

fn of_mix(mix: &Mix) -> Reading {
    match mix.buckets.first() {
        Some(largest) => Reading {
            value: share(largest.share),
            basis: format!("{}, the largest of {}", words(&largest.bucket), plural(mix.buckets.len() as u64, "bucket", "buckets")),
            unknown: String::new(),
        },
        None => Reading { value: "n/a".to_owned(), basis: "nothing to count".to_owned(), unknown: String::new() },
    }
}

/// Value and basis of a fraction; a small one leads with its counts.
fn fraction(numerator: f64, denominator: f64, wilson: Option<(f64, f64)>) -> (String, String) {
    let counts = format!("{} of {}", count(numerator), count(denominator));
    let share = percent(numerator, denominator);
    if denominator <= 0.0 {
        ("n/a".to_owned(), "nothing to count: the denominator is 0".to_owned())
    } else if denominator < SMALL {
        let basis = match wilson {
            Some(wilson) => format!("{share}, 95 % interval {}", interval(wilson)),
            None => share,
        };
        (counts, basis)
    } else {
        (share, counts)
    }
}

fn unknown(weight: f64, lower: Option<f64>, upper: Option<f64>) -> String {
    if weight <= 0.0 {
        return String::new();
    }
    match (lower, upper) {
        (Some(lower), Some(upper)) => {
            format!("{} unknown, so {}", count(weight), bounds(lower, upper))
        }
        _ => format!("{} unknown", count(weight)),
    }
}

fn bounds(lower: f64, upper: f64) -> String {
    let shown = range(lower, upper);
    match shown.split_once('\u{2013}') {
        Some((from, to)) => format!("between {from} and {to}"),
        None => format!("{shown} either way"),
    }
}

/// The metric's headline against its target.
pub(super) fn fact(metric: &Metric) -> Fact {
    let computed = metric.state == State::Computed;
    let status = if metric.state == State::NotComputed { Status::NotComputed } else { Status::from(metric.verdict) };
    let headline = metric.lines.first();
    let figure = headline.filter(|_| computed).and_then(|line| line.figure.as_ref());
    let reason = if figure.is_some() { String::new() } else { why_not(metric) };
    let reading = figure.map_or_else(|| Reading { value: "n/a".to_owned(), basis: String::new(), unknown: String::new() }, reading);
    let word = if metric.state == State::NotObservable { "Not observable" } else { status.word() };
    Fact { value: reading.value, basis: reading.basis, unknown: reading.unknown, goal: goal(metric), change: change(metric), status, word, reason, rows: row_file(metric) }
}

/// Where the rows behind a metric are published, below the report's own folder.
fn row_file(metric: &Metric) -> String {
    let harmless = !metric.id.is_empty() && metric.id.chars().all(|c| c.is_ascii_alphanumeric());
    if harmless && !metric.lines.is_empty() { format!("rows/{}.csv", metric.id) } else { String::new() }
}

/// Why a metric has no headline figure, as a sentence.
pub(super) fn why_not(metric: &Metric) -> String {
    let line = metric.lines.first().and_then(|line| line.reason.as_deref());
    sentence(metric.reason.as_deref().or(line).unwrap_or("no reason is given in the results"))
}

/// The target as text.
pub(super) fn goal(metric: &Metric) -> String {
    metric.target.as_ref().map_or_else(|| "no target".to_owned(), |t| target(t.value, &metric.better, is_share(metric)))
}

/// `true` when the headline is a fraction of one.
pub(super) fn is_share(metric: &Metric) -> bool {
    matches!(metric.kind.as_str(), "ratio" | "obligations" | "mix")
}

/// Against the period before.
fn change(metric: &Metric) -> String {
    let [.., before, now] = metric.trend.as_slice() else {
        return "n/a: no earlier period".to_owned();
    };
    let period = short(&before.period);
    match (before.value, now.value) {
        (Some(before), Some(now)) if is_share(metric) => {
            format!("{} since {period}", points(now, before))
        }
        (Some(before), Some(now)) => format!("{} since {period}", difference(now, before)),
        (None, _) => {
            let reason = before.reason.as_deref().unwrap_or("not computed");
            format!("n/a: {period} {}", short(reason))
        }
        (_, None) => "n/a: no value in this period".to_owned(),
    }
}

/// `true` when the metric could not be computed at all.
pub(super) fn not_computed(metric: &Metric) -> bool {
    metric.state == State::NotComputed || metric.verdict == Verdict::NotComputed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: f64, denominator: f64, unknown: f64) -> Ratio {
        let all = denominator + unknown;
        Ratio {
            numerator,
            denominator,
            unknown,
            value: (denominator > 0.0).then(|| numerator / denominator),
            lower: (all > 0.0).then(|| numerator / all),
            upper: (all > 0.0).then(|| (numerator + unknown) / all),
            wilson: (denominator < SMALL).then_some((0.7639, 0.9911)),
            excluded: vec![],
            failing: vec![],
            counting: vec![],
            undetermined: vec![],
        }
    }

    #[test]
    fn large_ratios_lead_with_the_share() {
        let read = of_ratio(&ratio(13_008.0, 13_396.0, 58.0));
        assert_eq!((read.value.as_str(), read.basis.as_str()), ("97.1 %", "13,008 of 13,396"));
        assert_eq!(read.unknown, "58 unknown, so between 96.7 and 97.1 %");
    }

    #[test]
    fn small_ratios_lead_with_the_counts() {
        let read = of_ratio(&ratio(18.0, 19.0, 0.0));
        assert_eq!((read.value.as_str(), read.basis.as_str()), ("18 of 19", "94.7 %, 95 % interval 76\u{2013}99 %"));
        assert_eq!(read.unknown, "");
    }

    #[test]
    fn an_empty_denominator_is_not_zero_per_cent() {
        assert_eq!(of_ratio(&ratio(0.0, 0.0, 0.0)).value, "n/a");
    }
}
