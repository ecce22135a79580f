//! `mfaudit verify` and `mfaudit attach`: an evidence pack in an auditor's hands.

use std::fmt::Write as _;

use anyhow::Context;

use super::{Said, Usage, local, plain, pretty};
use crate::cli::Output;
use crate::evidence::verify::{Given, Trusted, Verdict, verify as check};
use crate::evidence::{self, Bag};
use crate::store::Stores;

/// Differences that people are shown.
const SHOWN: usize = 1000;

pub(super) fn verify(pack: &str, keys: &[String], previous: Option<&str>, format: Output) -> anyhow::Result<Said> {
    let stores = local()?;
    let mut trusted = Vec::new();
    for key in keys {
        let bytes = read(&stores, key)?;
        let text = String::from_utf8(bytes).map_err(|_| Usage(format!("`{key}` is no public key")))?;
        trusted.extend(Trusted::read(&text).map_err(|e| Usage(format!("`{key}`: {e:#}")))?);
    }
    let before = previous.map(|p| bag(&stores, p)).transpose()?;
    let verdict = check(given(&stores, pack)?, &trusted, before.as_ref());
    let code = u8::from(!verdict.differences.is_empty());
    let text = match format {
        Output::Json => pretty(&serde_json::to_value(&verdict)?)?,
        Output::Text => told(&verdict),
    };
    Ok(Said { text, code })
}

pub(super) fn attach(pack: &str, timestamp: &str, out: &str) -> anyhow::Result<Said> {
    let stores = local()?;
    let (stamped, at) = evidence::attach(&read(&stores, pack)?, read(&stores, timestamp)?).with_context(|| format!("`{timestamp}`"))?;
    let (folder, name) = split(out);
    let place = stores.open(folder)?;
    place.put(name, stamped)?;
    Ok(Said { text: format!("time stamp of {at} attached\n{}\n", place.shown(name)), code: 0 })
}

/// A pack as it came: a zip file, or a folder with everything that lies in it.
pub(super) fn given(stores: &Stores, pack: &str) -> anyhow::Result<Given> {
    if is_zip(pack) {
        return Given::zip(&read(stores, pack)?).with_context(|| format!("`{pack}`"));
    }
    let (name, files) = folder(stores, pack)?;
    Ok(Given::folder(name, files).with_strays(&crate::store::strays(std::path::Path::new(pack))))
}

pub(super) fn is_zip(pack: &str) -> bool {
    pack.to_ascii_lowercase().ends_with(".zip")
}

/// Folder and name of a path or URL.
fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(found) => found,
        None => (".", path),
    }
}

fn read(stores: &Stores, path: &str) -> anyhow::Result<Vec<u8>> {
    let (folder, name) = split(path);
    let found = stores.open(folder)?.get(name)?;
    Ok(found.with_context(|| format!("`{path}` does not exist"))?.to_vec())
}

type Files = Vec<(String, Vec<u8>)>;

fn folder(stores: &Stores, path: &str) -> anyhow::Result<(String, Files)> {
    let path = path.trim_end_matches('/');
    let place = stores.open(path)?;
    let mut files = Vec::new();
    for object in place.list("**/*")? {
        let bytes = place.get(&object.key)?.with_context(|| format!("`{}` has vanished", place.shown(&object.key)))?;
        files.push((object.key, bytes.to_vec()));
    }
    anyhow::ensure!(!files.is_empty(), "`{path}` holds no files: name evidence.zip, or the folder it unpacks into");
    Ok((split(path).1.to_owned(), files))
}

fn bag(stores: &Stores, path: &str) -> anyhow::Result<Bag> {
    if is_zip(path) {
        return evidence::unpacked(&read(stores, path)?).with_context(|| format!("`{path}`"));
    }
    let (name, files) = folder(stores, path)?;
    Ok(Bag { name, files: files.into_iter().collect() })
}

fn told(v: &Verdict) -> String {
    let mut text = format!("{}: {}, {}\n{} files; {} lines of metrics worked out again\n", plain(&v.pack), plain(&v.organisation), plain(&v.period), v.files, v.figures);
    for name in &v.signed_by {
        let _ = writeln!(text, "signed by {name}, which you trust");
    }
    if let Some(at) = &v.stamped_at {
        let _ = writeln!(text, "carries a time stamp of {at}; who signed that is for `openssl ts -verify` to tell");
    }
    let _ = writeln!(text, "statement {}", v.statement_sha256);
    for note in &v.notes {
        let _ = writeln!(text, "note: {}", plain(note));
    }
    let n = v.differences.len();
    let _ = match n {
        0 => writeln!(text, "\nno difference"),
        1 => writeln!(text, "\n1 DIFFERENCE"),
        _ => writeln!(text, "\n{n} DIFFERENCES"),
    };
    for d in v.differences.iter().take(SHOWN) {
        let kind = serde_json::to_value(d.kind).ok().and_then(|k| k.as_str().map(str::to_owned)).unwrap_or_default();
        let _ = writeln!(text, "{kind:<18} {}: {}", plain(&d.subject), plain(&d.detail));
    }
    if n > SHOWN {
        let _ = writeln!(text, "and {} more; `--format json` names all", n - SHOWN);
    }
    text
}
