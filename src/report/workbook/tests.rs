//! The workbook read back by another library: sheets, kinds of cells, no formula.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::page::shown;
use super::*;
use crate::report::fixture::{empty, hostile};

const SHEETS: [&str; 10] = ["Summary", "Metrics", "Register", "Findings", "Reconciliation", "Deadlines", "Controls", "Break-glass", "Intake", "Gaps"];

fn open(results: &Results) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(render(results).unwrap().bytes)).unwrap()
}

#[test]
fn every_sheet_is_there_and_none_holds_a_formula() {
    for results in [empty(), hostile()] {
        let mut book = open(&results);
        assert_eq!(book.sheet_names(), SHEETS);
        for sheet in SHEETS {
            let formulas = book.worksheet_formula(sheet).unwrap();
            assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{sheet}");
        }
    }
}

#[test]
fn text_stays_text_numbers_are_numbers_and_dates_are_dates() {
    let results = hostile();
    let mut book = open(&results);
    let register = book.worksheet_range("Register").unwrap();
    let owners: Vec<String> = register.rows().skip(1).map(|row| row[3].to_string()).collect();
    assert!(owners.iter().any(|o| o.starts_with("=cmd|")), "{owners:?}");
    assert!(register.rows().skip(1).all(|row| matches!(row[3], Data::String(_)) && matches!(row[7], Data::DateTime(_)) && matches!(row[8], Data::Float(_))));
    let metrics = book.worksheet_range("Metrics").unwrap();
    assert_eq!(metrics.get((1, 5)), Some(&Data::Float(0.9)));
}

#[test]
fn long_text_is_cut_with_a_mark() {
    let long = shown(&"🚀".repeat(40_000));
    assert!(long.ends_with("[cut, see results.json]"));
    assert!(long.encode_utf16().count() <= 32_767);
    assert_eq!(shown("a\u{202e}b\nc"), "a\u{fffd}b\nc");
}

#[test]
fn the_same_results_give_the_same_workbook() {
    assert_eq!(render(&hostile()).unwrap().bytes, render(&hostile()).unwrap().bytes);
}
