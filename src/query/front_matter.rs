//! Splits a query file into its TOML header and its SELECT. The file as a whole stays valid SQL.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::derive::Fact;
use crate::digest;

/// What the rows of a query fold into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `subject, verdict, reason` (, `weight`): yes, no and unknown over a population.
    Ratio,
    /// `subject, category` (, `weight`): stock per category.
    Count,
    /// `subject, bucket, weight`: shares that sum to one.
    Mix,
    /// `subject, due_at, met_at, status`: duties.
    Obligations,
    /// `subject, part, weight`: one sum over another.
    Rate,
    /// `subject, entry, exit, exit_by, ended`: Kaplan–Meier and cumulative incidence.
    Duration,
    /// `subject, severity, first_seen, last_seen, reason`: findings.
    Detection,
    /// `subject, bucket, part, weight, floor, least`: whether a mix has moved.
    Drift,
    /// `subject, day, observed, part, false_alarms`: days that stand out of their series.
    Series,
}

impl Kind {
    /// Columns the kind needs besides `line`.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Ratio => &["subject", "verdict", "reason"],
            Self::Count => &["subject", "category"],
            Self::Mix => &["subject", "bucket", "weight"],
            Self::Obligations => &["subject", "due_at", "met_at", "status", "reason"],
            Self::Rate => &["subject", "part", "weight"],
            Self::Duration => &["subject", "entry", "exit", "exit_by", "ended"],
            Self::Detection => &["subject", "severity", "first_seen", "last_seen", "reason"],
            Self::Drift => &["subject", "bucket", "part", "weight", "floor", "least"],
            Self::Series => &["subject", "day", "observed", "part", "false_alarms"],
        }
    }

    /// As written in the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Count => "count",
            Self::Mix => "mix",
            Self::Obligations => "obligations",
            Self::Rate => "rate",
            Self::Duration => "duration",
            Self::Detection => "detection",
            Self::Drift => "drift",
            Self::Series => "series",
        }
    }
}

/// One figure of a query; the first is the headline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSpec {
    /// Value of the `line` column.
    pub id: String,
    /// Printed label.
    pub title: String,
    /// Facts this line alone needs.
    #[serde(default)]
    pub needs: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    id: String,
    name: String,
    title: String,
    kind: Kind,
    better: String,
    #[serde(default)]
    target: Option<String>,
    reads: Vec<String>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    controls: Vec<String>,
    about: String,
    #[serde(default)]
    dimensions: Vec<String>,
    #[serde(default)]
    containment: Vec<String>,
    lines: Vec<LineSpec>,
}

/// One query file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// `K3`; equals the file's name.
    pub id: String,
    /// Name in snake case.
    pub name: String,
    /// Heading.
    pub title: String,
    /// What the rows fold into.
    pub kind: Kind,
    /// `higher`, `lower` or `none`.
    pub better: String,
    /// Configuration key of its target.
    pub target: Option<String>,
    /// Tables it may read.
    pub reads: Vec<String>,
    /// Facts it needs besides those behind its tables.
    pub needs: Vec<String>,
    /// Controls it supports.
    pub controls: Vec<String>,
    /// The definition.
    pub about: String,
    /// Columns the fold is repeated for.
    pub dimensions: Vec<String>,
    /// Of a detection: what to do first about a finding.
    pub containment: Vec<String>,
    /// Its figures, headline first.
    pub lines: Vec<LineSpec>,
    /// The whole file, as it is executed.
    pub sql: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
}

impl Query {
    /// Parses a query file.
    ///
    /// # Errors
    /// When the header is missing, is not TOML, or has an unknown or missing key.
    pub fn parse(file: &str, text: &str) -> anyhow::Result<Self> {
        let h: Header = header("query", file, text)?;
        Ok(Self {
            id: h.id,
            name: h.name,
            title: h.title,
            kind: h.kind,
            better: h.better,
            target: h.target,
            reads: h.reads,
            needs: h.needs,
            controls: h.controls,
            about: h.about.split_whitespace().collect::<Vec<_>>().join(" "),
            dimensions: h.dimensions,
            containment: h.containment,
            lines: h.lines,
            sha256: digest::sha256(text.as_bytes()),
            sql: text.to_owned(),
        })
    }

    /// Every fact the whole query stands on.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        facts(&self.reads, &self.needs)
    }
}

/// Facts behind the tables, and those named besides.
pub(super) fn facts(reads: &[String], needs: &[String]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = reads.iter().flat_map(|t| Fact::behind(t).iter().copied()).collect();
    facts.extend(needs.iter().filter_map(|n| Fact::named(n)));
    facts.sort_unstable();
    facts.dedup();
    facts
}

/// The header of a file; `kind` is what the file is, for messages.
pub(super) fn header<H: DeserializeOwned>(kind: &str, file: &str, text: &str) -> anyhow::Result<H> {
    let lines = split(text).ok_or_else(|| anyhow::anyhow!("{kind} `{file}`: the file must begin with a header between two `-- ---` lines"))?;
    toml::from_str(&lines).map_err(|e| {
        // Header line n is file line n + 1, behind the opening `-- ---`.
        let line = e.span().map_or(1, |s| lines.as_bytes()[..s.start.min(lines.len())].iter().filter(|b| **b == b'\n').count() + 2);
        anyhow::anyhow!("{kind} `{file}` line {line}: {}", e.message())
    })
}

fn split(text: &str) -> Option<String> {
    let mut lines = text.lines();
    if lines.next()?.trim() != "-- ---" {
        return None;
    }
    let mut header = String::new();
    for line in lines {
        let line = line.trim_end();
        if line == "-- ---" {
            return Some(header);
        }
        header.push_str(line.strip_prefix("-- ").or_else(|| line.strip_prefix("--"))?);
        header.push('\n');
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-- ---\n-- id = \"K0\"\n-- name = \"n\"\n-- title = \"t\"\n-- kind = \"ratio\"\n-- better = \"higher\"\n-- reads = [\"period\"]\n-- about = \"\"\"\n-- two\n-- lines\"\"\"\n-- lines = [{ id = \"all\", title = \"All\" }]\n-- ---\nSELECT 1\n";

    #[test]
    fn the_header_is_read_and_the_file_kept_whole() {
        let q = Query::parse("K0", GOOD).unwrap();
        assert_eq!((q.id.as_str(), q.kind, q.about.as_str(), q.sql.as_str()), ("K0", Kind::Ratio, "two lines", GOOD));
    }

    #[test]
    fn faults_name_file_and_line() {
        let unknown = GOOD.replace("better", "bettr");
        let message = Query::parse("K0", &unknown).unwrap_err().to_string();
        assert!(message.starts_with("query `K0` line 6:"), "{message}");
        assert!(Query::parse("K0", "SELECT 1").unwrap_err().to_string().contains("header"));
    }
}
