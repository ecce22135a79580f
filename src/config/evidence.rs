//! The evidence pack: how long its files are kept, and the keys that sign it.

use std::path::Path;

use super::read::Section;
use crate::store::{Secret, environment, read_text};

/// The evidence pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Months that rows about single persons are kept.
    pub detail_months: i64,
    /// Months that figures, queries and digests are kept.
    pub summary_months: i64,
    /// Whether the bag is also published as a folder.
    pub folder: bool,
    /// Private OpenSSH key; unsigned by it when absent.
    pub ssh_key: Option<Secret>,
    /// Passphrase of the OpenSSH key.
    pub ssh_passphrase: Option<Secret>,
    /// Private minisign key; unsigned by it when absent.
    pub minisign_key: Option<Secret>,
    /// Passphrase of the minisign key.
    pub minisign_passphrase: Option<Secret>,
}

pub(super) fn evidence(s: &Section<'_, '_>, base: &Path) -> Evidence {
    let e = Evidence {
        detail_months: s.whole("detail_months", 12, 1..=1200),
        summary_months: s.whole("summary_months", 84, 1..=1200),
        folder: s.flag("folder", false),
        ssh_key: secret(s, "ssh_key", base),
        ssh_passphrase: secret(s, "ssh_passphrase", base),
        minisign_key: secret(s, "minisign_key", base),
        minisign_passphrase: secret(s, "minisign_passphrase", base),
    };
    if e.detail_months > e.summary_months {
        s.reader.fault(&s.span, "`evidence.detail_months` is longer than `evidence.summary_months`: rows would outlive the figures made from them".to_owned());
    }
    s.close();
    e
}

/// A key or passphrase stands in a file or in the environment, never in the configuration itself.
fn secret(s: &Section<'_, '_>, key: &'static str, base: &Path) -> Option<Secret> {
    let text = s.optional_text(key)?;
    let wrong = |message: String| s.reader.fault(&s.span, format!("`evidence.{key}`: {message}"));
    if let Some(name) = text.strip_prefix("env:") {
        let found = environment(name);
        if found.is_none() {
            wrong(format!("environment variable `{name}` is not set"));
        }
        return found.map(Secret::new);
    }
    let Some(path) = text.strip_prefix("file:") else {
        wrong("write `file:PATH` or `env:NAME`: no secret stands in this file".to_owned());
        return None;
    };
    match read_text(&base.join(path)) {
        Ok(found) => Some(Secret::new(found.trim_end_matches(['\r', '\n']).to_owned())),
        Err(e) => {
            wrong(format!("{e:#}"));
            None
        }
    }
}
