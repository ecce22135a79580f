//! Days and snapshots that were expected and did not come, or came broken.

use anyhow::Result;

use super::block::Block;
use super::plot;
use super::table::{Cell, Kind, Table};
use crate::report::chart::{self, Calendar};
use crate::report::number::{instant, plural, whole};
use crate::report::text::{short, words};
use crate::results::{Intake, PeriodInfo};

/// A calendar of more days has squares too small to see.
const DAYS: i64 = 62;

/// Sources a calendar shows.
const SOURCES: usize = 24;

/// One square per source and day, when there is a gap to show.
pub(super) fn calendar(intake: &Intake, period: &PeriodInfo) -> Result<Option<Block>> {
    let sources = sources(intake);
    let Some(days) = days(period).filter(|_| !intake.gaps.is_empty()) else {
        return Ok(None);
    };
    let heads = [("Source", Kind::Wide), ("Gaps", Kind::Number)];
    let table = Table::new("gap-counts", "Gaps per source", &heads).rows(sources.iter().map(|(source, gaps)| vec![Cell::from(short(source)), Cell::from(whole(*gaps))]));
    let faulty = sources.iter().filter(|(_, gaps)| *gaps > 0).count() as u64;
    let text = format!("{} in {}.", plural(intake.gaps.len() as u64, "gap", "gaps"), plural(faulty, "source", "sources"),);
    let rows = sources.iter().take(SOURCES).map(|(source, _)| {
        let states = days.iter().map(|day| state(intake, source, day));
        (short(source), states.collect())
    });
    let rows = rows.collect();
    let labels = days.iter().map(|day| day.get(8..).unwrap_or_default().to_owned());
    let plot = Calendar { days: labels.collect(), rows };
    plot::chart("gap-calendar", "Gaps by day", text, table, |frame| chart::calendar(frame, &plot)).map(Some)
}

/// Every source with the number of its gaps, most gaps first.
fn sources(intake: &Intake) -> Vec<(&str, u64)> {
    let mut names: Vec<&str> = intake.sources.iter().map(|s| s.source.as_str()).collect();
    for gap in &intake.gaps {
        if !names.contains(&gap.source.as_str()) {
            names.push(&gap.source);
        }
    }
    let gaps = |name: &str| intake.gaps.iter().filter(|gap| gap.source == name).count() as u64;
    let mut sources: Vec<(&str, u64)> = names.into_iter().map(|name| (name, gaps(name))).collect();
    sources.sort_by_key(|(_, gaps)| std::cmp::Reverse(*gaps));
    sources
}

/// What is wrong with a source on a day; empty when nothing is.
fn state(intake: &Intake, source: &str, day: &str) -> String {
    let gap = intake.gaps.iter().find(|gap| gap.source == source && gap.day.get(..10) == Some(day));
    gap.map(|gap| words(&gap.state)).unwrap_or_default()
}

/// ISO dates of the period in its own zone; none when they cannot be told or are too many.
fn days(period: &PeriodInfo) -> Option<Vec<String>> {
    if !(1..=DAYS).contains(&period.days) {
        return None;
    }
    let start: jiff::Timestamp = period.start.parse().ok()?;
    let first = start.in_tz(&period.time_zone).ok()?.date();
    let count = usize::try_from(period.days).ok()?;
    Some(first.series(jiff::Span::new().days(1)).take(count).map(|day| day.to_string()).collect())
}

/// Every gap as a row.
pub(super) fn list(intake: &Intake) -> Block {
    let rows = intake.gaps.iter().map(|gap| vec![short(&gap.source).into(), short(&instant(&gap.day)).into(), words(&gap.state).into(), short(&gap.reason).into()]);
    let heads = [("Source", Kind::Text), ("Day", Kind::Text), ("State", Kind::Text), ("Reason", Kind::Wide)];
    Table::new("gap-list", "Days and snapshots that are missing or broken", &heads)
        .rows(rows)
        .or("Nothing that was expected is missing.")
        .limited(500, 200, "all are in csv/gaps.csv")
        .searchable()
        .block()
}
