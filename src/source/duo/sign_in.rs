//! The authentication log, version 2 (formats.md 6.1–6.5).
//!
//! A row tells of the second factor only. Whether a first factor came before, and every sign-in that was never
//! sent to Duo, stand elsewhere: shares of all sign-ins need the log of the identity provider beside it.

use super::super::decision::Decision;
use super::super::lenient::{List, Maybe, Real, Text, Whole, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source, method};
use super::decision;
use super::facts::{Ended, Facts};
use crate::period;
use crate::table::{Instant, Row, SignIn, Table};

lenient! { User { "key" => key: Text<'a>, "name" => name: Text<'a>, } }
lenient! { Application { "key" => key: Text<'a>, "name" => name: Text<'a>, } }
lenient! { Location { "country" => country: Text<'a>, "latitude" => latitude: Real, "longitude" => longitude: Real, } }
lenient! { AccessDevice { "ip" => ip: Text<'a>, "browser" => browser: Text<'a>, "location" => location: Maybe<Location<'a>>, } }
lenient! { Response { "authlogs" => events: Option<List<Maybe<AuthLog<'a>>>>, } }
lenient! {
    /// An event, or the page that holds several.
    AuthLog {
        "txid" => txid: Text<'a>,
        "timestamp" => timestamp: Whole,
        "isotimestamp" => iso: Text<'a>,
        "event_type" => event_type: Text<'a>,
        "result" => result: Text<'a>,
        "reason" => reason: Text<'a>,
        "factor" => factor: Text<'a>,
        "remembered_factor" => remembered: Text<'a>,
        "user" => user: Maybe<User<'a>>,
        "application" => application: Maybe<Application<'a>>,
        "access_device" => device: Maybe<AccessDevice<'a>>,
        "response" => response: Maybe<Response<'a>>,
        "authlogs" => events: Option<List<Maybe<AuthLog<'a>>>>,
    }
}

/// Authentication log.
#[derive(Debug)]
pub(in crate::source) struct SignIns;

impl Source for SignIns {
    fn kind(&self) -> &'static str {
        "duo.sign_ins"
    }

    fn about(&self) -> &'static str {
        "Cisco Duo authentication log: Admin API `/admin/v2/logs/authentication` and log sync; it tells of second factors only, never of all sign-ins"
    }

    fn limits(&self) -> &'static str {
        "the first factor and federated sign-ins happen elsewhere: its rows are no share of all sign-ins"
    }

    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let outer: AuthLog<'_> = super::parse(record.json)?;
        let page = outer.events.as_ref().or_else(|| outer.response.0.as_ref().and_then(|r| r.events.as_ref()));
        // All events of a page are understood before the first row is kept: a record is taken whole or refused.
        let found = match page {
            None => vec![prepare(&outer)?],
            Some(list) => list
                .0
                .iter()
                .map(|item| item.0.as_ref().ok_or_else(|| Reject::Content("`authlogs` holds something that is not an object".to_owned())).and_then(prepare))
                .collect::<Result<Vec<_>, _>>()?,
        };
        for sign_in in &found {
            push(object, record, sign_in, rows);
        }
        Ok(())
    }
}

/// An event with what every row needs.
struct Prepared<'e> {
    event: &'e AuthLog<'e>,
    event_id: String,
    occurred_at: Instant,
}

fn prepare<'e>(event: &'e AuthLog<'_>) -> Result<Prepared<'e>, Reject> {
    let txid = event.txid.get().ok_or_else(|| Reject::missing("txid"))?;
    let occurred_at = super::event_time(&event.iso, event.timestamp)?;
    let word = |text: &Text<'_>| text.or_empty().to_ascii_lowercase();
    // One transaction can end several times; whole seconds, because not every copy has the ISO text.
    let event_id = format!("{txid}/{}/{}/{}", word(&event.event_type), word(&event.result), occurred_at.0.div_euclid(1_000_000));
    Ok(Prepared { event, event_id, occurred_at })
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, sign_in: &Prepared<'_>, rows: &mut Rows) {
    let event = sign_in.event;
    let facts = Facts::of(event.event_type.or_empty(), event.result.or_empty(), event.reason.or_empty(), event.factor.or_empty());
    let (decision, evidence) = decision::settle(&facts);
    let user = event.user.0.as_ref();
    let application = event.application.0.as_ref();
    let device = event.device.0.as_ref();
    let location = device.and_then(|d| d.location.0.as_ref());
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id: &sign_in.event_id,
        occurred_at: sign_in.occurred_at,
        event_date: period::utc_day(sign_in.occurred_at),
        identity_id: user.and_then(|u| u.key.get()),
        identity_name: user.and_then(|u| u.name.get()),
        stream: "interactive",
        app_id: application.and_then(|a| a.key.get()),
        app_name: application.and_then(|a| a.name.get()),
        resource_id: None,
        // Every event is an attempt of its own. Joined by transaction, a denial after a bypass would hide the bypass.
        correlation_id: None,
        client: device.and_then(|d| d.browser.get()),
        legacy_protocol: false,
        outcome: outcome(&facts),
        failure_code: None,
        mfa_outcome: decision.outcome,
        mfa_reason: decision.reason,
        method: Some(decision.method).filter(|m| !m.is_empty()),
        method_raw: raw_method(event, &decision),
        method_strength: Some(decision.method).filter(|m| !m.is_empty()).map(method::strength),
        one_gesture: false,
        evidence,
        // Whatever Duo was asked about, a second factor was wanted; a skipped requirement was one too.
        mfa_required: (!matches!(decision.outcome, "not_applicable" | "unknown")).then_some(true),
        issuer: None,
        home_tenant: None,
        ip: device.and_then(|d| d.ip.get()),
        asn: None,
        // Duo mostly writes the country's English name, which is no code.
        country: location.and_then(|l| l.country.get()).filter(|c| c.len() == 2),
        latitude: location.and_then(|l| l.latitude.0),
        longitude: location.and_then(|l| l.longitude.0),
        accuracy_km: None,
        device_compliant: None,
        network_trusted: None,
        ingested_at: None,
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

/// An enrolment is neither a sign-in that succeeded nor one that failed.
fn outcome(facts: &Facts) -> &'static str {
    match facts.ended {
        _ if facts.enrolment => "interrupt",
        Ended::Success => "success",
        Ended::Denied | Ended::Fraud | Ended::Error => "failure",
        Ended::Unknown => "unknown",
    }
}

/// The factor as recorded; for a remembered device the one that was given then.
fn raw_method<'e>(event: &'e AuthLog<'_>, decision: &Decision) -> Option<&'e str> {
    match decision.outcome {
        "performed" => event.factor.get(),
        "claim" => event.remembered.get(),
        "exempted" if !decision.method.is_empty() => event.factor.get(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };
    const EVENT: &str = r#"{"txid":"tx","timestamp":1791190800,"isotimestamp":"2026-10-05T09:00:00.250000+00:00","event_type":"authentication","eventtype":"authentication",
        "result":"success","reason":"user_approved","factor":"duo_push","user":{"key":"DU1","name":"ada","groups":["Staff"]},"alias":"","email":"ada@example.com",
        "application":{"key":"DI1","name":"VPN"},"access_device":{"ip":"192.0.2.1","browser":"Firefox","is_encryption_enabled":"unknown","location":{"city":"Berlin","country":"Germany"}}}"#;

    fn decode(json: &str) -> Result<Rows, Reject> {
        let mut rows = Rows::default();
        SignIns.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows).map(|()| rows)
    }

    fn batch(json: &str) -> arrow::record_batch::RecordBatch {
        decode(json).unwrap().filled().next().unwrap().finish().unwrap()
    }

    #[test]
    fn every_shape_gives_the_same_row() {
        for json in [
            EVENT.to_owned(),
            format!(r#"{{"stat":"OK","response":{{"authlogs":[{EVENT}],"metadata":{{"next_offset":["1","tx"],"total_objects":1}}}}}}"#),
            format!(r#"{{"authlogs":[{EVENT}]}}"#),
        ] {
            let batch = batch(&json);
            let row = SignIn::read(&batch).unwrap()[0];
            assert_eq!((row.event_id, row.identity_id, row.app_id, row.stream), ("tx/authentication/success/1791190800", Some("DU1"), Some("DI1"), "interactive"));
            assert_eq!((row.mfa_outcome, row.method, row.method_raw, row.outcome), ("performed", Some("push"), Some("duo_push"), "success"));
            assert_eq!((row.ip, row.country, row.correlation_id, row.raw_offset), (Some("192.0.2.1"), None, None, 7));
        }
        assert_eq!(decode(r#"{"stat":"OK","response":{"authlogs":[],"metadata":{}}}"#).unwrap().fullest(), 0);
    }

    #[test]
    fn one_transaction_that_ends_several_times_is_several_rows() {
        let denied = EVENT.replace(r#""result":"success","reason":"user_approved""#, r#""result":"denied","reason":"no_response""#);
        let enrolment = EVENT.replace(r#""event_type":"authentication""#, r#""event_type":"enrollment""#);
        let batch = batch(&format!(r#"{{"authlogs":[{denied},{EVENT},{enrolment}]}}"#));
        let rows = SignIn::read(&batch).unwrap();
        assert_eq!(rows.iter().map(|r| r.event_id).collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert_eq!(
            rows.iter().map(|r| (r.outcome, r.mfa_outcome)).collect::<Vec<_>>(),
            [("failure", "required_not_met"), ("success", "performed"), ("interrupt", "not_applicable")]
        );
    }

    #[test]
    fn a_remembered_device_keeps_the_factor_given_then() {
        let json = EVENT.replace("user_approved", "remembered_device").replace(r#""factor":"duo_push""#, r#""factor":"remembered_device","remembered_factor":"duo_push""#);
        let batch = batch(&json);
        let row = SignIn::read(&batch).unwrap()[0];
        assert_eq!((row.mfa_outcome, row.method, row.method_raw), ("claim", None, Some("duo_push")));
    }

    #[test]
    fn what_no_row_can_hold_is_refused_with_a_reason() {
        for (json, reason) in [
            (r#"{"timestamp":1}"#, "`txid` is missing"),
            (r#"{"txid":"t"}"#, "`timestamp` is missing"),
            (r#"{"txid":"t","isotimestamp":"redacted"}"#, "`isotimestamp` is not a timestamp"),
            (r#"{"response":{"authlogs":[1]}}"#, "`authlogs` holds something that is not an object"),
        ] {
            assert_eq!(decode(json).unwrap_err().reason(), reason, "{json}");
        }
        assert_eq!(decode("{\"txid\":").unwrap_err(), Reject::Syntax);
        assert!(decode(&format!(r#"{{"authlogs":[{EVENT},{{"txid":"t"}}]}}"#)).is_err());
    }
}
