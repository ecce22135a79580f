//! The statement: every file under its digest, and nothing but what this version writes.

use std::collections::BTreeMap;

use super::{Kind, Verdict};
use crate::digest;
use crate::evidence::bag::{Bag, TAG_MANIFEST};
use crate::evidence::statement::{self, PATH, PREDICATE_TYPE, Statement, TYPE};
use crate::evidence::{pack, timestamp};

/// Reads and checks the statement; `None` when there is none that can be read.
pub(super) fn check(bag: &Bag, verdict: &mut Verdict) -> Option<Statement> {
    let Some(bytes) = bag.get(PATH) else {
        verdict.add(Kind::Missing, PATH, "the statement is missing: nothing says what the pack is about");
        return None;
    };
    verdict.statement_sha256 = digest::sha256(bytes);
    time(bag, bytes, verdict);
    let statement: Statement = match serde_json::from_slice(bytes) {
        Ok(read) => read,
        Err(e) => {
            verdict.add(Kind::Statement, PATH, format!("it cannot be read: {e}"));
            return None;
        }
    };
    verdict.organisation.clone_from(&statement.predicate.organisation);
    verdict.period.clone_from(&statement.predicate.period);
    if statement.kind != TYPE || statement.predicate_type != PREDICATE_TYPE {
        verdict.add(Kind::Statement, PATH, format!("it is of type `{}` and `{}`", statement.kind, statement.predicate_type));
    }
    if statement.bytes().ok().as_deref() != Some(bytes) {
        verdict.add(Kind::Statement, PATH, "it holds more than this version writes, or is written another way");
    }
    if statement.predicate.payload_sha256 != statement::payload_sha256(bag) {
        verdict.add(Kind::Statement, PATH, "`payload_sha256` is not the digest of the payload's manifest");
    }
    subjects(bag, &statement, verdict);
    Some(statement)
}

/// Files that are made after the statement.
fn later(path: &str) -> bool {
    path == PATH || path == TAG_MANIFEST || path == timestamp::QUERY || path == timestamp::REPLY || pack::SIGNATURES.contains(&path)
}

fn subjects(bag: &Bag, statement: &Statement, verdict: &mut Verdict) {
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for s in &statement.subject {
        if named.insert(&s.name, &s.digest.sha256).is_some() {
            verdict.add(Kind::Subject, s.name.as_str(), "the statement names it twice");
        }
    }
    for (name, sha) in &named {
        match bag.get(name) {
            None => verdict.add(Kind::Subject, *name, "the statement names it, but it is not there"),
            Some(bytes) if digest::sha256(bytes) != *sha => verdict.add(Kind::Subject, *name, "its digest is another one than the statement names"),
            Some(_) => {}
        }
    }
    for path in bag.files.keys().filter(|p| !later(p) && !named.contains_key(p.as_str())) {
        verdict.add(Kind::Subject, path.as_str(), "the statement does not name it");
    }
}

fn time(bag: &Bag, statement: &[u8], verdict: &mut Verdict) {
    match bag.get(timestamp::QUERY) {
        None => verdict.add(Kind::Missing, timestamp::QUERY, "the request for a time stamp is missing"),
        Some(query) if !timestamp::asks_about(query, statement) => verdict.add(Kind::Timestamp, timestamp::QUERY, "the request is for another statement"),
        Some(_) => {}
    }
    match bag.get(timestamp::REPLY).map(|reply| timestamp::stamped(reply, statement)) {
        None => verdict.note("no time stamp is attached: the time is asserted by the host only"),
        Some(Ok(at)) => {
            verdict.stamped_at = Some(at.to_string());
            verdict.note("the authority's signature on the time stamp is for `openssl ts -verify` to check");
        }
        Some(Err(e)) => verdict.add(Kind::Timestamp, timestamp::REPLY, format!("{e:#}")),
    }
}
