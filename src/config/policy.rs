//! The tables that change over time: whose MFA is trusted, how methods rank, targets, cadences, thresholds.

use jiff::civil::Date;

use super::CATEGORIES;
use super::dated::{Cadence, DEFAULT_THRESHOLDS, Dated, Ranking, Target, Threshold, Trust};
use super::read::Section;
use crate::source::method;

const BEGINNING: Date = Date::constant(1970, 1, 1);
const RELAXATIONS: [&str; 7] = ["remembered_device", "registered_device", "trusted_location", "app_password", "corporate_network", "broker", "other"];

fn from(s: &Section<'_, '_>) -> Date {
    s.parsed("from", "write a date, for example `2026-01-01`", |t| t.parse().ok()).unwrap_or(BEGINNING)
}

pub(super) fn trust(top: &Section<'_, '_>) -> Dated<Trust> {
    let mut entries = Vec::new();
    for s in top.sections("trust") {
        let accepted = s.texts("accepted_relaxations").unwrap_or_default();
        for r in accepted.iter().filter(|r| !RELAXATIONS.contains(&r.as_str())) {
            s.reader.fault(&s.span, format!("`trust.accepted_relaxations`: `{r}` is not allowed: use {}", RELAXATIONS.join(", ")));
        }
        let t = Trust {
            federated_providers: s.texts("federated_providers").unwrap_or_default(),
            home_tenants: s.texts("home_tenants").unwrap_or_default(),
            accepted_relaxations: accepted,
        };
        entries.push((from(&s), t));
        s.close();
    }
    Dated::new(Trust::default(), entries)
}

pub(super) fn ranking(top: &Section<'_, '_>) -> Dated<Ranking> {
    let default = Ranking(method::RANKING.map(str::to_owned).to_vec());
    let mut entries = Vec::new();
    for s in top.sections("ranking") {
        let methods = s.texts("methods").unwrap_or_default();
        for m in methods.iter().filter(|m| !method::RANKING.contains(&m.as_str())) {
            s.reader.fault(&s.span, format!("`ranking.methods`: `{m}` is not a method; use {}", method::RANKING.join(", ")));
        }
        // What the list leaves out stays, weaker than what it names.
        let mut all = methods.clone();
        all.extend(method::RANKING.iter().filter(|m| !methods.iter().any(|n| n == *m)).map(|m| (*m).to_owned()));
        entries.push((from(&s), Ranking(all)));
        s.close();
    }
    Dated::new(default, entries)
}

pub(super) fn targets(top: &Section<'_, '_>) -> Vec<Target> {
    let of = |s: Section<'_, '_>| {
        let t = Target { key: s.required_text("key"), value: s.real("value", f64::NAN, 0.0..=1e12), from: from(&s) };
        if !s.has("value") {
            s.reader.fault(&s.span, "`target.value` is missing: write a number".to_owned());
        }
        s.close();
        t
    };
    top.sections("target").into_iter().map(of).collect()
}

pub(super) fn cadences(top: &Section<'_, '_>) -> Vec<Cadence> {
    let known = |t: &str| CATEGORIES.contains(&t).then(|| t.to_owned());
    let of = |s: Section<'_, '_>| {
        if !s.has("category") {
            s.reader.fault(&s.span, format!("`cadence.category` is missing: use one of {}", CATEGORIES.join(", ")));
        }
        let c = Cadence {
            category: s.parsed("category", &format!("use one of {}", CATEGORIES.join(", ")), known).unwrap_or_default(),
            review_days: s.optional_whole("review_days", 1..=3660),
            rotation_days: s.optional_whole("rotation_days", 1..=3660),
            drill_days: s.optional_whole("drill_days", 1..=3660),
            from: from(&s),
        };
        s.close();
        c
    };
    top.sections("cadence").into_iter().map(of).collect()
}

pub(super) fn thresholds(top: &Section<'_, '_>) -> Vec<Threshold> {
    let keys = DEFAULT_THRESHOLDS.map(|(k, _)| k).join(", ");
    let known = |t: &str| DEFAULT_THRESHOLDS.iter().any(|(k, _)| *k == t).then(|| t.to_owned());
    let of = |s: Section<'_, '_>| {
        let t = Threshold { key: s.parsed("key", &format!("use one of {keys}"), known).unwrap_or_default(), value: s.real("value", 0.0, 0.0..=1e12), from: from(&s) };
        s.close();
        t
    };
    top.sections("threshold").into_iter().map(of).collect()
}
