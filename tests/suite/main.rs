//! One test binary: every flat file here would link the whole tree again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests stop where they fail and make their own files")]

mod cases;
mod cli;
mod closed;
mod harness;
mod house;
mod intake;
mod pseudonyms;
mod readme;
mod records;
mod register;
mod run;
mod sampling;
mod sources;
mod tamper;
mod tenants;
mod trace;
mod truth;
