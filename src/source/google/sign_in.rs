//! Login activity as sign-ins (formats.md 7.1–7.3).
//!
//! Every login event is a row of its own, without a correlation id: a later event from the same address may be
//! another sign-in, and must not hide one that had one factor. A verification proves the login that stands in the
//! same activity; alone it is a step of a sign-in and not counted as one, or every login would count twice.

use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source, method, time};
use super::facts::{Facts, Kind};
use super::record::{Activity, Parameters};
use super::{cloud_logging, decision};
use crate::period;
use crate::table::{Instant, Row, SignIn, Table};

/// The Reports API writes it where it knows no profile.
const NOBODY: &str = "105250506097979753968";

/// Login activity.
#[derive(Debug)]
pub(in crate::source) struct SignIns;

impl Source for SignIns {
    fn kind(&self) -> &'static str {
        "google.sign_ins"
    }

    fn about(&self) -> &'static str {
        "Google Workspace login activity: Reports API `activities.list` of the application `login`, and Cloud Logging"
    }

    fn limits(&self) -> &'static str {
        "SMS and voice are not told apart; a trusted device is told from a claim only by enrolment"
    }

    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        if memchr::memmem::find(record.json, b"\"protoPayload\"").is_some()
            && let Some(activity) = cloud_logging::activity(record.json)
        {
            return self.decode(object, Record { json: activity.to_string().as_bytes(), ..record }, rows);
        }
        let activity: Activity<'_> = super::parse(record.json)?;
        let found = facts(&activity)?;
        if found.is_empty() {
            return Ok(());
        }
        let id = activity.id.0.as_ref().ok_or_else(|| Reject::missing("id"))?;
        let unique = id.unique.get().ok_or_else(|| Reject::missing("id.uniqueQualifier"))?;
        let text = id.time.get().ok_or_else(|| Reject::missing("id.time"))?;
        let occurred_at = time::occurred("id.time", text)?;
        for (n, facts) in found.iter().enumerate() {
            // The activity's id is that of all its events, and some exports write each as a record of its own:
            // the event's name tells them apart in both.
            let earlier = found[..n].iter().filter(|f| f.kind == facts.kind).count();
            let again = if earlier == 0 { String::new() } else { format!("/{}", earlier + 1) };
            let event_id = format!("login/{unique}/{}/{}{again}", occurred_at.0, facts.kind.name());
            push(object, record, &activity, facts, &event_id, occurred_at, rows);
        }
        Ok(())
    }
}

/// The login events of an activity; empty when it is understood and makes no row.
pub(super) fn facts<'e>(activity: &'e Activity<'e>) -> Result<Vec<Facts<'e>>, Reject> {
    let events = events(activity)?;
    // Other applications use the same names: `saml` calls a sign-in to somebody else's service a `login_success`.
    if activity.id.0.as_ref().and_then(|i| i.application.get()).is_some_and(|a| !a.eq_ignore_ascii_case("login")) {
        return Ok(Vec::new());
    }
    let mut found: Vec<_> = events.into_iter().filter_map(|(name, parameters)| Some(Facts::of(Kind::of(name)?, parameters))).collect();
    let verified = found.iter().find_map(|f| f.verified);
    if found.iter().filter(|f| f.success()).count() == 1 {
        found.iter_mut().filter(|f| f.success()).for_each(|f| f.verified = verified);
    }
    Ok(found)
}

fn events<'e>(activity: &'e Activity<'e>) -> Result<Vec<(&'e str, &'e Parameters<'e>)>, Reject> {
    let list = if activity.events.0.is_empty() { &activity.event.0 } else { &activity.events.0 };
    if list.is_empty() {
        let name = activity.name.get().ok_or_else(|| Reject::missing("events"))?;
        return Ok(vec![(name, &activity.parameters)]);
    }
    let mut all = Vec::with_capacity(list.len());
    for item in list {
        let event = item.0.as_ref().ok_or_else(|| Reject::Content("`events` holds something that is not an object".to_owned()))?;
        all.push((event.name.get().ok_or_else(|| Reject::missing("events.name"))?, &event.parameters));
    }
    Ok(all)
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, activity: &Activity<'_>, facts: &Facts<'_>, event_id: &str, occurred_at: Instant, rows: &mut Rows) {
    let (decision, evidence) = decision::settle(facts);
    let actor = activity.actor.0.as_ref();
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        identity_id: actor.and_then(|a| a.id.get()).filter(|id| *id != NOBODY),
        identity_name: actor.and_then(|a| a.email.get()).or(Some(facts.affected).filter(|a| !a.is_empty())),
        stream: "interactive",
        app_id: None,
        app_name: None,
        resource_id: None,
        correlation_id: None,
        client: None,
        legacy_protocol: false,
        outcome: outcome(facts, decision.outcome),
        failure_code: None,
        mfa_outcome: decision.outcome,
        mfa_reason: decision.reason,
        method: Some(decision.method).filter(|m| !m.is_empty()),
        method_raw: raw_method(facts, decision.method),
        method_strength: Some(decision.method).filter(|m| !m.is_empty()).map(method::strength),
        one_gesture: decision.one_gesture,
        evidence,
        mfa_required: (decision.outcome == "required_not_met").then_some(true),
        // The record names no provider; its word for federation is what a trust list can name.
        issuer: Some(facts.login_type).filter(|_| decision.outcome == "external"),
        home_tenant: None,
        ip: activity.ip.get(),
        asn: None,
        country: None,
        latitude: None,
        longitude: None,
        accuracy_km: None,
        device_compliant: None,
        network_trusted: None,
        ingested_at: None,
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

fn outcome(facts: &Facts<'_>, mfa_outcome: &str) -> &'static str {
    match facts.kind {
        Kind::Success => "success",
        Kind::Failure => "failure",
        Kind::Verification if mfa_outcome == "required_not_met" => "failure",
        Kind::Verification => "interrupt",
    }
}

fn raw_method<'f>(facts: &Facts<'f>, method: &str) -> Option<&'f str> {
    facts.verified.iter().chain(&facts.listed).find(|l| l.method == method).map(|l| l.raw).filter(|raw| !raw.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };
    const HEAD: &str = r#""id":{"time":"2026-10-05T07:00:00.123Z","uniqueQualifier":"-42","applicationName":"login"},"actor":{"email":"a@example.com","profileId":"1001"},"ipAddress":"198.51.100.7""#;

    fn decode(json: &str) -> Result<Vec<arrow::record_batch::RecordBatch>, Reject> {
        let mut rows = Rows::default();
        SignIns.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows)?;
        Ok(rows.filled().map(|b| b.finish().unwrap()).collect())
    }

    #[test]
    fn the_shapes_of_one_event_give_the_same_row() {
        let list = r#"[{"name":"login_type","value":"google_password"},{"name":"login_challenge_method","multiValue":["password","google_prompt"]}]"#;
        let map = r#"{"login_type":"google_password","login_challenge_method":["password","google_prompt"]}"#;
        for json in [
            format!(r#"{{{HEAD},"events":[{{"type":"login","name":"login_success","parameters":{list}}}]}}"#),
            format!(r#"{{{HEAD},"events":{{"type":"login","name":"login_success","parameters":{list}}}}}"#),
            format!(r#"{{{HEAD},"event":{{"type":"login","name":"login_success","parameters":{list}}}}}"#),
            format!(r#"{{{HEAD},"type":"login","name":"login_success","parameters":{map}}}"#),
        ] {
            let batches = decode(&json).unwrap();
            let row = SignIn::read(&batches[0]).unwrap()[0];
            assert_eq!((row.event_id, row.identity_id, row.raw_offset), ("login/-42/1791183600123000/login_success", Some("1001"), 7), "{json}");
            assert_eq!((row.outcome, row.mfa_outcome, row.method, row.method_raw, row.evidence), ("success", "performed", Some("push"), Some("google_prompt"), "7.3-4"));
        }
    }

    #[test]
    fn several_events_are_several_rows_and_a_step_alone_is_no_success() {
        let verified =
            r#"{"name":"login_verification","parameters":{"is_second_factor":true,"login_challenge_method":"security_key","login_challenge_status":"Challenge Passed."}}"#;
        let login = r#"{"name":"login_success","parameters":{"login_challenge_method":"password"}}"#;
        let batches = decode(&format!(r#"{{{HEAD},"events":[{{"name":"login_challenge"}},{verified},{login},{login}]}}"#)).unwrap();
        let rows = SignIn::read(&batches[0]).unwrap();
        assert_eq!(rows.iter().map(|r| (r.outcome, r.mfa_outcome)).collect::<Vec<_>>(), [("interrupt", "performed"), ("success", "single_factor"), ("success", "single_factor")]);
        assert!(rows[1].event_id != rows[2].event_id && rows.iter().all(|r| r.correlation_id.is_none()));
    }

    #[test]
    fn other_events_and_applications_are_understood_and_make_no_row() {
        for json in [
            format!(r#"{{{HEAD},"events":[{{"name":"logout"}},{{"name":"login_challenge"}},{{"name":"2sv_enroll"}}]}}"#),
            r#"{"id":{"applicationName":"saml"},"events":[{"name":"login_success"}]}"#.to_owned(),
        ] {
            assert!(decode(&json).unwrap().is_empty(), "{json}");
        }
    }

    #[test]
    fn a_placeholder_is_nobody_and_federation_names_its_type() {
        let json = format!(r#"{{{},"events":{{"name":"login_success","parameters":{{"login_type":"saml"}}}}}}"#, HEAD.replace("1001", NOBODY));
        let batches = decode(&json).unwrap();
        let row = SignIn::read(&batches[0]).unwrap()[0];
        assert_eq!((row.identity_id, row.identity_name, row.mfa_outcome, row.issuer), (None, Some("a@example.com"), "external", Some("saml")));
    }

    #[test]
    fn rejects() {
        for (json, reason) in [
            (r#"{"id":{"time":"2026-10-05T07:00:00Z"}}"#, Reject::missing("events")),
            (r#"{"events":[7]}"#, Reject::Content("`events` holds something that is not an object".to_owned())),
            (r#"{"events":[{"type":"login"}]}"#, Reject::missing("events.name")),
            (r#"{"events":{"name":"login_success"}}"#, Reject::missing("id")),
            (r#"{"id":{"time":"2026-10-05T07:00:00Z"},"events":{"name":"login_success"}}"#, Reject::missing("id.uniqueQualifier")),
            (r#"{"id":{"uniqueQualifier":"1"},"events":{"name":"login_success"}}"#, Reject::missing("id.time")),
            (r#"{"id":{"uniqueQualifier":"1","time":"x"},"events":{"name":"login_success"}}"#, Reject::bad_time("id.time", "x")),
            ("{", Reject::Syntax),
        ] {
            assert_eq!(decode(json).unwrap_err(), reason, "{json}");
        }
    }
}
