//! `sample.json`: everything that another person needs to repeat a draw, and every draw that was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Frozen, Plan, Refused};

/// Identifies the shape of `sample.json`.
pub const SCHEMA: &str = "mfaudit.sample/1";

/// A frozen population, and what was drawn from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The program and its version.
    pub tool: String,
    /// Name of the population.
    pub population: String,
    /// Its heading.
    pub title: String,
    /// The audited period.
    pub period: String,
    /// SHA-256 of the file that defines it, `definition.sql`.
    pub definition_sha256: String,
    /// SHA-256 of `population.csv`.
    pub population_sha256: String,
    /// Number of items.
    pub items: u64,
    /// SHA-256 of every table that was read, as the pack lists them.
    pub tables: BTreeMap<String, String>,
    /// What the sample must be able to show.
    pub plan: Plan,
    /// Sizes by stratum that follow from the plan.
    pub strata: Vec<Stratum>,
    /// What a reader must know of the population.
    pub notes: Vec<String>,
    /// What was drawn; absent while the population is only frozen.
    pub draw: Option<Draw>,
    /// Draws with other seeds that this one took the place of.
    #[serde(default)]
    pub earlier_draws: Vec<Draw>,
    /// SHA-256 of the worksheets as they were written.
    #[serde(default)]
    pub worksheets: BTreeMap<String, String>,
}

/// One stratum and its sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// Its name; empty text where the population has none.
    pub stratum: String,
    /// Items in it.
    pub population: u64,
    /// Items that the plan asks for.
    pub planned: u64,
    /// Items drawn; before the draw, items to draw.
    pub sample: u64,
    /// The whole stratum is tested.
    pub test_all: bool,
}

/// One draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// The auditor's seed.
    pub seed: String,
    /// How the order is made.
    pub method: String,
    /// What the sample must be able to show.
    pub plan: Plan,
    /// Sizes by stratum.
    pub strata: Vec<Stratum>,
    /// Items in the order of the worksheet.
    pub items: Vec<Drawn>,
    /// What the tested items prove, by stratum; empty until deviations are told.
    #[serde(default)]
    pub evaluation: Vec<Evaluation>,
    /// What was told before it, oldest first: a conclusion does not vanish.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_evaluations: Vec<Evaluation>,
}

/// One drawn item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// As it stands in `population.csv`.
    pub item: String,
    /// Its stratum.
    pub stratum: String,
    /// What it was ordered by.
    pub hmac: String,
    /// Added after the first draw.
    pub extension: bool,
}

/// What a tested stratum proves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Stratum.
    pub stratum: String,
    /// Items in it.
    pub population: u64,
    /// Items tested.
    pub tested: u64,
    /// Deviations found.
    pub deviations: u64,
    /// Confidence of the bound.
    pub confidence: f64,
    /// Most deviations in the stratum.
    pub upper_deviations: u64,
    /// The same as a share.
    pub upper_rate: f64,
    /// Tolerable share.
    pub tolerable: f64,
    /// The bound lies below what is not tolerable.
    pub tolerated: bool,
}

impl Record {
    /// A population that is frozen and not drawn from.
    ///
    /// # Errors
    /// When a size cannot be worked out.
    pub fn frozen(of: &Frozen, population_sha256: String, plan: Plan, notes: Vec<String>) -> anyhow::Result<Self> {
        Ok(Self {
            schema: SCHEMA.to_owned(),
            tool: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            population: of.population.clone(),
            title: of.title.clone(),
            period: of.period.clone(),
            definition_sha256: of.definition_sha256.clone(),
            population_sha256,
            items: of.items.len() as u64,
            tables: of.tables.clone(),
            plan,
            strata: of.strata().into_iter().map(|(name, population)| Stratum::planned(name, population, &plan)).collect::<anyhow::Result<_>>()?,
            notes,
            draw: None,
            earlier_draws: Vec::new(),
            worksheets: BTreeMap::new(),
        })
    }
}

impl Stratum {
    fn planned(name: &str, population: u64, plan: &Plan) -> anyhow::Result<Self> {
        let planned = plan.size(population)?;
        Ok(Self { stratum: name.to_owned(), population, planned, sample: planned, test_all: planned == population })
    }
}

/// One number for every stratum, or one for each that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerStratum {
    every: Option<u64>,
    named: BTreeMap<String, u64>,
}

impl PerStratum {
    /// Reads `3`, or `privileged=1` and `other=0`.
    ///
    /// # Errors
    /// [`Refused`] when a word is no number, or both forms are mixed.
    pub fn read(option: &str, words: &[String]) -> Result<Self, Refused> {
        let mut found = Self::default();
        for word in words {
            let (name, number) = word.split_once('=').map_or((None, word.as_str()), |(name, number)| (Some(name), number));
            let number = number.trim().parse::<u64>().map_err(|_| Refused::new(format!("`{option} {word}`: write a number, or one for each stratum as in `privileged=1`")))?;
            let twice = match name {
                Some(name) => found.named.insert(name.trim().to_owned(), number),
                None => found.every.replace(number),
            };
            if twice.is_some() || (found.every.is_some() && !found.named.is_empty()) {
                return Err(Refused::new(format!("`{option}`: write one number, or one for each stratum")));
            }
        }
        Ok(found)
    }

    /// Nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.every.is_none() && self.named.is_empty()
    }

    /// The number of a stratum.
    #[must_use]
    pub fn of(&self, stratum: &str) -> Option<u64> {
        self.every.or_else(|| self.named.get(stratum).copied())
    }

    /// One number stands for all strata.
    pub(super) fn is_shared(&self) -> bool {
        self.every.is_some()
    }

    /// The first name that no stratum has.
    pub(super) fn stray<'s>(&'s self, known: &[&str]) -> Option<&'s str> {
        self.named.keys().map(String::as_str).find(|name| !known.contains(name))
    }
}
