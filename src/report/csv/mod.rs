//! One CSV file per table: RFC 4180, UTF-8, no markup, no formulas.

mod changes;
mod controls;
mod figure;
pub(super) mod sheet;

use std::collections::BTreeSet;

use anyhow::Result;

use self::figure::{FIGURE_HEADS, figure_fields, figures};
use self::sheet::{Sheet, number, slug, text, unique};
use super::Artifact;
use crate::results::{Metric, Results};

/// All tables.
pub(super) fn render(results: &Results) -> Result<Vec<Artifact>> {
    let mut files = vec![metrics(results)?, trends(results)?];
    let mut names = BTreeSet::new();
    for metric in &results.metrics {
        for line in &metric.lines {
            files.push(figures(&unique(&slug(&format!("{}-{}", metric.id, line.id)), &mut names), line)?);
        }
    }
    files.extend([register(results)?, sources(results)?, objects(results)?, gaps(results)?, rejects(results)?, unmapped(results)?, restatements(results)?]);
    files.extend([findings(results)?, break_glass(results)?, reconciliation(results)?, deadlines(results)?, controls::controls(results)?, changes::changes(results)?]);
    Ok(files)
}

fn metrics(results: &Results) -> Result<Artifact> {
    let mut heads = vec!["metric", "name", "title", "kind", "state", "reason", "verdict", "target", "target_from", "line", "line_title", "rows"];
    heads.extend(FIGURE_HEADS);
    let mut sheet = Sheet::new("metrics", &heads)?;
    for metric in &results.metrics {
        if metric.lines.is_empty() {
            sheet.row(about(metric).into_iter().chain(vec![String::new(); 3 + FIGURE_HEADS.len()]))?;
        }
        for line in &metric.lines {
            let of_line = [text(&line.id), text(&line.title), line.rows.to_string()];
            let figure = line.figure.as_ref().map_or_else(|| FIGURE_HEADS.map(|_| String::new()), figure_fields);
            sheet.row(about(metric).into_iter().chain(of_line).chain(figure))?;
        }
    }
    sheet.finish()
}

fn about(metric: &Metric) -> [String; 9] {
    let word = |value: serde_json::Result<serde_json::Value>| value.ok().as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    [
        text(&metric.id),
        text(&metric.name),
        text(&metric.title),
        text(&metric.kind),
        word(serde_json::to_value(metric.state)),
        text(metric.reason.as_deref().unwrap_or_default()),
        word(serde_json::to_value(metric.verdict)),
        number(metric.target.as_ref().map(|target| target.value)),
        text(metric.target.as_ref().map_or("", |target| target.from.as_str())),
    ]
}

fn trends(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("trends", &["metric", "period", "value", "lower", "upper", "reason"])?;
    for metric in &results.metrics {
        for point in &metric.trend {
            sheet.row([text(&metric.id), text(&point.period), number(point.value), number(point.lower), number(point.upper), text(point.reason.as_deref().unwrap_or_default())])?;
        }
    }
    sheet.finish()
}

fn register(results: &Results) -> Result<Artifact> {
    let heads = [
        "id",
        "category",
        "category_raw",
        "state",
        "owner",
        "scope",
        "objects",
        "activated",
        "expires",
        "age_days",
        "overdue_days",
        "compensating_controls",
        "last_review",
        "faults",
    ];
    let mut sheet = Sheet::new("register", &heads)?;
    let days = |days: Option<i64>| days.map_or_else(String::new, |days| days.to_string());
    for entry in &results.register {
        sheet.row([
            text(&entry.id),
            text(&entry.category),
            text(&entry.category_raw),
            text(&entry.state),
            text(&entry.owner),
            text(&entry.scope),
            entry.objects.to_string(),
            text(&entry.activated),
            text(&entry.expires),
            days(entry.age_days),
            days(entry.overdue_days),
            text(&entry.compensating_controls),
            text(&entry.last_review),
            text(&entry.faults.join("; ")),
        ])?;
    }
    sheet.finish()
}

fn findings(results: &Results) -> Result<Artifact> {
    let heads = ["metric", "severity", "identity", "label", "reason", "first_seen", "last_seen", "place", "how", "evidence", "ticket", "rotation", "containment"];
    let mut sheet = Sheet::new("findings", &heads)?;
    for f in &results.findings {
        let steps = f.containment.join("; ");
        let cells = [&f.metric, &f.severity, &f.identity, &f.label, &f.reason, &f.first_seen, &f.last_seen, &f.place, &f.how, &f.evidence, &f.ticket, &f.rotation, &steps];
        sheet.row(cells.map(|t| text(t)))?;
    }
    sheet.finish()
}

fn break_glass(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("break-glass", &["identity", "label", "entry", "at", "outcome", "class", "explained_by", "place"])?;
    for account in &results.break_glass {
        for u in &account.uses {
            sheet.row([&account.identity, &account.label, &account.entry, &u.at, &u.outcome, &u.class, &u.explained_by, &u.place].map(|t| text(t)))?;
        }
    }
    sheet.finish()
}

fn reconciliation(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("reconciliation", &["cell", "count"])?;
    for cell in &results.reconciliation {
        sheet.row([text(&cell.name), cell.count.to_string()])?;
    }
    sheet.finish()
}

fn deadlines(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("deadlines", &["owner", "due", "days_left", "kind", "entry", "category"])?;
    for d in &results.deadlines {
        sheet.row([text(&d.owner), text(&d.due), d.days_left.to_string(), text(&d.kind), text(&d.entry), text(&d.category)])?;
    }
    sheet.finish()
}

fn sources(results: &Results) -> Result<Artifact> {
    let heads = ["source", "objects", "bytes", "read", "parsed", "rejected", "rows", "kept", "duplicate", "late", "out_of_period", "first_event", "last_event"];
    let mut sheet = Sheet::new("sources", &heads)?;
    for s in &results.intake.sources {
        let counts = [s.objects, s.bytes, s.read, s.parsed, s.rejected, s.rows, s.kept, s.duplicate, s.late, s.out_of_period];
        let counts = counts.map(|count| count.to_string());
        sheet.row([text(&s.source)].into_iter().chain(counts).chain([text(&s.first_event), text(&s.last_event)]))?;
    }
    sheet.finish()
}

fn objects(results: &Results) -> Result<Artifact> {
    let heads = ["source", "key", "bytes", "sha256", "format", "read", "rejected", "fault"];
    let mut sheet = Sheet::new("objects", &heads)?;
    for o in &results.intake.objects {
        let (bytes, read, rejected) = (o.bytes.to_string(), o.read.to_string(), o.rejected.to_string());
        sheet.row([text(&o.source), text(&o.key), bytes, text(&o.sha256), text(&o.format), read, rejected, text(&o.fault)])?;
    }
    sheet.finish()
}

fn gaps(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("gaps", &["source", "day", "state", "reason"])?;
    for gap in &results.intake.gaps {
        sheet.row([text(&gap.source), text(&gap.day), text(&gap.state), text(&gap.reason)])?;
    }
    sheet.finish()
}

fn unmapped(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("unmapped", &["source", "text", "count", "example"])?;
    for u in &results.intake.unmapped {
        sheet.row([text(&u.source), text(&u.reason), u.count.to_string(), text(&u.example)])?;
    }
    sheet.finish()
}

fn restatements(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("restatements", &["period", "metric", "line", "issue", "issued_as_of", "old", "new", "cause"])?;
    for r in &results.restatements {
        sheet.row([&r.period, &r.metric, &r.line, &r.issue, &r.issued_as_of, &r.old, &r.new, &r.cause].map(|t| text(t)))?;
    }
    sheet.finish()
}

fn rejects(results: &Results) -> Result<Artifact> {
    let mut sheet = Sheet::new("rejects", &["source", "reason", "count", "example"])?;
    for reject in &results.intake.rejects {
        sheet.row([text(&reject.source), text(&reject.reason), reject.count.to_string(), text(&reject.example)])?;
    }
    sheet.finish()
}
