//! The folds that add up: ratios, counts, mixes, duties, rates, findings.

use std::collections::BTreeMap;

use crate::results::{Count, Detection, Mix, Obligations, Rate, Ratio, Reason, Share};

/// What a fold sees of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'r> {
    pub(super) outcome: &'r str,
    pub(super) reason: &'r str,
    pub(super) weight: f64,
}

/// Below this denominator counts lead and an interval is given.
const SMALL: f64 = 20.0;

/// Order of the waterfall; a reason it does not know comes last, by name.
const WATERFALL: [&str; 9] =
    ["deleted", "disabled", "workload identity", "break-glass account", "service account", "shared or room account", "guest", "not yet started", "not in the directory export"];

/// Yes, no and unknown over a population.
pub(super) fn ratio<'r>(cells: impl Iterator<Item = Cell<'r>>, fewer: bool) -> Ratio {
    let (mut yes, mut no, mut unknown) = (0.0, 0.0, 0.0);
    let mut reasons: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for c in cells {
        match c.outcome {
            "yes" => yes += c.weight,
            "no" => no += c.weight,
            "excluded" => {}
            // A verdict that is no known word must not pass as anything else.
            _ => unknown += c.weight,
        }
        *reasons.entry((c.outcome, c.reason)).or_default() += c.weight;
    }
    let all = yes + no + unknown;
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<Reason> {
        let mut found: Vec<Reason> = reasons.iter().filter(|((o, _), _)| wanted(o)).map(|((_, r), w)| Reason { reason: (*r).to_owned(), weight: *w }).collect();
        let place = |r: &str| WATERFALL.iter().position(|w| *w == r).unwrap_or(WATERFALL.len());
        found.sort_by(|a, b| place(&a.reason).cmp(&place(&b.reason)).then_with(|| b.weight.total_cmp(&a.weight)).then_with(|| a.reason.cmp(&b.reason)));
        found
    };
    Ratio {
        numerator: yes,
        denominator: yes + no,
        unknown,
        value: share(yes, yes + no),
        lower: share(yes, all),
        upper: share(yes + unknown, all),
        wilson: wilson(yes, yes + no),
        excluded: of(&|o| o == "excluded"),
        failing: of(&|o| o == "no"),
        // Where fewer are better, what counts is what speaks against the organisation.
        counting: if fewer { of(&|o| o == "yes") } else { Vec::new() },
        undetermined: of(&|o| !["yes", "no", "excluded"].contains(&o)),
    }
}

/// Stock per category, largest first.
pub(super) fn count<'r>(cells: impl Iterator<Item = Cell<'r>>) -> Count {
    let sums = sums(cells);
    // An empty sum of floats is -0.
    Count { total: sums.values().sum::<f64>() + 0.0, categories: sums.into_iter().map(|(c, weight)| Reason { reason: c.to_owned(), weight }).collect() }
}

/// Shares that sum to one, largest first.
pub(super) fn mix<'r>(cells: impl Iterator<Item = Cell<'r>>) -> Mix {
    let sums = sums(cells);
    let total: f64 = sums.values().sum();
    let mut buckets: Vec<Share> = sums.into_iter().map(|(b, weight)| Share { bucket: b.to_owned(), weight, share: share(weight, total).unwrap_or(0.0) }).collect();
    buckets.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.bucket.cmp(&b.bucket)));
    Mix { total, buckets }
}

fn sums<'r>(cells: impl Iterator<Item = Cell<'r>>) -> BTreeMap<&'r str, f64> {
    let mut sums = BTreeMap::new();
    for c in cells {
        *sums.entry(c.outcome).or_default() += c.weight;
    }
    sums
}

/// Duties and how they were met.
pub(super) fn obligations<'r>(cells: impl Iterator<Item = Cell<'r>>) -> Obligations {
    let (mut on_time, mut late, mut missed, mut unknown, mut not_yet_due) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for c in cells {
        match c.outcome {
            "on_time" => on_time += 1,
            "late" => late += 1,
            "missed" => missed += 1,
            "not_yet_due" => not_yet_due += 1,
            _ => unknown += 1,
        }
    }
    let (kept, judged, due) = (f64::from(on_time), f64::from(on_time + late + missed), f64::from(on_time + late + missed + unknown));
    Obligations {
        due: u64::from(on_time + late + missed + unknown),
        on_time: u64::from(on_time),
        late: u64::from(late),
        missed: u64::from(missed),
        unknown: u64::from(unknown),
        not_yet_due: u64::from(not_yet_due),
        adherence: share(kept, judged),
        lower: share(kept, due),
        upper: share(kept + f64::from(unknown), due),
        wilson: wilson(kept, judged),
    }
}

/// One sum over another; a part that is no known word counts for neither.
pub(super) fn rate<'r>(cells: impl Iterator<Item = Cell<'r>>) -> Rate {
    let sums = sums(cells);
    let of = |part: &str| sums.get(part).copied().unwrap_or(0.0);
    let (numerator, denominator) = (of("numerator"), of("denominator"));
    Rate { numerator, denominator, value: (denominator != 0.0).then(|| numerator / denominator) }
}

/// Findings by severity; one of an unknown severity is a high one.
pub(super) fn detection<'r>(cells: impl Iterator<Item = Cell<'r>>) -> Detection {
    let mut found = Detection { findings: 0, high: 0, medium: 0, low: 0 };
    for c in cells {
        found.findings += 1;
        match c.outcome {
            "low" => found.low += 1,
            "medium" => found.medium += 1,
            _ => found.high += 1,
        }
    }
    found
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// 95 % Wilson score interval, only for small denominators of whole cases.
fn wilson(yes: f64, n: f64) -> Option<(f64, f64)> {
    if n <= 0.0 || n >= SMALL {
        return None;
    }
    let z2 = 1.959_963_984_540_054_f64.powi(2);
    let p = yes / n;
    let centre = p + z2 / (2.0 * n);
    let spread = (z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n))).sqrt();
    let scale = 1.0 + z2 / n;
    Some((((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(of: &[(&'static str, f64)]) -> Vec<Cell<'static>> {
        of.iter().map(|(outcome, weight)| Cell { outcome, reason: "r", weight: *weight }).collect()
    }

    #[test]
    fn unknown_is_a_third_value() {
        let r = ratio(cells(&[("yes", 6.0), ("no", 2.0), ("unknown", 2.0), ("excluded", 5.0)]).into_iter(), false);
        assert_eq!((r.numerator, r.denominator, r.unknown, r.value, r.lower, r.upper), (6.0, 8.0, 2.0, Some(0.75), Some(0.6), Some(0.8)));
        assert_eq!(r.excluded[0].weight, 5.0);
    }

    #[test]
    fn nothing_gives_no_value() {
        let r = ratio(cells(&[("excluded", 5.0)]).into_iter(), false);
        assert_eq!((r.value, r.lower, r.upper, r.wilson), (None, None, None, None));
        let only_unknown = ratio(cells(&[("unknown", 3.0)]).into_iter(), false);
        assert_eq!((only_unknown.value, only_unknown.lower, only_unknown.upper), (None, Some(0.0), Some(1.0)));
    }

    #[test]
    fn a_stray_verdict_is_unknown_not_passed_over() {
        assert_eq!(ratio(cells(&[("yes", 1.0), ("Yes!", 1.0)]).into_iter(), false).unknown, 1.0);
    }

    #[test]
    fn wilson_of_twelve_of_twelve_and_of_eighteen_of_nineteen() {
        // 12 of 12: lower limit 12 / (12 + 3.8415) = 0.7575.
        let (low, high) = wilson(12.0, 12.0).unwrap();
        assert!((low - 0.7575).abs() < 5e-4 && (high - 1.0).abs() < 1e-12);
        let (low, high) = wilson(18.0, 19.0).unwrap();
        assert!((low - 0.754).abs() < 1e-3 && (high - 0.991).abs() < 1e-3, "{low} {high}");
        assert_eq!(wilson(19.0, 20.0), None);
    }

    #[test]
    fn the_waterfall_keeps_its_order() {
        let of = |reason| Cell { outcome: "excluded", reason, weight: 1.0 };
        let r = ratio([of("guest"), of("zebra"), of("deleted"), of("disabled")].into_iter(), false);
        assert_eq!(r.excluded.iter().map(|e| e.reason.as_str()).collect::<Vec<_>>(), ["deleted", "disabled", "guest", "zebra"]);
    }

    #[test]
    fn duties_not_yet_due_are_outside() {
        let o = obligations(cells(&[("on_time", 1.0), ("late", 1.0), ("missed", 1.0), ("unknown", 1.0), ("not_yet_due", 1.0)]).into_iter());
        assert_eq!((o.due, o.not_yet_due, o.adherence, o.lower, o.upper), (4, 1, Some(1.0 / 3.0), Some(0.25), Some(0.5)));
    }

    proptest! {
        #[test]
        fn bounds_hold_the_value_and_nothing_is_lost(given in proptest::collection::vec((0usize..4, 1u32..100), 0..60)) {
            const WORDS: [&str; 4] = ["yes", "no", "unknown", "excluded"];
            let cells: Vec<_> = given.iter().map(|(o, w)| Cell { outcome: WORDS[*o], reason: "r", weight: f64::from(*w) }).collect();
            let r = ratio(cells.iter().copied(), false);
            let total: f64 = cells.iter().map(|c| c.weight).sum();
            let excluded: f64 = r.excluded.iter().map(|e| e.weight).sum();
            prop_assert!((r.denominator + r.unknown + excluded - total).abs() < 1e-9);
            if let (Some(low), Some(value), Some(high)) = (r.lower, r.value, r.upper) {
                prop_assert!(low <= value + 1e-12 && value <= high + 1e-12);
            }
            if let Some((low, high)) = r.wilson {
                prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0);
            }
        }

        #[test]
        fn shares_sum_to_one_in_any_order(weights in proptest::collection::vec(1u32..1000, 1..20)) {
            let names: Vec<String> = (0..weights.len()).map(|i| format!("m{}", i % 7)).collect();
            let cells: Vec<_> = weights.iter().zip(&names).map(|(w, n)| Cell { outcome: n, reason: "", weight: f64::from(*w) }).collect();
            let forward = mix(cells.iter().copied());
            let backward = mix(cells.iter().rev().copied());
            prop_assert!((forward.buckets.iter().map(|b| b.share).sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert_eq!(forward, backward);
        }

        #[test]
        fn no_duty_is_lost_and_adherence_lies_within_its_bounds(given in proptest::collection::vec(0usize..6, 0..60)) {
            const WORDS: [&str; 6] = ["on_time", "late", "missed", "unknown", "not_yet_due", "stray"];
            let o = obligations(given.iter().map(|i| Cell { outcome: WORDS[*i], reason: "", weight: 1.0 }));
            prop_assert_eq!((o.due + o.not_yet_due) as usize, given.len());
            prop_assert_eq!(o.due, o.on_time + o.late + o.missed + o.unknown);
            if let (Some(low), Some(value), Some(high)) = (o.lower, o.adherence, o.upper) {
                prop_assert!(low <= value + 1e-12 && value <= high + 1e-12);
            }
        }

        #[test]
        fn counts_rates_and_findings_lose_nothing_in_any_order(given in proptest::collection::vec((0usize..4, 1u32..100), 0..40)) {
            const PARTS: [&str; 4] = ["numerator", "denominator", "high", "low"];
            let cells: Vec<_> = given.iter().map(|(i, w)| Cell { outcome: PARTS[*i], reason: "", weight: f64::from(*w) }).collect();
            let of = |part: &str| cells.iter().filter(|c| c.outcome == part).map(|c| c.weight).sum::<f64>();
            let r = rate(cells.iter().rev().copied());
            prop_assert_eq!((r.numerator, r.denominator), (of("numerator"), of("denominator")));
            prop_assert_eq!(r.value.is_none(), r.denominator == 0.0);
            let c = count(cells.iter().copied());
            prop_assert!((c.total - cells.iter().map(|c| c.weight).sum::<f64>()).abs() < 1e-9);
            let d = detection(cells.iter().copied());
            prop_assert_eq!((d.findings as usize, d.high + d.medium + d.low), (cells.len(), d.findings));
        }
    }
}
