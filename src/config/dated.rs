//! Values that change over time: each period is judged by the rule of its own day.

use jiff::civil::Date;

/// Values with the first day each applies, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    entries: Vec<(Date, T)>,
    before: T,
}

impl<T> Dated<T> {
    /// `before` applies until the first entry.
    #[must_use]
    pub fn new(before: T, mut entries: Vec<(Date, T)>) -> Self {
        entries.sort_by_key(|(from, _)| *from);
        Self { entries, before }
    }

    /// The value in force on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> &T {
        self.entries.iter().rev().find(|(from, _)| *from <= day).map_or(&self.before, |(_, v)| v)
    }
}

/// Whose MFA is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Token issuers whose MFA counts.
    pub federated_providers: Vec<String>,
    /// Home tenants whose MFA counts.
    pub home_tenants: Vec<String>,
    /// Relaxations that policy accepts: `remembered_device`, `trusted_location`, …
    pub accepted_relaxations: Vec<String>,
}

/// Methods, strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking(pub Vec<String>);

/// A target.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// As query files name it.
    pub key: String,
    /// Share (0 to 1) or count.
    pub value: f64,
    /// First day it applies.
    pub from: Date,
}

/// Days between reviews and rotations of one category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cadence {
    /// Category.
    pub category: String,
    /// Days between reviews.
    pub review_days: Option<i64>,
    /// Days between rotations.
    pub rotation_days: Option<i64>,
    /// Days between drills.
    pub drill_days: Option<i64>,
    /// First day it applies.
    pub from: Date,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Key.
    pub key: String,
    /// Value.
    pub value: f64,
    /// First day it applies.
    pub from: Date,
}

/// Days between duties of one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DefaultCadence {
    pub(crate) category: &'static str,
    pub(crate) review: i64,
    pub(crate) rotation: Option<i64>,
    pub(crate) drill: Option<i64>,
}

const fn cadence(category: &'static str, review: i64, rotation: Option<i64>) -> DefaultCadence {
    DefaultCadence { category, review, rotation, drill: None }
}

/// Where no policy says otherwise (S1, S2).
pub(crate) const DEFAULT_CADENCES: [DefaultCadence; 7] = [
    DefaultCadence { drill: Some(30), ..cadence("break_glass", 30, Some(90)) },
    cadence("administrative", 7, None),
    cadence("legacy_service", 30, Some(90)),
    cadence("accessibility", 90, None),
    cadence("enrolment", 30, None),
    cadence("federated_partner", 90, None),
    cadence("incident_testing", 7, None),
];

/// Thresholds and their defaults.
pub(crate) const DEFAULT_THRESHOLDS: [(&str, f64); 15] = [
    ("approval.emergency_hours", 24.0),
    ("codes.refusals", 5.0),
    ("controls.evidence_days", 90.0),
    ("drift.distance", 0.1),
    ("drift.users", 200.0),
    ("exceptions.unused_days", 30.0),
    ("exclusions.group_cap", 25.0),
    ("exclusions.group_share", 0.01),
    ("prompts.refusals", 5.0),
    ("prompts.window_minutes", 10.0),
    ("rotation.after_use_hours", 24.0),
    ("spikes.false_alarms", 0.005),
    ("ticket.hours", 24.0),
    ("travel.distance_km", 500.0),
    ("travel.speed_kmh", 800.0),
];

/// The threshold in force on a day.
pub(crate) fn threshold(set: &[Threshold], key: &str, day: Date) -> f64 {
    let given = in_force(set, day, |t| t.key == key, |t| t.from).map(|t| t.value);
    given.or_else(|| DEFAULT_THRESHOLDS.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)).unwrap_or(0.0)
}

/// The entry in force on a day: the newest `from` not after it, `None` before the first.
pub(crate) fn in_force<T>(entries: &[T], day: Date, of: impl Fn(&T) -> bool, from: impl Fn(&T) -> Date) -> Option<&T> {
    entries.iter().filter(|e| of(e) && from(e) <= day).max_by_key(|e| from(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_is_judged_by_its_own_rule() {
        let d = |t: &str| t.parse::<Date>().unwrap();
        let dated = Dated::new(0, vec![(d("2026-07-01"), 2), (d("2026-01-01"), 1)]);
        assert_eq!([*dated.on(d("2025-12-31")), *dated.on(d("2026-01-01")), *dated.on(d("2026-06-30")), *dated.on(d("2026-07-01"))], [0, 1, 1, 2]);
    }
}
