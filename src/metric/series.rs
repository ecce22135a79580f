//! Days that stand out of their series (K13): counts are over-dispersed, weeks have a shape, and many series are looked at.

use std::collections::{BTreeMap, BTreeSet};

use statrs::distribution::{DiscreteCDF, NegativeBinomial, Poisson};

use crate::results::{Series, Spike};
use crate::table::Day;

/// One day's count of one series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count<'c> {
    pub(super) series: &'c str,
    pub(super) day: Day,
    pub(super) after: bool,
    pub(super) observed: f64,
}

/// Fewest days before that tell what is ordinary: eight weeks.
const HISTORY: usize = 56;
/// A rise smaller than this is not worth a look, however rare.
const RISE: f64 = 5.0;

/// Folds counts into one figure; `false_alarms` is the rate held per day over all series (Benjamini–Hochberg).
pub(super) fn series<'c>(counts: impl Iterator<Item = Count<'c>>, false_alarms: f64) -> Series {
    let mut seen: BTreeMap<&str, BTreeMap<i32, f64>> = BTreeMap::new();
    let (mut before, mut after): (BTreeSet<i32>, BTreeSet<i32>) = Default::default();
    for c in counts {
        *seen.entry(c.series).or_default().entry(c.day.0).or_default() += c.observed;
        if c.after {
            after.insert(c.day.0)
        } else {
            before.insert(c.day.0)
        };
    }
    // A day without a row had none: the calendar is that of all series.
    let span = |days: &BTreeSet<i32>| days.first().zip(days.last()).map_or(0..0, |(a, b)| *a..*b + 1);
    let (before, after) = (span(&before), span(&after));
    let mut found = Series { series: seen.len() as u64, days: 0, spikes: Vec::new() };
    if before.len() < HISTORY {
        return found;
    }
    let ordinary: Vec<(&str, Ordinary)> = seen.iter().map(|(name, days)| (*name, Ordinary::of(days, before.clone()))).collect();
    for day in after {
        let judged: Vec<(usize, f64, f64)> = ordinary
            .iter()
            .enumerate()
            .map(|(i, (name, o))| {
                let observed = seen.get(name).and_then(|d| d.get(&day)).copied().unwrap_or(0.0);
                (i, observed, o.tail(day, observed))
            })
            .collect();
        found.days += judged.len() as u64;
        let p: Vec<f64> = judged.iter().map(|(.., p)| *p).collect();
        for ((i, observed, p_value), rejected) in judged.iter().zip(benjamini_hochberg(&p, false_alarms)) {
            let Some((name, o)) = ordinary.get(*i) else { continue };
            let (expected, (_, dispersion)) = (o.expected(day), o.predicted(day));
            if rejected && observed - expected >= RISE {
                let date = crate::period::date(Day(day)).to_string();
                found.spikes.push(Spike { series: (*name).to_owned(), day: date, observed: *observed, expected, dispersion, p_value: *p_value });
            }
        }
    }
    found
}

/// What a series does on ordinary days.
#[derive(Debug)]
struct Ordinary {
    /// Median, mean and number of days per weekday.
    weekday: [(f64, f64, f64); 7],
    /// Share of the squared mean by which the variance exceeds the mean.
    excess: f64,
    mean: f64,
}

impl Ordinary {
    fn of(days: &BTreeMap<i32, f64>, span: std::ops::Range<i32>) -> Self {
        let at = |d: i32| days.get(&d).copied().unwrap_or(0.0);
        let mut by_weekday: [Vec<f64>; 7] = Default::default();
        for d in span.clone() {
            if let Some(w) = by_weekday.get_mut(d.rem_euclid(7) as usize) {
                w.push(at(d));
            }
        }
        let average = |w: &[f64]| w.iter().sum::<f64>() / w.len().max(1) as f64;
        let (mut over, mut squares) = (0.0, 0.0);
        for w in by_weekday.iter().filter(|w| w.len() > 1) {
            let m = average(w);
            let n = w.len() as f64;
            // An unbiased variance less the mean: what the weekday's own mean has used up is given back.
            over += w.iter().map(|x| (x - m).powi(2)).sum::<f64>() * n / (n - 1.0) - n * m;
            squares += n * m * m;
        }
        let mean = span.clone().map(at).sum::<f64>() / span.len().max(1) as f64;
        let weekday = by_weekday.map(|mut w| {
            let m = average(&w);
            (median(&mut w), m, w.len() as f64)
        });
        Self { weekday, excess: if squares > 0.0 { (over / squares).max(0.0) } else { 0.0 }, mean }
    }

    fn on(&self, day: i32) -> (f64, f64, f64) {
        self.weekday.get(day.rem_euclid(7) as usize).copied().unwrap_or_default()
    }

    /// Median of the weekday; for a series that is silent on most days, its mean.
    fn expected(&self, day: i32) -> f64 {
        let (median, ..) = self.on(day);
        if median > 0.0 { median } else { self.mean }
    }

    /// Mean and variance over mean of a day to come: the few days that the mean was told from make it less sure.
    fn predicted(&self, day: i32) -> (f64, f64) {
        let (_, weekday, n) = self.on(day);
        // Before its first event a series has shown nothing: half an event over the whole history is the most that this says.
        let mean = if weekday > 0.0 { weekday } else { self.mean }.max(0.5 / HISTORY as f64);
        (mean, (1.0 + self.excess * mean) * (1.0 + 1.0 / n.max(1.0)))
    }

    fn tail(&self, day: i32, observed: f64) -> f64 {
        let (mean, dispersion) = self.predicted(day);
        upper_tail(mean, dispersion, observed)
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match (values.get(n / 2), n.checked_sub(1).and_then(|i| values.get(i / 2))) {
        (Some(a), Some(b)) => f64::midpoint(*a, *b),
        _ => 0.0,
    }
}

/// Chance of at least `observed`: negative binomial of this mean and variance, Poisson where nothing is over-dispersed.
fn upper_tail(mean: f64, dispersion: f64, observed: f64) -> f64 {
    if observed <= 0.0 {
        return 1.0;
    }
    let below = (observed.ceil() - 1.0) as u64;
    let tail = if dispersion > 1.0 + 1e-9 {
        NegativeBinomial::new(mean / (dispersion - 1.0), 1.0 / dispersion).map(|d| d.sf(below)).ok()
    } else {
        Poisson::new(mean).map(|d| d.sf(below)).ok()
    };
    tail.unwrap_or(1.0).clamp(0.0, 1.0)
}

/// Which are rejected at rate `q`.
fn benjamini_hochberg(p: &[f64], q: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    let at = |i: usize| p.get(i).copied().unwrap_or(1.0);
    order.sort_by(|a, b| at(*a).total_cmp(&at(*b)));
    let m = p.len() as f64;
    let last = order.iter().enumerate().rev().find(|(rank, i)| at(**i) <= q * (*rank as f64 + 1.0) / m).map(|(_, i)| at(*i));
    p.iter().map(|x| last.is_some_and(|l| *x <= l)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const TAILS: &str = include_str!("../../tests/fixtures/statistics/negative_binomial.json");
    const REJECTIONS: &str = include_str!("../../tests/fixtures/statistics/benjamini_hochberg.json");

    fn cases(text: &str) -> Vec<serde_json::Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn reference_tails() {
        let all = cases(TAILS);
        assert!(all.len() >= 8);
        for c in &all {
            let of = |k: &str| c[k].as_f64().unwrap();
            let found = upper_tail(of("mu"), of("phi"), of("x"));
            assert!((found - of("upper_tail")).abs() <= 1e-7 * of("upper_tail"), "{c}: {found}");
        }
    }

    #[test]
    fn reference_rejections() {
        for c in cases(REJECTIONS) {
            let p: Vec<f64> = c["p_values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            let want: Vec<bool> = c["rejected"].as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect();
            assert_eq!(benjamini_hochberg(&p, 0.05), want, "{c}");
        }
    }

    /// Sign-in failures of a quiet tenant: weekly shape, negative binomial with shape 4; the last 30 of 90 days are judged.
    fn simulated(seed: u64, planted: Option<(i32, f64)>) -> Series {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let names: Vec<String> = (0..40).map(|i| format!("s{i}")).collect();
        let mut counts = Vec::new();
        for (n, name) in names.iter().enumerate() {
            let level = 2.0 + 2.0 * n as f64;
            for day in 0..90 {
                let mean = level * if day % 7 >= 5 { 0.3 } else { 1.0 };
                // A gamma of shape 4 is the sum of four exponentials.
                let gamma: f64 = (0..4).map(|_| -(1.0 - random.random::<f64>()).ln()).sum::<f64>() / 4.0;
                let observed = poisson(&mut random, mean * gamma);
                let extra = planted.filter(|(d, _)| *d == day && n == 20).map_or(0.0, |(_, x)| x);
                counts.push(Count { series: name, day: Day(day), after: day >= 60, observed: observed + extra });
            }
        }
        series(counts.into_iter(), 0.005)
    }

    fn poisson(random: &mut ChaCha8Rng, mean: f64) -> f64 {
        let (mut k, mut product, limit) = (0.0, 1.0, (-mean).exp());
        loop {
            product *= random.random::<f64>();
            if product <= limit {
                return k;
            }
            k += 1.0;
        }
    }

    #[test]
    fn quiet_months_hold_the_budget_and_a_planted_rise_is_found() {
        // The budget: at most one false alarm a month over forty series, on average.
        let alarms: usize = (0..20).map(|seed| simulated(seed, None).spikes.len()).sum();
        assert!(alarms <= 20, "{alarms} false alarms in 20 quiet months of 40 series");
        let found = (0..20).filter(|seed| simulated(*seed, Some((71, 250.0))).spikes.iter().any(|s| s.series == "s20" && s.day == "1970-03-13")).count();
        assert!(found >= 19, "{found} of 20 planted rises were found");
    }

    #[test]
    fn a_short_history_flags_nothing_and_a_first_event_is_no_spike() {
        let short: Vec<_> = (0..40).map(|d| Count { series: "s", day: Day(d), after: d >= 30, observed: if d == 35 { 1000.0 } else { 1.0 } }).collect();
        assert!(series(short.into_iter(), 0.05).spikes.is_empty());
        let mut rare: Vec<_> = (0..90).map(|d| Count { series: "other", day: Day(d), after: d >= 60, observed: 3.0 }).collect();
        rare.push(Count { series: "new", day: Day(70), after: true, observed: 1.0 });
        assert!(series(rare.clone().into_iter(), 0.005).spikes.is_empty());
        rare.push(Count { series: "new", day: Day(71), after: true, observed: 9.0 });
        assert_eq!(series(rare.into_iter(), 0.005).spikes.iter().map(|s| s.day.as_str()).collect::<Vec<_>>(), ["1970-03-13"]);
    }

    proptest::proptest! {
        #[test]
        fn tails_fall_with_the_count_and_the_order_of_rows_is_no_matter(mean in 0.01f64..500.0, dispersion in 0.5f64..20.0, x in 1u32..800, counts in proptest::collection::vec((0usize..3, 0i32..80, 0u32..30), 0..120)) {
            let (a, b) = (upper_tail(mean, dispersion, f64::from(x)), upper_tail(mean, dispersion, f64::from(x + 1)));
            proptest::prop_assert!((0.0..=1.0).contains(&a) && b <= a + 1e-12);
            const NAMES: [&str; 3] = ["a", "b", "c"];
            let rows: Vec<_> = counts.iter().map(|(n, d, o)| Count { series: NAMES[*n], day: Day(*d), after: *d >= 60, observed: f64::from(*o) }).collect();
            proptest::prop_assert_eq!(series(rows.iter().copied(), 0.005), series(rows.iter().rev().copied(), 0.005));
        }
    }
}
