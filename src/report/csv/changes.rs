//! What changed since the last issue: one row per finding, line and register entry.

use anyhow::Result;

use super::sheet::{Sheet, text};
use crate::report::Artifact;
use crate::results::Results;

/// `csv/changes.csv`; heads alone when there is no earlier issue.
pub(super) fn changes(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("changes", &["change", "metric", "line", "identity", "label", "old", "new", "cause", "reason", "first_seen", "since", "since_as_of"])?;
    let Some(change) = &results.changes_since else { return sheet.finish() };
    let mut row = |cells: [&str; 10]| sheet.row(cells.into_iter().chain([change.since.as_str(), change.as_of.as_str()]).map(text));
    for (word, list) in [("finding new", &change.findings_new), ("finding worsened", &change.findings_worsened), ("finding resolved", &change.findings_resolved)] {
        for f in list {
            let now = if word == "finding resolved" { "" } else { f.severity.as_str() };
            row([word, &f.metric, "", &f.identity, &f.label, &f.severity_before, now, "", &f.reason, &f.first_seen])?;
        }
    }
    if let Some(why) = &change.not_compared {
        row(["findings not compared", "", "", "", "", "", "", "", why, ""])?;
    }
    for m in &change.metrics {
        let cause = serde_json::to_value(m.cause)?;
        row(["figure", &m.metric, &m.line, "", "", &m.old, &m.new, cause.as_str().unwrap_or_default(), "", ""])?;
    }
    for e in &change.exceptions {
        row(["register entry", "", "", &e.entry, "", &e.old, &e.new, "", "", ""])?;
    }
    sheet.finish()
}
