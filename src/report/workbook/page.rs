//! One sheet: heads that stay in view, a filter, and cells of five kinds.

use anyhow::Result;
use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet};

use crate::report::text;

/// What a cell may hold, in UTF-16 units, less room for the mark.
const CELL: usize = 32_700;
/// Says that a text goes on elsewhere.
const CUT: &str = " \u{2026} [cut, see results.json]";
/// What a sheet may hold, less its heads.
const ROWS: usize = 1_000_000;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text, whatever it begins with.
    Text(String),
    /// A count or a sum.
    Number(f64),
    /// A fraction of one, shown in per cent.
    Share(f64),
    /// RFC 3339 or an ISO date; anything else stays text.
    When(String),
    /// Nothing.
    Empty,
}

impl Value {
    pub(crate) fn text(raw: &str) -> Self {
        if raw.is_empty() { Self::Empty } else { Self::Text(raw.to_owned()) }
    }

    pub(crate) fn when(raw: &str) -> Self {
        if raw.is_empty() { Self::Empty } else { Self::When(raw.to_owned()) }
    }

    pub(super) fn share(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Share)
    }

    pub(crate) fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }

    pub(crate) fn whole(value: u64) -> Self {
        Self::Number(value as f64)
    }

    pub(super) fn days(value: Option<i64>) -> Self {
        value.map_or(Self::Empty, |days| Self::Number(days as f64))
    }
}

/// The formats of a workbook.
pub(super) struct Formats {
    head: Format,
    share: Format,
    instant: Format,
    day: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        Self {
            head: Format::new().set_bold(),
            share: Format::new().set_num_format("0.0%"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }
}

/// A sheet before it is written.
#[derive(Debug)]
pub(crate) struct Page {
    name: &'static str,
    heads: Vec<(String, f64)>,
    rows: Vec<Vec<Value>>,
}

impl Page {
    /// `heads` are names and column widths.
    pub(crate) fn new(name: &'static str, heads: &[(&str, f64)], rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        Self { name, heads: heads.iter().map(|(head, width)| ((*head).to_owned(), *width)).collect(), rows: rows.into_iter().collect() }
    }

    pub(super) fn name(&self) -> &str {
        self.name
    }

    pub(super) fn write(&self, sheet: &mut Worksheet, formats: &Formats) -> Result<()> {
        sheet.set_name(self.name)?;
        for (column, (head, width)) in (0_u16..).zip(&self.heads) {
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(0, column, head.as_str(), &formats.head)?;
        }
        let mut last = 1_u32;
        for (row, values) in (1_u32..).zip(self.rows.iter().take(ROWS)) {
            last = row;
            for (column, value) in (0_u16..).zip(values) {
                cell(sheet, (row, column), value, formats)?;
            }
        }
        if self.rows.len() > ROWS {
            last += 1;
            sheet.write_string(last, 0, format!("{} further rows are in results.json", self.rows.len() - ROWS))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let columns = u16::try_from(self.heads.len().saturating_sub(1))?;
        sheet.autofilter(0, 0, last, columns)?;
        Ok(())
    }
}

fn cell(sheet: &mut Worksheet, (row, column): (u32, u16), value: &Value, formats: &Formats) -> Result<()> {
    match value {
        Value::Empty => {}
        Value::Text(text) => written(sheet, (row, column), text)?,
        // a figure that is no number is shown as such: the format knows neither infinity nor NaN
        Value::Number(number) | Value::Share(number) if !number.is_finite() => written(sheet, (row, column), "n/a")?,
        Value::Number(number) => {
            sheet.write_number(row, column, *number)?;
        }
        Value::Share(share) => {
            sheet.write_number_with_format(row, column, *share, &formats.share)?;
        }
        Value::When(text) => match date(text) {
            Some(date) => {
                let format = if text.contains('T') { &formats.instant } else { &formats.day };
                sheet.write_datetime_with_format(row, column, &date, format)?;
            }
            None => written(sheet, (row, column), text)?,
        },
    }
    Ok(())
}

/// Always a string cell: the general `write` would guess.
fn written(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str) -> Result<()> {
    sheet.write_string(row, column, shown(text))?;
    Ok(())
}

/// Text that a cell can hold: without control characters, and cut with a mark where it is too long.
pub(super) fn shown(raw: &str) -> String {
    let visible = |c: char| if c != '\n' && text::deceives(c) { text::REPLACEMENT } else { c };
    let mut out = String::new();
    let mut units = 0;
    for c in raw.chars().map(visible) {
        units += c.len_utf16();
        if units > CELL {
            out.push_str(CUT);
            break;
        }
        out.push(c);
    }
    out
}

/// An RFC 3339 instant in UTC or an ISO date that a spreadsheet can count from.
pub(super) fn date(text: &str) -> Option<ExcelDateTime> {
    let instant: Option<jiff::Timestamp> = text.parse().ok();
    let civil = match instant {
        Some(at) => at.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
        None => text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0),
    };
    let year = u16::try_from(civil.year()).ok()?;
    let (month, day) = (u8::try_from(civil.month()).ok()?, u8::try_from(civil.day()).ok()?);
    let (hour, minute, second) = (u16::try_from(civil.hour()).ok()?, u8::try_from(civil.minute()).ok()?, f64::from(civil.second()));
    ExcelDateTime::from_ymd(year, month, day).ok()?.and_hms(hour, minute, second).ok()
}
