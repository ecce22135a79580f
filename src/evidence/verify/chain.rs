//! The chain: whether the pack that a reader holds from before is the one that this pack names.

use super::{Kind, Verdict};
use crate::digest;
use crate::evidence::Bag;
use crate::evidence::statement::{self, Predicate, Statement};

pub(super) fn check(own: &Predicate, previous: Option<&Bag>, verdict: &mut Verdict) {
    let chain = &own.chain;
    let missing = chain.missing.join(", ");
    let Some(bag) = previous else {
        match &chain.previous {
            Some(link) => verdict.note(format!("names the pack of {} with statement {}: give that pack by `--previous` to check the chain", link.period, link.statement_sha256)),
            None => verdict.note(format!("names no pack before it: {}", chain.no_previous.as_deref().unwrap_or("no reason is given"))),
        }
        if !missing.is_empty() {
            verdict.note(format!("no pack was issued for {missing}"));
        }
        return;
    };
    let Some(bytes) = bag.get(statement::PATH) else {
        verdict.add(Kind::Chain, "previous", "the pack given as the one before has no statement");
        return;
    };
    let Ok(before) = serde_json::from_slice::<Statement>(bytes) else {
        verdict.add(Kind::Chain, "previous", "the statement of the pack given as the one before cannot be read");
        return;
    };
    let (period, sha) = (&before.predicate.period, digest::sha256(bytes));
    if before.predicate.organisation != own.organisation {
        verdict.add(Kind::Chain, period, format!("the pack given is of `{}`", before.predicate.organisation));
    }
    if *period == own.period {
        if chain.replaces.as_deref() != Some(sha.as_str()) {
            verdict.add(Kind::Chain, period, "this pack does not say that it replaces the pack given");
        }
        return;
    }
    match &chain.previous {
        Some(link) if link.period == *period && link.statement_sha256 == sha => {}
        Some(link) => verdict.add(Kind::Chain, period, format!("the pack given has statement {sha}; named is {} of {}", link.statement_sha256, link.period)),
        None => verdict.add(Kind::Chain, period, "this pack names no pack before it"),
    }
    if !missing.is_empty() {
        verdict.add(Kind::MissingMonth, missing, "no pack was issued");
    }
}
