//! What people act on: escalation sheets, break-glass accounts, the reconciliation, deadlines.

use super::block::{Block, Status, Term};
use super::table::{Cell, Kind, Table};
use crate::report::number::{instant, plural, whole};
use crate::report::text::{capital, short, words};
use crate::results::{BreakGlass, Finding, Happening, Results};

/// Sheets printed in full; the rest stands in the table above them and in results.json.
const SHEETS: usize = 30;

fn severity(text: &str) -> Status {
    match text {
        "high" => Status::Missed,
        "medium" => Status::NotDetermined,
        _ => Status::NoTarget,
    }
}

/// A time as it is printed; a day stays a day.
fn at(text: &str) -> String {
    if text.contains('T') { short(&instant(text)) } else { short(text) }
}

/// The list of findings, then one sheet each.
pub(super) fn findings(results: &Results) -> Vec<Block> {
    if results.findings.is_empty() {
        return vec![Block::text("No detection found anything in this period.")];
    }
    let count = |s: &str| results.findings.iter().filter(|f| f.severity == s).count() as u64;
    let text =
        format!("{}: {} high, {} medium, {} low.", plural(results.findings.len() as u64, "finding", "findings"), whole(count("high")), whole(count("medium")), whole(count("low")));
    let mut blocks = vec![Block::text(text)];
    let heads = [("Severity", Kind::Text), ("Finding", Kind::Wide), ("Who", Kind::Wide), ("First seen", Kind::Text), ("Metric", Kind::Text)];
    let rows = results
        .findings
        .iter()
        .map(|f| vec![Cell::marked(f.severity.clone(), severity(&f.severity)), short(&f.reason).into(), short(&f.label).into(), at(&f.first_seen).into(), short(&f.metric).into()]);
    blocks.push(Table::new("findings-list", "Findings, the gravest first", &heads).rows(rows).limited(500, 100, "the rest is in results.json").searchable().block());
    for (position, finding) in results.findings.iter().take(SHEETS).enumerate() {
        blocks.extend(sheet(position, finding));
    }
    if results.findings.len() > SHEETS {
        blocks.push(Block::text(format!("Sheets of the first {SHEETS} findings are printed; all stand in results.json.")));
    }
    blocks
}

fn sheet(position: usize, f: &Finding) -> Vec<Block> {
    let id = format!("finding-{}", position + 1);
    let heading = format!("{}. {}: {}", position + 1, capital(&f.reason), f.label);
    let said = |text: &str| if text.trim().is_empty() { "not recorded".to_owned() } else { short(text) };
    let when = if f.first_seen == f.last_seen { at(&f.first_seen) } else { format!("{} to {}", at(&f.first_seen), at(&f.last_seen)) };
    let facts = [
        ("Severity", f.severity.clone()),
        ("Found by", format!("{} {}", f.metric, f.title)),
        ("Who", format!("{} ({})", f.label, f.identity)),
        ("When", when),
        ("From where", said(&f.place)),
        ("How", said(&f.how)),
        ("Evidence", said(&f.evidence)),
        ("Ticket or entry", said(&f.ticket)),
        ("Rotation", said(&f.rotation)),
    ];
    let mut terms: Vec<Term> = facts.into_iter().map(|(term, about)| Term { term: term.to_owned(), about: vec![short(&about)] }).collect();
    terms.push(Term { term: "First steps".to_owned(), about: f.containment.iter().map(|c| short(&format!("{c}."))).collect() });
    let mut blocks = vec![Block::heading(id.clone(), short(&heading)), Block::Terms { terms }];
    blocks.extend(happenings(&format!("{id}-sign-ins"), &format!("Finding {}: sign-ins of the identity around it", position + 1), ["What", "From where"], &f.sign_ins));
    blocks.extend(happenings(&format!("{id}-changes"), &format!("Finding {}: changes by or to the identity within a day", position + 1), ["What", "What changed"], &f.changes));
    blocks
}

fn happenings(id: &str, caption: &str, [what, detail]: [&str; 2], events: &[Happening]) -> Option<Block> {
    if events.is_empty() {
        return None;
    }
    let heads = [("When", Kind::Text), (what, Kind::Wide), (detail, Kind::Wide), ("Event", Kind::Wide)];
    let said = |text: &str| if text.trim().is_empty() { "not recorded".to_owned() } else { short(text) };
    let rows = events.iter().map(|e| vec![at(&e.at).into(), short(&e.what).into(), said(&e.detail).into(), short(&e.event).into()]);
    Some(Table::new(id, caption, &heads).rows(rows).block())
}

/// Each account on one line, for page 1.
pub(super) fn glass_summary(results: &Results) -> Vec<Block> {
    if results.break_glass.is_empty() {
        return vec![Block::text("The register names no active break-glass account.")];
    }
    let heads = [("Account", Kind::Wide), ("Entry", Kind::Text), ("Independent", Kind::Text), ("Uses", Kind::Number), ("Unexplained", Kind::Number)];
    let rows = results.break_glass.iter().map(|a| {
        let held = |word: &str| a.conditions.iter().filter(|(_, holds, _)| holds == word).count();
        let (text, status) = match (held("no"), held("unknown"), a.conditions.is_empty()) {
            (0, 0, false) => ("yes".to_owned(), Status::Met),
            (0, unknown, _) if unknown > 0 => (format!("{unknown} cannot be told"), Status::NotDetermined),
            (0, ..) => ("not active at the end".to_owned(), Status::NoTarget),
            (failed, ..) => (format!("no: {failed} fail"), Status::Missed),
        };
        let unexplained = a.uses.iter().filter(|u| u.class == "unexplained").count() as u64;
        let open = if unexplained > 0 { Cell::marked(whole(unexplained), Status::Missed) } else { Cell::from(whole(0)) };
        vec![short(&a.label).into(), short(&a.entry).into(), Cell::marked(text, status), whole(a.uses.len() as u64).into(), open]
    });
    vec![Table::new("glass-accounts", "Break-glass accounts, as the register names them", &heads).rows(rows).block()]
}

/// The same in one sentence, for the cover.
pub(super) fn glass_line(results: &Results) -> String {
    const NAMED: usize = 6;
    let of = |a: &BreakGlass| {
        let unexplained = a.uses.iter().filter(|u| u.class == "unexplained").count() as u64;
        let uses = if a.uses.is_empty() { "not used".to_owned() } else { format!("{}, {} unexplained", plural(a.uses.len() as u64, "event", "events"), whole(unexplained)) };
        format!("{} ({}): {uses}", a.label, a.entry)
    };
    let named: Vec<String> = results.break_glass.iter().take(NAMED).map(of).collect();
    match results.break_glass.len() {
        0 => "the register names none that is active".to_owned(),
        n if n > NAMED => short(&format!("{}; and {} more", named.join("; "), n - NAMED)),
        _ => short(&named.join("; ")),
    }
}

/// Conditions and uses of each account.
pub(super) fn glass(results: &Results) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (position, a) in results.break_glass.iter().enumerate() {
        blocks.push(Block::heading(format!("glass-{position}"), short(&format!("{} ({})", a.label, a.entry))));
        blocks.extend(conditions(position, a));
        if !a.uses.is_empty() {
            let heads = [("When", Kind::Text), ("Outcome", Kind::Text), ("Class", Kind::Text), ("Explained by", Kind::Text), ("From where", Kind::Wide)];
            let said = |text: &str| if text.trim().is_empty() { "nothing".to_owned() } else { short(text) };
            let rows = a.uses.iter().map(|u| vec![at(&u.at).into(), words(&u.outcome).into(), words(&u.class).into(), said(&u.explained_by).into(), said(&u.place).into()]);
            let caption = short(&format!("{}: every sign-in event of the period", a.label));
            blocks.push(Table::new(format!("glass-{position}-uses"), caption, &heads).rows(rows).limited(200, 60, "the rest is in results.json").block());
        }
    }
    blocks
}

fn conditions(position: usize, a: &BreakGlass) -> Option<Block> {
    if a.conditions.is_empty() {
        return None;
    }
    let heads = [("Condition", Kind::Text), ("Holds", Kind::Text), ("Why", Kind::Wide)];
    let status = |holds: &str| match holds {
        "yes" => Status::Met,
        "no" => Status::Missed,
        _ => Status::NotDetermined,
    };
    let said = |text: &str| if text.trim().is_empty() { "nothing speaks against it".to_owned() } else { short(text) };
    let rows = a.conditions.iter().map(|(name, holds, why)| vec![words(name).into(), Cell::marked(holds.clone(), status(holds)), said(why).into()]);
    Some(Table::new(format!("glass-{position}-conditions"), short(&format!("{}: conditions of independence", a.label)), &heads).rows(rows).block())
}

/// The matrix, then a list per cell.
pub(super) fn reconciliation(results: &Results) -> Vec<Block> {
    if results.reconciliation.is_empty() {
        return Vec::new();
    }
    let all: u64 = results.reconciliation.iter().map(|c| c.count).sum();
    let heads = [("Cell", Kind::Wide), ("What to do", Kind::Wide), ("Identities", Kind::Number)];
    let rows = results.reconciliation.iter().map(|c| vec![capital(&c.name).into(), advice(&c.name).into(), whole(c.count).into()]);
    let total = vec![vec![Cell::from("All"), Cell::from("each identity stands in exactly one cell"), Cell::from(whole(all))]];
    let mut blocks = vec![Table::new("reconciliation-cells", "Policy, register and sign-ins side by side", &heads).rows(rows).rows(total).block()];
    for (position, cell) in results.reconciliation.iter().enumerate().filter(|(_, c)| !c.members.is_empty()) {
        let heads = [("Identity", Kind::Wide), ("Name", Kind::Wide), ("Population and state", Kind::Wide)];
        let rows = cell.members.iter().map(|(id, label, state)| vec![short(id).into(), short(label).into(), words(state).into()]);
        let table = Table::new(format!("reconciliation-{position}"), format!("{}: who", capital(&cell.name)), &heads).rows(rows).of(cell.count);
        blocks.push(table.limited(200, 40, "all are in rows/R1.parquet").folded().block());
    }
    blocks
}

fn advice(cell: &str) -> &'static str {
    match cell {
        "governed and used" => "review as planned",
        "governed and unused" => "retire: nobody needs it",
        "governed, used without a policy exclusion" => "find the relaxation that lets it through",
        "registered but not excluded" => "close the entry, or put it into force",
        "expired but used" => "remove the exclusion, or approve anew",
        "expired but still excluded" => "remove the exclusion",
        "excluded while pending" => "remove it until it is approved",
        "pending and used" => "find out what lets it through before it is approved",
        "excluded but unregistered, used" => "remove the exclusion, or register it",
        "excluded but unregistered" => "remove the exclusion, or register it",
        "bypass without either" => "find the gap in policy: nothing allows this",
        "object not in the directory" => "correct or close the entry",
        _ => "nothing",
    }
}

/// What falls due within 30 days, per owner.
pub(super) fn deadlines(results: &Results) -> Vec<Block> {
    if results.deadlines.is_empty() {
        return vec![Block::text("Nothing falls due within 30 days of the run.")];
    }
    let within = |days: i64| results.deadlines.iter().filter(|d| d.days_left <= days).count() as u64;
    let text = format!("Within a day {}, within 7 days {}, within 30 days {}. The same stands in deadlines.ics.", whole(within(1)), whole(within(7)), whole(within(30)));
    let mut all: Vec<_> = results.deadlines.iter().collect();
    all.sort_by(|a, b| (&a.owner, &a.due, &a.entry).cmp(&(&b.owner, &b.due, &b.entry)));
    let heads = [("Owner", Kind::Wide), ("Due", Kind::Text), ("Days left", Kind::Number), ("What", Kind::Text), ("Entry", Kind::Text), ("Category", Kind::Text)];
    let owner = |text: &str| if text.trim().is_empty() { "nobody".to_owned() } else { short(text) };
    let rows = all
        .into_iter()
        .map(|d| vec![owner(&d.owner).into(), at(&d.due).into(), d.days_left.to_string().into(), words(&d.kind).into(), short(&d.entry).into(), words(&d.category).into()]);
    vec![
        Block::text(text),
        Table::new("deadlines", "Due within 30 days of the run, by owner", &heads).rows(rows).limited(500, 100, "the rest is in deadlines.csv").searchable().block(),
    ]
}
