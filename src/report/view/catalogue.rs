//! Which chapter a metric belongs to. A metric nobody listed still has a place.

use crate::results::{Metric, Results};

/// The chapters that hold metrics, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chapter {
    /// K1, K2, K3, K4.
    Coverage,
    /// K5.
    Privileged,
    /// K6.
    PhishingResistance,
    /// K8.
    Methods,
    /// K11.
    Backlog,
    /// K14 and what reads the register.
    Exceptions,
    /// K16.
    Controls,
    /// K18.
    Reviews,
    /// K21, K22, K39.
    BreakGlass,
    /// R1, K7, K23, K24, K27, K33 and what else joins policy, register and sign-ins.
    Reconciliation,
    /// K25, K26, K34, K41.
    Governance,
    /// K10, K15, K17, K40.
    Durations,
    /// K29, K30, K31, D1, D2.
    Detections,
    /// K9, K12, K13, K32, K42.
    Signals,
    /// K36.
    Intake,
    /// Whatever is left.
    Other,
}

/// A metric with its position in the results, which makes its element ids unique.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// Position in the results.
    pub(super) index: usize,
    /// The metric.
    pub(super) metric: &'a Metric,
}

impl Entry<'_> {
    /// Prefix of element ids.
    pub(super) fn anchor(&self) -> String {
        format!("m{}", self.index)
    }

    /// `K3 Users whose every sign-in was protected by MFA`.
    pub(super) fn title(&self) -> String {
        use crate::report::text::short;
        format!("{} {}", short(&self.metric.id), short(&self.metric.title))
    }
}

/// The metrics of one chapter: the listed ones first, then the others that fit it.
pub(super) fn of(results: &Results, chapter: Chapter) -> (Vec<Entry<'_>>, Vec<Entry<'_>>) {
    all(results).filter(|entry| place(entry.metric) == chapter).partition(|entry| listed(entry.metric).is_some())
}

/// Every metric in the order of the results.
pub(super) fn all(results: &Results) -> impl Iterator<Item = Entry<'_>> {
    results.metrics.iter().enumerate().map(|(index, metric)| Entry { index, metric })
}

/// `true` when the metric is `id` or a variant of it: `K5`, `K5b`, `K5.1`, but not `K51`.
pub(super) fn is(metric: &Metric, id: &str) -> bool {
    metric.id.strip_prefix(id).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn listed(metric: &Metric) -> Option<Chapter> {
    const PLACES: [(&str, Chapter); 49] = [
        ("K1", Chapter::Coverage),
        ("K2", Chapter::Coverage),
        ("K3", Chapter::Coverage),
        ("K4", Chapter::Coverage),
        ("K5", Chapter::Privileged),
        ("K6", Chapter::PhishingResistance),
        ("K8", Chapter::Methods),
        ("K11", Chapter::Backlog),
        ("K14", Chapter::Exceptions),
        ("K16", Chapter::Controls),
        ("K18", Chapter::Reviews),
        ("K36", Chapter::Intake),
        ("K37", Chapter::Backlog),
        ("K38", Chapter::Backlog),
        ("K10", Chapter::Durations),
        ("K15", Chapter::Durations),
        ("K17", Chapter::Durations),
        ("K40", Chapter::Durations),
        ("K19", Chapter::Reviews),
        ("K39", Chapter::BreakGlass),
        ("K21", Chapter::BreakGlass),
        ("K22", Chapter::BreakGlass),
        ("R1", Chapter::Reconciliation),
        ("K7", Chapter::Reconciliation),
        ("K23", Chapter::Reconciliation),
        ("K24", Chapter::Reconciliation),
        ("K27", Chapter::Reconciliation),
        ("K33", Chapter::Reconciliation),
        ("K35", Chapter::Reconciliation),
        ("K43", Chapter::Reconciliation),
        ("K44", Chapter::Reconciliation),
        ("K20", Chapter::Governance),
        ("K25", Chapter::Governance),
        ("K26", Chapter::Governance),
        ("K28", Chapter::Governance),
        ("K34", Chapter::Governance),
        ("K41", Chapter::Governance),
        ("K9", Chapter::Signals),
        ("K12", Chapter::Signals),
        ("K13", Chapter::Signals),
        ("K32", Chapter::Signals),
        ("K42", Chapter::Signals),
        ("K29", Chapter::Detections),
        ("K30", Chapter::Detections),
        ("K31", Chapter::Detections),
        ("D1", Chapter::Detections),
        ("D2", Chapter::Detections),
        ("D3", Chapter::Detections),
        ("D4", Chapter::Detections),
    ];
    PLACES.into_iter().find(|(id, _)| is(metric, id)).map(|(_, chapter)| chapter)
}

fn place(metric: &Metric) -> Chapter {
    let reads = |tables: &[&str]| metric.reads.iter().any(|table| tables.contains(&table.as_str()));
    listed(metric).unwrap_or_else(|| {
        if reads(&["exceptions", "exception_events", "policy_exclusions"]) {
            Chapter::Exceptions
        } else if reads(&["attempts", "attempt_days", "sign_ins", "registrations", "registered_methods"]) {
            Chapter::Coverage
        } else if reads(&["intake"]) {
            Chapter::Intake
        } else {
            Chapter::Other
        }
    })
}
