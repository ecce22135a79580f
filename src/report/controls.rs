//! The control mapping as data: which controls a metric supports, with its source and the day it was read.
//!
//! A figure is one piece of evidence for a control, so the word is "supports". Frameworks differ on whether an
//! approved exception is admitted at all; that stands beside every control.

use anyhow::{Context as _, Result};
use serde::Deserialize;

const MAPPING: &str = include_str!("controls.toml");

/// Whether a framework binds today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// It binds.
    InForce,
    /// It may come.
    Proposed,
}

impl Standing {
    /// As printed.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Proposed => "proposed",
        }
    }
}

/// Whether an approved exception is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Exceptions {
    /// As it is.
    Yes,
    /// Under conditions.
    Conditions,
    /// Never: an approved exception is still a fail.
    No,
    /// The text does not say.
    NotStated,
}

impl Exceptions {
    /// As printed.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Conditions => "under conditions",
            Self::No => "no",
            Self::NotStated => "not stated",
        }
    }
}

/// One line of the mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Control {
    /// `PCI DSS`.
    pub(super) framework: String,
    /// `4.0.1`.
    pub(super) version: String,
    /// Whether it binds.
    pub(super) standing: Standing,
    /// `8.4.2`.
    pub(super) id: String,
    /// What it asks for, in our words.
    pub(super) about: String,
    /// Ids of the metrics that support it.
    pub(super) metrics: Vec<String>,
    /// What else supports it; empty text when nothing does.
    pub(super) evidence: String,
    /// What is easily read wrong; empty text when nothing is.
    pub(super) note: String,
    /// Whether exceptions are admitted.
    pub(super) exceptions: Exceptions,
    /// Under which conditions; empty text when none are stated.
    pub(super) condition: String,
    /// Where the mapping was read.
    pub(super) source: String,
    /// The day it was read or published.
    pub(super) read: String,
    /// Read in the source; otherwise from memory.
    pub(super) verified: bool,
}

impl Control {
    /// `PCI DSS 4.0.1 8.4.2`.
    pub(super) fn title(&self) -> String {
        format!("{} {} {}", self.framework, self.version, self.id)
    }

    /// `under conditions: documented, …`.
    pub(super) fn admitted(&self) -> String {
        if self.condition.is_empty() { self.exceptions.words().to_owned() } else { format!("{}: {}", self.exceptions.words(), self.condition) }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    framework: Vec<Framework>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Framework {
    name: String,
    version: String,
    status: Standing,
    exceptions: Exceptions,
    #[serde(default)]
    condition: String,
    source: String,
    read: String,
    verified: bool,
    control: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    about: String,
    metrics: Vec<String>,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    note: String,
    exceptions: Option<Exceptions>,
    condition: Option<String>,
    verified: Option<bool>,
}

/// Every control, in the order of the file.
///
/// # Errors
/// When the embedded mapping is broken, which a test rules out.
pub(super) fn all() -> Result<Vec<Control>> {
    let mapping: Mapping = toml::from_str(MAPPING).context("the embedded control mapping is broken")?;
    Ok(mapping.framework.iter().flat_map(|f| f.control.iter().map(move |line| control(f, line))).collect())
}

/// A line says only where it differs. A condition belongs to the admission it was stated with.
fn control(framework: &Framework, line: &Line) -> Control {
    let inherited = if line.exceptions.is_none() { framework.condition.clone() } else { String::new() };
    Control {
        framework: framework.name.clone(),
        version: framework.version.clone(),
        standing: framework.status,
        id: line.id.clone(),
        about: line.about.clone(),
        metrics: line.metrics.clone(),
        evidence: line.evidence.clone(),
        note: line.note.clone(),
        exceptions: line.exceptions.unwrap_or(framework.exceptions),
        condition: line.condition.clone().unwrap_or(inherited),
        source: framework.source.clone(),
        read: framework.read.clone(),
        verified: line.verified.unwrap_or(framework.verified),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::query::Corpus;

    #[test]
    fn every_metric_of_the_mapping_is_a_query_that_ships() {
        let corpus = Corpus::embedded().unwrap();
        let known: BTreeSet<&str> = corpus.queries.iter().map(|q| q.id.as_str()).collect();
        for control in all().unwrap() {
            for metric in &control.metrics {
                assert!(known.contains(metric.as_str()), "{}: no query {metric}", control.title());
            }
            assert!(!control.metrics.is_empty() || !control.evidence.is_empty(), "{} is supported by nothing", control.title());
        }
    }

    #[test]
    fn no_control_stands_twice_and_each_names_source_and_day() {
        let mut seen = BTreeSet::new();
        for c in all().unwrap() {
            assert!(!c.about.is_empty() && !c.source.is_empty(), "{}", c.title());
            assert!(c.read.parse::<jiff::civil::Date>().is_ok(), "{}: `{}` is no day", c.title(), c.read);
            assert_eq!(c.exceptions == Exceptions::Conditions, !c.condition.is_empty() && c.exceptions != Exceptions::No, "{}", c.title());
            assert!(seen.insert((c.framework.clone(), c.version.clone(), c.id.clone())), "{} stands twice", c.title());
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn the_traps_of_the_mapping_are_kept() {
        let all = all().unwrap();
        let of = |framework: &str, id: &str| all.iter().find(|c| c.framework == framework && c.id == id).unwrap();
        assert_eq!(of("UK Cyber Essentials", "MFA").exceptions, Exceptions::No);
        assert_eq!(of("PCI DSS", "8.5.1").exceptions, Exceptions::Conditions);
        assert_eq!(of("NYDFS 23 NYCRR 500", "500.12").exceptions, Exceptions::Conditions);
        assert!(of("PCI DSS", "8.4.2").note.contains("Does not apply"));
        assert!(all.iter().all(|c| c.id != "IA-2(6)" || c.framework == "FedRAMP"));
        assert!(all.iter().filter(|c| c.id.starts_with("MS.AAD.")).all(|c| c.id.contains('v')));
        assert_eq!(of("HIPAA Security Rule, proposed", "164.312(f)(2)").standing, Standing::Proposed);
        assert!(!of("HIPAA Security Rule, proposed", "164.312(f)(2)").verified);
    }
}
