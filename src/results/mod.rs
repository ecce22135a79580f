//! What a run found out: plain, serialisable and complete.
//!
//! [`Results`] is written as `results.json`; every later stage reads only this, so a report can be
//! rendered again years later from the file alone. The published form is
//! `schema/results-1.schema.json`; a field is added with a default, never renamed or removed within
//! one schema version.

mod change;
mod figure;
mod governance;
mod intake;
mod stated;

use serde::{Deserialize, Serialize};

pub use change::{Cause, ChangeSet, ChangedFinding, ExceptionDelta, MetricDelta};
pub use figure::{Count, CurvePoint, Detection, Drift, Duration, Figure, Mix, Obligations, Rate, Ratio, Reason, Series, Share, Spike};
pub use governance::{BreakGlass, Deadline, Finding, GlassUse, Happening, ReconciledCell};
pub use intake::{Anchor, Gap, Intake, ObjectIntake, RejectReason, SourceTotals};
pub use stated::{Note, PolicyLine, RegisterEntry};

/// Identifies the shape of `results.json`.
pub const SCHEMA: &str = "mfaudit.results/1";

/// Everything a report needs, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The program that made the file.
    pub tool: Tool,
    /// Whose audit this is.
    pub organisation: Organisation,
    /// The audited interval.
    pub period: PeriodInfo,
    /// The instant the run stands at (RFC 3339, UTC): an input, not the wall clock of the renderer.
    pub as_of: String,
    /// SHA-256 of the configuration as it was in force, secrets removed.
    pub config_sha256: String,
    /// SHA-256 over all query files that ran.
    pub queries_sha256: String,
    /// `false` when any metric could not be computed; page 1 says so and the exit code is 3.
    pub complete: bool,
    /// Set when people are shown under pseudonyms; absent when they are shown as the inputs name them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonymised: Option<Pseudonymised>,
    /// One entry per query file, in the order of their ids.
    pub metrics: Vec<Metric>,
    /// The exception register as of the period's end, every entry, faulty ones too.
    pub register: Vec<RegisterEntry>,
    /// What was read, refused and missing.
    pub intake: Intake,
    /// Sentences about the data that a reader must know before trusting a figure.
    pub notes: Vec<Note>,
    /// Configuration shown as data: targets, cadences, thresholds and their origin.
    pub policy: Vec<PolicyLine>,
    /// Figures that were issued, of this period or one of its trend, and read otherwise today.
    #[serde(default)]
    pub restatements: Vec<Restatement>,
    /// Findings of every detection, the gravest first.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Break-glass accounts, from the register alone.
    #[serde(default)]
    pub break_glass: Vec<BreakGlass>,
    /// Policy, register and sign-ins side by side: every identity in one cell.
    #[serde(default)]
    pub reconciliation: Vec<ReconciledCell>,
    /// What falls due within 30 days of the run.
    #[serde(default)]
    pub deadlines: Vec<Deadline>,
    /// What changed since the last issue; none when nothing was issued before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_since: Option<ChangeSet>,
}

/// People are shown under pseudonyms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pseudonymised {
    /// Tells one key from another: only issues with the same key show a person under the same pseudonym.
    pub key_id: String,
    /// SHA-256 of the configuration as the evidence pack shows it, under pseudonyms; `config_sha256` is that of the original.
    pub config_sha256: String,
}

impl Results {
    /// Both show a person under the same text.
    #[must_use]
    pub fn names_people_as(&self, other: &Self) -> bool {
        let key = |results: &Self| results.pseudonymised.as_ref().map(|p| p.key_id.clone());
        key(self) == key(other)
    }
}

/// A figure that was issued and has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restatement {
    /// `2026-09`.
    pub period: String,
    /// Metric id.
    pub metric: String,
    /// Line of the metric.
    pub line: String,
    /// Folder of the issue below the output URL.
    pub issue: String,
    /// The instant the issue stood at.
    pub issued_as_of: String,
    /// As issued.
    pub old: String,
    /// As it reads in this run.
    pub new: String,
    /// What differs between the two runs: data, definition, configuration, version or time.
    pub cause: String,
}

/// The program that made the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `mfaudit`.
    pub name: String,
    /// Cargo version.
    pub version: String,
}

/// Whose audit this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// As printed on the cover.
    pub name: String,
    /// Printed in every footer, for example `Confidential`.
    pub classification: String,
}

/// The half-open interval `[start, end)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodInfo {
    /// `2026-10`.
    pub id: String,
    /// `October 2026`.
    pub label: String,
    /// First instant, RFC 3339 in UTC.
    pub start: String,
    /// First instant after the period, RFC 3339 in UTC.
    pub end: String,
    /// IANA name of the zone the interval was made in.
    pub time_zone: String,
    /// Length; 745 in a month with an extra hour.
    pub hours: i64,
    /// Local calendar days.
    pub days: i64,
}

/// How a metric came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All inputs were there.
    Computed,
    /// An input is missing, stale or truncated; `reason` names it.
    NotComputed,
    /// These inputs cannot carry the metric at all; `reason` says why. No fault of the run.
    NotObservable,
}

/// A metric against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Even the bound that speaks against the organisation meets the target.
    Met,
    /// Even the bound that speaks for the organisation misses it.
    Missed,
    /// The unknown cases decide.
    NotDetermined,
    /// No target is set.
    NoTarget,
    /// The metric was not computed.
    NotComputed,
}

/// One metric: a query file and what its rows fold into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// `K3`.
    pub id: String,
    /// `enforcement_coverage_users`.
    pub name: String,
    /// The sentence-case heading.
    pub title: String,
    /// `ratio`, `count`, `mix`, `obligations`, `rate`, `duration`, `detection`, `drift` or `series`.
    pub kind: String,
    /// Which way is good: `higher`, `lower` or `none`.
    pub better: String,
    /// The definition in one paragraph, as the query file states it.
    pub about: String,
    /// Controls it supports.
    pub controls: Vec<String>,
    /// Tables the query read.
    pub reads: Vec<String>,
    /// SHA-256 of the query file.
    pub query_sha256: String,
    /// Computed or not.
    pub state: State,
    /// Why it was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The target in force at the period's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The headline line against the target.
    pub verdict: Verdict,
    /// One per line the query declares; the first is the headline.
    pub lines: Vec<Line>,
    /// The headline per period, oldest first, this period last.
    pub trend: Vec<TrendPoint>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Key in the configuration, `coverage.users`.
    pub key: String,
    /// Share (0 to 1) or count.
    pub value: f64,
    /// First day it applies (ISO date).
    pub from: String,
}

/// One line of a metric: `strict`, `after_excusing_exceptions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Identifier within the metric.
    pub id: String,
    /// Printed label.
    pub title: String,
    /// The figure over all rows; `None` when this line alone could not be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Figure>,
    /// Why the line has no figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same fold per value of each dimension column.
    pub dimensions: Vec<Dimension>,
    /// Up to 1,000 subjects that speak against the organisation, worst first; all rows are in the row file.
    pub subjects: Vec<SubjectRow>,
    /// Rows behind the figure.
    pub rows: u64,
}

/// One row behind a figure, as shown to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectRow {
    /// Identity, exception, bucket or obligation.
    pub subject: String,
    /// Display name where one is known, otherwise the subject again.
    pub label: String,
    /// `no`, `unknown`, `late`, …
    pub verdict: String,
    /// Why.
    pub reason: String,
}

/// The fold repeated per value of one extra column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    /// Column name, `department`.
    pub name: String,
    /// One per value, ordered by value.
    pub values: Vec<DimensionValue>,
}

/// One value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionValue {
    /// `Finance`; empty text when the row has none.
    pub value: String,
    /// The fold over those rows.
    pub figure: Figure,
}

/// The headline of one earlier period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// `2026-09`.
    pub period: String,
    /// Headline value; `None` when not computed.
    pub value: Option<f64>,
    /// Bounds by the unknown.
    pub lower: Option<f64>,
    /// Bounds by the unknown.
    pub upper: Option<f64>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
