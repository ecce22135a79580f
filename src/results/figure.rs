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
