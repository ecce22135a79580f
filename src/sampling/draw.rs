//! The draw: the first n of an order that seed and item alone decide.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::bound::upper;
use super::{Draw, Drawn, Evaluation, Frozen, Item, PerStratum, Plan, Refused, Stratum};
use crate::digest;

/// How the order is made, in words for the record.
pub const METHOD: &str = "items ordered by the hexadecimal HMAC-SHA-256 with the seed as key (UTF-8) over the item as it stands in population.csv; of each stratum the first n";

/// What an item is ordered by.
///
/// # Errors
/// When the seed cannot be a key, which no seed is.
pub fn rank(seed: &str, item: &str) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed.as_bytes()).map_err(|_| anyhow::anyhow!("the seed cannot be used as a key"))?;
    mac.update(item.as_bytes());
    Ok(digest::hex(&mac.finalize().into_bytes()))
}

/// The items of each stratum in the order of the draw.
fn ordered<'i>(items: &'i [Item], seed: &str) -> anyhow::Result<BTreeMap<&'i str, Vec<(String, &'i Item)>>> {
    let mut strata: BTreeMap<&str, Vec<(String, &Item)>> = BTreeMap::new();
    for item in items {
        strata.entry(item.stratum.as_str()).or_default().push((rank(seed, &item.item)?, item));
    }
    for order in strata.values_mut() {
        order.sort_by(|a, b| (&a.0, &a.1.item).cmp(&(&b.0, &b.1.item)));
    }
    Ok(strata)
}

/// Draws, or adds to what was drawn `before` with the same seed.
///
/// # Errors
/// [`Refused`] when a stratum is not known, the sample would become smaller, or what was drawn before is not what the seed draws.
pub fn draw(of: &Frozen, seed: &str, plan: Plan, sizes: &PerStratum, before: Option<&Draw>) -> anyhow::Result<Draw> {
    let ordered = ordered(&of.items, seed)?;
    let names: Vec<&str> = ordered.keys().copied().collect();
    if let Some(stray) = sizes.stray(&names) {
        return Err(unknown(stray, &names));
    }
    let mut items: Vec<Drawn> = before.map(|b| b.items.clone()).unwrap_or_default();
    let mut strata = Vec::new();
    for (name, order) in &ordered {
        let kept = kept(name, order, before)?;
        let (population, planned) = (order.len() as u64, plan.size(order.len() as u64)?);
        let sample = match sizes.of(name) {
            Some(size) => size.min(population),
            // Deviations told later must not draw more by themselves.
            None if before.is_some_and(|b| b.plan == plan) => kept,
            None => planned.max(kept),
        };
        if sample < kept {
            return Err(Refused::new(format!("{kept} items{} are drawn already: a sample can grow and not shrink", within(name))).into());
        }
        let from = usize::try_from(kept)?;
        let until = usize::try_from(sample)?;
        items.extend(order[from..until].iter().map(|(hmac, item)| Drawn {
            item: item.item.clone(),
            stratum: item.stratum.clone(),
            hmac: hmac.clone(),
            extension: before.is_some(),
        }));
        strata.push(Stratum { stratum: (*name).to_owned(), population, planned, sample, test_all: sample == population });
    }
    let same = before.filter(|b| b.items.len() == items.len());
    let evaluation = same.map(|b| b.evaluation.clone()).unwrap_or_default();
    let mut earlier_evaluations = before.map(|b| b.earlier_evaluations.clone()).unwrap_or_default();
    if same.is_none() {
        earlier_evaluations.extend(before.map(|b| b.evaluation.clone()).unwrap_or_default());
    }
    Ok(Draw { seed: seed.to_owned(), method: METHOD.to_owned(), plan, strata, items, evaluation, earlier_evaluations })
}

/// How many items of a stratum were drawn before; they must be the first of its order.
fn kept(name: &str, order: &[(String, &Item)], before: Option<&Draw>) -> anyhow::Result<u64> {
    let own: Vec<&Drawn> = before.into_iter().flat_map(|b| &b.items).filter(|d| d.stratum == name).collect();
    let edited = own.iter().enumerate().find(|(place, drawn)| order.get(*place).is_none_or(|(_, item)| item.item != drawn.item));
    match edited {
        Some((_, drawn)) => Err(Refused::new(format!("sample.json names `{}`, which this seed does not draw at that place: it was edited", drawn.item)).into()),
        None => Ok(own.len() as u64),
    }
}

/// What the tested items prove of each stratum that a number is given for.
///
/// # Errors
/// [`Refused`] when a stratum is not known, or one number is given for several.
pub fn evaluate(draw: &Draw, found: &PerStratum) -> anyhow::Result<Vec<Evaluation>> {
    let names: Vec<&str> = draw.strata.iter().map(|s| s.stratum.as_str()).collect();
    if let Some(stray) = found.stray(&names) {
        return Err(unknown(stray, &names));
    }
    if found.is_shared() && names.len() > 1 {
        return Err(Refused::new(format!("`--deviations`: say in which stratum, as in `{}=1`: each is a population of its own", names[0])).into());
    }
    let Plan { confidence, tolerable, expected: _ } = draw.plan;
    let mut evaluations = Vec::new();
    for s in &draw.strata {
        let Some(deviations) = found.of(&s.stratum) else { continue };
        let bound = upper(s.population, s.sample, deviations, confidence)?;
        evaluations.push(Evaluation {
            stratum: s.stratum.clone(),
            population: s.population,
            tested: s.sample,
            deviations,
            confidence,
            upper_deviations: bound.deviations,
            upper_rate: bound.rate,
            tolerable,
            tolerated: bound.deviations < draw.plan.worst(s.population),
        });
    }
    Ok(evaluations)
}

fn unknown(stray: &str, names: &[&str]) -> anyhow::Error {
    let known = if names.iter().all(|n| n.is_empty()) { "this population has none".to_owned() } else { format!("it has {}", names.join(", ")) };
    Refused::new(format!("there is no stratum `{stray}`: {known}")).into()
}

fn within(stratum: &str) -> String {
    if stratum.is_empty() { String::new() } else { format!(" of stratum `{stratum}`") }
}
