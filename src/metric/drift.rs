//! Whether the mix of methods has moved, told apart from who joined and who left (K9, K32).
//!
//! Effect size is the Jensen–Shannon distance among the users of both windows, each with weight 1; its chance is told by
//! permutations that swap a user's two windows as a whole, since a user's attempts are not independent of each other.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::results::Drift;

/// One user's attempts with one method in one window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use<'u> {
    pub(super) user: &'u str,
    pub(super) bucket: &'u str,
    pub(super) after: bool,
    pub(super) weight: f64,
}

const PERMUTATIONS: u32 = 499;
/// Chance below which a movement is called significant.
const SIGNIFICANT: f64 = 0.05;
/// One seed for ever: the same rows give the same figure.
const SEED: u64 = 0x4d46_4155_4449_5401;

/// Folds attempts into one figure; `floor` is the least distance, `least` the least number of users.
pub(super) fn drift<'u>(uses: impl Iterator<Item = Use<'u>>, floor: f64, least: f64) -> Drift {
    let mut users: BTreeMap<&str, [BTreeMap<&str, f64>; 2]> = BTreeMap::new();
    for u in uses.filter(|u| u.weight > 0.0) {
        let [before, after] = users.entry(u.user).or_default();
        *if u.after { after } else { before }.entry(u.bucket).or_default() += u.weight;
    }
    let buckets: Vec<&str> = users.values().flatten().flat_map(|m| m.keys().copied()).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let shares = |m: &BTreeMap<&str, f64>| -> Vec<f64> {
        let total: f64 = m.values().sum();
        buckets.iter().map(|b| m.get(b).copied().unwrap_or(0.0) / total).collect()
    };
    let both: Vec<[Vec<f64>; 2]> = users.values().filter(|[b, a]| !b.is_empty() && !a.is_empty()).map(|[b, a]| [shares(b), shares(a)]).collect();
    let all = |side: usize| mean(users.values().filter(|u| u.get(side).is_some_and(|m| !m.is_empty())).filter_map(|u| u.get(side)).map(&shares), buckets.len());
    let n = both.len() as u64;
    let nothing = |reason: &str| Drift { users: n, distance: None, p_value: None, bucket: String::new(), moved: 0.0, by_mix: 0.0, flagged: false, reason: reason.to_owned() };
    if both.is_empty() {
        return nothing("nobody has attempts in both windows");
    }
    let (p, q) = (mean(both.iter().map(|[b, _]| b.clone()), buckets.len()), mean(both.iter().map(|[_, a]| a.clone()), buckets.len()));
    let distance = jensen_shannon(&p, &q);
    let p_value = chance(&both, buckets.len(), distance);
    let moves = p.iter().zip(&q).map(|(before, after)| after - before);
    let (at, moved) = moves.enumerate().max_by(|(i, a), (j, b)| a.abs().total_cmp(&b.abs()).then(j.cmp(i))).unwrap_or((0, 0.0));
    let whole = all(1).get(at).copied().unwrap_or(0.0) - all(0).get(at).copied().unwrap_or(0.0);
    let reason = if (n as f64) < least {
        format!("{n} users are fewer than the {least} that a flag needs")
    } else if distance < floor {
        format!("the distance is below the floor of {floor}")
    } else if p_value > SIGNIFICANT {
        "it may be chance".to_owned()
    } else {
        String::new()
    };
    Drift {
        users: n,
        distance: Some(distance),
        p_value: Some(p_value),
        bucket: buckets.get(at).copied().unwrap_or("").to_owned(),
        moved,
        by_mix: whole - moved,
        flagged: reason.is_empty(),
        reason,
    }
}

fn mean(of: impl Iterator<Item = Vec<f64>>, buckets: usize) -> Vec<f64> {
    let (mut sum, mut n) = (vec![0.0; buckets], 0.0);
    for shares in of {
        n += 1.0;
        sum.iter_mut().zip(&shares).for_each(|(s, x)| *s += x);
    }
    sum.into_iter().map(|s| if n > 0.0 { s / n } else { 0.0 }).collect()
}

/// Square root of the Jensen–Shannon divergence in bits.
fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let half = |x: f64, m: f64| if x > 0.0 { x * (x / m).log2() } else { 0.0 };
    let sum: f64 = p.iter().zip(q).map(|(a, b)| half(*a, (a + b) / 2.0) + half(*b, (a + b) / 2.0)).sum();
    (sum / 2.0).max(0.0).sqrt()
}

fn chance(both: &[[Vec<f64>; 2]], buckets: usize, distance: f64) -> f64 {
    // Swapping a user turns its difference round; the sum of both windows stays.
    let differences: Vec<Vec<f64>> = both.iter().map(|[b, a]| a.iter().zip(b).map(|(a, b)| (a - b) / 2.0).collect()).collect();
    let middle = mean(both.iter().map(|[b, a]| a.iter().zip(b).map(|(a, b)| f64::midpoint(*a, *b)).collect()), buckets);
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let n = both.len() as f64;
    let mut as_far = 0_u32;
    for _ in 0..PERMUTATIONS {
        let mut shift = vec![0.0; buckets];
        for d in &differences {
            let sign = if random.random::<bool>() { 1.0 } else { -1.0 };
            shift.iter_mut().zip(d).for_each(|(s, x)| *s += sign * x / n);
        }
        let moved = |sign: f64| middle.iter().zip(&shift).map(|(m, s)| (m + sign * s).max(0.0)).collect::<Vec<_>>();
        as_far += u32::from(jensen_shannon(&moved(-1.0), &moved(1.0)) >= distance - 1e-12);
    }
    f64::from(as_far + 1) / f64::from(PERMUTATIONS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn reference_numbers() {
        let text = include_str!("../../tests/fixtures/statistics/jensen_shannon.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        assert!(cases.len() >= 5);
        for c in &cases {
            let names: std::collections::BTreeSet<&String> = ["before", "after"].iter().flat_map(|k| c[k].as_object().unwrap().keys()).collect();
            let of = |key: &str| -> Vec<f64> {
                let weights: Vec<f64> = names.iter().map(|n| c[key].get(n.as_str()).and_then(serde_json::Value::as_f64).unwrap_or(0.0)).collect();
                let total: f64 = weights.iter().sum();
                weights.iter().map(|w| w / total).collect()
            };
            let found = jensen_shannon(&of("before"), &of("after"));
            assert!((found - c["distance"].as_f64().unwrap()).abs() < 1e-7, "{c}: {found}");
        }
    }

    /// Users who use `a` with chance `before`, then `after`.
    fn users(n: u32, before: f64, after: f64, seed: u64) -> Drift {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let names: Vec<String> = (0..n).map(|i| format!("u{i}")).collect();
        let mut uses = Vec::new();
        for name in &names {
            // Everybody has a habit of their own around the common chance: attempts of one user are alike.
            let habit = random.random::<f64>() * 0.4 - 0.2;
            for (share, is_after) in [(before, false), (after, true)] {
                for _ in 0..20 {
                    let bucket = if random.random::<f64>() < (share + habit).clamp(0.0, 1.0) { "a" } else { "b" };
                    uses.push(Use { user: name, bucket, after: is_after, weight: 1.0 });
                }
            }
        }
        drift(uses.into_iter(), 0.1, 200.0)
    }

    #[test]
    fn quiet_months_stay_quiet_and_a_planted_shift_is_found() {
        // The budget: at most one flag in twenty quiet months. The floor holds it far below that.
        let alarms = (0..100).filter(|seed| users(250, 0.5, 0.5, *seed).flagged).count();
        assert!(alarms <= 5, "{alarms} of 100 quiet months were flagged");
        let found = (0..20).filter(|seed| users(250, 0.3, 0.5, *seed).flagged).count();
        assert_eq!(found, 20, "a move of 20 points among 250 users");
    }

    #[test]
    fn the_test_alone_keeps_its_level() {
        let significant = (0..200).filter(|seed| users(60, 0.5, 0.5, *seed).p_value.unwrap() <= SIGNIFICANT).count();
        // 200 draws at 5 %: ten expected, twenty is three standard deviations.
        assert!((1..=20).contains(&significant), "{significant} of 200");
    }

    #[test]
    fn few_users_are_never_flagged_and_joiners_are_no_switch() {
        assert!(!users(50, 0.1, 0.9, 1).flagged);
        let one = |user, bucket, after| Use { user, bucket, after, weight: 1.0 };
        // The same two users stay with `a`; a newcomer brings `b`.
        let d = drift([one("u", "a", false), one("u", "a", true), one("v", "a", false), one("v", "a", true), one("new", "b", true)].into_iter(), 0.1, 1.0);
        assert_eq!((d.users, d.distance, d.moved), (2, Some(0.0), 0.0));
        assert!((d.by_mix + 1.0 / 3.0).abs() < 1e-12, "{d:?}");
    }

    proptest! {
        #[test]
        fn a_distance_lies_between_zero_and_one_and_is_symmetric(a in proptest::collection::vec(0.0f64..10.0, 1..8), b in proptest::collection::vec(0.0f64..10.0, 8)) {
            let normal = |w: &[f64]| { let t: f64 = w.iter().sum::<f64>() + 1e-9; w.iter().map(|x| (x + 1e-9 / w.len() as f64) / t).collect::<Vec<_>>() };
            let (p, q) = (normal(&a), normal(&b[..a.len()]));
            let d = jensen_shannon(&p, &q);
            prop_assert!((0.0..=1.0 + 1e-9).contains(&d) && (d - jensen_shannon(&q, &p)).abs() < 1e-12);
        }
    }
}
