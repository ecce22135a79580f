//! The text of one sign-in record in the shapes of formats.md 1.3 and 1.4.

use std::fmt;

use super::calendar::Moment;
use super::fields::{raw, show, text};
use super::journey::Event;
use super::names::PLACES;
use super::people::Person;
use super::proof::Stream;
use super::properties::properties;
use super::world::World;

/// Which exporter's words a record is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Envelope and properties of a diagnostic setting.
    Monitor,
    /// Graph beta.
    Graph,
    /// Graph v1.0, which knows nothing about MFA.
    GraphV1,
}

/// One record in the making.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The tenant.
    pub(crate) world: &'a World,
    /// The event.
    pub(crate) event: &'a Event,
    /// Who signs in.
    pub(crate) person: &'a Person,
    /// This copy lacks the outcome of the second factor.
    pub(crate) incomplete: bool,
    /// Shape.
    pub(crate) shape: Shape,
}

impl Subject<'_> {
    /// Digits below the millisecond.
    pub(crate) fn ticks(&self) -> u32 {
        (self.event.id.0 & 0xffff) as u32
    }

    /// The address signed in from.
    pub(crate) fn address(&self) -> String {
        let place = &PLACES[self.event.place];
        format!("{}{}", place.network, self.person.host)
    }

    /// How the envelope writes a moment: in the clean tenant always the same way.
    fn notation(&self, moment: Moment) -> u32 {
        if self.world.plan.clean { 0 } else { (moment.0 / 1000 % 6) as u32 }
    }

    fn resource(&self) -> String {
        format!("/tenants/{}/providers/Microsoft.aadiam", self.world.tenant)
    }

    /// Real federation rows carry tenant ids that are none.
    fn strange_tenant(&self) -> bool {
        let federation = self.event.sheet.stream == Stream::Federation;
        federation && !self.world.plan.clean && self.event.id.0.is_multiple_of(2)
    }

    /// A workload identity.
    pub(crate) fn workload(&self) -> bool {
        self.event.sheet.stream == Stream::ServicePrincipal
    }

    /// `clientAppUsed`.
    pub(crate) fn client(&self) -> &'static str {
        match (self.event.sheet.client, self.event.app.browser) {
            ("", true) => "Browser",
            ("", false) => "Mobile Apps and Desktop clients",
            (client, _) => client,
        }
    }

    /// A row of a federation server or RADIUS extension, which lacks most members.
    pub(crate) fn sparse(&self) -> bool {
        self.event.sheet.issuer != "AzureAD"
    }
}

/// Writes one copy of a record.
pub(crate) fn write(world: &World, event: &Event, ingest: Moment, incomplete: bool, shape: Shape, out: &mut String) -> fmt::Result {
    let Some(person) = world.people.get(event.person) else {
        return Ok(());
    };
    let subject = Subject { world, event, person, incomplete, shape };
    match shape {
        Shape::Monitor => envelope(&subject, ingest, out),
        Shape::Graph | Shape::GraphV1 => properties(&subject, out),
    }
}

fn envelope(subject: &Subject<'_>, ingest: Moment, out: &mut String) -> fmt::Result {
    let event = subject.event;
    out.push_str("{\"time\":\"");
    ingest.write_notation(out, subject.notation(ingest), subject.ticks())?;
    out.push_str("\",");
    show(out, "resourceId", subject.resource())?;
    text(out, "operationName", "Sign-in activity");
    text(out, "operationVersion", "1.0");
    text(out, "category", event.sheet.stream.category());
    if subject.strange_tenant() {
        text(out, "tenantId", "4f64f02e-adfs-not-a-guid");
    } else {
        show(out, "tenantId", subject.world.tenant)?;
    }
    show(out, "resultType", event.sheet.code)?;
    if !subject.sparse() {
        text(out, "resultSignature", "None");
    }
    if event.sheet.code != 0 {
        text(out, "resultDescription", event.sheet.failure);
    }
    let odd = event.id.0.is_multiple_of(3);
    raw(out, "durationMs", if odd { "\"0\"" } else { "0" });
    text(out, "callerIpAddress", &subject.address());
    show(out, "correlationId", event.correlation)?;
    let workload = subject.workload();
    let name = if workload { "\"Nightly export\"" } else { subject.person.display_json.as_str() };
    raw(out, "identity", name);
    raw(out, if odd { "level" } else { "Level" }, if odd { "\"4\"" } else { "4" });
    text(out, "location", PLACES[event.place].country);
    out.push_str("\"properties\":");
    properties(subject, out)?;
    out.push('}');
    Ok(())
}
