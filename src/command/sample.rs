//! `mfaudit sample`: a population in an auditor's hands, frozen first and drawn from by their own seed.

mod source;

use std::fmt::Write as _;

use serde_json::json;

use super::{Said, Usage, local, plain, pretty};
use crate::cli::{Output, Sample};
use crate::digest;
use crate::query::{self, Population};
use crate::sampling::{self, Draw, Frozen, PerStratum, Plan, Record, Refused, SCHEMA, Stratum};
use crate::store::Place;

const RECORD: &str = "sample.json";
const POPULATION: &str = "population.csv";
const DEFINITION: &str = "definition.sql";
const CHANGED: &str = "the population changed since it was frozen";

pub(super) fn sample(args: &Sample, format: Output) -> anyhow::Result<Said> {
    run(args, format).map_err(|e| match e.downcast::<Refused>() {
        Ok(refused) => Usage(refused.to_string()).into(),
        Err(e) => e,
    })
}

/// One call: what it works on, and what an earlier call left.
struct Work<'w> {
    out: &'w Place,
    population: &'w Population,
    frozen: Frozen,
    /// Bytes of `population.csv` as made now.
    csv: Vec<u8>,
    sha256: String,
    plan: Plan,
    notes: Vec<String>,
    known: Option<Record>,
}

fn run(args: &Sample, format: Output) -> anyhow::Result<Said> {
    let all = query::populations()?;
    let population = all.iter().find(|p| p.id == args.population).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|p| p.id.as_str()).collect();
        Usage(format!("there is no population `{}`; known: {}", args.population, known.join(", ")))
    })?;
    let (sizes, deviations) = (PerStratum::read("--size", &args.size)?, PerStratum::read("--deviations", &args.deviations)?);
    let stores = local()?;
    let out = stores.open(&args.out)?;
    let known = known(&out)?;
    let plan = plan(args, known.as_ref())?;
    unmoved(args, known.as_ref(), &plan)?;
    let source = source::read(&stores, &args.from, population)?;
    let frozen = Frozen::new(population, &source.tables, source.digests)?;
    let csv = frozen.csv()?;
    let work = Work { out: &out, population, sha256: digest::sha256(&csv), frozen, csv, plan, notes: source.notes, known };
    // Deviations are told of the sample that is there: its seed is on record.
    let recorded = work.known.as_ref().and_then(|k| k.draw.as_ref()).filter(|_| !deviations.is_empty()).map(|d| d.seed.clone());
    let (record, files) = match args.seed.clone().or(recorded) {
        None if !deviations.is_empty() => return Err(Refused::new("nothing is drawn yet: deviations are told of a drawn sample").into()),
        None => freeze(&work)?,
        Some(seed) => drawn(&work, &seed, args.redraw, &sizes, &deviations)?,
    };
    let files: Vec<String> = files.iter().map(|f| out.shown(f)).collect();
    let text = match format {
        Output::Json => {
            let mut value = serde_json::to_value(&record)?;
            value["files"] = json!(files);
            pretty(&value)?
        }
        Output::Text => told(&record, &files),
    };
    Ok(Said { text, code: 0 })
}

/// The record that an earlier call left.
fn known(out: &Place) -> anyhow::Result<Option<Record>> {
    let Some(bytes) = out.get(RECORD)? else { return Ok(None) };
    let record: Option<Record> = serde_json::from_slice(&bytes).ok();
    match record.filter(|r| r.schema == SCHEMA) {
        Some(record) => Ok(Some(record)),
        None => Err(Refused::new(format!("`{}` is no record of a sample that this version reads: choose another folder", out.shown(RECORD))).into()),
    }
}

/// What was asked for, else what was recorded, else 95 % and 5 %.
fn plan(args: &Sample, known: Option<&Record>) -> Result<Plan, Refused> {
    let before = known.map(|k| k.draw.as_ref().map_or(k.plan, |d| d.plan));
    let or = |given: Option<f64>, of: fn(&Plan) -> f64, default: f64| given.or(before.as_ref().map(of)).unwrap_or(default);
    let expected = args.expected.or(before.map(|p| p.expected)).unwrap_or(0);
    Plan::new(or(args.confidence, |p| p.confidence, 0.95), or(args.tolerable, |p| p.tolerable, 0.05), expected)
}

/// A plan that could be moved once the results are known would be none.
fn unmoved(args: &Sample, known: Option<&Record>, plan: &Plan) -> Result<(), Refused> {
    match known.and_then(|k| k.draw.as_ref()) {
        Some(draw) if draw.plan != *plan && !args.redraw => Err(Refused::new(
            "the sample was drawn by another confidence, tolerable rate or number of expected deviations; `--redraw` with a new seed draws anew and keeps the earlier draw on record",
        )),
        _ => Ok(()),
    }
}

type Written = (Record, Vec<String>);

/// Writes the population and what to draw from it.
fn freeze(work: &Work<'_>) -> anyhow::Result<Written> {
    if let Some(known) = &work.known {
        held(work, known)?;
        if known.draw.is_some() {
            return Err(Refused::new("a sample is drawn in this folder already: give its `--seed` to extend it, `--deviations`, or another folder").into());
        }
    }
    let record = Record::frozen(&work.frozen, work.sha256.clone(), work.plan, work.notes.clone())?;
    work.out.put(POPULATION, work.csv.clone())?;
    work.out.put(DEFINITION, work.population.sql.clone())?;
    save(work.out, &record)?;
    Ok((record, [POPULATION, DEFINITION, RECORD].map(str::to_owned).to_vec()))
}

/// The folder holds this population, as it is made now and as it was frozen.
fn held(work: &Work<'_>, known: &Record) -> anyhow::Result<()> {
    let (now, then) = ((&work.frozen.population, &work.frozen.period), (&known.population, &known.period));
    if now != then {
        return Err(Refused::new(format!("the folder holds the population `{}` of {}: choose another one", known.population, known.period)).into());
    }
    if known.definition_sha256 != work.frozen.definition_sha256 {
        return Err(Refused::new(format!("{CHANGED}: this version defines it otherwise")).into());
    }
    if known.population_sha256 != work.sha256 {
        return Err(Refused::new(format!("{CHANGED}: its SHA-256 was {} and is {} now", known.population_sha256, work.sha256)).into());
    }
    match work.out.get(POPULATION)?.map(|bytes| digest::sha256(&bytes)) {
        Some(there) if there == known.population_sha256 => Ok(()),
        Some(_) => Err(Refused::new(format!("{CHANGED}: `{}` is another file than the one that was frozen", work.out.shown(POPULATION))).into()),
        None => Err(Refused::new(format!("`{}` is missing: freeze the population again in another folder", work.out.shown(POPULATION))).into()),
    }
}

/// Draws, extends or draws anew, and tells what deviations prove.
fn drawn(work: &Work<'_>, seed: &str, redraw: bool, sizes: &PerStratum, deviations: &PerStratum) -> anyhow::Result<Written> {
    if seed.trim().is_empty() {
        return Err(Refused::new("`--seed` is empty: the auditor names a text of their own").into());
    }
    let frozen_first = "freeze the population first, by a call without `--seed`; give its digest to the auditor, and then take the seed from them";
    let known = work.known.as_ref().ok_or_else(|| Refused::new(frozen_first))?;
    held(work, known)?;
    let mut earlier_draws = known.earlier_draws.clone();
    let before = match &known.draw {
        Some(draw) if draw.seed == seed => Some(draw),
        Some(draw) if redraw => {
            earlier_draws.push(draw.clone());
            None
        }
        Some(_) => return Err(Refused::new("the sample was drawn with another seed; `--redraw` draws anew and keeps the earlier draw on record").into()),
        None => None,
    };
    let mut draw = sampling::draw(&work.frozen, seed, work.plan, sizes, before)?;
    if !deviations.is_empty() {
        // What was told before stays told.
        let now = sampling::evaluate(&draw, deviations)?;
        if now != draw.evaluation {
            draw.earlier_evaluations.extend(std::mem::replace(&mut draw.evaluation, now));
        }
    }
    let same = before.is_some_and(|b| b.items == draw.items);
    let mut record = Record { plan: draw.plan, strata: draw.strata.clone(), notes: work.notes.clone(), draw: Some(draw.clone()), earlier_draws, ..known.clone() };
    let mut files = vec![RECORD.to_owned()];
    // A worksheet that is being filled in is left alone while nothing is added to it.
    if !same {
        files.extend(worksheets(work, &mut record, &draw)?);
    }
    save(work.out, &record)?;
    Ok((record, files))
}

/// Writes the worksheets; one that somebody has filled in is kept beside the new one.
fn worksheets(work: &Work<'_>, record: &mut Record, draw: &Draw) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    for (stem, end, bytes) in [("worksheet", "csv", sampling::csv(&work.frozen, draw)?), ("worksheet", "xlsx", sampling::xlsx(&work.frozen, record, draw)?)] {
        let name = format!("{stem}.{end}");
        if let Some(there) = work.out.get(&name)?
            && record.worksheets.get(&name) != Some(&digest::sha256(&there))
        {
            let mut number = 1;
            while work.out.get(&format!("{stem}-filled-{number}.{end}"))?.is_some() {
                number += 1;
            }
            let aside = format!("{stem}-filled-{number}.{end}");
            work.out.put(&aside, there)?;
            files.push(aside);
        }
        record.worksheets.insert(name.clone(), digest::sha256(&bytes));
        work.out.put(&name, bytes)?;
        files.push(name);
    }
    Ok(files)
}

fn save(out: &Place, record: &Record) -> anyhow::Result<()> {
    out.put(RECORD, pretty(&serde_json::to_value(record)?)?)
}

fn told(record: &Record, files: &[String]) -> String {
    let plan = &record.plan;
    let mut text = format!(
        "{}, {}\n{} items, SHA-256 of population.csv {}\nconfidence {}, tolerable rate {}, {} deviations expected\n\n",
        record.title, record.period, record.items, record.population_sha256, plan.confidence, plan.tolerable, plan.expected
    );
    if record.strata.is_empty() {
        text.push_str("the population is empty: there is nothing to draw\n");
    }
    let word = if record.draw.is_some() { "drawn" } else { "to draw" };
    record.strata.iter().for_each(|s| size(&mut text, word, s));
    for e in record.draw.iter().flat_map(|d| &d.evaluation) {
        let verdict = if e.tolerated { "below what is not tolerable" } else { "NOT below what is not tolerable" };
        let _ = writeln!(
            text,
            "{:<14} deviations {}, tested {}: at most {} of {} deviate, {:.2} %, {verdict}",
            all(&e.stratum),
            e.deviations,
            e.tested,
            e.upper_deviations,
            e.population,
            e.upper_rate * 100.0
        );
    }
    for note in &record.notes {
        let _ = writeln!(text, "note: {}", plain(note));
    }
    if !record.earlier_draws.is_empty() {
        let _ = writeln!(text, "note: {} earlier draws with other seeds are on record", record.earlier_draws.len());
    }
    if record.draw.is_none() {
        text.push_str("\nnext: give this SHA-256 to the auditor, then take the seed from them and call again with `--seed`\n");
    }
    text.push('\n');
    for file in files {
        let _ = writeln!(text, "{file}");
    }
    text
}

fn size(text: &mut String, word: &str, s: &Stratum) {
    let all_of_it = if s.test_all { ": test all" } else { "" };
    let fewer = if s.sample < s.planned { format!("; fewer than the {} that confidence and tolerable rate ask for", s.planned) } else { String::new() };
    let _ = writeln!(text, "{:<14} {word} {} of {}{all_of_it}{fewer}", all(&s.stratum), s.sample, s.population);
}

fn all(stratum: &str) -> &str {
    if stratum.is_empty() { "all" } else { stratum }
}
