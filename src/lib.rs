//! mfaudit proves how well multi-factor authentication covers an organisation.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

pub mod config;
pub mod derive;
pub mod digest;
pub mod generate;
pub mod lake;
pub mod period;
pub mod query;
pub mod register;
pub mod report;
pub mod results;
pub mod source;
pub mod store;
pub mod table;
