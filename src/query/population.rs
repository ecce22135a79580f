//! Populations as files: what an auditor may draw from, one row per item with its evidence.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use arrow::record_batch::RecordBatch;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::corpus::stem;
use super::execute::{Rows, select};
use super::front_matter::{facts, header};
use super::lint::{constructs, output, parsed, unknown, unordered};
use crate::derive::Fact;
use crate::digest;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/populations");

/// What every population returns besides its evidence.
const CONTRACT: [&str; 3] = ["item", "label", "stratum"];
/// Columns of the worksheet that are not evidence.
const RESERVED: [&str; 7] = ["number", "drawn", "result", "deviation", "tested_by", "tested_on", "notes"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    id: String,
    title: String,
    reads: Vec<String>,
    #[serde(default)]
    needs: Vec<String>,
    about: String,
}

/// One population file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// `exceptions`; equals the file's name.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Tables it may read.
    pub reads: Vec<String>,
    /// Facts it stands on besides those behind its tables.
    pub needs: Vec<String>,
    /// What is in it and what is not.
    pub about: String,
    /// The whole file, as it is executed.
    pub sql: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
}

impl Population {
    /// Parses a population file.
    ///
    /// # Errors
    /// When the header is missing, is not TOML, has an unknown or missing key, or its id is not the file's name.
    pub fn parse(file: &str, text: &str) -> anyhow::Result<Self> {
        let h: Header = header("population", file, text)?;
        anyhow::ensure!(h.id == file, "population `{file}`: the header says id `{}`; the id must equal the file's name", h.id);
        let about = h.about.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Self { id: h.id, title: h.title, reads: h.reads, needs: h.needs, about, sha256: digest::sha256(text.as_bytes()), sql: text.to_owned() })
    }

    /// Every fact it stands on.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        facts(&self.reads, &self.needs)
    }

    /// Its rows over the tables it declares and no others.
    ///
    /// # Errors
    /// When a table is missing, the engine refuses the statement, or a column of the contract is missing.
    pub fn rows(&self, tables: &BTreeMap<&'static str, RecordBatch>) -> anyhow::Result<Rows> {
        let rows = select(&format!("population `{}`", self.id), &self.sql, &self.reads, tables)?;
        for column in CONTRACT {
            if rows.batch.column_by_name(column).is_none() {
                bail!("population `{}`: column `{column}` is missing from its rows", self.id);
            }
        }
        Ok(rows)
    }

    /// Whether a column is evidence and not part of the contract.
    #[must_use]
    pub fn is_evidence(column: &str) -> bool {
        !CONTRACT.contains(&column)
    }
}

/// The populations that ship with the program, by name.
///
/// # Errors
/// When a header is broken.
pub fn populations() -> anyhow::Result<Vec<Population>> {
    let files = EMBEDDED.files().filter(|f| f.path().extension().is_some_and(|e| e == "sql"));
    let mut all = files.map(|f| Population::parse(&stem(f.path()), f.contents_utf8().unwrap_or(""))).collect::<anyhow::Result<Vec<_>>>()?;
    all.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(all)
}

/// All faults of the files, in their order: the same subset of SQL as for queries, and the contract of a population.
#[must_use]
pub fn lint_populations(all: &[Population]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut titles = BTreeSet::new();
    for p in all {
        let mut found = unknown(&p.reads, p.needs.iter());
        if !titles.insert(&p.title) {
            found.push(format!("title `{}` is used twice", p.title));
        }
        match parsed(&p.sql) {
            Ok(sql) => {
                found.extend(columns(&output(&sql.body)));
                found.extend(unordered(&sql).map(str::to_owned));
                found.extend(constructs(&sql, &p.reads));
            }
            Err(fault) => found.push(fault),
        }
        faults.extend(found.into_iter().map(|f| format!("population `{}`: {f}", p.id)));
    }
    faults
}

fn columns(given: &[String]) -> Vec<String> {
    let missing = CONTRACT.iter().filter(|c| !given.iter().any(|g| g == *c)).map(|c| format!("column `{c}` is missing"));
    let taken = given.iter().filter(|g| RESERVED.contains(&g.as_str())).map(|g| format!("column `{g}` is one that the auditor fills in"));
    let twice = given.iter().enumerate().filter(|(i, g)| given[..*i].contains(g)).map(|(_, g)| format!("column `{g}` stands there twice"));
    missing.chain(taken).chain(twice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(select: &str) -> Vec<String> {
        let text = format!("-- ---\n-- id = \"p\"\n-- title = \"t\"\n-- reads = [\"population\"]\n-- about = \"a\"\n-- ---\n{select}");
        lint_populations(&[Population::parse("p", &text).unwrap()])
    }

    const GOOD: &str = "SELECT p.identity_id AS item, p.label, '' AS stratum, p.department FROM population p ORDER BY item NULLS LAST";

    #[test]
    fn the_files_that_ship_have_no_fault() {
        let all = populations().unwrap();
        assert_eq!(lint_populations(&all), Vec::<String>::new());
        assert_eq!(all.len(), 11);
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
        for (select, part) in [
            (GOOD.replace("'' AS stratum, ", ""), "column `stratum` is missing"),
            (GOOD.replace("p.department", "p.department AS result"), "the auditor fills in"),
            (GOOD.replace("p.department", "p.department, p.department"), "stands there twice"),
            (GOOD.replace(" NULLS LAST", ""), "NULLS"),
            (GOOD.replace("FROM population p", "FROM period p"), "without declaring"),
            (GOOD.replace("p.department", "ROUND(2.5) AS x"), "ROUND"),
            (format!("{GOOD}; DROP TABLE population"), "exactly one SELECT"),
        ] {
            assert!(faults(&select).iter().any(|f| f.contains(part)), "{select}\n{:?}", faults(&select));
        }
        assert!(Population::parse("q", "-- ---\n-- id = \"p\"\n-- title = \"t\"\n-- reads = []\n-- about = \"a\"\n-- ---\n").unwrap_err().to_string().contains("must equal"));
    }
}
