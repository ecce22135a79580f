//! mfaudit proves how well multi-factor authentication really covers an organisation, and how well its
//! exceptions are governed.
//!
//! ```text
//!  raw objects ──▶ canonical tables ──▶ rows with verdicts ──▶ results ──▶ reports ──▶ evidence pack ──▶ published
//!    store          source, register       query                metric      report      evidence          publish
//!                   lake, derive, pseudonym
//! ```
//!
//! One direction: a module may use only those listed before it below, which a test holds. The stages and
//! their invariants are told in `ARCHITECTURE.md`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed unwrap is a failed test"))]

// In the order of the data's way; a blank line between two keeps rustfmt from sorting them by name.
pub mod digest;

pub mod results;

pub mod table;

pub mod period;

pub mod store;

pub mod source;

pub mod config;

pub mod register;

pub mod lake;

pub mod derive;

pub mod pseudonym;

pub mod query;

pub mod metric;

pub mod report;

pub mod evidence;

pub mod sampling;

pub mod publish;

pub mod run;

pub mod generate;

pub mod progress;

pub mod cli;

pub mod command;
