//! Metrics as files: a query returns one row per subject with the verdict on it.

mod corpus;
mod execute;
mod front_matter;
mod lint;

pub use corpus::Corpus;
pub use execute::{Rows, SubjectKey, execute};
pub use front_matter::{Kind, LineSpec, Query};
pub use lint::lint;
