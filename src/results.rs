//! What a run found out: plain, serialisable and complete.
//!
//! [`Results`] is written as `results.json`; every later stage reads only this, so a report can be
//! rendered again years later from the file alone. The published form is
//! `schema/results-1.schema.json`; a field is added with a default, never renamed or removed within
//! one schema version.

use serde::{Deserialize, Serialize};

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
    /// `ratio`, `count`, `mix` or `obligations`.
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

/// A folded figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Figure {
    /// Yes, no and unknown over a population.
    Ratio(Ratio),
    /// Stock per category.
    Count(Count),
    /// Shares that sum to one.
    Mix(Mix),
    /// Duties and how they were met.
    Obligations(Obligations),
}

/// Numerator over denominator with the unknown kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// Weight of `yes`.
    pub numerator: f64,
    /// Weight of `yes` and `no`.
    pub denominator: f64,
    /// Weight of `unknown`.
    pub unknown: f64,
    /// numerator / denominator; `None` when the denominator is 0.
    pub value: Option<f64>,
    /// yes / (yes + no + unknown).
    pub lower: Option<f64>,
    /// (yes + unknown) / (yes + no + unknown).
    pub upper: Option<f64>,
    /// 95 % Wilson score interval on numerator / denominator; only for denominators below 20.
    pub wilson: Option<(f64, f64)>,
    /// Left out of the denominator, by reason, in the order of the waterfall.
    pub excluded: Vec<Reason>,
    /// Why subjects are `no`.
    pub failing: Vec<Reason>,
    /// Why subjects are `unknown`.
    pub undetermined: Vec<Reason>,
}

/// A reason and its weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Text from the query.
    pub reason: String,
    /// Sum of weights.
    pub weight: f64,
}

/// Stock per category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Sum over categories.
    pub total: f64,
    /// Ordered by category as the query orders them.
    pub categories: Vec<Reason>,
}

/// Shares that sum to one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// Sum of weights.
    pub total: f64,
    /// One per bucket, largest first.
    pub buckets: Vec<Share>,
}

/// One bucket of a mix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Canonical method or class.
    pub bucket: String,
    /// Sum of weights.
    pub weight: f64,
    /// weight / total.
    pub share: f64,
}

/// Duties that fell due in the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Obligations {
    /// Fell due in the period: `on_time + late + missed + unknown`.
    pub due: u64,
    /// Met by the due instant.
    pub on_time: u64,
    /// Met after it.
    pub late: u64,
    /// Not met when the next one fell due or the period ended.
    pub missed: u64,
    /// Cannot be judged, for example because the review names no reviewer.
    pub unknown: u64,
    /// Due after the period: outside the ratio.
    pub not_yet_due: u64,
    /// on_time / (due - unknown); `None` when nothing could be judged.
    pub adherence: Option<f64>,
    /// on_time / due.
    pub lower: Option<f64>,
    /// (on_time + unknown) / due.
    pub upper: Option<f64>,
    /// 95 % Wilson score interval below 20.
    pub wilson: Option<(f64, f64)>,
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

/// One entry of the exception register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// Register id.
    pub id: String,
    /// One of the seven categories, or `unknown`.
    pub category: String,
    /// The register's own text.
    pub category_raw: String,
    /// `requested`, `approved`, `unapproved`, `active`, `expired`, `closed` or `unknown`.
    pub state: String,
    /// Accountable person.
    pub owner: String,
    /// What it covers, in the register's words.
    pub scope: String,
    /// Number of directory objects named.
    pub objects: u64,
    /// Activation instant, RFC 3339, empty when none.
    pub activated: String,
    /// Expiry instant, RFC 3339, empty when none.
    pub expires: String,
    /// Whole days active as of the period's end.
    pub age_days: Option<i64>,
    /// Whole days past expiry while not closed.
    pub overdue_days: Option<i64>,
    /// Declared compensating controls.
    pub compensating_controls: String,
    /// Last review: instant and outcome.
    pub last_review: String,
    /// What is wrong with the entry; empty when nothing is.
    pub faults: Vec<String>,
}

/// What went in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Intake {
    /// Control totals per source.
    pub sources: Vec<SourceTotals>,
    /// Up to 500 objects, faulty ones first; all are in `tables/intake.parquet`.
    pub objects: Vec<ObjectIntake>,
    /// All objects.
    pub object_count: u64,
    /// Days and snapshots that were expected and did not come, or came broken.
    pub gaps: Vec<Gap>,
    /// Rejected records by source and reason.
    pub rejects: Vec<RejectReason>,
}

/// Control totals: read = parsed + rejected; rows = kept + duplicate + out of period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTotals {
    /// Source id of the configuration.
    pub source: String,
    /// Objects.
    pub objects: u64,
    /// Bytes as stored.
    pub bytes: u64,
    /// Records met.
    pub read: u64,
    /// Records understood.
    pub parsed: u64,
    /// Records refused.
    pub rejected: u64,
    /// Rows made from the parsed records: one each for logs, several or none for directory exports.
    #[serde(default)]
    pub rows: u64,
    /// Later or poorer copies of the same event.
    pub duplicate: u64,
    /// Outside the lake's window.
    pub out_of_period: u64,
    /// Rows in the lake.
    pub kept: u64,
    /// First event, RFC 3339.
    pub first_event: String,
    /// Last event, RFC 3339.
    pub last_event: String,
}

/// One input object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectIntake {
    /// Source id.
    pub source: String,
    /// Key below the source's URL.
    pub key: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// Of the stored bytes.
    pub sha256: String,
    /// Detected shape.
    pub format: String,
    /// Records met.
    pub read: u64,
    /// Records refused.
    pub rejected: u64,
    /// First fault, empty when none.
    pub fault: String,
}

/// Something expected that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Source id.
    pub source: String,
    /// ISO date, or the instant of a snapshot.
    pub day: String,
    /// `missing`, `truncated`, `stale`, `rejects`.
    pub state: String,
    /// Sentence.
    pub reason: String,
}

/// Rejected records of one source for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectReason {
    /// Source id.
    pub source: String,
    /// Reason.
    pub reason: String,
    /// Count.
    pub count: u64,
    /// Key and byte offset of the first.
    pub example: String,
}

/// A sentence for the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// `limit`, `data` or `policy`.
    pub topic: String,
    /// One sentence.
    pub text: String,
}

/// A configured value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyLine {
    /// `Review cadence, break_glass`.
    pub name: String,
    /// `30 days`.
    pub value: String,
    /// `configuration` or `tool default, not policy`.
    pub origin: String,
    /// First day it applies.
    pub from: String,
}
