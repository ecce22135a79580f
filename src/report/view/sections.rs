//! The chapters in reading order. A metric without a chapter of its own gets one here.

use anyhow::Result;

use super::Section;
use super::block::{Block, Column, Status};
use super::catalogue::{self, Chapter, Entry};
use super::{act, changes, controls, definitions, details, exceptions, intake, summary};
use crate::results::Results;

/// All chapters.
pub(super) fn all(results: &Results) -> Result<Vec<Section>> {
    let metrics = |id, title, chapter| plain(results, id, title, chapter);
    let mut sections = vec![
        Section::new("summary", "Executive summary", summary::blocks(results)?),
        Section::new("since", "Since the last issue", changes::blocks(results)),
        Section::new("coverage", "Coverage", coverage(results)?),
        metrics("privileged", "Privileged accounts", Chapter::Privileged)?,
        metrics("phishing-resistance", "Phishing resistance", Chapter::PhishingResistance)?,
        metrics("methods", "Method mix", Chapter::Methods)?,
        metrics("backlog", "Enrolment backlog", Chapter::Backlog)?,
        Section::new("reconciliation", "Policy, register and sign-ins", with(results, Chapter::Reconciliation, act::reconciliation(results))?),
        Section::new("exceptions", "Exceptions", register(results)?),
        metrics("controls", "Controls on exceptions", Chapter::Controls)?,
        metrics("reviews", "Review adherence", Chapter::Reviews)?,
        metrics("governance", "Governance of exceptions", Chapter::Governance)?,
        Section::new("break-glass", "Break-glass accounts", with(results, Chapter::BreakGlass, act::glass(results))?),
        metrics("durations", "How long things take", Chapter::Durations)?,
        Section::new("deadlines", "Deadlines", act::deadlines(results)),
        Section::new("findings", "Findings", with(results, Chapter::Detections, act::findings(results))?),
        metrics("signals", "Failures, drift and downgrade", Chapter::Signals)?,
        Section::new("intake", "Intake and completeness", inputs(results)?),
    ];
    let (_, others) = catalogue::of(results, Chapter::Other);
    if !others.is_empty() {
        sections.push(Section::new("other", "Other metrics", full(&others)?));
    }
    sections.push(Section::new("control-matrix", "Control matrix", controls::blocks(results)?));
    sections.push(Section::new("definitions", "Definitions", definitions::blocks(results)));
    let roles = ["Prepared by", "Reviewed by", "Accepted by (control owner)"];
    let roles = roles.map(str::to_owned).to_vec();
    sections.push(Section::new("sign-off", "Sign-off", vec![Block::SignOff { roles }]));
    Ok(sections)
}

/// A chapter of metrics and nothing else.
fn plain(results: &Results, id: &'static str, title: &'static str, chapter: Chapter) -> Result<Section> {
    let (listed, others) = catalogue::of(results, chapter);
    let mut blocks = if listed.is_empty() { vec![absent()] } else { full(&listed)? };
    blocks.extend(further(id, &others)?);
    Ok(Section::new(id, title, blocks))
}

/// Blocks of a chapter, then its metrics.
fn with(results: &Results, chapter: Chapter, mut blocks: Vec<Block>) -> Result<Vec<Block>> {
    let (listed, others) = catalogue::of(results, chapter);
    blocks.extend(full(&listed)?);
    blocks.extend(full(&others)?);
    Ok(blocks)
}

/// Missing is said, not passed over.
fn absent() -> Block {
    Block::callout(Status::NotComputed, "These results hold no metric for this chapter.")
}

fn full(entries: &[Entry<'_>]) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for entry in entries {
        blocks.extend(details::full(*entry)?);
    }
    Ok(blocks)
}

/// Metrics nobody listed, in the chapter they fit.
fn further(id: &str, entries: &[Entry<'_>]) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    if !entries.is_empty() {
        blocks.push(Block::heading(format!("{id}-other"), "Other metrics"));
        blocks.extend(full(entries)?);
    }
    Ok(blocks)
}

/// Registration and enforcement side by side, then each metric's breakdown.
fn coverage(results: &Results) -> Result<Vec<Block>> {
    let (listed, others) = catalogue::of(results, Chapter::Coverage);
    let (registered, enforced): (Vec<_>, Vec<_>) = listed.iter().copied().partition(|entry| catalogue::is(entry.metric, "K1") || catalogue::is(entry.metric, "K2"));
    let column = |title: &str, text: &str, entries: &[Entry<'_>]| {
        let mut blocks: Vec<Block> = entries.iter().flat_map(|entry| details::figures(*entry)).collect();
        if blocks.is_empty() {
            blocks.push(absent());
        }
        Column { title: title.to_owned(), text: text.to_owned(), blocks }
    };
    let mut blocks = vec![Block::Columns {
        columns: vec![
            column("Registration", "Could people use MFA? State at the end of the period.", &registered),
            column("Enforcement", "Did sign-ins use MFA? Events within the period.", &enforced),
        ],
    }];
    for entry in &listed {
        let breakdown = details::breakdown(*entry)?;
        if !breakdown.is_empty() {
            blocks.push(Block::heading(format!("{}-breakdown", entry.anchor()), entry.title()));
            blocks.extend(breakdown);
        }
    }
    blocks.extend(further("coverage", &others)?);
    Ok(blocks)
}

fn register(results: &Results) -> Result<Vec<Block>> {
    let (listed, others) = catalogue::of(results, Chapter::Exceptions);
    let mut blocks = full(&listed)?;
    blocks.push(Block::heading("register-overview", "Register"));
    blocks.extend(exceptions::blocks(results)?);
    blocks.extend(further("exceptions", &others)?);
    Ok(blocks)
}

fn inputs(results: &Results) -> Result<Vec<Block>> {
    let (listed, others) = catalogue::of(results, Chapter::Intake);
    let mut blocks = full(&listed)?;
    blocks.extend(intake::blocks(results)?);
    blocks.extend(further("intake", &others)?);
    Ok(blocks)
}
