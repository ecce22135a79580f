//! What every figure means, and the policy it was measured against.

use super::block::{Block, Term};
use super::catalogue::{self, Entry};
use super::reading::goal;
use super::table::{Kind, Table};
use crate::report::text::{or_none, prose, sentence, short};
use crate::results::{Metric, Results};

/// Rules every figure follows.
static RULES: [(&str, &str); 5] = [
    (
        "Share",
        "Numerator over denominator with one decimal. 100 % and 0 % are printed only when they are exact. Below a denominator of 20 the counts lead and a 95 % Wilson interval follows.",
    ),
    ("Unknown", "A case that the inputs cannot decide is kept apart. The bounds count every unknown case against the organisation, and then for it."),
    (
        "Status",
        "On target: the bound that speaks against the organisation meets the target. Off target: the bound that speaks for it misses. Not determined: the unknown cases decide. Not computed: an input is missing.",
    ),
    ("Change", "Against the period before: pt is percentage points. A period without a value is shown as n/a with its reason, never as 0."),
    ("Registration and enforcement", "What a user could do, and what sign-ins show was done, are different facts. They are never merged into one figure."),
];

/// Everything the report says about its own terms.
pub(super) fn blocks(results: &Results) -> Vec<Block> {
    let rules = RULES.map(|(term, about)| Term { term: term.to_owned(), about: vec![about.to_owned()] });
    let terms = catalogue::all(results).map(|entry| term(entry, results)).collect::<Vec<_>>();
    let mut blocks = vec![Block::heading("rules", "How to read a figure"), Block::Terms { terms: rules.to_vec() }, Block::heading("metrics", "Metrics")];
    blocks.push(if terms.is_empty() { Block::text("There is no metric in these results.") } else { Block::Terms { terms } });
    blocks.push(Block::heading("policy", "Policy in force"));
    blocks.push(policy(results));
    blocks
}

fn term(entry: Entry<'_>, results: &Results) -> Term {
    let metric = entry.metric;
    let list = |items: &[String]| items.iter().map(|item| short(item)).collect::<Vec<_>>().join(", ");
    let mut about = vec![sentence(&metric.about), target_line(metric, results)];
    if !metric.controls.is_empty() {
        about.push(format!("Supports {}.", list(&metric.controls)));
    }
    if !metric.reads.is_empty() {
        about.push(format!("Reads {}.", list(&metric.reads)));
    }
    about.push(format!("Query {}, SHA-256 {}.", short(&metric.name), short(&metric.query_sha256)));
    about.retain(|line| !line.is_empty());
    Term { term: entry.title(), about }
}

/// The target with where it comes from.
fn target_line(metric: &Metric, results: &Results) -> String {
    let Some(target) = &metric.target else {
        return "No target is set.".to_owned();
    };
    let origin = results.policy.iter().find(|line| line.name.contains(&target.key)).map(|line| short(&line.origin));
    let origin = origin.map_or_else(String::new, |origin| format!(", origin: {origin}"));
    format!("Target: {}, from {} (key {}{origin}).", goal(metric), short(&target.from), short(&target.key))
}

fn policy(results: &Results) -> Block {
    let rows = results.policy.iter().map(|line| vec![short(&line.name).into(), prose(&line.value).into(), or_none(&line.from).into(), or_none(&line.origin).into()]);
    let heads = [("Setting", Kind::Wide), ("Value", Kind::Wide), ("In force from", Kind::Text), ("Origin", Kind::Text)];
    Table::new("policy-list", "Targets, cadences and thresholds with their origin", &heads).rows(rows).or("No policy line is in these results.").block()
}
