//! The instructions in the pack, in plain words, for a reader without this program.

use super::retention::{Class, Retention};
use crate::results::Results;

pub(super) const PATH: &str = "README.md";
const TEXT: &str = include_str!("readme.md");

/// Fills in whose pack it is, who signed it and how long it is kept.
pub(super) fn text(results: &Results, signers: &[String], retention: Retention) -> anyhow::Result<String> {
    let signed = if signers.is_empty() {
        "**It is not signed**: the digests show damage, and a person who can write the whole folder can write them anew.".to_owned()
    } else {
        format!("Signed by {}.", signers.join(" and "))
    };
    let tool = format!("{} {}", results.tool.name, results.tool.version);
    // Names come from outside and stay on one line.
    let organisation = one_line(&results.organisation.name);
    let detail_until = retention.until(Class::Detail, &results.as_of)?;
    let summary_until = retention.until(Class::Summary, &results.as_of)?;
    let pairs = [("{period}", results.period.label.as_str()), ("{tool}", tool.as_str()), ("{as_of}", results.as_of.as_str()), ("{signed}", signed.as_str())];
    let filled = pairs.iter().fold(TEXT.to_owned(), |text, (mark, value)| text.replace(mark, value));
    Ok(filled.replace("{detail_until}", &detail_until).replace("{summary_until}", &summary_until).replace("{organisation}", &organisation))
}

/// Without line ends and control characters, and no longer than a heading.
pub(super) fn one_line(text: &str) -> String {
    let words: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
