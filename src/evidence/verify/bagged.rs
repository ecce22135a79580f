//! The bag: every file listed with its digest, no other file, and the counts.

use std::collections::BTreeMap;

use super::{Kind, Verdict};
use crate::digest;
use crate::evidence::Bag;
use crate::evidence::bag::{self, DECLARATION, DECLARED, INFO, MANIFEST, PAYLOAD, TAG_MANIFEST};
use crate::evidence::statement::payload_sha256;

pub(super) fn check(bag: &Bag, verdict: &mut Verdict) {
    if bag.text(DECLARATION) != Some(DECLARED) {
        verdict.add(Kind::BagInfo, DECLARATION, "it does not declare a BagIt 1.0 bag in UTF-8");
    }
    listed(bag, MANIFEST, &bag.payload().collect(), verdict);
    listed(bag, TAG_MANIFEST, &bag.tags().collect(), verdict);
    info(bag, verdict);
}

/// One manifest against the files that it must list.
fn listed(bag: &Bag, manifest: &str, own: &BTreeMap<&str, &[u8]>, verdict: &mut Verdict) {
    let Some(text) = bag.text(manifest) else {
        verdict.add(Kind::Missing, manifest, "the list of digests is missing or cannot be read");
        return;
    };
    let before = verdict.differences.len();
    let (lines, faulty) = bag::read_manifest(text);
    for line in faulty {
        verdict.add(Kind::Manifest, manifest, format!("`{}` is no line of a manifest", line.chars().take(200).collect::<String>()));
    }
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for (path, sha) in lines {
        if path.starts_with(PAYLOAD) != (manifest == MANIFEST) {
            verdict.add(Kind::Manifest, manifest, format!("`{path}` does not belong into this list"));
        }
        match own.get(path.as_str()) {
            None => verdict.add(Kind::Missing, path.as_str(), format!("listed in {manifest}, but not there")),
            Some(bytes) if digest::sha256(bytes) != sha => verdict.add(Kind::Changed, path.as_str(), format!("its digest is another one than {manifest} lists")),
            Some(_) => {}
        }
        if named.insert(path.clone(), sha).is_some() {
            verdict.add(Kind::Manifest, manifest, format!("`{path}` is listed twice"));
        }
    }
    for path in own.keys().filter(|p| !named.contains_key(**p)) {
        verdict.add(Kind::Added, *path, format!("not listed in {manifest}"));
    }
    // The list itself is no place for anything else: order, line ends and letters are those of `sha256sum`.
    if verdict.differences.len() == before && text != bag::manifest(own.iter().map(|(path, bytes)| (*path, *bytes))) {
        verdict.add(Kind::Manifest, manifest, "the digests fit, but the list is not written as it was made");
    }
}

fn info(bag: &Bag, verdict: &mut Verdict) {
    let Some(text) = bag.text(INFO) else {
        verdict.add(Kind::Missing, INFO, "the description of the bag is missing or cannot be read");
        return;
    };
    let stated = bag::info(text, "Payload-Oxum").unwrap_or_default();
    let found = bag.oxum();
    if stated != found {
        verdict.add(Kind::Oxum, INFO, format!("Payload-Oxum is `{stated}`, but the payload has `{found}`"));
    }
    let name = bag::info(text, "External-Identifier").unwrap_or_default();
    if !name.ends_with(&payload_sha256(bag)[..12]) {
        verdict.add(Kind::BagInfo, INFO, format!("the identifier `{name}` is not made from this payload"));
    }
}
