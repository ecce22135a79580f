//! The exception register: stock by category and state, age, entries and their faults.

use std::collections::BTreeMap;

use anyhow::Result;

use super::block::{Block, Status};
use super::plot;
use super::register::{entries, faults, is_overdue};
use super::table::{Cell, Kind, Table};
use crate::report::chart::theme::{BAD, CODE, MAIN, NEUTRAL, STRONG, Token, WARN};
use crate::report::chart::{Bar, Bars, Segment};
use crate::report::number::{plural, whole};
use crate::report::text::words;
use crate::results::{RegisterEntry, Results};

/// How many states there are.
const STATE_COUNT: usize = 6;

/// States in the order of an exception's life, with their colours.
static STATES: [(&str, Token); STATE_COUNT] = [("requested", CODE), ("approved", STRONG), ("active", MAIN), ("expired", BAD), ("closed", NEUTRAL), ("unknown", WARN)];

/// Upper ends of the age bands in days; older ones are in the last band.
static AGES: [(i64, &str); 4] = [(30, "0–30 days"), (60, "31–60 days"), (90, "61–90 days"), (180, "91–180 days")];

const OLDEST: &str = "over 180 days";

/// Everything the report says about the register.
pub(super) fn blocks(results: &Results) -> Result<Vec<Block>> {
    let register = &results.register;
    if register.is_empty() {
        return Ok(vec![Block::text("The register holds no entry.")]);
    }
    let faulty = register.iter().filter(|entry| !entry.faults.is_empty()).count() as u64;
    let mut blocks = vec![by_state(register)?];
    blocks.extend(by_age(register)?);
    if faulty > 0 {
        let text = format!("{} of {} have a fault.", whole(faulty), plural(register.len() as u64, "entry", "entries"));
        blocks.push(Block::callout(Status::Missed, text));
        blocks.push(faults(register));
    }
    blocks.push(entries(register));
    Ok(blocks)
}

/// Position of the state; an unheard-of one counts as unknown.
fn state(entry: &RegisterEntry) -> usize {
    STATES.iter().position(|(name, _)| *name == entry.state).unwrap_or(STATE_COUNT - 1)
}

/// Entries per state, by category.
type Counts<'a> = (&'a str, [u64; STATE_COUNT]);

fn by_state(register: &[RegisterEntry]) -> Result<Block> {
    let rows = counted(register);
    let sum = |position: usize| rows.iter().map(|(_, counts)| counts[position]).sum::<u64>();
    let states: Vec<usize> = (0..STATE_COUNT).filter(|position| sum(*position) > 0).collect();
    let bars = rows.iter().map(|(category, counts)| {
        let segments = states.iter().map(|state| {
            let number = counts[*state];
            Segment::new(number as f64, STATES[*state].1, whole(number))
        });
        Bar::new(words(category), segments.collect(), whole(counts.iter().sum()))
    });
    let key = states.iter().map(|state| (STATES[*state].0.to_owned(), STATES[*state].1));
    let bars = Bars { bars: bars.collect(), key: key.collect() };
    let parts = states.iter().map(|state| format!("{} {}", whole(sum(*state)), STATES[*state].0));
    let text = format!("{} at the end of the period: {}.", plural(register.len() as u64, "entry", "entries"), parts.collect::<Vec<_>>().join(", "));
    let title = "Exceptions by category and state";
    plot::bars("register-by-state", title, text, state_table(title, &rows, &states), &bars)
}

/// Largest category first.
fn counted(register: &[RegisterEntry]) -> Vec<Counts<'_>> {
    let mut counts: BTreeMap<&str, [u64; STATE_COUNT]> = BTreeMap::new();
    for entry in register {
        counts.entry(entry.category.as_str()).or_default()[state(entry)] += 1;
    }
    let mut rows: Vec<Counts<'_>> = counts.into_iter().collect();
    // stable: categories of the same size stay in the order of their names
    rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<u64>()));
    rows
}

fn state_table(title: &str, rows: &[Counts<'_>], states: &[usize]) -> Table {
    let mut heads = vec![("Category", Kind::Wide)];
    heads.extend(states.iter().map(|state| (STATES[*state].0, Kind::Number)));
    heads.push(("All", Kind::Number));
    Table::new("register-states", title, &heads).rows(rows.iter().map(|(category, counts)| {
        let mut cells = vec![Cell::from(words(category))];
        cells.extend(states.iter().map(|state| Cell::from(whole(counts[*state]))));
        cells.push(Cell::from(whole(counts.iter().sum())));
        cells
    }))
}

/// Open entries of one age.
struct Band {
    name: &'static str,
    in_date: u64,
    overdue: u64,
}

/// Open entries by days active, past expiry apart.
fn by_age(register: &[RegisterEntry]) -> Result<Option<Block>> {
    let bands = bands(register);
    let overdue: u64 = bands.iter().map(|band| band.overdue).sum();
    let all = overdue + bands.iter().map(|band| band.in_date).sum::<u64>();
    if all == 0 {
        return Ok(None);
    }
    let bars = bands.iter().map(|band| {
        let segments = [(band.in_date, MAIN), (band.overdue, BAD)];
        let segments = segments.map(|(n, token)| Segment::new(n as f64, token, whole(n)));
        Bar::new(band.name, segments.to_vec(), whole(band.in_date + band.overdue))
    });
    let key = vec![("in date".to_owned(), MAIN), ("past expiry".to_owned(), BAD)];
    let bars = Bars { key, bars: bars.collect() };
    let title = "Open exceptions by age";
    let heads = [("Days active", Kind::Wide), ("In date", Kind::Number), ("Past expiry", Kind::Number), ("All", Kind::Number)];
    let table = Table::new("register-ages", title, &heads).rows(bands.iter().map(|band| {
        let numbers = [band.in_date, band.overdue, band.in_date + band.overdue];
        let mut cells = vec![Cell::from(band.name)];
        cells.extend(numbers.map(|number| Cell::from(whole(number))));
        cells
    }));
    let text = format!("{} open with a known age; {} past expiry.", whole(all), whole(overdue));
    plot::bars("register-by-age", title, text, table, &bars).map(Some)
}

fn bands(register: &[RegisterEntry]) -> Vec<Band> {
    let names = AGES.iter().map(|(_, name)| *name).chain([OLDEST]);
    let mut bands: Vec<Band> = names.map(|name| Band { name, in_date: 0, overdue: 0 }).collect();
    for entry in register.iter().filter(|entry| entry.state != "closed") {
        let Some(age) = entry.age_days else { continue };
        let position = AGES.iter().position(|(upper, _)| age <= *upper).unwrap_or(AGES.len());
        let Some(band) = bands.get_mut(position) else {
            continue;
        };
        if is_overdue(entry) {
            band.overdue += 1;
        } else {
            band.in_date += 1;
        }
    }
    bands
}
