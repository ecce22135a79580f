//! Pseudonyms in a run: people are replaced before anything is measured, and the map back lies in a place of its own.

use std::collections::BTreeSet;

use anyhow::Context;

use super::Prepared;
use crate::config::Config;
use crate::derive::{Derivation, Desk};
use crate::digest;
use crate::period::Period;
use crate::pseudonym::Pseudonyms;
use crate::report::{Sheet, csv_text};
use crate::results::{Pseudonymised, Results};

const HEADS: [&str; 3] = ["kind", "original", "pseudonym"];
/// First line of settings that are not shown as they were in force.
const REMARK: &str = "# People are replaced by pseudonyms below: the digest of the settings in force, `config_sha256`, is that of the original text.\n";

/// The desk of a period; under pseudonyms where the run shows people so.
pub(super) fn desk(prepared: &Prepared, derivation: &Derivation<'_>, period: &Period) -> anyhow::Result<(Desk, Option<Pseudonyms>)> {
    let mut desk = derivation.desk(period, prepared.as_of)?;
    let evidence = &prepared.config.evidence;
    let Some(key) = evidence.pseudonym_key.as_ref().filter(|_| evidence.pseudonymise) else { return Ok((desk, None)) };
    let pseudonyms = Pseudonyms::new(key, &desk.named)?;
    pseudonyms.desk(&mut desk)?;
    Ok((desk, Some(pseudonyms)))
}

/// The settings as the pack shows them.
pub(super) fn configuration(config: &Config, pseudonyms: Option<&Pseudonyms>) -> String {
    let text = config.canonical();
    let Some(pseudonyms) = pseudonyms else { return text };
    // The digest of a short list of people can be found by trying lists.
    let text = config.legacy.iter().fold(text, |text, l| text.replace(&l.sha256, "withheld"));
    format!("{REMARK}{}", pseudonyms.text(&text))
}

/// Puts the rest of the results under pseudonyms, and says so.
pub(super) fn results(results: &mut Results, pseudonyms: Option<&Pseudonyms>, configuration: &str) {
    let Some(pseudonyms) = pseudonyms else { return };
    pseudonyms.results(results);
    results.pseudonymised = Some(Pseudonymised { key_id: pseudonyms.key_id(), config_sha256: digest::sha256(configuration.as_bytes()) });
}

/// What is told of earlier issues, which may show people as they are. What is done is not done again.
pub(super) fn earlier(results: &mut Results, pseudonyms: Option<&Pseudonyms>) {
    if let Some(pseudonyms) = pseudonyms {
        pseudonyms.earlier(results);
    }
}

/// Who is who: kind, original and pseudonym.
#[derive(Debug, Default)]
pub(super) struct Map(BTreeSet<[String; 3]>);

impl Map {
    pub(super) fn add(&mut self, pseudonyms: Option<&Pseudonyms>) {
        let rows = pseudonyms.into_iter().flat_map(Pseudonyms::map);
        self.0.extend(rows.map(|(kind, original, pseudonym)| [kind.to_owned(), csv_text(&original), pseudonym]));
    }

    /// Writes the map. What an earlier run of the day wrote stays: its report may still be in somebody's hands.
    pub(super) fn write(mut self, prepared: &Prepared) -> anyhow::Result<()> {
        let Some(url) = prepared.config.evidence.pseudonym_map.as_ref().filter(|_| prepared.config.evidence.pseudonymise) else { return Ok(()) };
        let place = prepared.stores.open(url)?;
        let name = format!("{}-{}.csv", prepared.period.id(), prepared.as_of.to_zoned(jiff::tz::TimeZone::UTC).date());
        if let Some(before) = place.get(&name)? {
            self.0.extend(read(&before).with_context(|| format!("`{}` is no map of pseudonyms: move it away", place.shown(&name)))?);
        }
        let mut sheet = Sheet::at(name, &HEADS)?;
        for row in self.0 {
            sheet.row(row)?;
        }
        let artifact = sheet.finish()?;
        place.put(&artifact.name, artifact.bytes)
    }
}

fn read(bytes: &[u8]) -> anyhow::Result<Vec<[String; 3]>> {
    let mut reader = csv::Reader::from_reader(bytes);
    anyhow::ensure!(reader.headers()?.iter().eq(HEADS), "its heads are not {}", HEADS.join(", "));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let cell = |i: usize| record.get(i).unwrap_or_default().to_owned();
        rows.push([cell(0), cell(1), cell(2)]);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_as_it_was_written() {
        let rows = [["person", "'=1+1", "person-1"], ["person", "two\nlines, \"quoted\"", "person-2"]];
        let mut sheet = Sheet::at("m.csv".to_owned(), &HEADS).unwrap();
        rows.iter().for_each(|row| sheet.row(row.map(str::to_owned)).unwrap());
        assert_eq!(read(&sheet.finish().unwrap().bytes).unwrap(), rows.map(|row| row.map(str::to_owned)));
        assert!(read(b"a,b\r\n1,2\r\n").is_err());
    }
}
