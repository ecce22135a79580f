//! What changed since the last issue.

use serde::{Deserialize, Serialize};

use super::Verdict;

/// This run held against the issue before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Folder of that issue below the output URL.
    pub since: String,
    /// The period it speaks of.
    pub period: String,
    /// The instant it stood at.
    pub as_of: String,
    /// Findings it did not hold.
    pub findings_new: Vec<ChangedFinding>,
    /// Findings it held and this run does not.
    pub findings_resolved: Vec<ChangedFinding>,
    /// Findings whose severity rose.
    pub findings_worsened: Vec<ChangedFinding>,
    /// Why findings could not be held against each other; none when they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_compared: Option<String>,
    /// Lines that read otherwise, or whose metric stands otherwise towards its target.
    pub metrics: Vec<MetricDelta>,
    /// Register entries that came, went or changed their state.
    pub exceptions: Vec<ExceptionDelta>,
}

/// A finding that came, went or grew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFinding {
    /// Metric id.
    pub metric: String,
    /// Whom it is about.
    pub identity: String,
    /// Display name.
    pub label: String,
    /// What was found.
    pub reason: String,
    /// `high`, `medium` or `low`; as the earlier issue had it where the finding is resolved.
    pub severity: String,
    /// In the earlier issue; empty text for a new finding.
    pub severity_before: String,
    /// First event.
    pub first_seen: String,
}

/// A line of a metric then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricDelta {
    /// Metric id.
    pub metric: String,
    /// Line of the metric.
    pub line: String,
    /// As issued.
    pub old: String,
    /// As it reads in this run.
    pub new: String,
    /// Why it moved.
    pub cause: Cause,
    /// How the metric stood.
    pub old_verdict: Verdict,
    /// How it stands.
    pub new_verdict: Verdict,
}

/// Why a figure moved, the strongest cause first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The query is another one.
    Definition,
    /// The earlier figure itself reads otherwise today.
    Restatement,
    /// The configuration is another one and the inputs are the same.
    Configuration,
    /// What happened, or what was delivered.
    Data,
}

/// A register entry then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionDelta {
    /// Register id.
    pub entry: String,
    /// State in the earlier issue; empty text when it was not there.
    pub old: String,
    /// State in this run; empty text when it is not there.
    pub new: String,
}
