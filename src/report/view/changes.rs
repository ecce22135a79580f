//! What changed since the last issue: findings, figures, register entries.

use super::block::{Block, Status};
use super::table::{Cell, Kind, Table};
use crate::report::number::{instant, plural};
use crate::report::text::{or_none, prose, short, words};
use crate::results::{Cause, ChangeSet, ChangedFinding, Results, Verdict};

/// One table each; said in words where there is nothing to compare with.
pub(super) fn blocks(results: &Results) -> Vec<Block> {
    let Some(change) = &results.changes_since else {
        return vec![Block::text("No earlier issue was found to compare with.")];
    };
    let findings = [("New", Status::Missed, &change.findings_new), ("Worse", Status::Missed, &change.findings_worsened), ("Resolved", Status::Met, &change.findings_resolved)];
    let counts: Vec<String> = findings.iter().map(|(word, _, list)| format!("{} {}", list.len(), word.to_lowercase())).collect();
    let text = format!(
        "Held against issue {} of {}, which stood at {}. Findings: {}. {} read otherwise, {} changed.",
        short(&change.since),
        short(&change.period),
        short(&instant(&change.as_of)),
        counts.join(", "),
        plural(change.metrics.len() as u64, "line", "lines"),
        plural(change.exceptions.len() as u64, "register entry", "register entries")
    );
    let rows = findings.into_iter().flat_map(|(word, status, list)| list.iter().map(move |f| finding(word, status, f)));
    let heads = [("Change", Kind::Text), ("Severity", Kind::Text), ("Finding", Kind::Wide), ("Who", Kind::Wide), ("First seen", Kind::Text), ("Metric", Kind::Text)];
    let rest = "the rest is in csv/changes.csv";
    let mut blocks = vec![Block::text(text)];
    blocks.extend(change.not_compared.as_ref().map(|why| Block::text(prose(why))));
    blocks.extend([
        Table::new("changes-findings", "Findings that are new, worse or resolved", &heads).rows(rows).or("None.").limited(500, 100, rest).searchable().block(),
        figures(change, rest),
        entries(change, rest),
    ]);
    blocks
}

fn finding(word: &'static str, status: Status, f: &ChangedFinding) -> Vec<Cell> {
    let severity =
        if f.severity_before.is_empty() || f.severity_before == f.severity { words(&f.severity) } else { format!("{}, was {}", words(&f.severity), words(&f.severity_before)) };
    vec![Cell::marked(word, status), severity.into(), short(&f.reason).into(), short(&f.label).into(), short(&instant(&f.first_seen)).into(), short(&f.metric).into()]
}

fn figures(change: &ChangeSet, rest: &str) -> Block {
    let heads = [("Metric", Kind::Text), ("Line", Kind::Text), ("Then", Kind::Wide), ("Now", Kind::Wide), ("Status", Kind::Text), ("Cause", Kind::Text)];
    let status = |verdict: Verdict| Status::from(verdict);
    let rows = change.metrics.iter().map(|m| {
        let turned = if m.old_verdict == m.new_verdict {
            status(m.new_verdict).word().to_owned()
        } else {
            format!("{}, was {}", status(m.new_verdict).word(), status(m.old_verdict).word())
        };
        let mark = Cell::marked(turned, status(m.new_verdict));
        vec![short(&m.metric).into(), words(&m.line).into(), short(&m.old).into(), short(&m.new).into(), mark, cause(m.cause).into()]
    });
    Table::new("changes-figures", "Lines that read otherwise", &heads).rows(rows).or("None.").limited(500, 150, rest).searchable().block()
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Definition => "definition",
        Cause::Restatement => "restatement",
        Cause::Configuration => "configuration",
        Cause::Data => "data",
    }
}

fn entries(change: &ChangeSet, rest: &str) -> Block {
    let heads = [("Entry", Kind::Wide), ("State then", Kind::Text), ("State now", Kind::Text)];
    let rows = change.exceptions.iter().map(|e| vec![short(&e.entry).into(), or_none(&e.old).into(), or_none(&e.new).into()]);
    Table::new("changes-exceptions", "Register entries that came, went or changed their state", &heads).rows(rows).or("None.").limited(500, 100, rest).block()
}
