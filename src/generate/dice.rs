//! Seeded numbers.
//!
//! Every decision draws from a stream named by its purpose and its subject, so that adding a decision
//! somewhere never shifts the numbers of another, and the order of work never matters.

use std::fmt;

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream of numbers is for; the value is part of the seed, so it must never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// Identifiers of the tenant and its neighbours.
    Tenant = 1,
    /// One person's fixed traits.
    Person = 2,
    /// What one person does on one day.
    Journey = 3,
    /// How the records of one day are delivered.
    Delivery = 4,
    /// Scripted events of one day.
    Script = 5,
    /// Identifiers of groups, roles and policies.
    Object = 6,
    /// Directory audit records.
    Audit = 7,
    /// A correlation id that a client reuses for ever.
    Correlation = 8,
}

/// An object id, printed the way directories print them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Guid(pub(crate) u128);

impl Guid {
    /// The id that a purpose and a number always get under one seed.
    pub(crate) fn of(seed: u64, purpose: Purpose, number: u64) -> Self {
        Dice::new(seed, purpose, number, 0x6964).guid()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(f, "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", bits >> 96, (bits >> 80) & 0xffff, (bits >> 64) & 0xffff, (bits >> 48) & 0xffff, bits & 0xffff_ffff_ffff)
    }
}

/// One stream of numbers. `ChaCha8` is fixed by its definition, so a seed gives the same tenant for ever.
#[derive(Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of one purpose and one subject.
    pub(crate) fn new(seed: u64, purpose: Purpose, subject: u64, detail: u64) -> Self {
        let mixed = [purpose as u64, subject, detail].into_iter().fold(seed, |state, part| spread(state ^ spread(part)));
        Self(ChaCha8Rng::seed_from_u64(mixed))
    }

    /// A number below `end` (0 when `end` is 0).
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(end)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `per_mille` of 1000 cases.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the items.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.below(u32::try_from(items.len()).unwrap_or(u32::MAX));
        &items[index as usize]
    }

    /// The index of one of the weights, drawn in proportion to them.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// A fresh random (version 4) id.
    pub(crate) fn guid(&mut self) -> Guid {
        let high = u128::from(self.0.next_u64());
        let low = u128::from(self.0.next_u64());
        let bits = (high << 64) | low;
        let version = (bits & !(0xf_u128 << 76)) | (0x4_u128 << 76);
        Guid((version & !(0x3_u128 << 62)) | (0x2_u128 << 62))
    }
}

/// Spreads a number over all 64 bits (the finaliser of splitmix64).
fn spread(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_4_and_stable() {
        let id = Guid::of(1, Purpose::Person, 7);
        assert_eq!(id, Guid::of(1, Purpose::Person, 7));
        assert_ne!(id, Guid::of(1, Purpose::Object, 7));
        let text = id.to_string();
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "4");
    }

    #[test]
    fn numbers_stay_in_range() {
        let mut dice = Dice::new(1, Purpose::Script, 0, 0);
        assert_eq!(dice.below(0), 0);
        for _ in 0..1000 {
            let number = dice.between(28, 1077);
            assert!((28..=1077).contains(&number));
            assert!(dice.weighted(&[1, 2, 3]) < 3);
        }
    }
}
