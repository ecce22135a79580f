//! The whole stage: whatever the results hold, every format comes out, and foreign text stays text.

use super::fixture::{empty, hostile, not_computed};
use super::*;

fn bytes_of(results: &Results, format: Format) -> Vec<u8> {
    let mut artifacts = render(results, &[format], &Options::default()).unwrap();
    artifacts.swap_remove(0).bytes
}

fn html(results: &Results) -> String {
    String::from_utf8(bytes_of(results, Format::Html)).unwrap()
}

#[test]
fn every_format_comes_out_whatever_the_results_hold() {
    for results in [empty(), hostile(), not_computed()] {
        let artifacts = render(&results, Format::ALL, &Options::default()).unwrap();
        assert!(artifacts.iter().all(|artifact| !artifact.bytes.is_empty()));
        let names: std::collections::BTreeSet<&str> = artifacts.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names.len(), artifacts.len(), "names are unique");
    }
}

#[test]
fn the_same_results_give_the_same_bytes() {
    for format in Format::ALL {
        assert_eq!(bytes_of(&hostile(), *format), bytes_of(&hostile(), *format), "{format}");
    }
}

#[test]
fn both_pdf_standards_are_offered() {
    for standard in PdfStandard::ALL {
        let options = Options { pdf_standard: *standard, ..Options::default() };
        let artifacts = render(&hostile(), &[Format::Pdf], &options).unwrap();
        assert!(artifacts[0].bytes.starts_with(b"%PDF-1.7"), "{standard}");
    }
}

#[test]
fn foreign_text_never_becomes_markup() {
    let page = html(&hostile());
    assert!(!page.contains("<script>alert"));
    assert!(!page.contains("</svg><style>"));
    assert!(!page.contains("style=\""));
    assert!(!page.contains('\u{202e}'));
    assert!(page.contains("{{ 7 * 7 }}"), "template syntax in a name is text");
    assert!(!page.contains(&"x".repeat(10_000)));
}

#[test]
fn missing_metrics_are_on_page_one_with_their_reasons() {
    let page = html(&not_computed());
    assert!(page.contains("Incomplete: 6 of 6 metrics could not be computed"));
    assert!(page.contains("table `sign_ins` has a gap on 2026-10-12."));
    assert!(html(&empty()).contains("Incomplete: there is no metric in these results"));
}

#[test]
fn a_metric_nobody_listed_has_a_place() {
    let page = html(&hostile());
    assert!(page.contains("Other metrics"));
    assert!(page.contains("id=\"m5\""));
}

#[test]
fn element_ids_are_unique() {
    let page = html(&hostile());
    let mut seen = std::collections::BTreeSet::new();
    for part in page.split(" id=\"").skip(1) {
        let id = part.split('"').next().unwrap();
        assert!(seen.insert(id), "`{id}` is used twice");
    }
}

#[test]
fn names_of_formats_and_standards_read_back() {
    for format in Format::ALL {
        assert_eq!(format.as_str().parse::<Format>(), Ok(*format));
    }
    for standard in PdfStandard::ALL {
        assert_eq!(standard.as_str().parse::<PdfStandard>(), Ok(*standard));
    }
    let message = "docx".parse::<Format>().unwrap_err().to_string();
    assert_eq!(message, "unknown report format `docx`: use one of `html`, `pdf`, `json`, `csv`, `oscal`, `ocsf`, `sarif`, `junit`, `xlsx`");
}
