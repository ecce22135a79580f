//! Delivers one day of sign-ins in the containers that exporters use, with their duplicates and late copies.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::calendar::{Day, Moment};
use super::dice::{Dice, Purpose};
use super::journey::Event;
use super::proof::{Class, Stream};
use super::record::{self, Shape};
use super::tally::Tally;
use super::world::World;
use super::{Layout, Sink};

/// Records on one page of a Graph answer.
const PAGE: usize = 500;
/// Records in one Event Hubs message file.
const MESSAGE: usize = 200;

/// One copy of a record on its way into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Delivery {
    /// Start of the hour whose blob it lands in.
    slot: Moment,
    /// When it was taken in.
    ingest: Moment,
    /// Position of the event.
    event: usize,
    /// An incomplete first copy.
    incomplete: bool,
    /// Not the first copy.
    repeat: bool,
}

/// Compresses bytes; the header carries no time and no name, so that equal bytes stay equal.
pub(crate) fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Writes one local day of sign-ins.
pub(crate) fn write_day(world: &World, day: Day, events: &[Event], tally: &mut Tally, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let month = world.calendar.month_of(day).unwrap_or(0);
    let deliveries = deliver(world, day, events)?;
    let mut streams = by_stream(events, &deliveries);
    for (stream, deliveries) in &streams {
        for delivery in deliveries {
            let copy = delivery.repeat || delivery.incomplete;
            tally.record(month, *stream, copy, delivery.incomplete);
        }
    }
    let older = streams.remove(&Stream::GraphV1).unwrap_or_default();
    if !older.is_empty() {
        let name = format!("graph-v1/{day}");
        pages(world, events, &older, &name, Shape::GraphV1, sink)?;
    }
    match (world.plan.layout, month) {
        (Layout::Graph, _) | (Layout::Mixed, 0) => {
            let (all, name) = (together(streams), format!("graph/{day}"));
            pages(world, events, &all, &name, Shape::Graph, sink)
        }
        (Layout::EventHubs, _) | (Layout::Mixed, 1) => messages(world, day, events, &together(streams), sink),
        _ => {
            let first = world.calendar.months().get(month).map(|month| month.first);
            // One day has the path form that the vendor documents rather than the live one.
            let odd_path = !world.plan.clean && first.is_some_and(|first| first.plus(9) == day);
            for (stream, deliveries) in &streams {
                blobs(world, events, *stream, deliveries, odd_path, sink)?;
            }
            Ok(())
        }
    }
}

fn by_stream(events: &[Event], deliveries: &[Delivery]) -> BTreeMap<Stream, Vec<Delivery>> {
    let mut streams: BTreeMap<Stream, Vec<Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        if let Some(event) = events.get(delivery.event) {
            streams.entry(event.sheet.stream).or_default().push(*delivery);
        }
    }
    streams
}

fn together(streams: BTreeMap<Stream, Vec<Delivery>>) -> Vec<Delivery> {
    let mut all: Vec<Delivery> = streams.into_values().flatten().collect();
    all.sort_unstable_by_key(|delivery| (delivery.ingest, delivery.event, delivery.repeat));
    all
}

/// Decides when each copy of each record arrives, in the order of the blobs.
fn deliver(world: &World, day: Day, events: &[Event]) -> anyhow::Result<Vec<Delivery>> {
    let mut dice = Dice::new(world.plan.seed, Purpose::Delivery, day.number(), 0);
    let last_slot = world.calendar.at(day, 23 * 60 + 29)?.hour();
    let mut all = Vec::with_capacity(events.len() + events.len() / 20);
    for (event, made) in events.iter().enumerate() {
        let slot = made.at.hour();
        let ingest = made.at.plus_seconds(i64::from(dice.between(28, 1077)));
        let first = Delivery { slot, ingest, event, incomplete: false, repeat: false };
        if world.plan.clean {
            all.push(first);
            continue;
        }
        let stepwise = made.sheet.class == Some(Class::M1) && made.sheet.steps.len() > 1;
        if stepwise && dice.chance(20) {
            all.push(Delivery { incomplete: true, ..first });
            let late = slot.plus_seconds(2 * 3600).min(last_slot).max(slot);
            let ingest = ingest.plus_seconds(i64::from(dice.between(5400, 9000)));
            all.push(Delivery { slot: late, ingest, ..first });
            continue;
        }
        all.push(first);
        if dice.chance(30) {
            let ingest = ingest.plus_seconds(i64::from(dice.between(200, 4000)));
            all.push(Delivery { ingest, repeat: true, ..first });
        }
    }
    all.sort_unstable();
    Ok(all)
}

/// Hour blobs of the storage account export: JSON Lines with CRLF, compressed under their plain name.
fn blobs(world: &World, events: &[Event], stream: Stream, deliveries: &[Delivery], odd_path: bool, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let mut text = String::new();
    for hour in deliveries.chunk_by(|a, b| a.slot == b.slot) {
        text.clear();
        for delivery in hour {
            write(world, events, delivery, Shape::Monitor, &mut text)?;
            text.push_str("\r\n");
        }
        let Some(slot) = hour.first().map(|delivery| delivery.slot) else {
            continue;
        };
        sink.put(&blob_key(world, stream, slot, odd_path), gzip(text.as_bytes())?)?;
    }
    Ok(())
}

fn blob_key(world: &World, stream: Stream, slot: Moment, odd_path: bool) -> String {
    let container = stream.category().to_lowercase();
    let tenant = world.tenant;
    let root = if odd_path { format!("resourceId=/tenants/{tenant}/providers/Microsoft.aadiam") } else { format!("tenantId={tenant}") };
    let date = slot.day().date();
    let (hour, _, _) = slot.clock();
    format!("raw/entra/sign-ins/insights-logs-{container}/{root}/y={:04}/m={:02}/d={:02}/h={hour:02}/m=00/PT1H.json", date.year(), date.month(), date.day())
}

/// Pages of a Graph answer, one day a file set.
fn pages(world: &World, events: &[Event], deliveries: &[Delivery], name: &str, shape: Shape, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let version = if shape == Shape::GraphV1 { "v1.0" } else { "beta" };
    let count = deliveries.len().div_ceil(PAGE);
    let mut text = String::new();
    for (number, page) in deliveries.chunks(PAGE).enumerate() {
        text.clear();
        text.push_str(&format!("{{\"@odata.context\":\"https://graph.microsoft.com/{version}/$metadata#auditLogs/signIns\","));
        if number + 1 < count {
            let next = format!("https://graph.microsoft.com/{version}/auditLogs/signIns?$top={PAGE}&$skiptoken={:08x}", number + 1);
            text.push_str(&format!("\"@odata.nextLink\":\"{next}\","));
        }
        text.push_str("\"value\":[");
        for (place, delivery) in page.iter().enumerate() {
            text.push_str(if place == 0 { "\n" } else { ",\n" });
            write(world, events, delivery, shape, &mut text)?;
        }
        text.push_str("]}\n");
        let part = if count > 1 { format!("-page{:03}", number + 1) } else { String::new() };
        sink.put(&format!("raw/entra/sign-ins/{name}{part}.json.gz"), gzip(text.as_bytes())?)?;
    }
    Ok(())
}

/// Files that a consumer of the event hub wrote.
fn messages(world: &World, day: Day, events: &[Event], deliveries: &[Delivery], sink: &mut dyn Sink) -> anyhow::Result<()> {
    let mut text = String::new();
    for (number, message) in deliveries.chunks(MESSAGE).enumerate() {
        text.clear();
        text.push_str("{\"records\":[");
        for (place, delivery) in message.iter().enumerate() {
            text.push_str(if place == 0 { "" } else { "," });
            write(world, events, delivery, Shape::Monitor, &mut text)?;
        }
        text.push_str("]}");
        sink.put(&format!("raw/entra/sign-ins/event-hub/{day}/{number:04}.json.gz"), gzip(text.as_bytes())?)?;
    }
    Ok(())
}

fn write(world: &World, events: &[Event], delivery: &Delivery, shape: Shape, text: &mut String) -> anyhow::Result<()> {
    let Some(event) = events.get(delivery.event) else {
        return Ok(());
    };
    record::write(world, event, delivery.ingest, delivery.incomplete, shape, text)?;
    Ok(())
}
