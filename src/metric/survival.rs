//! Kaplan–Meier with delayed entry, and cumulative incidence where something else can end a duration first.
//!
//! At risk at `t` is who came under observation before `t` and had not ended before it; at a tie the ends come before the
//! censorings.

use crate::results::{CurvePoint, Duration};

/// One duration under observation, in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spell {
    pub(super) entry: f64,
    pub(super) exit: f64,
    pub(super) exit_by: f64,
    pub(super) ending: Ending,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Event,
    Open,
    Competing,
}

/// Steps kept of a curve; the rows hold the rest.
const STEPS: usize = 400;
const MARKS: [f64; 4] = [1.0, 7.0, 14.0, 30.0];

/// What one time shows.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: f64,
    at_risk: f64,
    events: f64,
    competing: f64,
}

fn steps(spells: &[Spell], exit: impl Fn(&Spell) -> f64) -> Vec<Step> {
    let mut times: Vec<f64> = spells.iter().filter(|s| s.ending != Ending::Open).map(&exit).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut entries: Vec<f64> = spells.iter().map(|s| s.entry).collect();
    let mut exits: Vec<f64> = spells.iter().map(&exit).collect();
    entries.sort_by(f64::total_cmp);
    exits.sort_by(f64::total_cmp);
    let count = |of: Ending, at: f64| spells.iter().filter(|s| s.ending == of && exit(s) == at).count() as f64;
    times
        .into_iter()
        .map(|at| {
            // What ends at its very start was under observation at it: an event at day 0 has an entry of 0.
            let entered = if at == 0.0 { entries.partition_point(|e| *e <= at) } else { entries.partition_point(|e| *e < at) };
            let left = exits.partition_point(|x| *x < at);
            Step { at, at_risk: entered.saturating_sub(left) as f64, events: count(Ending::Event, at), competing: count(Ending::Competing, at) }
        })
        .collect()
}

fn curve(steps: &[Step]) -> Vec<CurvePoint> {
    let (mut survival, mut greenwood) = (1.0_f64, 0.0_f64);
    let mut found = Vec::new();
    for s in steps.iter().filter(|s| s.events > 0.0 && s.at_risk > 0.0) {
        survival *= 1.0 - s.events / s.at_risk;
        greenwood += s.events / (s.at_risk * (s.at_risk - s.events));
        let (lower, upper) = interval(survival, greenwood);
        found.push(CurvePoint { day: s.at, survival, lower, upper, at_risk: s.at_risk as u64 });
    }
    found
}

/// Log-log transformation of Greenwood's variance.
fn interval(survival: f64, greenwood: f64) -> (f64, f64) {
    if survival <= 0.0 || survival >= 1.0 || !greenwood.is_finite() {
        return (survival, survival);
    }
    let (v, z) = (survival.ln(), 1.959_963_984_540_054);
    let spread = z * greenwood.sqrt() / v;
    let of = |sign: f64| (-(((-v).ln() + sign * spread).exp())).exp();
    let (a, b) = (of(1.0), of(-1.0));
    (a.min(b), a.max(b))
}

/// First time at which no more than the share has not ended.
fn reached(curve: &[CurvePoint], share: f64) -> Option<f64> {
    // The product of exact fractions can miss the share by the last bit.
    curve.iter().find(|p| p.survival <= share + 1e-12).map(|p| p.day)
}

/// Share ended by the event by each mark (Aalen–Johansen).
fn incidence(steps: &[Step]) -> Vec<(f64, f64)> {
    MARKS.iter().map(|mark| (*mark, incidence_at(steps, *mark))).collect()
}

fn incidence_at(steps: &[Step], mark: f64) -> f64 {
    let (mut all, mut ended) = (1.0, 0.0);
    for s in steps.iter().filter(|s| s.at <= mark && s.at_risk > 0.0) {
        ended += all * s.events / s.at_risk;
        all *= 1.0 - (s.events + s.competing) / s.at_risk;
    }
    ended
}

/// Folds durations into one figure.
pub(super) fn duration(all: &[Spell]) -> Duration {
    // What had ended before it came into view was never at risk: it can be neither an event nor a censoring.
    let seen: Vec<Spell> = all.iter().copied().filter(|s| s.entry == 0.0 || s.exit > s.entry).collect();
    let spells = seen.as_slice();
    let known = steps(spells, |s| s.exit);
    let latest = steps(spells, |s| if s.ending == Ending::Event { s.exit_by } else { s.exit });
    let full = curve(&known);
    let count = |of: Ending| spells.iter().filter(|s| s.ending == of).count() as u64;
    let open = spells.iter().filter(|s| s.ending == Ending::Open).map(|s| s.exit);
    let thinned = full.len().div_ceil(STEPS).max(1);
    Duration {
        subjects: spells.len() as u64,
        events: count(Ending::Event),
        open: count(Ending::Open),
        competing: count(Ending::Competing),
        first_quartile: reached(&full, 0.75),
        median: reached(&full, 0.5),
        median_latest: reached(&curve(&latest), 0.5),
        third_quartile: reached(&full, 0.25),
        ninety_fifth: reached(&full, 0.05),
        longest_ended: spells.iter().filter(|s| s.ending == Ending::Event).map(|s| s.exit).max_by(f64::total_cmp),
        longest_open: open.max_by(f64::total_cmp),
        ended_by: incidence(&known),
        curve: full.into_iter().step_by(thinned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spell(entry: f64, exit: f64, ending: Ending) -> Spell {
        Spell { entry, exit, exit_by: exit, ending }
    }

    /// Numbers of another implementation: see `tests/fixtures/statistics/README.md`.
    #[test]
    fn reference_numbers() {
        let text = include_str!("../../tests/fixtures/statistics/survival.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        assert!(cases.len() >= 8);
        for case in &cases {
            let name = case["name"].as_str().unwrap();
            let of = |v: &serde_json::Value| v.as_f64().unwrap();
            let ending = |v: &serde_json::Value| match v.as_str().unwrap() {
                "event" => Ending::Event,
                "competing" => Ending::Competing,
                _ => Ending::Open,
            };
            let spells: Vec<Spell> = case["rows"].as_array().unwrap().iter().map(|r| spell(of(&r[0]), of(&r[1]), ending(&r[2]))).collect();
            let found = duration(&spells);
            let expect = &case["expect"];
            assert_eq!(found.events, expect["events"].as_u64().unwrap(), "{name}");
            for (key, value) in [("median", found.median), ("q25", found.first_quartile), ("q75", found.third_quartile)] {
                assert_eq!(value, expect[key].as_f64(), "{name}: {key}");
            }
            let at = |t: f64| found.curve.iter().rev().find(|p| p.day <= t).copied();
            for point in expect["survival"].as_array().unwrap() {
                let survival = at(of(&point[0])).map_or(1.0, |p| p.survival);
                assert!((survival - of(&point[1])).abs() < 1e-8, "{name} S({}): {survival}", point[0]);
            }
            for point in expect["ci95"].as_array().into_iter().flatten() {
                let Some(p) = at(of(&point[0])).filter(|p| p.survival > 0.0 && p.survival < 1.0) else { continue };
                assert!((p.lower - of(&point[1])).abs() < 1e-6 && (p.upper - of(&point[2])).abs() < 1e-6, "{name} interval at {}: {p:?}", point[0]);
            }
            for point in expect["cumulative_incidence"].as_array().into_iter().flatten() {
                let f = incidence_at(&steps(&spells, |s| s.exit), of(&point[0]));
                assert!((f - of(&point[1])).abs() < 1e-8, "{name} F({}): {f}", point[0]);
            }
        }
    }

    #[test]
    fn nothing_observed_is_no_zero() {
        let found = duration(&[]);
        assert_eq!((found.subjects, found.median, found.longest_open), (0, None, None));
    }

    #[test]
    fn what_ended_at_once_counts() {
        // Two of four had ended before they began: half has ended by day 0.
        let found = duration(&[spell(0.0, 0.0, Ending::Event), spell(0.0, 0.0, Ending::Event), spell(0.0, 5.0, Ending::Open), spell(0.0, 5.0, Ending::Open)]);
        assert_eq!((found.median, found.curve[0].survival), (Some(0.0), 0.5));
    }

    #[test]
    fn the_bracket_of_snapshots() {
        let between = |exit, exit_by| Spell { entry: 0.0, exit, exit_by, ending: Ending::Event };
        let found = duration(&[between(1.0, 2.0), between(3.0, 4.0), between(5.0, 6.0)]);
        assert_eq!((found.median, found.median_latest), (Some(3.0), Some(4.0)));
        assert_eq!((found.ninety_fifth, found.longest_ended), (Some(5.0), Some(5.0)));
        let open = duration(&[spell(0.0, 1.0, Ending::Event), spell(0.0, 9.0, Ending::Open)]);
        assert_eq!((open.ninety_fifth, open.longest_ended, open.longest_open), (None, Some(1.0), Some(9.0)));
    }

    proptest! {
        #[test]
        fn survival_falls_from_one_to_no_less_than_zero(given in proptest::collection::vec((0u32..50, -60i32..100, 0usize..3), 0..60)) {
            let endings = [Ending::Event, Ending::Open, Ending::Competing];
            let spells: Vec<Spell> = given.iter().map(|(e, d, k)| spell(f64::from(*e), (f64::from(*e) + f64::from(*d)).max(0.0), endings[*k])).collect();
            let found = duration(&spells);
            let mut before = 1.0;
            for p in &found.curve {
                prop_assert!(p.survival <= before + 1e-12 && p.survival >= -1e-12);
                prop_assert!(p.lower <= p.survival + 1e-9 && p.survival <= p.upper + 1e-9);
                before = p.survival;
            }
            prop_assert_eq!(found.events + found.open + found.competing, found.subjects);
            prop_assert!(found.ended_by.iter().all(|(_, share)| (-1e-9..=1.0 + 1e-9).contains(share)));
            prop_assert!(found.ended_by.windows(2).all(|w| w[0].1 <= w[1].1 + 1e-12));
        }
    }
}
