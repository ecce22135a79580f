//! What a tested sample proves: the largest rate of deviations that the population can still have.

use serde::{Deserialize, Serialize};

use super::Refused;
use super::size::possible;

/// An upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// Most deviations in the whole population.
    pub deviations: u64,
    /// The same as a share of it.
    pub rate: f64,
}

/// Most deviations that a population can have when `found` of `tested` items deviate, at the confidence.
///
/// # Errors
/// [`Refused`] when more deviate than were tested, or more were tested than there are.
pub fn upper(population: u64, tested: u64, found: u64, confidence: f64) -> anyhow::Result<Bound> {
    if found > tested || tested > population {
        return Err(Refused::new(format!("{found} deviations in {tested} tested of {population} items cannot be: there are more than was tested")).into());
    }
    // What was found is there for sure, and what was tested without a deviation is not.
    let (mut low, mut high) = (found, population - (tested - found));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if possible(population, middle, tested, found, confidence)? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Bound { deviations: low, rate: if population == 0 { 0.0 } else { low as f64 / population as f64 } })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Plan;
    use super::*;

    fn most(population: u64, tested: u64, found: u64, confidence: f64) -> u64 {
        upper(population, tested, found, confidence).unwrap().deviations
    }

    /// Worked out with whole numbers and fractions in another language.
    #[test]
    fn the_bounds_are_exact() {
        assert_eq!([most(250, 51, 0, 0.95), most(250, 51, 1, 0.95), most(1_000, 57, 2, 0.95), most(100, 20, 0, 0.90)], [12, 20, 104, 9]);
        // Everything was tested: what was found is all there is.
        assert_eq!(upper(21, 21, 3, 0.95).unwrap(), Bound { deviations: 3, rate: 3.0 / 21.0 });
        // Nothing was tested: all of it can deviate.
        assert_eq!(upper(10, 0, 0, 0.95).unwrap().rate, 1.0);
        assert!(upper(10, 5, 6, 0.95).is_err() && upper(10, 11, 0, 0.95).is_err());
    }

    proptest! {
        #[test]
        fn more_deviations_raise_the_bound_and_more_tests_lower_it(population in 1_u64..400, tested in 0_u64..400, found in 0_u64..400) {
            let tested = tested.min(population);
            let found = found.min(tested);
            let bound = most(population, tested, found, 0.95);
            prop_assert!(found <= bound && bound <= population - (tested - found));
            if found < tested {
                prop_assert!(bound <= most(population, tested, found + 1, 0.95));
            }
            if tested < population {
                prop_assert!(most(population, tested + 1, found, 0.95) <= bound);
            }
            prop_assert!(bound <= most(population, tested, found, 0.99));
        }

        /// A sample of the planned size without more deviations than expected proves the tolerable rate.
        #[test]
        fn size_and_bound_agree(population in 1_u64..600, expected in 0_u64..3) {
            let plan = Plan::new(0.95, 0.05, expected).unwrap();
            let size = plan.size(population).unwrap();
            if size < population {
                prop_assert!(most(population, size, expected, plan.confidence) < plan.worst(population));
            }
        }
    }
}
