//! Page 1: the verdict, the red lines, the headline metrics.

use anyhow::Result;

use super::Verdict;
use super::act;
use super::block::{Block, Finding, Headline, Status};
use super::catalogue::{self, Entry};
use super::plot;
use super::reading::{fact, not_computed, why_not};
use crate::report::number::{plural, whole};
use crate::results::Results;

/// The metrics a board asks for first, in order.
const HEADLINES: [&str; 7] = ["K3", "K4", "K1", "K5", "K6", "K16", "K18"];
/// Reasons on page 1 before the rest is only counted.
const REASONS: usize = 20;

/// How many metrics stand how.
struct Tally {
    all: u64,
    missed: u64,
    open: u64,
    absent: u64,
    met: u64,
    free: u64,
}

impl Tally {
    fn new(results: &Results) -> Self {
        let count = |status: Status| {
            let entries = catalogue::all(results);
            entries.filter(|entry| fact(entry.metric).status == status).count() as u64
        };
        Self {
            all: results.metrics.len() as u64,
            missed: count(Status::Missed),
            open: count(Status::NotDetermined),
            absent: count(Status::NotComputed),
            met: count(Status::Met),
            free: count(Status::NoTarget),
        }
    }
}

/// The verdict in one sentence, and why when it is no verdict.
pub(super) fn verdict(results: &Results) -> Verdict {
    let tally = Tally::new(results);
    let metrics = plural(tally.all, "metric", "metrics");
    let of = |word: &str, number: u64| format!("{word}: {} of {metrics}", whole(number));
    let (status, sentence) = if tally.all == 0 {
        (Status::NotComputed, "Incomplete: there is no metric in these results".to_owned())
    } else if tally.absent > 0 {
        (Status::NotComputed, format!("{} could not be computed", of("Incomplete", tally.absent)))
    } else if !results.complete {
        (Status::NotComputed, "Incomplete: the run is marked as incomplete".to_owned())
    } else if tally.missed > 0 {
        (Status::Missed, of("Off target", tally.missed))
    } else if tally.open > 0 {
        (Status::NotDetermined, of("Not determined", tally.open))
    } else if tally.met > 0 {
        (Status::Met, of("On target", tally.met))
    } else {
        (Status::NoTarget, format!("No target is set for any of {metrics}"))
    };
    let counts = format!(
        "{} off target, {} not determined, {} not computed, {} on target, {} without target.",
        whole(tally.missed),
        whole(tally.open),
        whole(tally.absent),
        whole(tally.met),
        whole(tally.free)
    );
    let reasons = reasons(results);
    Verdict { status, sentence, counts, reasons }
}

fn reasons(results: &Results) -> Vec<String> {
    let absent: Vec<Entry<'_>> = catalogue::all(results).filter(|entry| not_computed(entry.metric)).collect();
    let mut reasons: Vec<String> = absent.iter().take(REASONS).map(|entry| format!("{}: {}", entry.title(), why_not(entry.metric))).collect();
    if absent.len() > REASONS {
        reasons.push(format!("{} further metrics; see their own places in the report.", absent.len() - REASONS));
    }
    reasons
}

/// Red lines as sentences, then the headline metrics.
pub(super) fn blocks(results: &Results) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = results.pseudonymised.iter().map(|p| Block::text(super::pseudonyms(p))).collect();
    let mut lines: Vec<Finding> = catalogue::all(results).filter_map(finding).collect();
    // stable: within a status the order of the results stands
    lines.sort_by_key(|line| line.status);
    if lines.is_empty() {
        blocks.push(Block::text("No metric is off target or undecided."));
    } else {
        blocks.push(Block::Findings { lines });
    }
    blocks.push(Block::heading("break-glass-accounts", "Break-glass accounts"));
    blocks.extend(act::glass_summary(results));
    let mut rows = Vec::new();
    for id in HEADLINES {
        if let Some(entry) = catalogue::all(results).find(|entry| catalogue::is(entry.metric, id)) {
            let spark = plot::spark(entry)?;
            rows.push(Headline { target: entry.anchor(), title: entry.title(), fact: fact(entry.metric), spark });
        }
    }
    if !rows.is_empty() {
        blocks.push(Block::heading("headlines", "Headline metrics"));
        blocks.push(Block::Headlines { rows });
    }
    Ok(blocks)
}

/// A sentence on a metric that needs attention.
fn finding(entry: Entry<'_>) -> Option<Finding> {
    let fact = fact(entry.metric);
    if !matches!(fact.status, Status::Missed | Status::NotDetermined) {
        return None;
    }
    let basis = if fact.basis.is_empty() { String::new() } else { format!(" ({})", fact.basis) };
    let unknown = if fact.unknown.is_empty() { String::new() } else { format!("; {}", fact.unknown) };
    let text = format!("{}{basis}{unknown}. Target: {}. Change: {}.", fact.value, fact.goal, fact.change);
    Some(Finding { status: fact.status, word: fact.word, target: entry.anchor(), title: entry.title(), text })
}
