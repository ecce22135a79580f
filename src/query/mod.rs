//! Metrics as files: a query returns one row per subject with the verdict on it. Populations are files of the same kind:
//! one row per item that an auditor may draw.

mod corpus;
mod execute;
mod front_matter;
mod lint;
mod population;

pub use corpus::Corpus;
pub use execute::{Rows, SubjectKey, execute};
pub use front_matter::{Kind, LineSpec, Query};
pub use lint::{lint, lint_query};
pub use population::{Population, lint_populations, populations};
