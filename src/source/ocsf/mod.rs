//! Open Cybersecurity Schema Framework: class 3002, Authentication (formats.md 9).
//!
//! Source: events that a data lake or a pipeline has normalised, whoever wrote them first. Events of other
//! classes and log-offs are understood and make no row. Every event stands alone: the schema ties none together
//! in a way that producers keep to.

mod decision;

use super::lenient::{Flag, List, Maybe, Real, Text, Whole, lenient};
use super::{Expected, ObjectContext, Record, Reject, Rows, Source, method, parse, time};
use crate::period;
use crate::table::{Instant, Row, SignIn, Table};
use decision::{Facts, Status};

/// The class that tells of sign-ins.
const AUTHENTICATION: i64 = 3002;
const LOGOFF: i64 = 2;
/// Tickets for a service are handed out within a session.
const SERVICE_TICKETS: std::ops::RangeInclusive<i64> = 4..=5;
/// A user that is the operating system itself.
const SYSTEM_USER: i64 = 3;
lenient! { Metadata { "uid" => uid: Text<'a>, "logged_time" => logged: Text<'a>, } }
lenient! { User { "uid" => uid: Text<'a>, "name" => name: Text<'a>, "email_addr" => email: Text<'a>, "type_id" => kind: Whole, } }
lenient! { Actor { "user" => user: Maybe<User<'a>>, } }
lenient! { Service { "uid" => uid: Text<'a>, "name" => name: Text<'a>, } }
lenient! { Network { "number" => number: Whole, } }
lenient! { Location { "country" => country: Text<'a>, "lat" => latitude: Real, "long" => longitude: Real, } }
lenient! { Endpoint { "ip" => ip: Text<'a>, "location" => location: Maybe<Location<'a>>, "autonomous_system" => network: Maybe<Network<'a>>, } }
lenient! { Request { "user_agent" => agent: Text<'a>, } }
lenient! { Factor { "factor_type_id" => kind: Whole, "factor_type" => name: Text<'a>, } }
lenient! {
    /// An event, as far as an authentication needs it.
    Event {
        "class_uid" => class: Whole,
        "activity_id" => activity: Whole,
        "time" => time: Text<'a>,
        "time_dt" => time_text: Text<'a>,
        "metadata" => metadata: Maybe<Metadata<'a>>,
        "user" => user: Maybe<User<'a>>,
        "actor" => actor: Maybe<Actor<'a>>,
        "service" => service: Maybe<Service<'a>>,
        "src_endpoint" => source: Maybe<Endpoint<'a>>,
        "http_request" => request: Maybe<Request<'a>>,
        "status_id" => status_id: Whole,
        "status" => status: Text<'a>,
        "status_code" => code: Whole,
        "is_mfa" => mfa: Flag,
        "auth_factors" => factors: List<Maybe<Factor<'a>>>,
    }
}

/// Authentication events.
#[derive(Debug)]
pub(super) struct SignIns;

impl Source for SignIns {
    fn kind(&self) -> &'static str {
        "ocsf.sign_ins"
    }

    fn about(&self) -> &'static str {
        "OCSF authentication events: class 3002 of the Open Cybersecurity Schema Framework (schema.ocsf.io)"
    }

    fn limits(&self) -> &'static str {
        "carried claims and relaxations have no field: `is_mfa` is all there is"
    }

    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let event: Event<'_> = parse(record.json)?;
        let class = event.class.0.ok_or_else(|| Reject::missing("class_uid"))?;
        if class != AUTHENTICATION || event.activity.0 == Some(LOGOFF) {
            return Ok(());
        }
        let metadata = event.metadata.0.as_ref();
        let event_id = metadata.and_then(|m| m.uid.get()).ok_or_else(|| Reject::missing("metadata.uid"))?;
        let occurred_at = event_time(&event)?;
        push(object, record, &event, event_id, occurred_at, rows);
        Ok(())
    }
}

fn event_time(event: &Event<'_>) -> Result<Instant, Reject> {
    let text = event.time.get().or_else(|| event.time_text.get()).ok_or_else(|| Reject::missing("time"))?;
    let words = |bad| event.time_text.get().and_then(|t| time::occurred("time", t).ok()).ok_or(bad);
    instant(text).or_else(words)
}

/// A number of milliseconds or seconds, or a timestamp in words.
fn instant(text: &str) -> Result<Instant, Reject> {
    match text.trim().parse::<i64>() {
        Ok(count) => time::unix(count).ok_or_else(|| Reject::bad_time("time", text)),
        Err(_) => time::occurred("time", text),
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, event: &Event<'_>, event_id: &str, occurred_at: Instant, rows: &mut Rows) {
    let facts = facts(event);
    let (decision, evidence) = decision::settle(&facts);
    let user = event.user.0.as_ref().or_else(|| event.actor.0.as_ref().and_then(|a| a.user.0.as_ref()));
    let service = event.service.0.as_ref();
    let endpoint = event.source.0.as_ref();
    let location = endpoint.and_then(|e| e.location.0.as_ref());
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        identity_id: user.and_then(|u| u.uid.get()),
        identity_name: user.and_then(|u| u.name.get().or_else(|| u.email.get())),
        stream: stream(event, user),
        app_id: service.and_then(|s| s.uid.get()),
        app_name: service.and_then(|s| s.name.get()),
        resource_id: None,
        correlation_id: None,
        client: event.request.0.as_ref().and_then(|r| r.agent.get()),
        legacy_protocol: false,
        outcome: match facts.status {
            Status::Success => "success",
            Status::Failure => "failure",
            Status::Unknown => "unknown",
        },
        failure_code: event.code.0,
        mfa_outcome: decision.outcome,
        mfa_reason: decision.reason,
        method: Some(decision.method).filter(|m| !m.is_empty()),
        method_raw: facts.factors.iter().find(|f| f.method == decision.method).map(|f| f.raw).filter(|raw| !raw.is_empty()),
        method_strength: Some(decision.method).filter(|m| !m.is_empty()).map(method::strength),
        one_gesture: false,
        evidence,
        mfa_required: (decision.outcome == "required_not_met").then_some(true),
        issuer: None,
        home_tenant: None,
        ip: endpoint.and_then(|e| e.ip.get()),
        asn: endpoint.and_then(|e| e.network.0.as_ref()).and_then(|n| n.number.0),
        // Some producers write a name, which is no code.
        country: location.and_then(|l| l.country.get()).filter(|c| c.len() == 2),
        latitude: location.and_then(|l| l.latitude.0),
        longitude: location.and_then(|l| l.longitude.0),
        accuracy_km: None,
        device_compliant: None,
        network_trusted: None,
        ingested_at: event.metadata.0.as_ref().and_then(|m| m.logged.get()).and_then(|t| instant(t).ok()),
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

/// The logon type is not asked: producers use it for other things, and a sign-in must not go uncounted by mistake.
fn stream(event: &Event<'_>, user: Option<&User<'_>>) -> &'static str {
    if user.is_some_and(|u| u.kind.0 == Some(SYSTEM_USER)) {
        "workload"
    } else if event.activity.0.is_some_and(|a| SERVICE_TICKETS.contains(&a)) {
        "non_interactive"
    } else {
        "interactive"
    }
}

/// Lays the event out for the decision table.
fn facts<'e>(event: &'e Event<'_>) -> Facts<'e> {
    let status = match event.status_id.0 {
        Some(1) => Status::Success,
        Some(2) => Status::Failure,
        // The caption stands for an id that is missing, not for one that says otherwise.
        None if event.status.is("success") => Status::Success,
        None if event.status.is("failure") => Status::Failure,
        _ => Status::Unknown,
    };
    let factors = event.factors.0.iter().filter_map(|f| f.0.as_ref()).map(|f| decision::factor(f.kind.0, f.name.or_empty())).collect();
    Facts { status, mfa: event.mfa.0, factors }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(json: &str) -> Result<Vec<arrow::record_batch::RecordBatch>, Reject> {
        let mut rows = Rows::default();
        SignIns.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows)?;
        Ok(rows.filled().map(|b| b.finish().unwrap()).collect())
    }

    #[test]
    fn an_event() {
        let batches = decode(
            r#"{"class_uid":3002,"activity_id":1,"time":1791183600123,"metadata":{"uid":"e1","logged_time":1791183660000},"user":{"uid":"u1","name":"ada"},"service":{"uid":"a1","name":"Portal"},
            "src_endpoint":{"ip":"198.51.100.7","location":{"country":"DE","lat":52.5,"long":13.4},"autonomous_system":{"number":64500}},"status_id":1,"is_mfa":true,
            "auth_factors":[{"factor_type_id":11,"factor_type":"Password"},{"factor_type_id":5,"factor_type":"Push Notification"}]}"#,
        )
        .unwrap();
        let row = SignIn::read(&batches[0]).unwrap()[0];
        assert_eq!((row.event_id, row.occurred_at, row.identity_id, row.app_id), ("e1", Instant(1_791_183_600_123_000), Some("u1"), Some("a1")));
        assert_eq!((row.outcome, row.mfa_outcome, row.method, row.method_raw, row.evidence), ("success", "performed", Some("push"), Some("Push Notification"), "9-1"));
        assert_eq!((row.country, row.asn, row.latitude, row.ingested_at, row.stream), (Some("DE"), Some(64500), Some(52.5), Some(Instant(1_791_183_660_000_000)), "interactive"));
    }

    #[test]
    fn times() {
        let want = Some(Instant(1_791_183_600_000_000));
        for text in ["1791183600000", "1791183600", "2026-10-05T07:00:00Z"] {
            assert_eq!(instant(text).ok(), want, "{text}");
        }
        for text in ["0", "-5", "1791183600000000", "9223372036854775807", "soon"] {
            assert_eq!(instant(text), Err(Reject::bad_time("time", text)), "{text}");
        }
    }

    #[test]
    fn streams() {
        for (fields, want) in [
            (r#""activity_id":1"#, "interactive"),
            (r#""activity_id":3"#, "interactive"),
            (r#""activity_id":4"#, "non_interactive"),
            (r#""activity_id":1,"actor":{"user":{"uid":"SYSTEM","type_id":3}}"#, "workload"),
            (r#""logon_type_id":99,"logon_type":"interactiveUser""#, "interactive"),
        ] {
            let batches = decode(&format!(r#"{{"class_uid":"3002","time":"1791183600000","metadata":{{"uid":"e"}},{fields}}}"#)).unwrap();
            let row = SignIn::read(&batches[0]).unwrap()[0];
            assert_eq!((row.stream, row.outcome, row.mfa_outcome), (want, "unknown", "unknown"), "{fields}");
        }
    }

    #[test]
    fn other_classes_and_log_offs_are_understood_and_make_no_row() {
        for json in [r#"{"class_uid":3001}"#, r#"{"class_uid":6003,"time":1}"#, r#"{"class_uid":3002,"activity_id":2}"#] {
            assert!(decode(json).unwrap().is_empty(), "{json}");
        }
    }

    #[test]
    fn rejects() {
        for (json, reason) in [
            (r#"{"time":1791183600000}"#, Reject::missing("class_uid")),
            (r#"{"class_uid":3002,"time":1791183600000}"#, Reject::missing("metadata.uid")),
            (r#"{"class_uid":3002,"metadata":{"uid":"e"}}"#, Reject::missing("time")),
            (r#"{"class_uid":3002,"metadata":{"uid":"e"},"time":0}"#, Reject::bad_time("time", "0")),
            ("{", Reject::Syntax),
        ] {
            assert_eq!(decode(json).unwrap_err(), reason, "{json}");
        }
    }
}
