//! What people planned, declared or froze: drills and incidents, the legacy cohort, networks left out.

use jiff::Timestamp;
use jiff::civil::Date;

use super::read::Section;
use super::{DetectionRules, LegacyCohort, Planned};

const INSTANT: &str = "write an instant, for example `2026-10-13T08:00:00Z`";

pub(super) fn calendar(top: &Section<'_, '_>) -> Vec<Planned> {
    let kind = |t: &str| ["drill", "incident"].contains(&t).then(|| t.to_owned());
    let of = |s: Section<'_, '_>| {
        for key in ["kind", "from", "until", "ticket"] {
            if !s.has(key) {
                s.reader.fault(&s.span, format!("`calendar.{key}` is missing"));
            }
        }
        let instant = |key| s.parsed(key, INSTANT, |t| t.parse::<Timestamp>().ok());
        let from = instant("from").unwrap_or_default();
        let p = Planned {
            kind: s.parsed("kind", "use `drill` or `incident`", kind).unwrap_or_default(),
            from,
            until: instant("until").unwrap_or_default(),
            declared: instant("declared").unwrap_or(from),
            ticket: s.required_text("ticket"),
        };
        if p.until <= p.from {
            s.reader.fault(&s.span, "`calendar.until` is not after `calendar.from`".to_owned());
        }
        s.close();
        p
    };
    top.sections("calendar").into_iter().map(of).collect()
}

pub(super) fn legacy(top: &Section<'_, '_>) -> Option<LegacyCohort> {
    if !top.has("legacy_cohort") {
        return None;
    }
    let s = top.section("legacy_cohort");
    let cohort = LegacyCohort {
        members: s.texts("members").unwrap_or_default(),
        frozen: s.parsed("frozen", "write a date, for example `2026-01-01`", |t| t.parse().ok()).unwrap_or(Date::constant(1970, 1, 1)),
        sha256: s.required_text("sha256").to_lowercase(),
    };
    for key in ["members", "frozen"] {
        if !s.has(key) {
            s.reader.fault(&s.span, format!("`legacy_cohort.{key}` is missing"));
        }
    }
    // A list that was edited after it was frozen is another list.
    if cohort.sha256 != cohort.digest() {
        s.reader.fault(&s.span, format!("`legacy_cohort.sha256` does not belong to the members: their digest is {}", cohort.digest()));
    }
    s.close();
    Some(cohort)
}

pub(super) fn detection(s: &Section<'_, '_>) -> DetectionRules {
    let number = |t: &String| {
        let read = t.trim_start_matches("AS").parse::<i64>().ok();
        if read.is_none() {
            s.reader.fault(&s.span, format!("`detection.relay_networks`: `{t}` is not an autonomous system, for example \"64500\""));
        }
        read
    };
    let rules = DetectionRules { relay_networks: s.texts("relay_networks").unwrap_or_default().iter().filter_map(number).collect() };
    s.close();
    rules
}
