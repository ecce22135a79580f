//! The results for other programs: OSCAL, OCSF, SARIF and JUnit.
//!
//! Each is a pure function of the results. Ids follow from names, times from [`Results::as_of`], so the same
//! results give the same bytes. What was not computed is never shown as passed.

mod baseline;
pub(super) mod junit;
pub(super) mod ocsf;
pub(super) mod oscal;
pub(super) mod sarif;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::Artifact;
use super::text::prose;
use super::view;
use crate::results::{Finding, Metric, RegisterEntry, Results, State};

/// How an entry of the register stands towards what it excuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Excuse {
    /// In force.
    Accepted,
    /// Asked for, not in force.
    Pending,
    /// Over, or never approved.
    Rejected,
    /// Closed, or unreadable.
    None,
}

impl Excuse {
    fn of(entry: &RegisterEntry) -> Self {
        match entry.state.as_str() {
            "active" => Self::Accepted,
            "requested" | "approved" => Self::Pending,
            "expired" | "unapproved" => Self::Rejected,
            _ => Self::None,
        }
    }
}

/// Ids that follow from names: the same organisation and period give the same ids in every issue.
#[derive(Debug, Clone, Copy)]
struct Ids {
    space: Uuid,
}

impl Ids {
    fn new(results: &Results) -> Self {
        let name = format!("urn:mfaudit:{}:{}", results.organisation.name, results.period.id);
        Self { space: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()) }
    }

    fn of(&self, kind: &str, name: &str) -> String {
        Uuid::new_v5(&self.space, format!("{kind}\n{name}").as_bytes()).to_string()
    }
}

/// One line of text that is never empty: machine formats forbid blank strings and line ends in titles.
fn said(raw: &str) -> String {
    let shown = prose(raw);
    if shown.is_empty() { "not recorded".to_owned() } else { shown }
}

/// Makes names unique: the second `a` becomes `a #2`.
fn numbered(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let number = |name: String| {
        let count = seen.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { format!("{name} #{count}") }
    };
    names.into_iter().map(number).collect()
}

/// What tells one finding from another.
fn finding_key(f: &Finding) -> String {
    format!("{}|{}|{}|{}", f.metric, f.identity, f.first_seen, f.reason)
}

/// The instant of the run.
fn as_of(results: &Results) -> Result<Timestamp> {
    results.as_of.parse().with_context(|| format!("`as_of` is no instant: `{}`", results.as_of))
}

/// An instant, or the start of an ISO date in UTC.
fn instant(text: &str) -> Option<Timestamp> {
    let midnight = || format!("{text}T00:00:00Z").parse().ok();
    text.parse().ok().or_else(midnight)
}

/// The headline of a metric in one sentence, or why there is none.
fn headline(metric: &Metric) -> String {
    let line = metric.lines.first();
    let reason = metric.reason.as_deref().or_else(|| line.and_then(|l| l.reason.as_deref())).unwrap_or("no reason is given");
    match (metric.state, line.and_then(|l| l.figure.as_ref())) {
        (State::Computed, Some(figure)) => said(&view::figure_text(figure).replace("  ", ", ")),
        (State::NotObservable, _) => said(&format!("not observable: {reason}")),
        _ => said(&format!("not computed: {reason}")),
    }
}

/// The register entry that a finding names as its explanation.
fn excuse<'r>(results: &'r Results, finding: &Finding) -> Option<&'r RegisterEntry> {
    let ticket = finding.ticket.trim();
    if ticket.is_empty() { None } else { results.register.iter().find(|e| e.id == ticket) }
}

/// Why an exception exists, for those who see it as a suppression.
fn justification(entry: &RegisterEntry) -> String {
    let owner = if entry.owner.trim().is_empty() { "nobody" } else { entry.owner.as_str() };
    let controls = if entry.compensating_controls.trim().is_empty() { "none declared" } else { entry.compensating_controls.as_str() };
    said(&format!("Register entry {}, {}, {}. Owner: {owner}. Scope: {}. Compensating controls: {controls}", entry.id, entry.category.replace('_', " "), entry.state, entry.scope))
}

fn json_artifact(name: &str, media_type: &'static str, document: &Value) -> Result<Artifact> {
    let mut bytes = serde_json::to_vec_pretty(document).with_context(|| format!("cannot write `{name}`"))?;
    bytes.push(b'\n');
    Ok(Artifact { name: name.to_owned(), media_type, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn ids_follow_from_names() {
        let results = fixture::empty();
        let (a, b) = (Ids::new(&results), Ids::new(&results));
        assert_eq!(a.of("risk", "EX-1"), b.of("risk", "EX-1"));
        assert_ne!(a.of("risk", "EX-1"), a.of("finding", "EX-1"));
        assert_eq!(a.of("risk", "EX-1").as_bytes()[14], b'5', "a name-based id");
    }

    #[test]
    fn no_text_is_blank_and_no_name_stands_twice() {
        assert_eq!(said(" \n "), "not recorded");
        assert_eq!(said("a\nb"), "a b");
        assert_eq!(numbered(["a".to_owned(), "b".to_owned(), "a".to_owned()]), ["a", "b", "a #2"]);
    }

    #[test]
    fn days_and_instants_are_read() {
        assert_eq!(instant("2026-10-12").unwrap().to_string(), "2026-10-12T00:00:00Z");
        assert_eq!(instant("2026-10-12T08:30:00Z").unwrap().to_string(), "2026-10-12T08:30:00Z");
        assert!(instant("soon").is_none());
    }
}
