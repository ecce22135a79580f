//! The System Log as sign-ins (formats.md 5.1–5.5).
//!
//! Okta writes several events per sign-in, and no single one tells everything. Each becomes a row of its own;
//! what ties the rows, and which of them counts, is chosen so that no row can make coverage look better:
//!
//! - Rows that need each other share a correlation id and carry no application: the session once it is real,
//!   before that the transaction. A session that began, an evaluation that lists no authenticators, and a factor
//!   that the Identity Engine may have taken as the first one do not settle a journey (`other_events`): left alone
//!   they count as untold, never as protected. A later event may only say more than they do.
//! - What settles as protected is a Classic second factor, a gesture that verifies its user, an evaluation that
//!   lists two authenticators, or another provider's word.
//! - An evaluation that lists one factor stands alone, without a correlation id: no step-up, denial or reuse
//!   later in the session can hide it.
//! - A refusal is tied to its transaction, not to the session: it undoes a factor given in the same request,
//!   and cannot hide a session that began without one.

use super::super::decision::Decision;
use super::super::{Expected, FlatRow, ObjectContext, Record, Reject, Rows, Source, method, time};
use super::decision;
use super::facts::{Ended, Facts, Kind};
use super::record::{LogEvent, known};
use crate::period;
use crate::table::sign_ins::OTHER_EVENTS;
use crate::table::{Instant, Row, SignIn, Table};

/// The System Log's sign-in events.
#[derive(Debug)]
pub(in crate::source) struct SignIns;

impl Source for SignIns {
    fn kind(&self) -> &'static str {
        "okta.sign_ins"
    }

    fn about(&self) -> &'static str {
        "Okta System Log: API `GET /api/v1/logs`, log streaming to Amazon EventBridge and Splunk, event hooks, the flat table of Microsoft Sentinel, CSV of a SIEM"
    }

    fn limits(&self) -> &'static str {
        "no single event tells a whole sign-in; the country is a name, not a code, and is left out"
    }

    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn unflatten(&self, _: &ObjectContext<'_>, row: &FlatRow<'_>) -> serde_json::Value {
        row.nested(&[], super::flat_path).into()
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        if memchr::memmem::find(record.json, b"\"eventType_s\"").is_some()
            && let Some(row) = FlatRow::of_json(record.json)
        {
            let json = self.unflatten(object, &row).to_string();
            return events(object, Record { json: json.as_bytes(), ..record }, rows);
        }
        events(object, record, rows)
    }
}

/// Every event of a record that is no flat row.
fn events(object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let outer: LogEvent<'_> = super::parse(record.json)?;
    let mut found = Vec::new();
    unpack(&outer, None, &mut found)?;
    // All events of a record are understood before the first row is kept: a record is taken whole or refused.
    let found = found.into_iter().filter_map(|(event, delivered)| prepare(event, delivered).transpose()).collect::<Result<Vec<_>, _>>()?;
    for sign_in in &found {
        push(object, record, sign_in, rows);
    }
    Ok(())
}

/// An event and when it was delivered, where the envelope says.
type Delivered<'e> = (&'e LogEvent<'e>, Option<&'e str>);

/// The events in a record, whatever wraps them.
fn unpack<'e>(outer: &'e LogEvent<'e>, delivered: Option<&'e str>, found: &mut Vec<Delivered<'e>>) -> Result<(), Reject> {
    let delivered = outer.time.get().or(delivered);
    if let Some(inner) = outer.detail.0.as_deref().or(outer.event.0.as_deref()) {
        return unpack(inner, delivered, found);
    }
    // A hook has an event type of its own, which says nothing about those inside.
    let Some(list) = outer.data.0.as_ref().and_then(|d| d.events.as_ref()) else {
        outer.event_type.get().ok_or_else(|| Reject::missing("eventType"))?;
        found.push((outer, delivered));
        return Ok(());
    };
    for item in &list.0 {
        let inner = item.0.as_ref().ok_or_else(|| Reject::Content("`data.events` holds something that is not an object".to_owned()))?;
        unpack(inner, delivered, found)?;
    }
    Ok(())
}

/// An event that makes a row.
struct Prepared<'e> {
    event: &'e LogEvent<'e>,
    facts: Facts<'e>,
    event_id: &'e str,
    occurred_at: Instant,
    delivered: Option<&'e str>,
}

/// `None` for an event that is understood and makes no row.
fn prepare<'e>(event: &'e LogEvent<'e>, delivered: Option<&'e str>) -> Result<Option<Prepared<'e>>, Reject> {
    let Some(kind) = Kind::of(event.event_type.or_empty()) else { return Ok(None) };
    let event_id = event.uuid.get().ok_or_else(|| Reject::missing("uuid"))?;
    let published = event.published.get().ok_or_else(|| Reject::missing("published"))?;
    let occurred_at = time::occurred("published", published)?;
    let facts = Facts::of(event, kind, occurred_at);
    Ok((!facts.excluded()).then_some(Prepared { event, facts, event_id, occurred_at, delivered }))
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, sign_in: &Prepared<'_>, rows: &mut Rows) {
    let (event, facts) = (sign_in.event, &sign_in.facts);
    let (decision, evidence) = decision::settle(facts);
    let actor = event.actor.0.as_ref();
    let client = event.client.0.as_ref();
    let agent = client.and_then(|c| c.agent.0.as_ref());
    let geography = client.and_then(|c| c.geography.0.as_ref());
    let point = geography.and_then(|g| g.point.0.as_ref());
    let app = event.target("AppInstance");
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id: sign_in.event_id,
        occurred_at: sign_in.occurred_at,
        event_date: period::utc_day(sign_in.occurred_at),
        identity_id: actor.and_then(|a| known(&a.id)),
        identity_name: actor.and_then(|a| known(&a.name)),
        stream: stream(event, facts),
        app_id: app.and_then(|a| a.id.get()).filter(|_| facts.kind == Kind::AppAccess || matches!(decision.outcome, "single_factor" | "claim")),
        app_name: app.and_then(|a| a.name.get()),
        resource_id: None,
        correlation_id: correlation(event, facts, &decision),
        client: agent.and_then(|a| known(&a.browser).or_else(|| a.raw.get())),
        legacy_protocol: false,
        outcome: outcome(facts),
        failure_code: None,
        mfa_outcome: decision.outcome,
        mfa_reason: if needs_others(event, facts, &decision) { Some(OTHER_EVENTS) } else { decision.reason },
        method: Some(decision.method).filter(|m| !m.is_empty()),
        method_raw: facts.used.map(|u| u.raw).or_else(|| facts.proof().or_else(|| facts.alone()).map(|l| l.raw)).filter(|_| !decision.method.is_empty()),
        method_strength: Some(decision.method).filter(|m| !m.is_empty()).map(method::strength),
        one_gesture: decision.one_gesture,
        evidence,
        mfa_required: if decision.outcome == "required_not_met" { Some(true) } else { facts.two_factors_asked },
        issuer: issuer(event, &decision),
        home_tenant: None,
        ip: client.and_then(|c| c.ip.get()),
        asn: event.security.0.as_ref().and_then(|s| s.asn.0),
        // Okta mostly writes the country's English name, which is no code.
        country: geography.and_then(|g| g.country.get()).filter(|c| c.len() == 2),
        latitude: point.and_then(|p| p.latitude.0),
        longitude: point.and_then(|p| p.longitude.0),
        accuracy_km: None,
        device_compliant: None,
        network_trusted: None,
        ingested_at: sign_in.delivered.and_then(time::instant),
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

fn stream(event: &LogEvent<'_>, facts: &Facts<'_>) -> &'static str {
    if event.actor.0.as_ref().is_some_and(|a| a.kind.or_empty().to_ascii_lowercase().contains("clientapp")) {
        "workload"
    } else if facts.kind == Kind::AppAccess {
        "non_interactive"
    } else {
        "interactive"
    }
}

/// What became of the sign-in as far as this event tells.
fn outcome(facts: &Facts<'_>) -> &'static str {
    match (facts.kind, facts.ended) {
        (Kind::DeniedPush, _) | (_, Ended::Unmet | Ended::Denied | Ended::Limited) => "failure",
        (_, Ended::Challenged | Ended::Open) => "interrupt",
        (_, Ended::Unknown) => "unknown",
        (_, Ended::Success) => "success",
    }
}

/// A success that alone does not tell how the sign-in was satisfied.
fn needs_others(event: &LogEvent<'_>, facts: &Facts<'_>, decision: &Decision) -> bool {
    let untold = facts.kind != Kind::AppAccess && decision.outcome == "unknown";
    // The Identity Engine reports the first authenticator in the same words as the second; the evaluation
    // that follows lists both.
    // Without its targets, which a flat export may have cut, an event of that engine looks like one of the Classic.
    let targets = event.targets.0.iter().any(|t| t.0.is_some());
    let first_or_second = facts.kind == Kind::Factor && !decision.one_gesture && (!targets || facts.used.is_some_and(|u| u.enrolment));
    facts.ended == Ended::Success && facts.kind != Kind::DeniedPush && (untold || first_or_second)
}

/// What ties the rows of one sign-in; see the top of this file.
fn correlation<'e>(event: &'e LogEvent<'_>, facts: &Facts<'_>, decision: &Decision) -> Option<&'e str> {
    let refused = facts.kind == Kind::DeniedPush || !matches!(facts.ended, Ended::Success | Ended::Unknown);
    match decision.outcome {
        "single_factor" => None,
        _ if refused => event.transaction_id(),
        _ => event.session().or_else(|| event.transaction_id()).or_else(|| event.root_session()),
    }
}

/// Who vouched for the user: a target of its own, or the issuer of the assertion.
fn issuer<'e>(event: &'e LogEvent<'_>, decision: &Decision) -> Option<&'e str> {
    if decision.outcome != "external" {
        return None;
    }
    let provider = event.target("IdentityProvider").or_else(|| event.target("IDP"));
    let issuer = event.context.0.as_ref().and_then(|c| c.issuer.0.as_ref());
    provider.and_then(|p| p.id.get()).or_else(|| issuer.and_then(|i| i.id.get()))
}

#[cfg(test)]
mod tests;
