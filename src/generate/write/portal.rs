//! Downloads of the admin centre (formats.md 1.14): one CSV a day for people, refreshes and workloads each, and the
//! steps of the first two in a companion file.
//!
//! Every class is told as by the log itself: the requirement, the result text and the home tenant have columns, and
//! the method of a one-gesture sign-in stands in the companion.

use serde_json::Value;

use super::super::Sink;
use super::super::calendar::Day;
use super::super::names::PLACES;
use super::super::proof::{MULTI, SINGLE, Step, Stream};
use super::super::record::Subject;
use super::super::scene::Scene;
use super::{graph, sheet};

use Cell::At;

/// A column: its header, and where its text comes from.
type Column = (&'static str, Cell);

/// Where the text of a cell comes from.
#[derive(Debug, Clone, Copy)]
enum Cell {
    /// A member of the record, by its path.
    At(&'static str),
    /// The moment, to the second.
    Date,
    /// City, state and country.
    Location,
    /// Success, failure or interrupted.
    Status,
    /// The error code; none for a success.
    Code,
    /// The requirement in words.
    Requirement,
    /// Always empty here.
    Empty,
}

/// The header as the admin centre writes it, blanks and repeated names included.
#[rustfmt::skip]
const PEOPLE: &[Column] = &[
    ("Date (UTC)", Cell::Date), ("Request ID", At("/id")), ("User agent", At("/userAgent")), ("Correlation ID", At("/correlationId")),
    ("User ID", At("/userId")), ("User", At("/userDisplayName")), ("Username", At("/userPrincipalName")), ("User type", At("/userType")),
    ("Cross tenant access type", At("/crossTenantAccessType")), ("Incoming token type", At("/incomingTokenType")),
    ("Authentication Protocol", At("/authenticationProtocol")), ("Unique token identifier", At("/uniqueTokenIdentifier")),
    ("Original transfer method", At("/originalTransferMethod")), ("Client credential type", At("/clientCredentialType")),
    ("Token Protection - Sign In Session", At("/signInTokenProtectionStatus")), ("Token Protection - Sign In Session StatusCode", Cell::Empty),
    ("Application", At("/appDisplayName")), ("Application ID ", At("/appId")), ("App owner tenant ID", Cell::Empty),
    ("Resource", At("/resourceDisplayName")), ("Resource ID ", At("/resourceId")), ("Resource tenant ID", At("/resourceTenantId")),
    ("Resource owner tenant ID", Cell::Empty), ("Home tenant ID", At("/homeTenantId")), ("Home tenant name", Cell::Empty),
    ("IP address", At("/ipAddress")), ("Location", Cell::Location), ("Status", Cell::Status), ("Sign-in error code", Cell::Code),
    ("Failure reason", At("/status/failureReason")), ("Client app", At("/clientAppUsed")), ("Device ID", At("/deviceDetail/deviceId")),
    ("Browser", At("/deviceDetail/browser")), ("Operating System", At("/deviceDetail/operatingSystem")),
    ("Compliant", At("/deviceDetail/isCompliant")), ("Managed", At("/deviceDetail/isManaged")), ("Join Type", At("/deviceDetail/trustType")),
    ("Multifactor authentication result", At("/status/additionalDetails")), ("Multifactor authentication auth method", At("/mfaDetail/authMethod")),
    ("Multifactor authentication auth detail", At("/mfaDetail/authDetail")), ("Authentication requirement", Cell::Requirement),
    ("Sign-in identifier", At("/signInIdentifier")), ("Session ID", At("/sessionId")),
    ("IP address (seen by resource)", At("/ipAddressFromResourceProvider")), ("Through Global Secure Access", At("/isThroughGlobalSecureAccess")),
    ("Global Secure Access IP address", At("/globalSecureAccessIpAddress")), ("Autonomous system  number", At("/autonomousSystemNumber")),
    ("Flagged for review", At("/flaggedForReview")), ("Token issuer type", At("/tokenIssuerType")), ("Incoming token type", At("/incomingTokenType")),
    ("Token issuer name", At("/tokenIssuerName")), ("Latency", At("/processingTimeInMilliseconds")), ("Conditional Access", At("/conditionalAccessStatus")),
    ("Managed Identity type", Cell::Empty), ("Associated Resource Id", Cell::Empty), ("Federated Token Id", Cell::Empty), ("Federated Token Issuer", Cell::Empty),
];

/// Workloads have no user.
#[rustfmt::skip]
const WORKLOADS: &[Column] = &[
    ("Date (UTC)", Cell::Date), ("Request ID", At("/id")), ("Correlation ID", At("/correlationId")), ("Service principal ID", At("/servicePrincipalId")),
    ("Service principal name", At("/servicePrincipalName")), ("Resource", At("/resourceDisplayName")), ("Resource ID ", At("/resourceId")),
    ("Resource tenant ID", At("/resourceTenantId")), ("IP address", At("/ipAddress")), ("Location", Cell::Location), ("Status", Cell::Status),
    ("Sign-in error code", Cell::Code), ("Failure reason", At("/status/failureReason")), ("Conditional Access", At("/conditionalAccessStatus")),
];

/// The files: their name, whose sign-ins they hold, and their columns.
const FILES: [(&str, &[Stream], &[Column]); 3] = [
    ("InteractiveSignIns", &[Stream::Interactive, Stream::Federation], PEOPLE),
    ("NonInteractiveSignIns", &[Stream::NonInteractive], PEOPLE),
    ("ApplicationSignIns", &[Stream::ServicePrincipal], WORKLOADS),
];

const STEPS: [&str; 7] = ["Request ID", "Date (UTC)", "Authentication method", "Authentication method detail", "Succeeded", "Result detail", "Requirement"];

/// Writes the downloads of a day.
pub(super) fn write(day: Day, subjects: &[Subject<'_>], sink: &mut dyn Sink) -> anyhow::Result<()> {
    for (name, streams, columns) in FILES {
        let chosen: Vec<&Subject<'_>> = subjects.iter().filter(|subject| streams.contains(&subject.event.sheet.stream)).collect();
        if chosen.is_empty() {
            continue;
        }
        let head: Vec<&str> = columns.iter().map(|(header, _)| *header).collect();
        let rows = chosen.iter().map(|subject| row(subject, columns)).collect::<anyhow::Result<Vec<_>>>()?;
        sink.put(&format!("raw/entra/sign-ins/{name}_{day}_{day}.csv"), sheet(&head, &rows)?)?;
        let steps: Vec<Vec<String>> = chosen.iter().flat_map(|subject| steps(subject)).collect();
        if !steps.is_empty() {
            sink.put(&format!("raw/entra/sign-ins/{name}_AuthDetails_{day}_{day}.csv"), sheet(&STEPS, &steps)?)?;
        }
    }
    Ok(())
}

fn row(subject: &Subject<'_>, columns: &[Column]) -> anyhow::Result<Vec<String>> {
    let record = graph(subject)?;
    Ok(columns.iter().map(|(_, cell)| text(subject, &record, *cell)).collect())
}

fn text(subject: &Subject<'_>, record: &Value, cell: Cell) -> String {
    let (event, sheet) = (subject.event, subject.event.sheet);
    match cell {
        At(path) => match record.pointer(path) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        },
        Cell::Date => event.at.to_string(),
        Cell::Location => {
            let place = &PLACES[event.place];
            format!("{}, {}, {}", place.city, place.state, place.country)
        }
        Cell::Status => match (sheet.code, sheet.scene) {
            (0, _) => "Success",
            (_, Scene::Prompt | Scene::StaySignedIn | Scene::Enrol) => "Interrupted",
            _ => "Failure",
        }
        .to_owned(),
        Cell::Code => {
            if sheet.code == 0 {
                String::new()
            } else {
                sheet.code.to_string()
            }
        }
        Cell::Requirement => match record["authenticationRequirement"].as_str() {
            Some(MULTI) => "Multifactor authentication",
            Some(SINGLE) => "Single-factor authentication",
            _ => "",
        }
        .to_owned(),
        Cell::Empty => String::new(),
    }
}

/// The steps of a sign-in, a row each.
fn steps(subject: &Subject<'_>) -> Vec<Vec<String>> {
    let event = subject.event;
    let row = |(seconds, step): (i64, &Step)| {
        let at = event.at.plus_seconds(seconds).to_string();
        let succeeded = if step.succeeded { "true" } else { "false" };
        vec![event.id.to_string(), at, step.method.to_owned(), step.detail.to_owned(), succeeded.to_owned(), step.result.to_owned(), step.requirement.to_owned()]
    };
    (0..).zip(event.sheet.steps).map(row).collect()
}
