//! What is missing, stale or truncated, and which tables that closes.
//!
//! A metric is computed only from inputs that are whole: the tables it reads are looked up here.

use std::collections::{BTreeMap, BTreeSet};

use super::anchors::{self, Anchored};
use super::snapshots::Snapshots;
use crate::config::{Config, SourceConfig};
use crate::lake::{ObjectEntry, Partitions, SourceLedger};
use crate::period::{self, Period};
use crate::source::Expected;
use crate::table::{Day, Instant, Rejected, Row, SignIn};

/// One expected delivery of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) source: String,
    pub(crate) kind: &'static str,
    pub(crate) day: Day,
    /// `received`, `missing`, `truncated`, `unreadable`, `rejects` or `stale`.
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) rows: i64,
    /// Rows delivered later than the settle time after their event.
    pub(crate) late: i64,
}

/// Deliveries of a period and why tables are closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates {
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) anchors: Vec<Anchored>,
    closed: BTreeMap<&'static str, String>,
    at_start: BTreeMap<&'static str, String>,
}

/// Everything the gates look at.
#[derive(Debug)]
pub(crate) struct Inputs<'i> {
    pub(crate) config: &'i Config,
    pub(crate) ledgers: &'i BTreeMap<String, SourceLedger>,
    pub(crate) partitions: &'i Partitions,
    pub(crate) snapshots: &'i Snapshots,
}

impl Gates {
    pub(crate) fn new(inputs: &Inputs<'_>, period: &Period) -> Self {
        let mut gates = Self::default();
        for s in &inputs.config.sources {
            let tables: Vec<&'static str> = s.reader.tables().iter().map(|t| t.name).collect();
            let empty = SourceLedger::default();
            let ledger = inputs.ledgers.get(&s.id).unwrap_or(&empty);
            let deliveries = match s.expected {
                Expected::Daily => daily(inputs, ledger, s, &tables, period),
                Expected::Snapshot | Expected::Standing => {
                    vec![snapshot(inputs, ledger, &Wanted::of(s), period::instant(period.end), Day(period::day(period.after).0 - 1))]
                }
            };
            if s.expected == Expected::Snapshot {
                let opening = snapshot(inputs, ledger, &Wanted::of(s), period::instant(period.start), Day(period::day(period.first).0 - 1));
                close(&mut gates.at_start, &tables, &[opening]);
            }
            close(&mut gates.closed, &super::filled(s), &deliveries);
            gates.deliveries.extend(deliveries);
        }
        gates.anchors = anchors::compare(inputs, period);
        for a in gates.anchors.iter().filter(|a| !a.agrees) {
            let tables = inputs.config.sources.iter().filter(|s| s.id == a.anchor.source).flat_map(super::filled);
            for t in tables {
                gates.closed.entry(t).or_insert_with(|| format!("source `{}`: {}", a.anchor.source, a.sentence()));
            }
        }
        if let Some(ledger) = inputs.ledgers.get("register") {
            let delivery = snapshot(
                inputs,
                ledger,
                &Wanted { source: "register", kind: "register", table: "exceptions", ages: true },
                period::instant(period.end),
                Day(period::day(period.after).0 - 1),
            );
            close(&mut gates.closed, &["exceptions", "exception_events"], std::slice::from_ref(&delivery));
            gates.deliveries.push(delivery);
        }
        gates
    }

    /// Why a lake table does not speak for the period; `None` when it does.
    pub(crate) fn closed(&self, table: &str, config: &Config) -> Option<String> {
        self.closed.get(table).cloned().or_else(|| not_configured(table, config))
    }

    /// Why a lake table does not speak for the period's start.
    pub(crate) fn closed_at_start(&self, table: &str, config: &Config) -> Option<String> {
        self.at_start.get(table).cloned().or_else(|| not_configured(table, config))
    }
}

fn not_configured(table: &str, config: &Config) -> Option<String> {
    let filled = config.sources.iter().any(|s| s.reader.tables().iter().any(|t| t.name == table)) || (config.register.is_some() && table.starts_with("exception"));
    (!filled).then(|| if table.starts_with("exception") { "no exception register is configured".to_owned() } else { format!("no configured source fills `{table}`") })
}

fn close(closed: &mut BTreeMap<&'static str, String>, tables: &[&'static str], deliveries: &[Delivery]) {
    let bad: Vec<&Delivery> = deliveries.iter().filter(|d| d.state != "received").collect();
    let Some(first) = bad.first() else { return };
    let more = match bad.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    for t in tables {
        closed.entry(t).or_insert_with(|| format!("source `{}`: {}{more}", first.source, first.reason));
    }
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// What was delivered of one day.
#[derive(Debug, Default)]
struct Delivered {
    read: u64,
    rejected: u64,
    /// Largest share of refused records in one object that holds enough of them to tell.
    worst: f64,
    bytes: u64,
    /// Rows that its objects made, of whatever day.
    made: u64,
    /// An object says by its name that it speaks for the day, or has no day in its name and holds rows of it.
    spoken: bool,
    /// Per part of the delivery: its objects, and those that name a next page.
    pages: BTreeMap<String, (u64, u64)>,
    fault: Option<String>,
}

/// Records from which the share of one object tells something.
const ENOUGH: u64 = 100;

impl Delivered {
    fn add(&mut self, key: &str, e: &ObjectEntry) {
        self.read += e.read;
        self.rejected += e.rejected;
        self.bytes += e.size;
        self.made += rows_of(e).map(|f| f.rows).sum::<u64>();
        if e.read >= ENOUGH {
            self.worst = self.worst.max(e.rejected as f64 / e.read as f64);
        }
        let pages = self.pages.entry(part(key)).or_default();
        pages.0 += 1;
        pages.1 += u64::from(e.continues);
        self.fault = self.fault.take().or_else(|| e.fault.as_ref().map(|f| format!("`{key}`: {f}")));
    }
}

fn rows_of(e: &ObjectEntry) -> impl Iterator<Item = &crate::lake::Fragment> {
    e.fragments.iter().filter(|f| f.table != Rejected::TABLE.name)
}

/// Objects by the days that they speak for or hold rows of.
fn by_day(ledger: &SourceLedger, period: &Period) -> BTreeMap<i32, Delivered> {
    let mut found: BTreeMap<i32, Delivered> = BTreeMap::new();
    for (key, e) in &ledger.objects {
        let named: BTreeSet<i32> = e.key_day.map(|last| e.key_from.unwrap_or(last)..=last).into_iter().flatten().collect();
        let mut days: BTreeSet<i32> = rows_of(e).map(|f| f.day).chain(named.iter().copied()).collect();
        if named.is_empty() && (e.fault.is_some() || e.rejected > 0) {
            // What an object without a day in its name lacks can be of any day.
            days.extend(period.days().map(|d| period::day(d).0));
        }
        for d in days {
            let day = found.entry(d).or_default();
            day.add(key, e);
            day.spoken |= named.is_empty() || named.contains(&d);
        }
    }
    found
}

fn daily(inputs: &Inputs<'_>, ledger: &SourceLedger, s: &SourceConfig, tables: &[&'static str], period: &Period) -> Vec<Delivery> {
    let delivered = by_day(ledger, period);
    let entry = |table: &str, day: Day| inputs.partitions.entries.get(&format!("{table}/{}", period::date(day)));
    // A copy that lost against a better one from another source was delivered all the same.
    let own = |table: &str, day: Day| entry(table, day).map_or(0, |p| p.kept.get(&s.id).unwrap_or(&0) + p.duplicates.get(&s.id).unwrap_or(&0));
    let signs = tables.contains(&SignIn::TABLE.name);
    // A source that never brings a sign-in brings something else.
    let mute = signs && period.days().map(period::day).all(|d| own(SignIn::TABLE.name, d) == 0);
    let family: Vec<&str> = family(inputs.config, s);
    let delivery = |day: Day| {
        let rows: u64 = tables.iter().map(|t| own(t, day)).sum();
        let late: u64 = tables.iter().filter_map(|t| entry(t, day)?.late.get(&s.id)).sum();
        let d = delivered.get(&day.0);
        let starts = s.starts.map(period::day);
        // Sign-ins of people must be among them, whichever source of the provider brought them: refreshes alone prove nothing.
        let interactive = |p: &crate::lake::PartitionEntry| family.iter().filter_map(|id| p.streams.get(*id)?.get("interactive")).sum::<u64>();
        let silent = signs && own(SignIn::TABLE.name, day) > 0 && entry(SignIn::TABLE.name, day).map_or(0, interactive) == 0;
        let (state, why) = match d.filter(|d| d.spoken) {
            None if rows == 0 && starts.is_some_and(|s| day < s) => ("missing", "lies before the source's first day".to_owned()),
            None if rows == 0 => ("missing", "nothing was delivered".to_owned()),
            None => ("missing", "no object of this day was delivered; other days' objects hold a few rows of it".to_owned()),
            Some(d) => object_state(inputs, d, rows).or_else(|| empty(d, signs)).unwrap_or(("received", String::new())),
        };
        let (state, why) = match state {
            "received" if mute => ("missing", "not one sign-in arrived in the whole period".to_owned()),
            "received" if silent => ("missing", "no interactive sign-in arrived".to_owned()),
            _ => (state, why),
        };
        let reason = if why.is_empty() { why } else { format!("{}: {why}", period::date(day)) };
        Delivery { source: s.id.clone(), kind: s.reader.kind(), day, state, reason, rows: whole(rows), late: whole(late) }
    };
    period.days().map(period::day).map(delivery).collect()
}

/// Sources that bring sign-ins of the same provider: interactive ones and renewals may come apart.
fn family<'c>(config: &'c Config, s: &SourceConfig) -> Vec<&'c str> {
    let provider = |kind: &'static str| kind.split('.').next();
    let same = config.sources.iter().filter(|o| provider(o.reader.kind()) == provider(s.reader.kind()));
    same.map(|o| o.id.as_str()).collect()
}

/// A delivery of sign-ins that holds no record, or of anything that holds no byte: it cannot be told from a failed one.
fn empty(d: &Delivered, signs: bool) -> Option<(&'static str, String)> {
    if d.bytes == 0 {
        return Some(("missing", "the objects of this day are empty files".to_owned()));
    }
    (signs && d.read == 0).then(|| ("missing", "the objects of this day hold no record, and an empty export cannot be told from a failed one".to_owned()))
}

/// What is wrong with the objects of one day or snapshot.
fn object_state(inputs: &Inputs<'_>, d: &Delivered, rows: u64) -> Option<(&'static str, String)> {
    let limit = inputs.config.run.max_rejected_share;
    if let Some(fault) = &d.fault {
        return Some((if fault.contains("truncated") { "truncated" } else { "unreadable" }, fault.clone()));
    }
    if let Some((part, _)) = d.pages.iter().find(|(_, (objects, unfinished))| objects == unfinished) {
        return Some(("truncated", format!("every object of `{part}` names a next page: the last one is missing")));
    }
    if d.rejected as f64 > limit * d.read as f64 {
        return Some(("rejects", format!("{} of {} records were refused, more than the allowed share {limit}", d.rejected, d.read)));
    }
    if d.worst > limit {
        return Some(("rejects", format!("{:.1} % of the records of one object were refused, more than the allowed share {limit}", d.worst * 100.0)));
    }
    // Records that are understood and make no row are a delivery; rows of other days alone are none.
    (d.made > 0 && rows == 0).then(|| ("missing", "the objects delivered under this day hold nothing of it".to_owned()))
}

/// A snapshot that is looked for.
struct Wanted<'w> {
    source: &'w str,
    kind: &'static str,
    /// The table that tells how much it holds.
    table: &'static str,
    /// Whether it speaks for a limited time only.
    ages: bool,
}

impl<'w> Wanted<'w> {
    fn of(s: &'w SourceConfig) -> Self {
        let table = s.reader.tables().first().map_or("", |t| t.name);
        Self { source: &s.id, kind: s.reader.kind(), table, ages: s.expected == Expected::Snapshot }
    }
}

fn snapshot(inputs: &Inputs<'_>, ledger: &SourceLedger, wanted: &Wanted<'_>, end: Instant, day: Day) -> Delivery {
    let Wanted { source, kind, table, ages } = *wanted;
    let max_age = inputs.config.run.snapshot_max_age_hours;
    let chosen = inputs.snapshots.before(table, end).get(source).copied();
    let broken = inputs.snapshots.broken_before(table, source, end);
    // Rows of this very snapshot: another of the same day must not stand in for an empty one.
    let own = ledger.objects.values().filter(|o| o.snapshot_at.map(Instant) == chosen && chosen.is_some());
    let rows: u64 = own.flat_map(|o| &o.fragments).filter(|f| f.table == table).map(|f| f.rows).sum();
    let (state, why) = match (chosen, broken) {
        (_, Some((at, fault))) if chosen.is_none_or(|c| at >= c) => {
            (if fault.contains("truncated") { "truncated" } else { "unreadable" }, format!("snapshot of {}: {fault}", period::rfc3339(at)))
        }
        (None, _) => ("missing", format!("no snapshot before {}", period::rfc3339(end))),
        (Some(at), _) if ages && (end.0 - at.0) > max_age * 3_600_000_000 => {
            ("stale", format!("the newest snapshot is of {}, more than {max_age} hours before {}", period::rfc3339(at), period::rfc3339(end)))
        }
        (Some(at), _) => match whole_snapshot(inputs, ledger, at, rows) {
            Some((state, why)) => (state, format!("snapshot of {}: {why}", period::rfc3339(at))),
            None => ("received", String::new()),
        },
    };
    Delivery { source: source.to_owned(), kind, day, state, reason: why, rows: whole(rows), late: 0 }
}

/// Whether a snapshot holds something, ends, and has every part that the one before it had.
fn whole_snapshot(inputs: &Inputs<'_>, ledger: &SourceLedger, at: Instant, rows: u64) -> Option<(&'static str, String)> {
    let mut d = Delivered::default();
    let mut parts = BTreeMap::new();
    for (key, o) in &ledger.objects {
        let Some(taken) = o.snapshot_at else { continue };
        if taken == at.0 {
            d.add(key, o);
        }
        parts.entry(taken).or_insert_with(BTreeSet::new).insert(part(key));
    }
    if let Some(bad) = object_state(inputs, &d, rows) {
        return Some(bad);
    }
    if rows == 0 {
        return Some(("missing", "it holds no record, and an empty export cannot be told from a failed one".to_owned()));
    }
    if let Some(earlier) = unfinished(ledger, at) {
        return Some(("truncated", format!("it may be the last page only: {earlier} is of hours before and names a next page")));
    }
    let own = parts.get(&at.0)?;
    let (_, before) = parts.range(..at.0).next_back()?;
    // A snapshot of one file may be called anything; only a set of files can lack one.
    let lacking = before.difference(own).next().filter(|_| before.len() > 1)?;
    Some(("missing", format!("a part that the snapshot before it had is missing: `{lacking}`")))
}

/// A page of shortly before whose next one stands under another time.
fn unfinished(ledger: &SourceLedger, at: Instant) -> Option<String> {
    const SHORTLY: i64 = 6 * 3_600_000_000;
    let near = |taken: Option<i64>| taken.is_some_and(|t| (at.0 - SHORTLY..at.0).contains(&t));
    ledger.objects.iter().find(|(_, o)| o.continues && near(o.snapshot_at)).map(|(key, _)| format!("`{key}`"))
}

/// A key without digits and file type: the same part of every snapshot, whatever its date, page and compression.
fn part(key: &str) -> String {
    let (folder, file) = key.rsplit_once('/').unwrap_or(("", key));
    let name = file.split('.').next().unwrap_or(file);
    [folder, "/", name].concat().chars().filter(|c| !c.is_ascii_digit()).collect()
}
