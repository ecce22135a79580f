//! What was read, refused and missing.

use anyhow::Result;

use super::block::{Block, Status};
use super::gaps;
use super::table::{Cell, Kind, Table};
use crate::report::number::{instant, whole};
use crate::report::text::{or_none, prose, short, words};
use crate::results::{Intake, Results, SourceTotals};

/// Everything the report says about its inputs.
pub(super) fn blocks(results: &Results) -> Result<Vec<Block>> {
    let intake = &results.intake;
    let mut blocks = vec![Block::heading("control-totals", "Control totals")];
    if intake.sources.is_empty() {
        blocks.push(Block::callout(Status::NotComputed, "No source was read."));
    } else {
        blocks.push(Block::text(
            "Records: read = parsed + rejected. Rows: made = kept + duplicate + out of period; a log record makes one row, a record of a directory export several or none. Late rows were delivered later than the settle time after their event.",
        ));
        blocks.push(totals(intake));
        blocks.push(windows(intake));
    }
    blocks.push(Block::heading("gaps", "Gaps"));
    blocks.extend(gaps::calendar(intake, &results.period)?);
    blocks.push(gaps::list(intake));
    blocks.extend(anchors(intake));
    blocks.push(Block::heading("rejects", "Rejected records"));
    blocks.push(rejects(intake));
    blocks.push(unmapped(intake));
    blocks.push(Block::heading("restatements", "Restated figures"));
    blocks.push(restatements(results));
    blocks.push(Block::heading("notes", "What a reader must know"));
    blocks.push(notes(results));
    // last, because on paper they turn the page
    blocks.push(Block::heading("objects", "Input objects"));
    blocks.push(objects(intake));
    Ok(blocks)
}

fn totals(intake: &Intake) -> Block {
    let mut rows: Vec<Vec<Cell>> = intake.sources.iter().map(|source| total_row(&short(&source.source), source)).collect();
    if intake.sources.len() > 1 {
        rows.push(total_row("All sources", &sum(&intake.sources)));
    }
    let heads = [
        ("Source", Kind::Text),
        ("Objects", Kind::Number),
        ("Read", Kind::Number),
        ("Parsed", Kind::Number),
        ("Rejected", Kind::Number),
        ("Rows", Kind::Number),
        ("Kept", Kind::Number),
        ("Duplicate", Kind::Number),
        ("Late", Kind::Number),
        ("Out of period", Kind::Number),
        ("Check", Kind::Text),
    ];
    Table::new("totals", "Control totals per source", &heads).rows(rows).limited(500, 200, "all are in csv/sources.csv").block()
}

/// The span of time each source covers.
fn windows(intake: &Intake) -> Block {
    let rows = intake.sources.iter().map(|source| {
        let (first, last) = (or_none(&instant(&source.first_event)), or_none(&instant(&source.last_event)));
        vec![short(&source.source).into(), whole(source.bytes).into(), first.into(), last.into()]
    });
    let heads = [("Source", Kind::Wide), ("Bytes", Kind::Number), ("First event", Kind::Text), ("Last event", Kind::Text)];
    Table::new("windows", "First and last event per source", &heads).rows(rows).limited(500, 200, "all are in csv/sources.csv").block()
}

fn total_row(name: &str, source: &SourceTotals) -> Vec<Cell> {
    let read_off = i128::from(source.read) - i128::from(source.parsed) - i128::from(source.rejected);
    let parts = [source.kept, source.duplicate, source.out_of_period];
    let rows_off = i128::from(source.rows) - parts.iter().map(|part| i128::from(*part)).sum::<i128>();
    let check =
        if read_off == 0 && rows_off == 0 { Cell::marked("adds up", Status::Met) } else { Cell::marked(format!("off by {}", read_off.abs().max(rows_off.abs())), Status::Missed) };
    let numbers = [source.objects, source.read, source.parsed, source.rejected, source.rows, source.kept, source.duplicate, source.late, source.out_of_period];
    let mut cells = vec![Cell::from(name)];
    cells.extend(numbers.map(|number| Cell::from(whole(number))));
    cells.push(check);
    cells
}

fn sum(sources: &[SourceTotals]) -> SourceTotals {
    let add = |pick: fn(&SourceTotals) -> u64| sources.iter().map(pick).fold(0, u64::saturating_add);
    SourceTotals {
        objects: add(|s| s.objects),
        read: add(|s| s.read),
        parsed: add(|s| s.parsed),
        rejected: add(|s| s.rejected),
        rows: add(|s| s.rows),
        duplicate: add(|s| s.duplicate),
        out_of_period: add(|s| s.out_of_period),
        kept: add(|s| s.kept),
        late: add(|s| s.late),
        ..SourceTotals::default()
    }
}

/// Totals counted elsewhere; nothing when none was given.
fn anchors(intake: &Intake) -> Vec<Block> {
    if intake.anchors.is_empty() {
        return Vec::new();
    }
    let rows = intake.anchors.iter().map(|a| {
        let verdict = if a.agrees { Cell::marked("agrees", Status::Met) } else { Cell::marked("differs", Status::Missed) };
        vec![short(&a.source).into(), words(&a.counts).into(), whole(a.expected).into(), whole(a.found).into(), format!("{} %", a.tolerance * 100.0).into(), verdict]
    });
    let heads = [("Source", Kind::Text), ("What", Kind::Text), ("Counted elsewhere", Kind::Number), ("Arrived", Kind::Number), ("Allowed", Kind::Number), ("Result", Kind::Text)];
    vec![Block::heading("anchors", "Totals counted elsewhere"), Table::new("anchor-list", "Totals counted elsewhere", &heads).rows(rows).block()]
}

fn rejects(intake: &Intake) -> Block {
    let rows = intake.rejects.iter().map(|reject| vec![short(&reject.source).into(), short(&reject.reason).into(), whole(reject.count).into(), or_none(&reject.example).into()]);
    let heads = [("Source", Kind::Text), ("Reason", Kind::Wide), ("Count", Kind::Number), ("First one", Kind::Wide)];
    Table::new("reject-list", "Rejected records by source and reason", &heads).rows(rows).or("No record was rejected.").limited(500, 200, "all are in csv/rejects.csv").block()
}

fn unmapped(intake: &Intake) -> Block {
    let rows = intake.unmapped.iter().map(|u| vec![short(&u.source).into(), short(&u.reason).into(), whole(u.count).into(), short(&u.example).into()]);
    let heads = [("Source", Kind::Text), ("Text of the method", Kind::Wide), ("Rows", Kind::Number), ("First object", Kind::Wide)];
    Table::new("unmapped-list", "Methods that no rule knows, kept as other", &heads)
        .rows(rows)
        .or("Every method is known.")
        .limited(500, 200, "all are in csv/unmapped.csv")
        .block()
}

fn objects(intake: &Intake) -> Block {
    let rows = intake.objects.iter().map(|object| {
        vec![
            short(&object.source).into(),
            short(&object.key).into(),
            whole(object.bytes).into(),
            short(&object.format).into(),
            whole(object.read).into(),
            whole(object.rejected).into(),
            or_none(&object.fault).into(),
            short(&object.sha256).into(),
        ]
    });
    let heads = [
        ("Source", Kind::Text),
        ("Key", Kind::Wide),
        ("Bytes", Kind::Number),
        ("Format", Kind::Text),
        ("Read", Kind::Number),
        ("Rejected", Kind::Number),
        ("Fault", Kind::Wide),
        ("SHA-256", Kind::Wide),
    ];
    Table::new("object-list", "Input objects, faulty ones first", &heads)
        .rows(rows)
        .or("No object was read.")
        .of(intake.object_count)
        .limited(500, 30, "all are in tables/intake.parquet")
        .folded()
        .searchable()
        .landscape()
        .block()
}

fn restatements(results: &Results) -> Block {
    let rows = results
        .restatements
        .iter()
        .map(|r| [&r.period, &r.metric, &words(&r.line), &r.old, &r.new, &r.cause, &instant(&r.issued_as_of)].into_iter().map(|t| short(t).into()).collect());
    let heads = [
        ("Period", Kind::Text),
        ("Metric", Kind::Text),
        ("Line", Kind::Text),
        ("As issued", Kind::Wide),
        ("Now", Kind::Wide),
        ("Cause", Kind::Wide),
        ("Issue stood at", Kind::Text),
    ];
    Table::new("restatement-list", "Figures issued before that read otherwise today", &heads)
        .rows(rows)
        .or("No figure that was issued has changed.")
        .limited(500, 200, "all are in csv/restatements.csv")
        .block()
}

fn notes(results: &Results) -> Block {
    let rows = results.notes.iter().map(|note| vec![words(&note.topic).into(), prose(&note.text).into()]);
    Table::new("note-list", "Limits and notes", &[("Topic", Kind::Text), ("Note", Kind::Wide)]).rows(rows).or("There is nothing to add.").block()
}
