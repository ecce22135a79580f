//! `report.html`: one file that asks for nothing outside itself.
//!
//! The content policy allows exactly one style sheet and one script, by their hashes; a name from a
//! log that carries markup is escaped by the template engine and would be blocked by the policy.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use sha2::{Digest as _, Sha256};

use super::font;
use super::templates::Templates;
use super::view::{Medium, View};
use crate::results::Results;

/// Steps a template may take: a thousand times what the largest report needs, so that only an
/// endless loop reaches it.
const FUEL: u64 = 500_000_000;

/// Renders the page.
pub(super) fn render(results: &Results, templates: &Templates) -> Result<String> {
    let view = View::new(results, &templates.sha256(), Medium::Html)?;
    let style = style(templates)?;
    let script = text(templates, "table.js")?;
    // markup made by us, with every foreign text in it escaped by the SVG writer
    let pictures = view.pictures().into_iter().map(|p| (p.id().to_owned(), Value::from_safe_string(p.svg().to_owned())));
    let context = context! {
        d => Value::from(Serde(&view)),
        pictures => Value::from_pairs(pictures.collect::<Vec<_>>()),
        style_hash => policy_hash(&style),
        script_hash => policy_hash(script),
        style => Value::from_safe_string(style),
        script => Value::from_safe_string(script.to_owned()),
    };
    let environment = environment(templates)?;
    let page = environment.get_template("report.html").context("template `report.html` is faulty")?;
    page.render(context).context("cannot fill template `report.html`; `mfaudit check` tests templates without data")
}

/// All templates compiled, every value escaped, every missing value an error.
fn environment(templates: &Templates) -> Result<Environment<'_>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_fuel(Some(FUEL));
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().context("cannot set the template syntax")?);
    for (name, source) in templates.files().iter().filter(|(name, _)| name.ends_with(".html")) {
        environment.add_template(name, source).with_context(|| format!("template `{name}` does not compile"))?;
    }
    Ok(environment)
}

/// The typefaces and the style sheet.
fn style(templates: &Templates) -> Result<String> {
    let mut style = String::new();
    for (weight, bytes) in font::WEB {
        style.push_str(&format!("@font-face{{font-family:\"IBM Plex Sans\";font-weight:{weight};src:url(data:font/woff2;base64,{}) format(\"woff2\")}}\n", BASE64.encode(bytes)));
    }
    style.push_str(text(templates, "style.css")?);
    Ok(style)
}

fn text<'a>(templates: &'a Templates, name: &str) -> Result<&'a str> {
    templates.get(name).with_context(|| format!("template `{name}` is missing"))
}

/// The source expression for inline code in a content policy.
fn policy_hash(code: &str) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(code.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_compiles() {
        environment(&Templates::embedded()).unwrap();
    }

    #[test]
    fn a_faulty_override_is_named() {
        let mut files = Templates::embedded().files().clone();
        files.insert("blocks/table.html".to_owned(), "{% for %}".to_owned());
        let templates = Templates::replaced_by(files).unwrap();
        let error = environment(&templates).unwrap_err();
        assert!(format!("{error:#}").contains("template `blocks/table.html` does not compile"));
    }

    #[test]
    fn the_policy_hash_is_that_of_the_standard() {
        assert_eq!(policy_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
