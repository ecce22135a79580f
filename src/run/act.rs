//! What people act on, put together from the desk and the rows of the queries.

use std::collections::{BTreeMap, BTreeSet};

use crate::derive::{Desk, Fact};
use crate::metric::Measured;
use crate::period;
use crate::query::{Corpus, Kind, Rows};
use crate::results::{BreakGlass, Deadline, Finding, GlassUse, Happening, ReconciledCell, Results};
use crate::table::derived::Watched;
use crate::table::governance as t;
use crate::table::policy::Change;
use crate::table::snapshot::Obligation;
use crate::table::{Instant, Row};

/// Events shown per sheet.
const SHOWN: usize = 20;
/// Members of a cell shown to people; all rows are in the row file.
const MEMBERS: usize = 200;
const HOUR: i64 = 3_600_000_000;
/// Nothing to act on.
const PLAIN: &str = "no exception";

/// Fills in everything that people act on.
pub(super) fn on(results: &mut Results, desk: &Desk, corpus: &Corpus, measured: &[Measured]) -> anyhow::Result<()> {
    results.findings = findings(desk, corpus, measured)?;
    results.reconciliation = reconciliation(measured);
    if desk.lacks(Fact::Register).is_none() {
        results.break_glass = break_glass(desk)?;
        results.deadlines = read::<t::Deadline<'_>, _>(desk, "deadlines", |d| Deadline {
            entry: d.exception_id.to_owned(),
            category: d.category.to_owned(),
            kind: d.deadline.to_owned(),
            due: period::rfc3339(d.due_at),
            days_left: d.days_left,
            owner: d.owner.to_owned(),
        })?;
    }
    Ok(())
}

fn read<'d, R: Row<'d>, T>(desk: &'d Desk, table: &str, of: impl Fn(&R) -> T) -> anyhow::Result<Vec<T>> {
    let Some(batch) = desk.tables.get(table) else { return Ok(Vec::new()) };
    Ok(R::read(batch)?.iter().map(of).collect())
}

fn break_glass(desk: &Desk) -> anyhow::Result<Vec<BreakGlass>> {
    let mut found: BTreeMap<String, BreakGlass> = BTreeMap::new();
    let account =
        |id: &str, label: &str, entry: &str| BreakGlass { identity: id.to_owned(), label: label.to_owned(), entry: entry.to_owned(), conditions: Vec::new(), uses: Vec::new() };
    for (id, label, entry, condition) in read::<t::GlassCondition<'_>, _>(desk, "glass_conditions", |c| {
        (c.identity_id.to_owned(), c.label.to_owned(), c.exception_id.to_owned(), (c.condition.to_owned(), c.holds.to_owned(), c.condition_reason.to_owned()))
    })? {
        found.entry(id.clone()).or_insert_with(|| account(&id, &label, &entry)).conditions.push(condition);
    }
    if desk.lacks(Fact::SignIns).is_none() {
        for (id, label, entry, used) in read::<t::GlassUse<'_>, _>(desk, "glass_uses", |u| {
            let used = GlassUse {
                at: period::rfc3339(u.used_at),
                outcome: u.outcome.to_owned(),
                class: u.use_class.to_owned(),
                explained_by: u.explained_by.to_owned(),
                place: format!("{} {}", u.ip, u.country).trim().to_owned(),
            };
            (u.identity_id.to_owned(), u.label.to_owned(), u.exception_id.to_owned(), used)
        })? {
            found.entry(id.clone()).or_insert_with(|| account(&id, &label, &entry)).uses.push(used);
        }
    }
    let mut all: Vec<BreakGlass> = found.into_values().collect();
    all.iter_mut().for_each(|a| a.uses.sort_by(|x, y| x.at.cmp(&y.at)));
    Ok(all)
}

/// The rows of the reconciliation by cell, the largest last so that what needs action leads.
fn reconciliation(measured: &[Measured]) -> Vec<ReconciledCell> {
    let Some(rows) = measured.iter().find(|m| m.metric.id == "R1").and_then(|m| m.rows.as_ref()) else { return Vec::new() };
    let (subjects, labels, cells) = (rows.texts("subject"), rows.texts("label"), rows.texts("category"));
    let (populations, registered) = (rows.texts("population"), rows.texts("registered"));
    let mut found: BTreeMap<&str, ReconciledCell> = BTreeMap::new();
    for i in 0..subjects.len() {
        let cell = found.entry(&cells[i]).or_insert_with(|| ReconciledCell { name: cells[i].clone(), count: 0, members: Vec::new() });
        cell.count += 1;
        if cells[i] != PLAIN && cell.members.len() < MEMBERS {
            cell.members.push((subjects[i].clone(), labels[i].clone(), format!("{}, {}", populations[i], registered[i])));
        }
    }
    let mut all: Vec<ReconciledCell> = found.into_values().collect();
    all.sort_by_key(|c| (c.name == PLAIN, c.name.clone()));
    all
}

/// Everything a sheet looks things up in.
struct Around<'d> {
    /// By identity, in order of time.
    events: BTreeMap<&'d str, Vec<&'d Watched<'d>>>,
    /// By each identity that acted or was acted on.
    changes: BTreeMap<&'d str, Vec<&'d Change<'d>>>,
    duties: Vec<Obligation<'d>>,
    entries: BTreeMap<&'d str, Vec<&'d str>>,
}

fn findings(desk: &Desk, corpus: &Corpus, measured: &[Measured]) -> anyhow::Result<Vec<Finding>> {
    let objects = desk.tables.get("exception_objects").map(crate::table::snapshot::ExceptionObject::read).transpose()?.unwrap_or_default();
    let mut entries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for o in &objects {
        entries.entry(o.identity_id).or_default().push(o.exception_id);
    }
    let rows = |name: &str| desk.tables.get(name);
    let events: Vec<Watched<'_>> = rows("watched_events").map(Watched::read).transpose()?.unwrap_or_default();
    let changes: Vec<Change<'_>> = rows("changes").map(Change::read).transpose()?.unwrap_or_default();
    let mut around = Around { events: BTreeMap::new(), changes: BTreeMap::new(), duties: rows("obligations").map(Obligation::read).transpose()?.unwrap_or_default(), entries };
    events.iter().for_each(|e| around.events.entry(e.identity_id).or_default().push(e));
    for c in &changes {
        let concerned: BTreeSet<&str> = c.actor_id.into_iter().chain([c.target_id]).collect();
        concerned.into_iter().for_each(|id| around.changes.entry(id).or_default().push(c));
    }
    let mut found = Vec::new();
    for m in measured {
        let (Some(rows), Some(query)) = (&m.rows, corpus.get(&m.metric.id)) else { continue };
        if query.kind == Kind::Detection {
            found.extend(sheets(rows, m, &query.containment, &around));
        }
    }
    let rank = |severity: &str| ["high", "medium", "low"].iter().position(|s| *s == severity);
    found.sort_by(|a, b| (rank(&a.severity), &a.first_seen, &a.metric, &a.identity).cmp(&(rank(&b.severity), &b.first_seen, &b.metric, &b.identity)));
    Ok(found)
}

fn sheets(rows: &Rows, m: &Measured, containment: &[String], around: &Around<'_>) -> Vec<Finding> {
    let column = |name: &str| rows.texts(name);
    let (subjects, labels, severities, reasons) = (column("subject"), column("label"), column("severity"), column("reason"));
    let (first, last, places, how, evidence, tickets) = (column("first_seen"), column("last_seen"), column("place"), column("how"), column("evidence"), column("ticket"));
    let of = |i: usize| {
        // A pair of events names the identity among its evidence.
        let known = |id: &String| around.events.contains_key(id.as_str()) || around.entries.contains_key(id.as_str());
        let identity = if known(&subjects[i]) || !known(&evidence[i]) { &subjects[i] } else { &evidence[i] };
        // A day ends with its last hour.
        let whole_day = |text: &str, at: Instant| if text.contains('T') { at } else { Instant(at.0 + 24 * HOUR) };
        let span = (instant(&first[i]), instant(&last[i]).map(|at| whole_day(&last[i], at)));
        let sign_ins = sign_ins(around, identity, span);
        Finding {
            metric: m.metric.id.clone(),
            title: m.metric.title.clone(),
            severity: severities[i].clone(),
            identity: identity.clone(),
            label: labels[i].clone(),
            reason: reasons[i].clone(),
            first_seen: first[i].clone(),
            last_seen: last[i].clone(),
            place: if places[i].is_empty() { seen_from(&sign_ins) } else { places[i].clone() },
            how: how[i].clone(),
            evidence: if identity == &evidence[i] { subjects[i].clone() } else { evidence[i].clone() },
            ticket: tickets[i].clone(),
            sign_ins,
            changes: changes(around, identity, span),
            rotation: rotation(around, identity),
            containment: containment.to_vec(),
        }
    };
    (0..subjects.len()).map(of).collect()
}

/// Start of a time or a day as a row shows it.
fn instant(text: &str) -> Option<Instant> {
    let day = || text.parse().ok().map(|d| Instant(i64::from(period::day(d).0) * 24 * HOUR));
    text.parse::<jiff::Timestamp>().ok().map(period::instant).or_else(day)
}

/// Events of the identity from an hour before to an hour after.
fn sign_ins(around: &Around<'_>, identity: &str, (first, last): (Option<Instant>, Option<Instant>)) -> Vec<Happening> {
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let own = around.events.get(identity).map_or(&[][..], Vec::as_slice).iter().copied();
    let near = own.filter(|e| e.occurred_at.0 >= first.0 - HOUR && e.occurred_at.0 <= last.0 + HOUR);
    let what = |e: &Watched<'_>| {
        let method = if e.method.is_empty() { String::new() } else { format!(", {}", e.method.replace('_', " ")) };
        let refusal = match e.refusal {
            "prompt" => ", prompt refused",
            "code" => ", wrong code",
            _ => "",
        };
        format!("{} {}{method}{refusal}{}", e.stream.replace('_', "-"), e.outcome, if e.legacy_protocol { ", legacy client" } else { "" })
    };
    near.take(SHOWN)
        .map(|e| Happening { at: period::rfc3339(e.occurred_at), what: what(e), detail: format!("{} {}", e.ip, e.country).trim().to_owned(), event: e.event_id.to_owned() })
        .collect()
}

/// Where the sign-ins came from, for a finding that does not say so itself.
fn seen_from(sign_ins: &[Happening]) -> String {
    let places: BTreeSet<&str> = sign_ins.iter().map(|h| h.detail.as_str()).filter(|d| !d.is_empty()).collect();
    places.into_iter().take(5).collect::<Vec<_>>().join(", ")
}

/// Changes by or to the identity within a day.
fn changes(around: &Around<'_>, identity: &str, (first, last): (Option<Instant>, Option<Instant>)) -> Vec<Happening> {
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let own = around.changes.get(identity).map_or(&[][..], Vec::as_slice).iter().copied();
    let near = own.filter(|c| c.occurred_at.0 >= first.0 - 24 * HOUR && c.occurred_at.0 <= last.0 + 24 * HOUR);
    let diff = |c: &Change<'_>| c.diff_text.or(c.detail).map_or_else(|| c.new_values.unwrap_or("").to_owned(), str::to_owned);
    let what = |c: &Change<'_>| {
        let by = if c.actor_id == Some(identity) { "by the identity".to_owned() } else { format!("by {}", c.actor_name.or(c.actor_id).unwrap_or("(not recorded)")) };
        format!("{} {by}{}", c.activity, c.ticket.map(|t| format!(", ticket {t}")).unwrap_or_default())
    };
    near.take(SHOWN).map(|c| Happening { at: period::rfc3339(c.occurred_at), what: what(c), detail: diff(c), event: c.event_id.to_owned() }).collect()
}

/// The newest rotation duty of the entries that name the identity; one that was not met says more than one that is still to come.
fn rotation(around: &Around<'_>, identity: &str) -> String {
    let entries = around.entries.get(identity).cloned().unwrap_or_default();
    let own = around.duties.iter().filter(|o| o.duty == "rotation" && entries.contains(&o.exception_id));
    let newest = own.max_by_key(|o| (matches!(o.status, "missed" | "late" | "unknown"), o.due_at));
    newest
        .map_or_else(|| "no rotation duty is recorded for this identity in the period".to_owned(), |o| format!("due {}: {}", period::rfc3339(o.due_at), o.status.replace('_', " ")))
}
