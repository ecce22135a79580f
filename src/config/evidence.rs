//! The evidence pack: how long its files are kept, and the keys that sign it.

use std::path::{Component, Path, PathBuf};

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
    /// People are shown under pseudonyms.
    pub pseudonymise: bool,
    /// Key of the pseudonyms.
    pub pseudonym_key: Option<Secret>,
    /// URL of the folder for the map from pseudonyms to people.
    pub pseudonym_map: Option<String>,
}

/// A shorter key could be found by trying.
const KEY_BYTES: usize = 16;

/// What keeps a run from showing people under pseudonyms.
pub(super) fn pseudonym_faults(e: &Evidence, output: &str, base: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    match &e.pseudonym_key {
        None => faults.push(format!("`evidence.pseudonym_key` is missing: write `env:NAME` or `file:PATH` of a secret of {KEY_BYTES} bytes or more, the same in every run")),
        Some(key) if key.reveal().len() < KEY_BYTES => {
            faults.push(format!("`evidence.pseudonym_key` has {} bytes: use {KEY_BYTES} or more, for example from `openssl rand -hex 32`", key.reveal().len()));
        }
        Some(_) => {}
    }
    match &e.pseudonym_map {
        None => faults.push("`evidence.pseudonym_map` is missing: write the URL or path of a folder that readers of the report cannot open".to_owned()),
        Some(map) if lies_in(map, output, base) => {
            faults.push(format!("`evidence.pseudonym_map` `{map}` lies inside `output.url`: whoever reads the report could read who is who; name a folder apart"));
        }
        Some(_) => {}
    }
    faults
}

/// Whether one place lies in another, however both are written.
fn lies_in(inner: &str, outer: &str, base: &Path) -> bool {
    plain(inner, base).starts_with(plain(outer, base))
}

/// A place without `.` and `..`; a path starts at the folder of the configuration.
fn plain(url: &str, base: &Path) -> PathBuf {
    let path = match url.strip_prefix("file://") {
        Some(path) => PathBuf::from(path),
        None if url.contains("://") => PathBuf::from(url),
        None => std::path::absolute(base.join(url)).unwrap_or_else(|_| base.join(url)),
    };
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
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
        pseudonymise: s.flag("pseudonymise", false),
        pseudonym_key: secret(s, "pseudonym_key", base),
        pseudonym_map: s.optional_text("pseudonym_map"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn parsed(more: &str) -> Result<Config, String> {
        let text = format!("[organisation]\nname = \"t\"\n[[source]]\nid = \"s\"\nkind = \"entra.sign_ins\"\nurl = \"raw\"\n[evidence]\n{more}");
        Config::parse(&text, "t", Path::new("/audit")).map_err(|e| e.to_string())
    }

    #[test]
    fn pseudonyms_need_a_long_key_and_a_place_apart() {
        let wrong = parsed("pseudonymise = true").unwrap_err();
        assert!(wrong.contains("pseudonym_key` is missing") && wrong.contains("pseudonym_map` is missing"), "{wrong}");
        assert!(parsed("pseudonym_key = \"hunter2\"").unwrap_err().contains("no secret stands in this file"));
        let e = |key: &str, map: &str| Evidence { pseudonym_key: Some(Secret::new(key.to_owned())), pseudonym_map: Some(map.to_owned()), ..parsed("").unwrap().evidence };
        let faults = |key: &str, map: &str, output: &str| pseudonym_faults(&e(key, map), output, Path::new("/audit"));
        assert!(faults("0123456789abcdef", "map", "out").is_empty());
        assert!(faults("0123456789abcde", "map", "out")[0].contains("has 15 bytes"));
        assert!(!faults("0123456789abcde", "map", "out")[0].contains("0123"), "the key is never printed");
        for (map, output) in
            [("out", "out"), ("out/map", "out"), ("./x/../out/map/", "out"), ("/audit/out/map", "out"), ("file:///audit/out/m", "./out"), ("s3://b/out/map", "s3://b/out/")]
        {
            assert!(faults("0123456789abcdef", map, output)[0].contains("lies inside"), "{map} {output}");
        }
        for (map, output) in [("output", "out"), ("../map", "out"), ("s3://b/outer", "s3://b/out"), (".", "out")] {
            assert!(faults("0123456789abcdef", map, output).is_empty(), "{map} {output}");
        }
    }

    #[test]
    fn neither_key_nor_map_is_part_of_the_configuration_that_figures_depend_on() {
        let plain = parsed("").unwrap();
        let mut other = plain.clone();
        other.evidence.pseudonymise = true;
        other.evidence.pseudonym_key = Some(Secret::new("0123456789abcdef".to_owned()));
        other.evidence.pseudonym_map = Some("map".to_owned());
        assert_eq!(plain.digest(), other.digest());
    }
}
