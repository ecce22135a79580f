//! The sheets: what stands in which column.

use anyhow::Result;

use super::page::{Page, Value};
use crate::report::matrix::{self, Row, Support};
use crate::report::view;
use crate::results::{Figure, Line, Metric, RegisterEntry, Results};

/// Widths of columns, in characters.
const NARROW: f64 = 12.0;
const MIDDLE: f64 = 22.0;
const WIDE: f64 = 48.0;

/// All sheets, in the order of the report.
pub(super) fn all(results: &Results) -> Result<Vec<Page>> {
    Ok(vec![
        summary(results),
        metrics(results),
        register(results),
        findings(results),
        reconciliation(results),
        deadlines(results),
        controls(results)?,
        glass(results),
        intake(results),
        gaps(results),
    ])
}

fn summary(results: &Results) -> Page {
    let count = |word: &str| results.metrics.iter().filter(|m| view::standing(m) == word).count() as u64;
    let fact = |label: &str, value: Value| vec![Value::text(label), value];
    let mut rows = vec![
        fact("Organisation", Value::text(&results.organisation.name)),
        fact("Classification", Value::text(&results.organisation.classification)),
        fact("Period", Value::text(&results.period.id)),
        fact("From", Value::when(&results.period.start)),
        fact("Until before", Value::when(&results.period.end)),
        fact("Time zone", Value::text(&results.period.time_zone)),
        fact("Data as of", Value::when(&results.as_of)),
        fact("Produced by", Value::text(&format!("{} {}", results.tool.name, results.tool.version))),
        fact("Complete", Value::text(if results.complete { "yes" } else { "no: at least one metric was not computed" })),
        fact("Metrics", Value::whole(results.metrics.len() as u64)),
    ];
    for word in ["Off target", "Not determined", "Not computed", "Not observable", "On target", "No target"] {
        rows.push(fact(word, Value::whole(count(word))));
    }
    rows.extend([
        fact("Configuration, SHA-256", Value::text(&results.config_sha256)),
        fact("Queries, SHA-256", Value::text(&results.queries_sha256)),
        fact("Times", Value::text("UTC")),
    ]);
    Page::new("Summary", &[("What", MIDDLE), ("Value", WIDE)], rows)
}

fn metrics(results: &Results) -> Page {
    let heads = [
        ("Metric", NARROW),
        ("Title", WIDE),
        ("Line", MIDDLE),
        ("Line title", WIDE),
        ("Status", MIDDLE),
        ("Value", NARROW),
        ("Lower", NARROW),
        ("Upper", NARROW),
        ("Numerator", NARROW),
        ("Denominator", NARROW),
        ("Unknown", NARROW),
        ("Target", NARROW),
        ("Figure in words", WIDE),
        ("Why there is none", WIDE),
    ];
    let rows = results.metrics.iter().flat_map(|m| {
        let none = m.lines.is_empty().then(|| metric(m, None));
        m.lines.iter().map(|l| metric(m, Some(l))).chain(none).collect::<Vec<_>>()
    });
    Page::new("Metrics", &heads, rows)
}

fn metric(m: &Metric, line: Option<&Line>) -> Vec<Value> {
    let figure = line.and_then(|l| l.figure.as_ref());
    let reason = m.reason.as_deref().or_else(|| line.and_then(|l| l.reason.as_deref())).filter(|_| figure.is_none()).unwrap_or_default();
    let is_share = matches!(m.kind.as_str(), "ratio" | "obligations" | "mix");
    let target = m.target.as_ref().map(|t| t.value);
    let mut cells = vec![
        Value::text(&m.id),
        Value::text(&m.title),
        Value::text(line.map_or("", |l| l.id.as_str())),
        Value::text(line.map_or("", |l| l.title.as_str())),
        Value::text(view::standing(m)),
    ];
    cells.extend(figure.map_or([const { Value::Empty }; 6], parts));
    cells.push(if is_share { Value::share(target) } else { Value::number(target) });
    cells.push(Value::text(&figure.map(|f| view::figure_text(f).replace("  ", ", ")).unwrap_or_default()));
    cells.push(Value::text(reason));
    cells
}

/// Value, lower, upper, numerator, denominator, unknown.
fn parts(figure: &Figure) -> [Value; 6] {
    let only = |value: Value| [value, Value::Empty, Value::Empty, Value::Empty, Value::Empty, Value::Empty];
    match figure {
        Figure::Ratio(r) => {
            [Value::share(r.value), Value::share(r.lower), Value::share(r.upper), Value::Number(r.numerator), Value::Number(r.denominator), Value::Number(r.unknown)]
        }
        Figure::Obligations(o) => [
            Value::share(o.adherence),
            Value::share(o.lower),
            Value::share(o.upper),
            Value::whole(o.on_time),
            Value::whole(o.due.saturating_sub(o.unknown)),
            Value::whole(o.unknown),
        ],
        Figure::Rate(r) => [Value::number(r.value), Value::Empty, Value::Empty, Value::Number(r.numerator), Value::Number(r.denominator), Value::Empty],
        Figure::Mix(m) => only(Value::share(m.buckets.first().map(|b| b.share))),
        Figure::Count(c) => only(Value::Number(c.total)),
        Figure::Duration(d) => only(Value::number(d.median)),
        Figure::Detection(d) => only(Value::whole(d.findings)),
        Figure::Drift(d) => only(Value::number(d.distance)),
        Figure::Series(s) => only(Value::whole(s.spikes.len() as u64)),
    }
}

fn register(results: &Results) -> Page {
    let heads = [
        ("Entry", MIDDLE),
        ("Category", MIDDLE),
        ("State", NARROW),
        ("Owner", MIDDLE),
        ("Scope", WIDE),
        ("Objects", NARROW),
        ("Activated", MIDDLE),
        ("Expires", MIDDLE),
        ("Age in days", NARROW),
        ("Days overdue", NARROW),
        ("Compensating controls", WIDE),
        ("Last review", WIDE),
        ("Faults", WIDE),
    ];
    Page::new("Register", &heads, results.register.iter().map(entry))
}

fn entry(e: &RegisterEntry) -> Vec<Value> {
    vec![
        Value::text(&e.id),
        Value::text(&e.category),
        Value::text(&e.state),
        Value::text(&e.owner),
        Value::text(&e.scope),
        Value::whole(e.objects),
        Value::when(&e.activated),
        Value::when(&e.expires),
        Value::days(e.age_days),
        Value::days(e.overdue_days),
        Value::text(&e.compensating_controls),
        Value::text(&e.last_review),
        Value::text(&e.faults.join("; ")),
    ]
}

fn findings(results: &Results) -> Page {
    let heads = [
        ("Severity", NARROW),
        ("Metric", NARROW),
        ("Who", MIDDLE),
        ("Identity", MIDDLE),
        ("Finding", WIDE),
        ("First seen", MIDDLE),
        ("Last seen", MIDDLE),
        ("From where", WIDE),
        ("How", WIDE),
        ("Evidence", WIDE),
        ("Ticket or entry", MIDDLE),
        ("First steps", WIDE),
    ];
    let rows = results.findings.iter().map(|f| {
        let mut cells: Vec<Value> = [&f.severity, &f.metric, &f.label, &f.identity, &f.reason].map(|t| Value::text(t)).to_vec();
        cells.extend([Value::when(&f.first_seen), Value::when(&f.last_seen)]);
        cells.extend([&f.place, &f.how, &f.evidence, &f.ticket].map(|t| Value::text(t)));
        cells.push(Value::text(&f.containment.join("; ")));
        cells
    });
    Page::new("Findings", &heads, rows)
}

fn reconciliation(results: &Results) -> Page {
    let rows = results.reconciliation.iter().map(|c| vec![Value::text(&c.name), Value::whole(c.count)]);
    Page::new("Reconciliation", &[("Cell", WIDE), ("Identities", NARROW)], rows)
}

fn deadlines(results: &Results) -> Page {
    let heads = [("Owner", MIDDLE), ("Due", MIDDLE), ("Days left", NARROW), ("What", NARROW), ("Entry", MIDDLE), ("Category", MIDDLE)];
    let rows = results.deadlines.iter().map(|d| {
        let days = Value::days(Some(d.days_left));
        vec![Value::text(&d.owner), Value::when(&d.due), days, Value::text(&d.kind), Value::text(&d.entry), Value::text(&d.category)]
    });
    Page::new("Deadlines", &heads, rows)
}

fn controls(results: &Results) -> Result<Page> {
    let heads = [
        ("Framework", MIDDLE),
        ("Version", NARROW),
        ("Standing", NARROW),
        ("Control", NARROW),
        ("About", WIDE),
        ("Conclusion", MIDDLE),
        ("Metric", NARROW),
        ("Status", MIDDLE),
        ("Before excusing exceptions", WIDE),
        ("After excusing them", WIDE),
        ("Exceptions admitted", WIDE),
        ("Other evidence", WIDE),
        ("Note", WIDE),
        ("Source", WIDE),
        ("Read", NARROW),
        ("Verified", NARROW),
    ];
    let rows = matrix::rows(results)?;
    let rows = rows.iter().flat_map(|row| {
        let none = row.supports.is_empty().then(|| control(row, None));
        row.supports.iter().map(|s| control(row, Some(s))).chain(none).collect::<Vec<_>>()
    });
    Ok(Page::new("Controls", &heads, rows))
}

fn control(row: &Row<'_>, support: Option<&Support<'_>>) -> Vec<Value> {
    let c = &row.control;
    let of = |pick: fn(&Support<'_>) -> String| Value::text(&support.map(pick).unwrap_or_default());
    vec![
        Value::text(&c.framework),
        Value::text(&c.version),
        Value::text(c.standing.words()),
        Value::text(&c.id),
        Value::text(&c.about),
        Value::text(row.conclusion().words()),
        of(|s| s.id.clone()),
        of(|s| s.word.to_owned()),
        of(|s| s.before.clone()),
        of(|s| s.after.clone()),
        Value::text(&c.admitted()),
        Value::text(&c.evidence),
        Value::text(&c.note),
        Value::text(&c.source),
        Value::when(&c.read),
        Value::text(if c.verified { "yes" } else { "no" }),
    ]
}

fn glass(results: &Results) -> Page {
    let heads = [("Account", MIDDLE), ("Entry", MIDDLE), ("What", NARROW), ("When", MIDDLE), ("Name", MIDDLE), ("Outcome", MIDDLE), ("Explained by", MIDDLE), ("From where", WIDE)];
    let rows = results.break_glass.iter().flat_map(|a| {
        let lead = || vec![Value::text(&a.label), Value::text(&a.entry)];
        let condition = |(name, holds, why): &(String, String, String)| {
            let mut cells = lead();
            cells.extend([Value::text("condition"), Value::Empty, Value::text(name), Value::text(holds), Value::Empty, Value::text(why)]);
            cells
        };
        let mut rows: Vec<Vec<Value>> = a.conditions.iter().map(condition).collect();
        for u in &a.uses {
            let mut cells = lead();
            cells.extend([Value::text("use"), Value::when(&u.at), Value::text(&u.class), Value::text(&u.outcome), Value::text(&u.explained_by), Value::text(&u.place)]);
            rows.push(cells);
        }
        rows
    });
    Page::new("Break-glass", &heads, rows)
}

fn intake(results: &Results) -> Page {
    let heads = [
        ("Source", MIDDLE),
        ("Objects", NARROW),
        ("Bytes", NARROW),
        ("Read", NARROW),
        ("Parsed", NARROW),
        ("Refused", NARROW),
        ("Rows", NARROW),
        ("Kept", NARROW),
        ("Duplicate", NARROW),
        ("Late", NARROW),
        ("Out of period", NARROW),
        ("First event", MIDDLE),
        ("Last event", MIDDLE),
    ];
    let rows = results.intake.sources.iter().map(|s| {
        let mut cells = vec![Value::text(&s.source)];
        cells.extend([s.objects, s.bytes, s.read, s.parsed, s.rejected, s.rows, s.kept, s.duplicate, s.late, s.out_of_period].map(Value::whole));
        cells.extend([Value::when(&s.first_event), Value::when(&s.last_event)]);
        cells
    });
    Page::new("Intake", &heads, rows)
}

fn gaps(results: &Results) -> Page {
    let rows = results.intake.gaps.iter().map(|g| vec![Value::text(&g.source), Value::when(&g.day), Value::text(&g.state), Value::text(&g.reason)]);
    Page::new("Gaps", &[("Source", MIDDLE), ("Day", MIDDLE), ("State", NARROW), ("Reason", WIDE)], rows)
}
