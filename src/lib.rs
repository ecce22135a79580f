//! mfaudit proves how well multi-factor authentication covers an organisation.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

pub mod period;
pub mod digest;
pub mod results;
pub mod table;
pub mod config;
pub mod store;
pub mod source;
pub mod register;
pub mod lake;
pub mod derive;
pub mod query;
pub mod metric;
pub mod report;
pub mod publish;

pub mod run;
pub mod generate;
pub mod progress;
pub mod command;
pub mod cli;
