//! Writes the exception register as it stood at the end of a day.

use super::Sink;
use super::calendar::Day;
use super::entry::{Entry, Expiry, Obligation};
use super::people::Kind;
use super::world::World;
use crate::config::REGISTER_FIELDS;

// Local minutes at which things happen to an entry, in the order of its life.
const CREATED: u32 = 9 * 60;
const APPROVED: u32 = 11 * 60;
const ACTIVATED: u32 = 12 * 60;
const CHANGED: u32 = 14 * 60;
const CLOSED: u32 = 16 * 60;
const EXPIRES: u32 = 18 * 60;
const REVIEWED: u32 = 9 * 60;
const ROTATED: u32 = 15 * 60;

/// Writes one snapshot.
pub(crate) fn write(world: &World, day: Day, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    {
        let mut writer = csv::Writer::from_writer(&mut bytes);
        writer.write_record(REGISTER_FIELDS)?;
        for entry in world.entries.iter().filter(|entry| entry.created <= day) {
            writer.write_record(row(world, entry, day)?)?;
        }
        writer.flush()?;
    }
    sink.put(&format!("register/exceptions-{day}.csv"), bytes)
}

fn row(world: &World, entry: &Entry, day: Day) -> anyhow::Result<Vec<String>> {
    let approved = entry.approved.filter(|at| *at <= day);
    let activated = entry.activated.filter(|at| *at <= day);
    let closed = entry.closed.filter(|at| *at <= day);
    let category = entry.category_on(day);
    let mut row = what(world, entry, day);
    row.extend([
        when(world, Some(entry.created), CREATED)?,
        when(world, approved, APPROVED)?,
        when(world, activated, ACTIVATED)?,
        format!("{} days", category.review_days()),
        expiry(world, entry.expiry_on(day))?,
        entry.last_day(day).map(|last| last.to_string()).unwrap_or_default(),
        when(world, closed, CLOSED)?,
        closed.map(|_| closure(entry)).unwrap_or_default(),
        when(world, done(&entry.reviews, day).last(), REVIEWED)?,
        custodian(world, entry),
        credential(world, entry).to_owned(),
        storage(world, entry).to_owned(),
        format!("CHG-{:05}", 50_000 + entry.number),
        changes(world, entry, day)?,
        reviews(world, entry, day)?,
        rotations(world, entry, day)?,
    ]);
    Ok(row)
}

/// The first half of a row: what is excepted, for whom and why.
fn what(world: &World, entry: &Entry, day: Day) -> Vec<String> {
    let person = world.people.get(entry.person);
    let approver = entry.approved.filter(|at| *at <= day).map_or("", |_| world.upn(entry.approver));
    let scope = if entry.applications == "All" { "user" } else { "user and application" };
    vec![
        entry.id(),
        entry.category_on(day).words().to_owned(),
        world.upn(entry.requestor).to_owned(),
        entry.owner.map_or("", |owner| world.upn(owner)).to_owned(),
        approver.to_owned(),
        scope.to_owned(),
        person.map(|person| person.id.to_string()).unwrap_or_default(),
        entry.applications.to_owned(),
        justification(world, entry),
        if entry.number.is_multiple_of(3) { "high" } else { "medium" }.to_owned(),
        entry.controls.to_owned(),
        entry.evidence_age.map(|age| day.plus(-age).to_string()).unwrap_or_default(),
        "sign-ins of the account reviewed every week".to_owned(),
    ]
}

fn closure(entry: &Entry) -> String {
    format!("removed from the exclusion group, change CHG-{:05}", 70_000 + entry.number)
}

fn when(world: &World, day: Option<Day>, minute: u32) -> anyhow::Result<String> {
    day.map_or_else(|| Ok(String::new()), |day| Ok(world.calendar.at(day, minute)?.to_string()))
}

fn expiry(world: &World, expiry: Expiry) -> anyhow::Result<String> {
    match expiry {
        Expiry::At(day) => when(world, Some(day), EXPIRES),
        Expiry::Bare(day) => Ok(day.to_string()),
        Expiry::Unreadable => Ok("end of Q4, see mail".to_owned()),
    }
}

fn done(obligations: &[Obligation], day: Day) -> impl Iterator<Item = Day> {
    obligations.iter().filter_map(|obligation| obligation.done).filter(move |done| *done <= day)
}

fn justification(world: &World, entry: &Entry) -> String {
    if !world.plan.clean && entry.number == 7 {
        return "=HYPERLINK(\"https://example.net\",\"see here\"), <i>screen reader</i>".to_owned();
    }
    format!("agreed need of the department, case {}", 300 + entry.number)
}

/// Emergency accounts have custodians of their own, one each.
fn custodian(world: &World, entry: &Entry) -> String {
    let emergency = world.cast.break_glass.contains(&entry.person);
    if emergency { world.upn(world.cast.managers.start + 3 + entry.person % 2).to_owned() } else { String::new() }
}

fn credential(world: &World, entry: &Entry) -> &'static str {
    match (world.people.get(entry.person).map(|person| person.kind), entry.person, world.plan.clean) {
        (Some(Kind::BreakGlass), 0, _) => "FIDO2 security key",
        (Some(Kind::BreakGlass), _, true) => "certificate",
        (Some(Kind::BreakGlass), _, false) => "password",
        _ => "",
    }
}

/// Credentials of emergency accounts are kept apart.
fn storage(world: &World, entry: &Entry) -> &'static str {
    match world.cast.break_glass.contains(&entry.person) {
        true if entry.person.is_multiple_of(2) => "safe in the head office",
        true => "deposit box at the bank",
        false => "",
    }
}

/// One event of an entry's life: day, local minute, actor, action, evidence.
type Event = (Day, u32, usize, &'static str, String);

fn changes(world: &World, entry: &Entry, day: Day) -> anyhow::Result<String> {
    let mut events = life(entry);
    if let Some((at, until)) = entry.extended {
        let before = expiry(world, entry.expires)?;
        let after = expiry(world, Expiry::At(until))?;
        let note = format!("expiry {before} -> {after}");
        events.push((at, CHANGED, entry.approver, "extended", note));
    }
    events.sort();
    let mut lines = Vec::new();
    for (at, minute, actor, action, note) in events.iter().filter(|event| event.0 <= day) {
        let moment = when(world, Some(*at), *minute)?;
        lines.push(format!("{moment} | {} | {action} | {note}", world.upn(*actor)));
    }
    Ok(lines.join("; "))
}

fn life(entry: &Entry) -> Vec<Event> {
    let number = entry.number;
    let mut events = vec![(entry.created, CREATED, entry.requestor, "requested", String::new())];
    if let Some(at) = entry.approved {
        events.push((at, APPROVED, entry.approver, "approved", format!("APP-{number:04}")));
    }
    if let Some(at) = entry.activated {
        let ticket = format!("CHG-{:05}", 50_000 + number);
        events.push((at, ACTIVATED, entry.implementer, "activated", ticket));
    }
    if let Some((at, before)) = entry.recategorised {
        let note = format!("category {} -> {}", before.words(), entry.category.words());
        let actor = entry.owner.unwrap_or(entry.approver);
        events.push((at, CHANGED, actor, "recategorised", note));
    }
    if let Some(at) = entry.closed {
        let ticket = format!("CHG-{:05}", 70_000 + number);
        events.push((at, CLOSED, entry.implementer, "closed", ticket));
    }
    events
}

fn reviews(world: &World, entry: &Entry, day: Day) -> anyhow::Result<String> {
    let reviewer = world.upn(entry.owner.unwrap_or(entry.approver));
    let lines = done(&entry.reviews, day).map(|at| -> anyhow::Result<String> {
        let moment = when(world, Some(at), REVIEWED)?;
        Ok(format!("{moment} | {reviewer} | confirmed | REV-{:04}-{at}", entry.number))
    });
    Ok(lines.collect::<anyhow::Result<Vec<String>>>()?.join("; "))
}

fn rotations(world: &World, entry: &Entry, day: Day) -> anyhow::Result<String> {
    let operators = format!("{}, {}", world.upn(world.cast.admins.start), world.upn(world.cast.admins.start + 1));
    let lines = done(&entry.rotations, day).map(|at| -> anyhow::Result<String> {
        let moment = when(world, Some(at), ROTATED)?;
        Ok(format!("{moment} | {operators} | rotated | ROT-{:04}-{at}", entry.number))
    });
    Ok(lines.collect::<anyhow::Result<Vec<String>>>()?.join("; "))
}
