//! The evidence pack: everything that an auditor needs to check a report without trusting this program.
//!
//! ```text
//! evidence.zip ──▶ mfaudit-<period>-<digest>/
//!     data/…                      what is proven: report, rows, tables, queries, configuration, intake
//!     manifest-sha256.txt         digest of every file below data/ (BagIt 1.0)
//!     statement.json              in-toto Statement over every file, with the chain to the pack before
//!     statement.json.sig, …       signatures, where keys are configured
//! ```
//!
//! The room is pure: keys come as text, files as bytes, and the same inputs give the same pack.

mod archive;
mod bag;
mod contents;
mod dictionary;
mod figures;
mod intake;
mod pack;
mod readme;
mod reperform;
mod retention;
mod sbom;
mod sign;
mod statement;
mod timestamp;
pub mod verify;

pub use bag::Bag;
pub(crate) use intake::batch_sheet;
pub use pack::{Ingredients, Pack, attach, pack, unpacked};
pub use sign::{Key, NAMESPACE, Signers};
pub use statement::{Chain, Digests, Link, Predicate, Statement, Subject};
