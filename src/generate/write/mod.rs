//! Sign-ins in the formats that are kept by UTC day, one object a day and stream.
//!
//! Each other provider has a table `told` that says for every scene what its log would hold and under which class
//! of metrics.md an attempt must then be found, by the provider's decision table in formats.md. The writer and the
//! ground truth read the same table. `None` means that the log never holds such an event. The forms of Entra's own
//! log need no table: they leave nothing out that decides, so the class is the sheet's.

mod accounts;
mod aws;
mod duo;
mod google;
mod ocsf;
mod okta;
mod portal;
mod power_shell;
mod unified;
mod workspace;

pub use accounts::AccountsTruth;
pub(crate) use accounts::write as accounts;

use std::collections::BTreeMap;

use serde_json::Value;

use super::calendar::{Day, Moment};
use super::dice::{Dice, Purpose};
use super::journey::Event;
use super::layout::gzip;
use super::proof::{Class, Sheet};
use super::record::{self, Shape, Subject};
use super::scene::Scene;
use super::tally::Tally;
use super::world::World;
use super::{Layout, Sink};

/// What a provider's log holds of a scene: the class of an attempt that ends with it, and the words.
type Told<W> = Option<(Option<Class>, W)>;

impl Layout {
    /// The class under which an attempt that ends with this record must be found; `None` when it is no qualifying
    /// attempt or the layout's exports never hold it.
    pub(crate) fn class(self, sheet: &Sheet) -> Option<Class> {
        self.told(sheet).flatten()
    }

    /// The layout's exports hold such a record.
    pub(crate) fn holds(self, sheet: &Sheet) -> bool {
        self.told(sheet).is_some()
    }

    fn told(self, sheet: &Sheet) -> Option<Option<Class>> {
        let scene = sheet.scene;
        match self {
            Self::Monitor | Self::Graph | Self::EventHubs | Self::Mixed => Some(sheet.class),
            // Nobody kept an export of the older interface beside these.
            Self::Portal | Self::Workspace | Self::PowerShell => (scene != Scene::Older).then_some(sheet.class),
            Self::Unified => unified::told(scene).map(|(class, _)| class),
            Self::Okta => okta::told(scene).map(|(class, _)| class),
            Self::Duo => duo::told(scene).map(|(class, _)| class),
            Self::Google => google::told(scene).map(|(class, _)| class),
            Self::Aws => aws::told(scene).map(|(class, _)| class),
            Self::Ocsf => ocsf::told(scene).map(|(class, _)| class),
        }
    }

    /// Sign-ins are kept by UTC day, by this module.
    pub(crate) const fn by_utc_day(self) -> bool {
        !matches!(self, Self::Monitor | Self::Graph | Self::EventHubs | Self::Mixed)
    }

    /// Kind and folder of the sign-ins in the configuration.
    pub(crate) const fn sign_ins(self) -> (&'static str, &'static str) {
        match self {
            Self::Monitor | Self::Graph | Self::EventHubs | Self::Mixed | Self::Portal | Self::Workspace | Self::PowerShell => ("entra.sign_ins", "raw/entra/sign-ins"),
            Self::Unified => ("m365.audit", "raw/m365/audit"),
            Self::Okta => ("okta.sign_ins", "raw/okta/sign-ins"),
            Self::Duo => ("duo.sign_ins", "raw/duo/sign-ins"),
            Self::Google => ("google.sign_ins", "raw/google/sign-ins"),
            Self::Aws => ("aws.sign_ins", "raw/aws/sign-ins"),
            Self::Ocsf => ("ocsf.sign_ins", "raw/ocsf/sign-ins"),
        }
    }

    /// The provider that the configuration trusts because its log names the partner by it.
    pub(crate) const fn trusted_provider(self) -> Option<&'static str> {
        match self {
            Self::Okta => Some(okta::PARTNER),
            Self::Aws => Some(aws::PARTNER),
            _ => None,
        }
    }

    /// The export delivers at least once; the others are downloads or pages, which hold an event once.
    const fn repeats(self) -> bool {
        matches!(self, Self::Workspace | Self::Unified | Self::Okta | Self::Aws | Self::Ocsf)
    }
}

/// Events on their way into the objects of their UTC day.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    days: BTreeMap<Day, Vec<Event>>,
}

impl Outbox {
    /// Takes the events of a local day, and sends the UTC days to which no later local day can add.
    pub(crate) fn day(&mut self, world: &World, day: Day, events: &[Event], tally: &mut Tally, sink: &mut dyn Sink) -> anyhow::Result<()> {
        let layout = world.plan.layout;
        let month = world.calendar.month_of(day).unwrap_or(0);
        let mut dice = Dice::new(world.plan.seed, Purpose::Delivery, day.number(), 0);
        for event in events.iter().filter(|event| layout.holds(event.sheet)) {
            let again = layout.repeats() && !world.plan.clean && dice.chance(30);
            for copy in 0..=u32::from(again) {
                tally.record(month, event.sheet.stream, copy > 0, false);
                self.days.entry(event.at.day()).or_default().push(event.clone());
            }
        }
        // The next local day starts at the earliest ten hours into the UTC day of this date.
        let open = self.days.split_off(&day);
        send(world, std::mem::replace(&mut self.days, open), sink)
    }

    /// Sends what is left.
    pub(crate) fn close(self, world: &World, sink: &mut dyn Sink) -> anyhow::Result<()> {
        send(world, self.days, sink)
    }
}

fn send(world: &World, days: BTreeMap<Day, Vec<Event>>, sink: &mut dyn Sink) -> anyhow::Result<()> {
    for (day, mut events) in days {
        events.sort_by_key(|event| (event.at, event.id));
        let subjects: Vec<Subject<'_>> = events.iter().filter_map(|event| subject(world, event)).collect();
        match world.plan.layout {
            Layout::Portal => portal::write(day, &subjects, sink)?,
            Layout::Unified => unified::write(day, &subjects, sink)?,
            layout => {
                let records = subjects.iter().filter_map(|subject| made(layout, subject).transpose()).collect::<anyhow::Result<Vec<Value>>>()?;
                sink.put(&key(layout, day), packed(layout, &records)?)?;
            }
        }
    }
    Ok(())
}

fn subject<'a>(world: &'a World, event: &'a Event) -> Option<Subject<'a>> {
    let person = world.people.get(event.person)?;
    Some(Subject { world, event, person, incomplete: false, shape: Shape::Graph })
}

/// The record of an event in a format of JSON records.
fn made(layout: Layout, subject: &Subject<'_>) -> anyhow::Result<Option<Value>> {
    Ok(match layout {
        Layout::Workspace => Some(workspace::record(subject)?),
        Layout::PowerShell => Some(power_shell::record(subject)?),
        Layout::Okta => okta::record(subject),
        Layout::Duo => duo::record(subject),
        Layout::Google => google::record(subject),
        Layout::Aws => aws::record(subject),
        Layout::Ocsf => ocsf::record(subject),
        Layout::Portal | Layout::Unified | Layout::Monitor | Layout::Graph | Layout::EventHubs | Layout::Mixed => None,
    })
}

fn key(layout: Layout, day: Day) -> String {
    let (_, folder) = layout.sign_ins();
    match layout {
        Layout::Aws => format!("{folder}/{}.json.gz", aws::name(day)),
        _ => format!("{folder}/{day}.json.gz"),
    }
}

/// The records of a day as the exporter wraps them, one a line.
fn packed(layout: Layout, records: &[Value]) -> anyhow::Result<Vec<u8>> {
    let (head, between, tail) = match layout {
        Layout::Duo => ("{\"stat\":\"OK\",\"response\":{\"authlogs\":[\n", ",\n", "],\"metadata\":{\"next_offset\":null}}}\n"),
        Layout::Google => ("{\"kind\":\"admin#reports#activities\",\"items\":[\n", ",\n", "]}\n"),
        Layout::Aws => ("{\"Records\":[\n", ",\n", "]}\n"),
        Layout::Workspace | Layout::Ocsf => ("", "\n", "\n"),
        _ => ("[\n", ",\n", "]\n"),
    };
    let mut bytes = head.as_bytes().to_vec();
    for (number, record) in records.iter().enumerate() {
        bytes.extend_from_slice(if number == 0 { "" } else { between }.as_bytes());
        serde_json::to_writer(&mut bytes, record)?;
    }
    bytes.extend_from_slice(tail.as_bytes());
    gzip(&bytes)
}

/// The record as Graph beta returns it: the flat forms are made from it.
fn graph(subject: &Subject<'_>) -> anyhow::Result<Value> {
    let mut text = String::new();
    record::write(subject.world, subject.event, subject.event.at, false, Shape::Graph, &mut text)?;
    Ok(serde_json::from_str(&text)?)
}

/// A key in Pascal case.
fn pascal(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// A moment in UTC to the millisecond, without the zone.
fn millis(at: Moment) -> String {
    format!("{}.{:03}", at.to_string().trim_end_matches('Z'), at.0.rem_euclid(1000))
}

/// A CSV file as Microsoft's portals write it: with a byte order mark and both line ends.
fn sheet(head: &[&str], rows: &[Vec<String>]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
        writer.write_record(head)?;
        for row in rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}
