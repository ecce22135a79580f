//! How long each file may be kept: rows about persons shortly, figures and digests long.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::report::{Sheet, csv_text};

/// Months by class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Retention {
    /// Rows about single persons.
    pub(super) detail_months: i64,
    /// Figures, queries and digests.
    pub(super) summary_months: i64,
}

impl Retention {
    /// Day on which a class is disposed of.
    pub(super) fn until(self, class: Class, as_of: &str) -> anyhow::Result<String> {
        let made: Timestamp = as_of.parse()?;
        let months = match class {
            Class::Detail => self.detail_months,
            Class::Summary => self.summary_months,
        };
        Ok(made.to_zoned(TimeZone::UTC).date().checked_add(months.months())?.to_string())
    }
}

/// How close a file comes to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Detail,
    Summary,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Detail => "detail",
            Self::Summary => "summary",
        }
    }
}

/// Files in which nobody is named. Whatever is not listed is taken for personal: a report names who fails, the settings may name
/// accounts.
const AGGREGATED: [&str; 15] = [
    "data/figures.csv",
    "data/queries/",
    "data/populations/",
    "data/reperform.sql",
    "data/dictionary.csv",
    "data/templates.json",
    "data/sbom.cdx.json",
    "data/retention.csv",
    "data/junit.xml",
    "data/csv/controls.csv",
    "data/intake/objects.csv",
    "data/intake/deliveries.csv",
    "data/intake/totals.csv",
    "data/intake/gaps.csv",
    "data/intake/anchors.csv",
];

pub(super) fn class(path: &str) -> Class {
    if AGGREGATED.iter().any(|p| path.starts_with(p)) { Class::Summary } else { Class::Detail }
}

/// One line per payload file.
pub(super) fn sheet<'p>(paths: impl Iterator<Item = &'p str>, retention: Retention, as_of: &str) -> anyhow::Result<Vec<u8>> {
    let mut sheet = Sheet::at("data/retention.csv".to_owned(), &["file", "class", "dispose_on"])?;
    for path in paths {
        let class = class(path);
        sheet.row([csv_text(path), class.name().to_owned(), retention.until(class, as_of)?])?;
    }
    Ok(sheet.finish()?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_early_and_figures_late() {
        let kept = Retention { detail_months: 12, summary_months: 84 };
        let text = String::from_utf8(sheet(["data/rows/K3.csv", "data/figures.csv", "data/something new"].into_iter(), kept, "2026-11-05T02:00:00Z").unwrap()).unwrap();
        assert_eq!(text, "file,class,dispose_on\r\ndata/rows/K3.csv,detail,2027-11-05\r\ndata/figures.csv,summary,2033-11-05\r\ndata/something new,detail,2027-11-05\r\n");
    }
}
