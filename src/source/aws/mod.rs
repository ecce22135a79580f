//! Amazon Web Services: console sign-ins of `CloudTrail` (formats.md 8.1) and the IAM credential report.
//!
//! Sources of sign-ins: `CloudTrail` objects in storage (`{"Records":[…]}`), `CloudTrail` Lake, and `EventBridge`, which puts
//! the event under `detail`. Every `ConsoleLogin` is a sign-in of its own; other events are understood and make no row.

mod credentials;
mod decision;

pub(super) use credentials::CredentialReport;

use super::lenient::{Maybe, Text, lenient};
use super::{Expected, ObjectContext, Record, Reject, Rows, Source, method, parse, time};
use crate::period;
use crate::table::{Row, SignIn, Table};
use decision::Facts;

lenient! { SessionIssuer { "userName" => name: Text<'a>, } }
lenient! { SessionContext { "sessionIssuer" => issuer: Maybe<SessionIssuer<'a>>, } }
lenient! {
    UserIdentity {
        "type" => kind: Text<'a>,
        "userName" => name: Text<'a>,
        "arn" => arn: Text<'a>,
        "principalId" => principal_id: Text<'a>,
        "accountId" => account_id: Text<'a>,
        "sessionContext" => session: Maybe<SessionContext<'a>>,
    }
}
lenient! { Response { "ConsoleLogin" => login: Text<'a>, } }
lenient! {
    Additional {
        "MFAUsed" => mfa_used: Text<'a>,
        "MFAIdentifier" => device: Text<'a>,
        "SamlProviderArn" => saml_provider: Text<'a>,
    }
}
lenient! {
    /// A `CloudTrail` event.
    Event {
        "eventID" => id: Text<'a>,
        "eventTime" => at: Text<'a>,
        "eventName" => name: Text<'a>,
        "eventSource" => service: Text<'a>,
        "recipientAccountId" => account_id: Text<'a>,
        "sourceIPAddress" => ip: Text<'a>,
        "userAgent" => agent: Text<'a>,
        "userIdentity" => user: Maybe<UserIdentity<'a>>,
        "responseElements" => response: Maybe<Response<'a>>,
        "additionalEventData" => additional: Maybe<Additional<'a>>,
    }
}
lenient! { Wrapped { "detail" => detail: Maybe<Event<'a>>, } }

/// Console sign-ins.
#[derive(Debug)]
pub(super) struct SignIns;

impl Source for SignIns {
    fn kind(&self) -> &'static str {
        "aws.sign_ins"
    }

    fn about(&self) -> &'static str {
        "AWS console sign-ins: CloudTrail `ConsoleLogin` events, bare or in the `detail` of EventBridge"
    }

    fn limits(&self) -> &'static str {
        "behind SAML, roles and Identity Center the second factor happens elsewhere"
    }

    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        // The envelope has no `eventName`, so that most records are parsed once.
        let bare: Event<'_> = parse(record.json)?;
        if bare.name.get().is_some() {
            return push(object, record, &bare, rows);
        }
        let wrapped: Wrapped<'_> = parse(record.json)?;
        push(object, record, wrapped.detail.0.as_ref().unwrap_or(&bare), rows)
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, event: &Event<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let name = event.name.get().ok_or_else(|| Reject::missing("eventName"))?;
    if !name.eq_ignore_ascii_case("ConsoleLogin") {
        return Ok(());
    }
    let event_id = event.id.get().ok_or_else(|| Reject::missing("eventID"))?;
    let text = event.at.get().ok_or_else(|| Reject::missing("eventTime"))?;
    let occurred_at = time::occurred("eventTime", text)?;
    let facts = facts(event);
    let (decision, evidence) = decision::settle(&facts);
    let user = event.user.0.as_ref();
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        // The credential report, the only list of these users, names them by ARN.
        identity_id: user.and_then(|u| u.arn.get().or_else(|| u.principal_id.get())),
        identity_name: user.and_then(name_of),
        stream: "interactive",
        app_id: event.service.get(),
        app_name: None,
        resource_id: event.account_id.get().or_else(|| user.and_then(|u| u.account_id.get())),
        correlation_id: None,
        client: event.agent.get(),
        legacy_protocol: false,
        outcome: match facts.succeeded {
            Some(true) => "success",
            Some(false) => "failure",
            None => "unknown",
        },
        failure_code: None,
        mfa_outcome: decision.outcome,
        mfa_reason: decision.reason,
        method: Some(decision.method).filter(|m| !m.is_empty()),
        method_raw: Some(facts.device).filter(|d| !d.is_empty() && !decision.method.is_empty()),
        method_strength: Some(decision.method).filter(|m| !m.is_empty()).map(method::strength),
        one_gesture: false,
        evidence,
        mfa_required: (decision.outcome == "required_not_met").then_some(true),
        issuer: facts.issuer().filter(|_| decision.outcome == "external"),
        home_tenant: None,
        ip: event.ip.get(),
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
    Ok(())
}

/// Lays the event out for the decision table.
fn facts<'e>(event: &'e Event<'_>) -> Facts<'e> {
    let user = event.user.0.as_ref();
    let additional = event.additional.0.as_ref();
    let login = event.response.0.as_ref().map_or("", |r| r.login.or_empty());
    let mfa_used = additional.map_or("", |a| a.mfa_used.or_empty());
    let role = user.and_then(|u| u.session.0.as_ref()).and_then(|s| s.issuer.0.as_ref()).map_or("", |i| i.name.or_empty());
    let arn = user.map_or("", |u| u.arn.or_empty());
    Facts {
        succeeded: yes_or_no(login, "success", "failure"),
        mfa: yes_or_no(mfa_used, "yes", "no"),
        kind: user.map_or("", |u| u.kind.or_empty()),
        saml_provider: additional.map_or("", |a| a.saml_provider.or_empty()),
        identity_centre: [role, arn].iter().any(|t| t.to_ascii_lowercase().contains("awsreservedsso_")),
        device: additional.map_or("", |a| a.device.or_empty()),
    }
}

fn yes_or_no(text: &str, yes: &str, no: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case(yes) {
        Some(true)
    } else if text.eq_ignore_ascii_case(no) {
        Some(false)
    } else {
        None
    }
}

/// The user name as recorded, or the session name that stands at the end of an assumed role's ARN.
fn name_of<'e>(user: &'e UserIdentity<'_>) -> Option<&'e str> {
    let session = || user.arn.get().filter(|_| user.kind.is("AssumedRole")).and_then(|arn| arn.rsplit('/').next());
    // A name that does not exist is withheld: it may be a password typed into the wrong field.
    user.name.get().filter(|n| !n.eq_ignore_ascii_case("HIDDEN_DUE_TO_SECURITY_REASONS")).or_else(session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Instant;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };
    const LOGIN: &str = r#"{"eventID":"e1","eventTime":"2026-10-05T07:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","recipientAccountId":"123456789012","sourceIPAddress":"198.51.100.7","userIdentity":{"type":"IAMUser","userName":"ada","arn":"arn:aws:iam::123456789012:user/ada","principalId":"AIDAEXAMPLE"},"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes","MFAIdentifier":"arn:aws:iam::123456789012:mfa/ada"}}"#;

    fn decode(json: &str) -> Result<Vec<arrow::record_batch::RecordBatch>, Reject> {
        let mut rows = Rows::default();
        SignIns.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows)?;
        Ok(rows.filled().map(|b| b.finish().unwrap()).collect())
    }

    #[test]
    fn bare_and_under_detail_give_the_same_row() {
        let wrapped =
            format!(r#"{{"version":"0","id":"x","detail-type":"AWS Console Sign In via CloudTrail","source":"aws.signin","time":"2026-10-05T07:00:00Z","detail":{LOGIN}}}"#);
        for json in [LOGIN, wrapped.as_str()] {
            let batches = decode(json).unwrap();
            let row = SignIn::read(&batches[0]).unwrap()[0];
            assert_eq!((row.event_id, row.identity_id, row.identity_name), ("e1", Some("arn:aws:iam::123456789012:user/ada"), Some("ada")));
            assert_eq!((row.outcome, row.mfa_outcome, row.method, row.evidence), ("success", "performed", Some("otp_app"), "8.1-5"));
            assert_eq!((row.method_raw, row.resource_id, row.raw_offset), (Some("arn:aws:iam::123456789012:mfa/ada"), Some("123456789012"), 7));
        }
    }

    #[test]
    fn who_signed_in() {
        for (user, id, name) in [
            (
                r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE:ada@example.com","arn":"arn:aws:sts::123456789012:assumed-role/Ops/ada@example.com"}"#,
                Some("arn:aws:sts::123456789012:assumed-role/Ops/ada@example.com"),
                Some("ada@example.com"),
            ),
            (r#"{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS","accountId":"123456789012"}"#, None, None),
            (r#"{"type":"Root","principalId":"123456789012","arn":"arn:aws:iam::123456789012:root"}"#, Some("arn:aws:iam::123456789012:root"), None),
            ("null", None, None),
        ] {
            let batches = decode(&format!(r#"{{"eventID":"e","eventTime":"2026-10-05T07:00:00Z","eventName":"ConsoleLogin","userIdentity":{user}}}"#)).unwrap();
            let row = SignIn::read(&batches[0]).unwrap()[0];
            assert_eq!((row.identity_id, row.identity_name, row.outcome, row.mfa_outcome), (id, name, "unknown", "unknown"), "{user}");
        }
    }

    #[test]
    fn other_events_are_understood_and_make_no_row() {
        for name in ["CheckMfa", "EnableMFADevice", "AssumeRole", "SwitchRole"] {
            assert!(decode(&LOGIN.replace("\"eventName\":\"ConsoleLogin\"", &format!("\"eventName\":\"{name}\""))).unwrap().is_empty(), "{name}");
        }
    }

    #[test]
    fn rejects() {
        for (json, reason) in [
            (r#"{"eventID":"e"}"#, Reject::missing("eventName")),
            (r#"{"detail":{"eventID":"e"}}"#, Reject::missing("eventName")),
            (r#"{"eventName":"ConsoleLogin"}"#, Reject::missing("eventID")),
            (r#"{"eventName":"ConsoleLogin","eventID":"e"}"#, Reject::missing("eventTime")),
            (r#"{"eventName":"ConsoleLogin","eventID":"e","eventTime":"x"}"#, Reject::bad_time("eventTime", "x")),
            ("{", Reject::Syntax),
        ] {
            assert_eq!(decode(json).unwrap_err(), reason, "{json}");
        }
    }
}
