//! The components that this program was built from: CycloneDX 1.5, made from the lock file it was built with.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use anyhow::Context;
use cargo_lock::{Lockfile, Package};
use serde_json::{Value, json};

use crate::digest;

const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));

type Id = (String, String);

/// The list as JSON. The lock file does not say which components only tests use, so they are listed as well.
pub(super) fn cyclonedx() -> anyhow::Result<Vec<u8>> {
    let lock = Lockfile::from_str(LOCK).context("the lock file of this program")?;
    let packages: BTreeMap<Id, &Package> = lock.packages.iter().map(|p| (id(p.name.as_str(), &p.version.to_string()), p)).collect();
    let own = id(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let reached = reached(&own, &packages);
    let components: Vec<Value> = reached.iter().filter(|i| **i != own).filter_map(|i| packages.get(i)).map(|p| component(p)).collect();
    let dependencies: Vec<Value> =
        reached.iter().filter_map(|i| Some(json!({ "ref": purl(i), "dependsOn": needs(packages.get(i)?).iter().map(purl).collect::<Vec<_>>() }))).collect();
    let bom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "bom-ref": purl(&own), "name": own.0, "version": own.1, "purl": purl(&own) } },
        "components": components,
        "dependencies": dependencies,
    });
    let mut bytes = serde_json::to_vec_pretty(&bom)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn id(name: &str, version: &str) -> Id {
    (name.to_owned(), version.to_owned())
}

fn purl((name, version): &Id) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn needs(package: &Package) -> BTreeSet<Id> {
    package.dependencies.iter().map(|d| id(d.name.as_str(), &d.version.to_string())).collect()
}

/// This program and what it needs, directly or not; other members of the workspace are no part of it.
fn reached(own: &Id, packages: &BTreeMap<Id, &Package>) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let mut open = vec![own.clone()];
    while let Some(next) = open.pop() {
        let Some(package) = packages.get(&next) else { continue };
        if found.insert(next) {
            open.extend(needs(package));
        }
    }
    found
}

fn component(package: &Package) -> Value {
    let purl = purl(&id(package.name.as_str(), &package.version.to_string()));
    let mut value = json!({ "type": "library", "bom-ref": purl, "name": package.name.as_str(), "version": package.version.to_string(), "purl": purl });
    if let Some(sha) = package.checksum.as_ref().and_then(cargo_lock::Checksum::as_sha256) {
        value["hashes"] = json!([{ "alg": "SHA-256", "content": digest::hex(&sha) }]);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_is_named_once_and_every_reference_resolves() {
        let bom: Value = serde_json::from_slice(&cyclonedx().unwrap()).unwrap();
        let refs: Vec<&str> = bom["components"].as_array().unwrap().iter().map(|c| c["bom-ref"].as_str().unwrap()).collect();
        let set: BTreeSet<&str> = refs.iter().copied().collect();
        assert!(refs.len() > 100 && set.len() == refs.len());
        assert!(refs.iter().any(|r| r.starts_with("pkg:cargo/polars@")) && !refs.iter().any(|r| r.starts_with("pkg:cargo/mfaudit")));
        for d in bom["dependencies"].as_array().unwrap() {
            assert!(d["dependsOn"].as_array().unwrap().iter().all(|r| set.contains(r.as_str().unwrap())), "{d}");
        }
    }
}
