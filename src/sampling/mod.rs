//! Samples for an auditor: a population is frozen and hashed, then the auditor names a seed, and items are drawn in an order
//! that anybody can work out again.
//!
//! ```text
//! tables ──▶ population.csv ──▶ its SHA-256 to the auditor ──▶ their seed ──▶ worksheet, sample.json
//! ```
//!
//! The order is that of HMAC-SHA-256 with the seed as key, over the item as it stands in `population.csv`. It depends neither on
//! the order of the file nor on a random-number generator, and a larger sample begins with the smaller one. The room does no
//! input or output.

mod bound;
mod draw;
mod frozen;
mod record;
mod size;
#[cfg(test)]
mod tests;
mod worksheet;

pub use bound::{Bound, upper};
pub use draw::{METHOD, draw, evaluate, rank};
pub use frozen::{Column, Frozen, Item, Shape};
pub use record::{Draw, Drawn, Evaluation, PerStratum, Record, SCHEMA, Stratum};
pub use size::Plan;
pub use worksheet::{csv, xlsx};

/// What cannot be done as asked, with what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    /// Says why.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}
