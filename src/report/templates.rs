//! The templates: built in, or replaced as a whole.
//!
//! A site may bring its own folder. It replaces the built-in one entirely, because a report of mixed
//! provenance is no evidence; the digest of what was used is printed on the cover.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/report_templates");

/// Templates without which no report can be made; the others are found by the names in these.
const NEEDED: [&str; 4] = ["report.html", "report.typ", "style.css", "table.js"];

/// The template files in force, by name relative to their folder, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    files: BTreeMap<String, String>,
}

/// A folder of templates that cannot replace the built-in one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template `{missing}` is missing: a template folder replaces the built-in one as a whole, start from an exported copy")]
pub struct MissingTemplate {
    missing: String,
}

impl Default for Templates {
    fn default() -> Self {
        Self::embedded()
    }
}

impl Templates {
    /// The built-in templates.
    pub fn embedded() -> Self {
        let mut files = BTreeMap::new();
        collect(&EMBEDDED, &mut files);
        Self { files }
    }

    /// A folder of the site, which must hold every needed file.
    ///
    /// # Errors
    ///
    /// When a file is missing that every report needs.
    pub fn replaced_by(files: BTreeMap<String, String>) -> Result<Self, MissingTemplate> {
        match NEEDED.into_iter().find(|name| !files.contains_key(*name)) {
            Some(name) => Err(MissingTemplate { missing: name.to_owned() }),
            None => Ok(Self { files }),
        }
    }

    /// Every file, for exporting a copy to start from.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// SHA-256 over names, lengths and contents in the order of the names, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in &self.files {
            hash.update(format!("{name}\n{}\n", text.len()));
            hash.update(text);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The text of one template.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }
}

fn collect(folder: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in folder.files() {
        if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.insert(name.replace('\\', "/"), text.to_owned());
        }
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_folder_is_whole() {
        let embedded = Templates::embedded();
        assert_eq!(Templates::replaced_by(embedded.files().clone()), Ok(embedded.clone()));
        assert!(embedded.get("blocks/table.html").is_some());
        assert_eq!(embedded.sha256().len(), 64);
    }

    #[test]
    fn a_folder_with_a_hole_is_refused_by_name() {
        let mut files = Templates::embedded().files().clone();
        files.remove("style.css");
        let message = Templates::replaced_by(files).unwrap_err().to_string();
        assert!(message.starts_with("template `style.css` is missing"), "{message}");
    }

    #[test]
    fn no_template_carries_what_the_content_policy_forbids() {
        for (name, text) in Templates::embedded().files() {
            if name.ends_with(".html") {
                assert!(!text.contains("style=\""), "`{name}` has a style attribute");
                assert!(!text.contains(" onclick") && !text.contains("javascript:"), "`{name}` has a handler");
                assert!(!text.contains("http://") && !text.contains("https://"), "`{name}` points outside");
            }
        }
    }
}
