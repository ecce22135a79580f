//! A population as it is frozen: every item once, in the order of its name, with its evidence.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use crate::period::rfc3339;
use crate::query::Population;
use crate::report::{Sheet, csv_text};
use crate::table::{Row, snapshot};

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    Text,
    /// A number.
    Number,
    /// An instant or a day.
    When,
}

/// One column of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the population's file names it.
    pub name: String,
    /// What its cells are.
    pub shape: Shape,
}

/// One item that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name, exactly as `population.csv` holds it.
    pub item: String,
    /// For people.
    pub label: String,
    /// Stratum; empty text where there are none.
    pub stratum: String,
    /// One cell per column of evidence.
    pub evidence: Vec<String>,
}

impl Item {
    fn fields(&self) -> impl Iterator<Item = String> + '_ {
        [self.item.clone(), csv_text(&self.label), csv_text(&self.stratum)].into_iter().chain(self.evidence.iter().map(|cell| csv_text(cell)))
    }
}

/// A population with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Its name.
    pub population: String,
    /// Its heading.
    pub title: String,
    /// SHA-256 of the file that defines it.
    pub definition_sha256: String,
    /// The audited period.
    pub period: String,
    /// The instant of the run that published the tables.
    pub as_of: String,
    /// SHA-256 of every table that was read.
    pub tables: BTreeMap<String, String>,
    /// Columns of evidence.
    pub columns: Vec<Column>,
    /// In the order of their names.
    pub items: Vec<Item>,
}

impl Frozen {
    /// Makes the population from tables; `digests` are those of the table files.
    ///
    /// # Errors
    /// When a table is missing, the engine refuses the statement, or an item stands there twice.
    pub fn new(population: &Population, tables: &BTreeMap<&'static str, RecordBatch>, digests: BTreeMap<String, String>) -> anyhow::Result<Self> {
        let batch = tables.get("period").context("table `period` is missing")?;
        let period = *snapshot::Period::read(batch)?.first().context("table `period` has no row")?;
        let rows = population.rows(tables)?;
        let schema = rows.batch.schema();
        let evidence = schema.fields().iter().filter(|f| Population::is_evidence(f.name()));
        let columns: Vec<Column> = evidence.map(|f| Column { name: f.name().clone(), shape: shape(f.data_type()) }).collect();
        let cells: Vec<Vec<String>> = columns.iter().map(|c| rows.texts(&c.name)).collect();
        let (names, labels, strata) = (rows.texts("item"), rows.texts("label"), rows.texts("stratum"));
        let item = |i: usize| Item {
            // What is hashed must be what stands in the file, mark against formulas included.
            item: csv_text(&names[i]),
            label: labels[i].clone(),
            stratum: strata[i].clone(),
            evidence: cells.iter().map(|column| column[i].clone()).collect(),
        };
        let mut items: Vec<Item> = (0..names.len()).map(item).collect();
        items.sort_by(|a, b| a.item.cmp(&b.item));
        if let Some([twice, _]) = items.windows(2).find(|pair| pair[0].item == pair[1].item) {
            bail!("population `{}`: item `{}` stands there twice, so one of the two could never be drawn", population.id, twice.item);
        }
        Ok(Self {
            population: population.id.clone(),
            title: population.title.clone(),
            definition_sha256: population.sha256.clone(),
            period: period.period_id.to_owned(),
            as_of: rfc3339(period.as_of_at),
            tables: digests,
            columns,
            items,
        })
    }

    /// `population.csv`: what is hashed before a seed is named.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn csv(&self) -> anyhow::Result<Vec<u8>> {
        let mut heads = vec!["item", "label", "stratum"];
        heads.extend(self.columns.iter().map(|c| c.name.as_str()));
        let mut sheet = Sheet::at("population.csv".to_owned(), &heads)?;
        for item in &self.items {
            sheet.row(item.fields())?;
        }
        Ok(sheet.finish()?.bytes)
    }

    /// Number of items by stratum.
    #[must_use]
    pub fn strata(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for item in &self.items {
            *counts.entry(item.stratum.as_str()).or_insert(0) += 1;
        }
        counts
    }
}

fn shape(data_type: &DataType) -> Shape {
    match data_type {
        DataType::Int64 | DataType::Float64 => Shape::Number,
        DataType::Date32 | DataType::Timestamp(..) => Shape::When,
        _ => Shape::Text,
    }
}
