//! The evidence pack of a run, and its place in the chain of packs.

use anyhow::Context;

use super::Prepared;
use crate::config::Evidence;
use crate::derive::Desk;
use crate::evidence::{self, Chain, Ingredients, Key, Link, Signers};
use crate::metric::Measured;
use crate::period::Period;
use crate::publish::{self, PackPointer};
use crate::report::Artifact;
use crate::results::Results;
use crate::store::{Place, Secret};

/// What the run has made so far.
pub(super) struct Found<'f> {
    pub(super) output: &'f Place,
    pub(super) results: &'f Results,
    pub(super) desk: &'f Desk,
    pub(super) measured: &'f [Measured],
    /// The settings as the pack shows them.
    pub(super) configuration: &'f str,
}

/// Opens the configured keys.
pub(super) fn signers(keys: &Evidence) -> anyhow::Result<Signers> {
    let ssh = keys.ssh_key.as_ref().map(|k| key(k, keys.ssh_passphrase.as_ref()));
    let minisign = keys.minisign_key.as_ref().map(|k| key(k, keys.minisign_passphrase.as_ref()));
    Signers::new(ssh, minisign).context("`[evidence]`")
}

fn key<'s>(text: &'s Secret, passphrase: Option<&'s Secret>) -> Key<'s> {
    Key { text: text.reveal(), passphrase: passphrase.map(Secret::reveal) }
}

/// Adds the pack to what is published, and gives what later packs need to know of it.
pub(super) fn add(prepared: &Prepared, found: &Found<'_>, artifacts: &mut Vec<Artifact>) -> anyhow::Result<PackPointer> {
    let ingredients = Ingredients {
        results: found.results,
        corpus: &prepared.corpus,
        templates: &prepared.templates,
        config: &prepared.config,
        configuration: found.configuration,
        desk: found.desk,
        measured: found.measured,
        artifacts: artifacts.as_slice(),
        signers: &prepared.signers,
    };
    let pack = evidence::pack(&ingredients, |payload| chain(found.output, &prepared.period, payload)).context("packing the evidence")?;
    if prepared.config.evidence.folder {
        let file =
            |(path, bytes): (&String, &Vec<u8>)| Artifact { name: format!("evidence/{}/{path}", pack.bag.name), media_type: "application/octet-stream", bytes: bytes.clone() };
        artifacts.extend(pack.bag.files.iter().map(file));
    }
    artifacts.push(Artifact { name: "evidence.zip".to_owned(), media_type: "application/zip", bytes: pack.zip });
    Ok(PackPointer {
        statement_sha256: pack.statement_sha256,
        payload_sha256: pack.payload_sha256,
        previous_statement_sha256: pack.chain.previous.map(|p| p.statement_sha256),
        replaces_statement_sha256: pack.chain.replaces,
    })
}

/// The pack before, the months between, and the issue that this one replaces. An issue that proves the same replaces nothing, so
/// that a repeated run gives the same pack.
fn chain(output: &Place, period: &Period, payload: &str) -> anyhow::Result<Chain> {
    let before = publish::packed_before(output, &period.id())?;
    let mut missing = Vec::new();
    if let Some((newest, _)) = &before {
        let mut months = 1;
        loop {
            let month = period.earlier(months)?.id();
            if month <= *newest {
                break;
            }
            missing.push(month);
            months += 1;
        }
        missing.reverse();
    }
    let previous = before.map(|(period, pointer)| Link { period, statement_sha256: pointer.statement_sha256 });
    let named = previous.as_ref().map(|p| p.statement_sha256.clone());
    let replaces = match publish::packed(output, &period.id())? {
        Some(own) if own.payload_sha256 == payload && own.previous_statement_sha256 == named => own.replaces_statement_sha256,
        own => own.map(|o| o.statement_sha256),
    };
    let no_previous = previous.is_none().then(|| "no earlier period was issued with a pack in this output".to_owned());
    Ok(Chain { previous, no_previous, missing, replaces })
}
