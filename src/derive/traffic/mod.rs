//! Bursts, pairs and changes that detections judge, told from watched events.

mod changes;
mod runs;
mod travel;

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;

use super::ground::Ground;
use crate::table;
use crate::table::derived::Watched;

/// Every table of this room.
pub(super) fn tables(ground: &Ground<'_>) -> anyhow::Result<BTreeMap<&'static str, RecordBatch>> {
    let by_identity = by_identity(ground);
    Ok(BTreeMap::from([
        ("travel_pairs", table::batch(travel::pairs(ground, &by_identity).iter().map(travel::Pair::row))?),
        ("factor_runs", table::batch(runs::runs(ground, &by_identity).iter().map(runs::Run::row))?),
        ("factor_changes", table::batch(changes::changes(ground, &by_identity).iter().map(changes::Changed::row))?),
    ]))
}

/// Watched events of each identity, in order of time.
type Histories<'g> = BTreeMap<(&'g str, &'g str), Vec<&'g Watched<'g>>>;

fn by_identity<'g>(ground: &Ground<'g>) -> Histories<'g> {
    let mut found: Histories<'g> = BTreeMap::new();
    for e in ground.watched {
        found.entry((e.tenant, e.identity_id)).or_default().push(e);
    }
    for events in found.values_mut() {
        events.sort_by_key(|e| (e.occurred_at, e.event_id));
    }
    found
}

/// Address and country as one text.
fn place(e: &Watched<'_>) -> String {
    [e.ip, e.country].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What tells networks apart: the autonomous system, else the country.
fn network(e: &Watched<'_>) -> String {
    e.asn.map_or_else(|| format!("country {}", e.country), |asn| format!("AS{asn}"))
}
