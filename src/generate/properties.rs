//! The properties of one sign-in record (formats.md 1.4).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::fields::{close, number, open, raw, show, text, truth};
use super::names::PLACES;
use super::people::{Home, Kind};
use super::proof::{Policy, Stream};
use super::record::{Shape, Subject};
use super::record_parts as parts;

/// The object that Graph returns and that an envelope carries.
pub(crate) fn properties(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let older = subject.shape == Shape::GraphV1;
    out.push('{');
    who(subject, out)?;
    what(subject, out)?;
    if !older {
        evidence(subject, out)?;
    }
    parts::status(subject, out)?;
    if !subject.sparse() {
        parts::device(subject, out)?;
    }
    parts::location(subject, out)?;
    if !subject.workload() && !subject.sparse() {
        parts::policies(subject, out)?;
    }
    if !older && !subject.sparse() {
        parts::steps(subject, out)?;
        surroundings(subject, out)?;
    }
    close(out, '}');
    Ok(())
}

fn who(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let event = subject.event;
    show(out, "id", event.id)?;
    out.push_str("\"createdDateTime\":\"");
    event.at.write_ticks(out, subject.ticks())?;
    out.push_str("\",");
    if subject.workload() {
        text(out, "userDisplayName", "");
        text(out, "userPrincipalName", "");
        text(out, "userId", "");
        show(out, "servicePrincipalId", subject.world.object(900))?;
        text(out, "servicePrincipalName", "Nightly export");
        show(out, "servicePrincipalCredentialKeyId", subject.world.object(901))?;
    } else {
        raw(out, "userDisplayName", &subject.person.display_json);
        text(out, "userPrincipalName", &subject.person.sign_in_name);
        show(out, "userId", subject.person.id)?;
    }
    Ok(())
}

fn what(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let event = subject.event;
    let sheet = event.sheet;
    if subject.sparse() {
        text(out, "resourceId", if sheet.stream == Stream::Federation { "adfs" } else { "radius" });
        text(out, "ipAddress", &subject.address());
        text(out, "clientAppUsed", "");
        show(out, "correlationId", event.correlation)?;
        return show(out, "originalRequestId", event.id);
    }
    text(out, "appId", event.app.id);
    text(out, "appDisplayName", event.app.name);
    text(out, "ipAddress", &subject.address());
    text(out, "clientAppUsed", if subject.workload() { "" } else { subject.client() });
    show(out, "correlationId", event.correlation)?;
    let verdict = match sheet.policy {
        Policy::Satisfied => "success",
        Policy::Failed | Policy::Blocked => "failure",
        Policy::NotApplied => "notApplied",
    };
    text(out, "conditionalAccessStatus", verdict);
    truth(out, "isInteractive", sheet.stream == Stream::Interactive || sheet.stream == Stream::GraphV1);
    text(out, "resourceDisplayName", event.app.resource_name);
    text(out, "resourceId", event.app.resource);
    for field in ["riskDetail", "riskLevelAggregated", "riskLevelDuringSignIn", "riskState"] {
        text(out, field, "none");
    }
    raw(out, "riskEventTypes", "[]");
    raw(out, "riskEventTypes_v2", "[]");
    Ok(())
}

/// What only the beta shape says about how the sign-in was done.
fn evidence(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let event = subject.event;
    let sheet = event.sheet;
    text(out, "tokenIssuerType", sheet.issuer);
    raw(out, "signInEventTypes", event_types(sheet.stream));
    if subject.sparse() {
        return Ok(());
    }
    text(out, "tokenIssuerName", "");
    text(out, "userAgent", parts::user_agent(subject));
    text(out, "authenticationProtocol", sheet.protocol);
    text(out, "authenticationRequirement", sheet.requirement);
    raw(out, "authenticationMethodsUsed", "[]");
    let strong = matches!(sheet.policy, Policy::Satisfied | Policy::Failed) && !subject.workload();
    raw(out, "authenticationRequirementPolicies", if strong { parts::REQUIRED_BY } else { "[]" });
    if let Some(method) = sheet.mfa_method.filter(|_| !subject.incomplete) {
        open(out, "mfaDetail", '{');
        text(out, "authMethod", method);
        text(out, "authDetail", "");
        close(out, '}');
        out.push(',');
    } else {
        raw(out, "mfaDetail", if event.id.0.is_multiple_of(2) { "null" } else { "{}" });
    }
    let guest = subject.person.kind == Kind::Guest;
    let shown = match (guest, subject.shape == Shape::Monitor) {
        (true, true) => "Guest",
        (true, false) => "guest",
        (false, true) => "Member",
        (false, false) => "member",
    };
    text(out, "userType", shown);
    tenants(subject, out)
}

fn event_types(stream: Stream) -> &'static str {
    match stream {
        Stream::Interactive | Stream::Federation | Stream::GraphV1 => "[\"interactiveUser\"]",
        Stream::NonInteractive => "[\"nonInteractiveUser\"]",
        Stream::ServicePrincipal => "[\"servicePrincipal\"]",
    }
}

fn tenants(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let world = subject.world;
    let (access, home) = match subject.person.home {
        Home::Here => ("none", world.tenant),
        Home::Partner => ("b2bCollaboration", world.partner),
        Home::Stranger => ("b2bCollaboration", world.stranger),
    };
    text(out, "crossTenantAccessType", access);
    show(out, "homeTenantId", home)?;
    show(out, "resourceTenantId", world.tenant)
}

/// The many members around the evidence.
fn surroundings(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let event = subject.event;
    let place = &PLACES[event.place];
    show(out, "originalRequestId", event.id)?;
    show(out, "sessionId", event.session)?;
    out.push_str("\"uniqueTokenIdentifier\":\"");
    URL_SAFE_NO_PAD.encode_string(event.id.0.to_be_bytes(), out);
    out.push_str("\",");
    let refresh = event.sheet.stream == Stream::NonInteractive;
    text(out, "incomingTokenType", if refresh { "refreshToken" } else { "none" });
    number(out, "processingTimeInMilliseconds", 60 + event.id.0 % 400)?;
    number(out, "autonomousSystemNumber", place.system)?;
    text(out, "signInIdentifier", if subject.workload() { "" } else { &subject.person.sign_in_name });
    text(out, "signInIdentifierType", "userPrincipalName");
    open(out, "networkLocationDetails", '[');
    if let Some(name) = place.trusted {
        out.push_str("{\"networkType\":\"trustedNamedLocation\",\"networkNames\":[\"");
        out.push_str(name);
        out.push_str("\"]}");
    }
    close(out, ']');
    out.push(',');
    out.push_str(parts::ALWAYS_THE_SAME);
    Ok(())
}
