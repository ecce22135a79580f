//! How many items to draw: exact sizes by the hypergeometric distribution, since items are drawn without putting back.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::Refused;

/// Room for the rounding of the distribution: a chance that equals the limit is within it.
const SLACK: f64 = 1e-9;

/// What a sample must be able to show.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// With which confidence, above 0 and below 1.
    pub confidence: f64,
    /// Share of deviations that is still tolerable, above 0 and below 1.
    pub tolerable: f64,
    /// Deviations that may be found without the conclusion falling.
    pub expected: u64,
}

impl Plan {
    /// A plan with values that mean something.
    ///
    /// # Errors
    /// [`Refused`] when a share is not between 0 and 1.
    pub fn new(confidence: f64, tolerable: f64, expected: u64) -> Result<Self, Refused> {
        for (name, value) in [("confidence", confidence), ("tolerable", tolerable)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(Refused::new(format!("`--{name} {value}`: write a share above 0 and below 1, for example 0.95 for 95 %")));
            }
        }
        Ok(Self { confidence, tolerable, expected })
    }

    /// Deviations in a population that are just not tolerable.
    #[must_use]
    pub fn worst(&self, population: u64) -> u64 {
        // A product such as 0.05 × 20 may come out a little above the whole number that it is.
        let worst = (population as f64 * self.tolerable - SLACK).ceil().max(0.0) as u64;
        worst.max(1).min(population)
    }

    /// The least sample in which more than the expected deviations would show with the confidence asked for, were the rate not
    /// tolerable; the whole population when no smaller sample does.
    ///
    /// # Errors
    /// When the distribution cannot be worked out, which these numbers cannot cause.
    pub fn size(&self, population: u64) -> anyhow::Result<u64> {
        let worst = self.worst(population);
        // The chance falls with every further item, so the least size is found by halving.
        let (mut low, mut high) = (0, population);
        while low < high {
            let middle = low + (high - low) / 2;
            if possible(population, worst, middle, self.expected, self.confidence)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// Whether so few deviations in so many drawn items can still be explained by chance at the confidence.
pub(super) fn possible(population: u64, deviations: u64, drawn: u64, found: u64, confidence: f64) -> anyhow::Result<bool> {
    let distribution = Hypergeometric::new(population, deviations, drawn).context("more deviations or drawn items than there are items")?;
    Ok(distribution.cdf(found) > 1.0 - confidence + SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(population: u64, confidence: f64, tolerable: f64, expected: u64) -> u64 {
        Plan::new(confidence, tolerable, expected).unwrap().size(population).unwrap()
    }

    /// The table that audit literature prints, for no deviation.
    #[test]
    fn the_sizes_are_those_of_the_exact_table() {
        let populations = [12, 25, 52, 100, 250, 365, 1_000, 5_000];
        for (confidence, tolerable, sizes) in [
            (0.95, 0.05, [12, 19, 33, 45, 51, 52, 57, 59]),
            (0.95, 0.10, [9, 16, 20, 25, 27, 27, 29, 29]),
            (0.90, 0.10, [8, 13, 16, 20, 21, 21, 22, 22]),
            (0.90, 0.05, [11, 17, 28, 37, 40, 41, 44, 45]),
        ] {
            assert_eq!(populations.map(|n| size(n, confidence, tolerable, 0)), sizes, "{confidence} {tolerable}");
        }
        assert_eq!([size(100_000, 0.95, 0.05, 0), size(1_000_000, 0.90, 0.05, 0)], [59, 45]);
    }

    /// Worked out with whole numbers and fractions in another language.
    #[test]
    fn expected_deviations_make_the_sample_larger() {
        assert_eq!([size(250, 0.95, 0.05, 1), size(250, 0.95, 0.05, 2), size(1_000, 0.90, 0.10, 1)], [78, 102, 37]);
        assert_eq!([0, 1, 2, 3].map(|n| size(n, 0.95, 0.05, 0)), [0, 1, 2, 3]);
        // One intolerable item of twenty is missed by nineteen drawn with a chance of exactly one in twenty.
        assert_eq!(size(20, 0.95, 0.05, 0), 19);
        // More deviations expected than would be intolerable: only the whole tells.
        assert_eq!(size(40, 0.95, 0.05, 5), 40);
    }

    #[test]
    fn nonsense_is_refused() {
        for (confidence, tolerable) in [(0.0, 0.05), (1.0, 0.05), (95.0, 0.05), (0.95, 0.0), (0.95, 5.0), (f64::NAN, 0.05)] {
            assert!(Plan::new(confidence, tolerable, 0).is_err(), "{confidence} {tolerable}");
        }
    }
}
