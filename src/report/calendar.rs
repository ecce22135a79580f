//! Deadlines as calendar entries (RFC 5545), one per entry and duty.

use icalendar::{Calendar, Component, Event};

use super::Artifact;
use crate::digest;
use crate::results::Results;

/// `deadlines.ics`: the same results give the same bytes.
pub(super) fn render(results: &Results) -> anyhow::Result<Artifact> {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0")).append_property(("PRODID", "-//mfaudit//deadlines//EN")).append_property(("CALSCALE", "GREGORIAN"));
    let stamp = utc(&results.as_of);
    for d in &results.deadlines {
        let id = digest::sha256_parts([results.organisation.name.as_bytes(), d.entry.as_bytes(), d.kind.as_bytes(), d.due.as_bytes()]);
        let owner = if d.owner.is_empty() { "nobody".to_owned() } else { d.owner.clone() };
        let mut event = Event::new();
        event.uid(&format!("{}@mfaudit", id.get(..32).unwrap_or(&id))).summary(&format!("MFA exception {}: {} due", d.entry, d.kind)).description(&format!(
            "Category: {}. Owner: {owner}. Source: mfaudit, {}.",
            d.category.replace('_', " "),
            results.period.id
        ));
        event.append_property(("DTSTAMP", stamp.as_str())).append_property(("DTSTART", utc(&d.due).as_str())).append_property(("DURATION", "PT0S"));
        event.append_property(("CATEGORIES", d.kind.as_str())).append_property(("TRANSP", "TRANSPARENT"));
        calendar.push(event.done());
    }
    Ok(Artifact { name: "deadlines.ics".to_owned(), media_type: "text/calendar; charset=utf-8", bytes: calendar.done().to_string().into_bytes() })
}

/// `20261031T220000Z`.
fn utc(rfc3339: &str) -> String {
    rfc3339.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::Deadline;

    #[test]
    fn a_deadline_is_an_entry_and_hostile_text_stays_text() {
        let mut results = fixture::empty();
        results.deadlines = vec![Deadline {
            entry: "EX-1\r\nBEGIN:VALARM".into(),
            category: "break_glass".into(),
            kind: "review".into(),
            due: "2026-11-05T08:00:00Z".into(),
            days_left: 3,
            owner: "Ann; the boss, really".into(),
        }];
        let text = String::from_utf8(render(&results).unwrap().bytes).unwrap();
        assert_eq!(text, String::from_utf8(render(&results).unwrap().bytes).unwrap());
        assert!(text.contains("DTSTART:20261105T080000Z") && text.starts_with("BEGIN:VCALENDAR\r\n"), "{text}");
        assert!(!text.lines().any(|l| l.starts_with("BEGIN:VALARM")), "{text}");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    }
}
