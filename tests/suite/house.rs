//! Rules of the house that no lint of the compiler holds.

use std::path::Path;

use super::harness::files_below;

fn root(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

fn sources() -> Vec<(String, String)> {
    files_below(&root("src")).into_iter().filter(|k| k.ends_with(".rs")).map(|k| (k.clone(), std::fs::read_to_string(root("src").join(&k)).unwrap())).collect()
}

/// Code without its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn no_vendor_name_after_the_source_stage() {
    let vendors = ["microsoft", "entra", "azure", "okta", "duo ", "google", "conditional access"];
    let mut found = Vec::new();
    let mut look = |name: &str, text: &str| {
        let text = text.to_lowercase();
        // Not within a word: `central` names nobody.
        let named = |v: &str| text.match_indices(v).any(|(at, _)| !text[..at].ends_with(char::is_alphabetic));
        found.extend(vendors.iter().filter(|v| named(v)).map(|v| format!("{name}: {v}")));
    };
    for (name, text) in sources() {
        if ["source/", "generate/", "store/", "config/reference"].iter().all(|room| !name.starts_with(room)) {
            // Store URLs are named after the clouds that speak them.
            look(&name, code(&text));
        }
    }
    for folder in ["queries", "populations", "report_templates"] {
        for key in files_below(&root(folder)) {
            look(&key, &std::fs::read_to_string(root(folder).join(&key)).unwrap());
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// A module may use only those that `lib.rs` lists before it.
#[test]
fn the_modules_depend_in_one_direction() {
    let lib = std::fs::read_to_string(root("src/lib.rs")).unwrap();
    let order: Vec<&str> = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(order.len() > 15);
    let place = |m: &str| order.iter().position(|o| *o == m);
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let own = name.split(['/', '.']).next().unwrap();
        let Some(here) = place(own) else { continue };
        for used in code(&text).split("crate::").skip(1) {
            let inner: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let named: Vec<String> = match used.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap().split(',').map(|m| m.trim().split("::").next().unwrap().to_owned()).collect(),
                None => vec![inner],
            };
            wrong.extend(named.iter().filter(|m| place(m).is_some_and(|p| p > here)).map(|m| format!("{name} uses {m}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_and_lines_stay_readable() {
    let long: Vec<String> = sources().into_iter().map(|(n, t)| (n, code(&t).lines().count())).filter(|(_, n)| *n > 330).map(|(f, n)| format!("{f}: {n} lines")).collect();
    assert!(long.is_empty(), "split by meaning: {long:#?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources().into_iter().filter(|(_, t)| !t.starts_with("//!")).map(|(n, _)| n).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn templates_carry_no_inline_style_or_handler() {
    for key in files_below(&root("report_templates")).into_iter().filter(|k| k.ends_with(".html")) {
        let text = std::fs::read_to_string(root("report_templates").join(&key)).unwrap();
        assert!(!text.contains("style=") && !text.contains(" onclick") && !text.contains("http://") && !text.contains("https://"), "{key}");
    }
}

#[test]
fn the_reference_configuration_is_the_defaults() {
    use mfaudit::config::{Config, REFERENCE};
    let minimal =
        "[organisation]\nname = \"Example Organisation\"\n[[source]]\nid = \"sign-ins\"\nkind = \"entra.sign_ins\"\nurl = \"raw/sign-ins\"\n[register]\nurl = \"register\"\n";
    let reference = Config::parse(REFERENCE, "reference.toml", Path::new(".")).unwrap();
    let bare = Config::parse(minimal, "minimal.toml", Path::new(".")).unwrap();
    assert_eq!(reference.run, bare.run);
    assert_eq!(reference.output, bare.output);
    assert_eq!(reference.organisation, bare.organisation);
    assert_eq!(reference.register, bare.register);
    assert_eq!(reference.population, bare.population);
    assert_eq!(reference.lake, bare.lake);
    assert_eq!(reference.evidence, bare.evidence);
    assert_eq!(reference.trust.on("2026-01-01".parse().unwrap()), bare.trust.on("2026-01-01".parse().unwrap()));
}
