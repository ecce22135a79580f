//! What the rows of a query fold into.

use serde::{Deserialize, Serialize};

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
    /// One sum over another.
    Rate(Rate),
    /// How long something takes, with what has not ended yet.
    Duration(Duration),
    /// What detections found.
    Detection(Detection),
    /// Whether a mix has moved.
    Drift(Drift),
    /// Days that stand out of their series.
    Series(Series),
}

/// One sum over another: it may exceed 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Sum of the numerator's weights.
    pub numerator: f64,
    /// Sum of the denominator's weights.
    pub denominator: f64,
    /// numerator / denominator; `None` when the denominator is 0.
    pub value: Option<f64>,
}

/// Kaplan–Meier with delayed entry; leaving before the event counts as censoring there, and as competing in the incidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duration {
    /// Under observation.
    pub subjects: u64,
    /// Ended.
    pub events: u64,
    /// Not ended yet: censored.
    pub open: u64,
    /// Ended otherwise.
    pub competing: u64,
    /// Days by which a quarter has ended; `None` when not reached.
    pub first_quartile: Option<f64>,
    /// Days by which half has ended; `None` when not reached.
    pub median: Option<f64>,
    /// The median if every end lay as late as the data allow: with `median` the bracket.
    pub median_latest: Option<f64>,
    /// Days by which three quarters have ended; `None` when not reached.
    pub third_quartile: Option<f64>,
    /// Days by which 95 of 100 have ended; `None` when not reached.
    #[serde(default)]
    pub ninety_fifth: Option<f64>,
    /// Longest that ended, in days; `None` when nothing has.
    #[serde(default)]
    pub longest_ended: Option<f64>,
    /// Longest open duration in days; `None` when nothing is open.
    pub longest_open: Option<f64>,
    /// Share ended by day 1, 7, 14 and 30, competing ends apart: cumulative incidence.
    pub ended_by: Vec<(f64, f64)>,
    /// The survival curve at each end.
    pub curve: Vec<CurvePoint>,
}

/// One step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Days.
    pub day: f64,
    /// Share that has not ended.
    pub survival: f64,
    /// 95 % interval (log-log).
    pub lower: f64,
    /// 95 % interval (log-log).
    pub upper: f64,
    /// Under observation just before.
    pub at_risk: u64,
}

/// Findings by severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// All.
    pub findings: u64,
    /// Act now.
    pub high: u64,
    /// Look into it.
    pub medium: u64,
    /// Know of it.
    pub low: u64,
}

/// Movement of a mix between two windows. Triage only: it never decides a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Users with attempts in both windows.
    pub users: u64,
    /// Jensen–Shannon distance (base 2) between their two mixes: 0 to 1.
    pub distance: Option<f64>,
    /// Share of permutations, users swapped as a whole, that move at least as far; `None` when nobody is in both.
    pub p_value: Option<f64>,
    /// Bucket that moved most among the same users.
    pub bucket: String,
    /// By how many points of share.
    pub moved: f64,
    /// Points by which joiners and leavers moved that bucket.
    pub by_mix: f64,
    /// Distance over the floor, significant, and enough users.
    pub flagged: bool,
    /// Why it is not flagged; empty text when it is.
    pub reason: String,
}

/// Days that stand out, the false-alarm rate held per day over all series. Triage only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Series looked at.
    pub series: u64,
    /// Days judged.
    pub days: u64,
    /// Days that stand out.
    pub spikes: Vec<Spike>,
}

/// One day of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spike {
    /// Series.
    pub series: String,
    /// ISO date.
    pub day: String,
    /// Seen.
    pub observed: f64,
    /// Median of the same weekday before.
    pub expected: f64,
    /// Variance over mean of the days before.
    pub dispersion: f64,
    /// Chance of at least as many on an ordinary day.
    pub p_value: f64,
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
    /// Why subjects are `yes`, where fewer are better.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counting: Vec<Reason>,
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
    /// Fell due in the period: `on_time` + late + missed + unknown.
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
    /// `on_time` / (due - unknown); `None` when nothing could be judged.
    pub adherence: Option<f64>,
    /// `on_time` / due.
    pub lower: Option<f64>,
    /// (`on_time` + unknown) / due.
    pub upper: Option<f64>,
    /// 95 % Wilson score interval below 20.
    pub wilson: Option<(f64, f64)>,
}
