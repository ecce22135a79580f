//! `report.pdf`: the same view, set by Typst inside the process.
//!
//! Values reach the template as JSON and are shown as text, never as markup. A character without a
//! glyph would stop an archival PDF, so every text is checked against the embedded typefaces first.

use anyhow::{Context as _, Result, anyhow, bail};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::text::Font;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandards, Timestamp};

use super::number::plural;
use super::text::{REPLACEMENT, deceives};
use super::view::{Medium, View};
use super::world::ReportWorld;
use super::{Options, PdfStandard, font, json};
use crate::results::Results;

/// Faults shown before the rest is left out.
const FAULTS: usize = 8;

/// Renders the document.
pub(super) fn render(results: &Results, options: &Options) -> Result<Vec<u8>> {
    let template = options.templates.get("report.typ").context("template `report.typ` is missing")?;
    let fonts = font::faces();
    let files = files(results, options, &fonts)?;
    let world = ReportWorld::new(fonts, template, files)?;
    let compiled = typst::compile::<PagedDocument>(&world);
    // one report seldom resembles the next: keep no memory of it
    typst::comemo::evict(0);
    let document = compiled.output.map_err(|faults| refusal(&world, &faults))?;
    let bytes = typst_pdf::pdf(&document, &pdf_options(results, options)?).map_err(|faults| refusal(&world, &faults))?;
    Ok(bytes)
}

/// Data, pictures and, where the standard allows it, the results to attach.
fn files(results: &Results, options: &Options, fonts: &[Font]) -> Result<Vec<(String, Vec<u8>)>> {
    let attach = options.pdf_standard == PdfStandard::A3aUa1;
    let view = View::new(results, &options.templates.sha256(), Medium::Pdf)?;
    let mut replaced = 0;
    let mut files = Vec::new();
    for picture in view.pictures() {
        // markup of the picture is ASCII, so only foreign text can change
        let svg = displayable(picture.svg(), fonts, &mut replaced);
        files.push((format!("/pictures/{}.svg", picture.id()), svg.into_bytes()));
    }
    let mut data = serde_json::to_value(&view).context("cannot write the data of the PDF")?;
    filter(&mut data, fonts, &mut replaced);
    let note = if replaced == 0 {
        String::new()
    } else {
        let characters = plural(replaced, "character", "characters");
        format!("{characters} in names and other texts have no glyph in this document's typeface and are shown as {REPLACEMENT}; results.json and the CSV files keep them.")
    };
    let Some(object) = data.as_object_mut() else {
        bail!("the data of the PDF is no object");
    };
    object.insert("attach".to_owned(), attach.into());
    object.insert("replaced".to_owned(), note.into());
    files.push(("/data.json".to_owned(), serde_json::to_vec(&data).context("cannot write the data of the PDF")?));
    if attach {
        files.push(("/results.json".to_owned(), json::render(results)?));
    }
    Ok(files)
}

/// Makes every text below `value` displayable.
fn filter(value: &mut serde_json::Value, fonts: &[Font], replaced: &mut u64) {
    match value {
        serde_json::Value::String(text) => *text = displayable(text, fonts, replaced),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| filter(item, fonts, replaced)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| filter(field, fonts, replaced)),
        _ => {}
    }
}

/// `text` with every character replaced that no typeface can show; counts them.
fn displayable(text: &str, fonts: &[Font], replaced: &mut u64) -> String {
    let shown = |c: char| (' '..='~').contains(&c) || matches!(c, '\n' | REPLACEMENT) || (!deceives(c) && fonts.iter().any(|font| font.info().coverage.contains(u32::from(c))));
    text.chars()
        .map(|c| {
            if shown(c) {
                c
            } else {
                *replaced += 1;
                REPLACEMENT
            }
        })
        .collect()
}

fn pdf_options(results: &Results, options: &Options) -> Result<PdfOptions> {
    use typst_pdf::PdfStandard as Standard;
    let list = match options.pdf_standard {
        PdfStandard::A3aUa1 => [Standard::A_3a, Standard::Ua_1],
        PdfStandard::A2aUa1 => [Standard::A_2a, Standard::Ua_1],
    };
    let standards = PdfStandards::new(&list).map_err(|e| anyhow!("the PDF standards `{}` exclude each other: {e:?}", options.pdf_standard))?;
    Ok(PdfOptions {
        ident: Smart::Custom(format!("mfaudit/{}/{}", results.organisation.name, results.period.id)),
        creator: Smart::Custom(Some(format!("{} {}", results.tool.name, results.tool.version))),
        timestamp: Some(Timestamp::new_utc(instant(&results.as_of)?)),
        standards,
        ..PdfOptions::default()
    })
}

/// The instant of the run as the date of the document.
fn instant(as_of: &str) -> Result<Datetime> {
    let stamp: jiff::Timestamp = as_of.parse().with_context(|| format!("`as_of` of the results is no RFC 3339 instant: `{as_of}`"))?;
    let at = stamp.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    Datetime::from_ymd_hms(i32::from(at.year()), part(at.month()), part(at.day()), part(at.hour()), part(at.minute()), part(at.second()))
        .with_context(|| format!("`as_of` of the results is out of range: `{as_of}`"))
}

fn refusal(world: &ReportWorld, faults: &[SourceDiagnostic]) -> anyhow::Error {
    let shown: Vec<String> = faults.iter().take(FAULTS).map(|fault| world.explain(fault)).collect();
    anyhow!("the PDF engine refuses the document: {}", shown.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_without_a_glyph_are_replaced_and_counted() {
        let fonts = font::faces();
        let mut replaced = 0;
        assert_eq!(displayable("Søren Čapek ≥ 山🚀\u{202e}", &fonts, &mut replaced), "Søren Čapek ≥ \u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(replaced, 3);
    }

    #[test]
    fn the_engine_sees_no_file_it_was_not_given() {
        let template = "#read(\"/etc/passwd\")";
        let world = ReportWorld::new(font::faces(), template, vec![]).unwrap();
        let Err(faults) = typst::compile::<PagedDocument>(&world).output else { panic!("the file was read") };
        assert!(refusal(&world, &faults).to_string().contains("file not found"));
    }

    #[test]
    fn the_document_is_dated_by_the_run() {
        assert!(instant("2026-11-02T06:00:00Z").is_ok());
        assert!(instant("yesterday").unwrap_err().to_string().contains("RFC 3339"));
    }
}
