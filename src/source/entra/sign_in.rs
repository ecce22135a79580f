//! Sign-in logs: Graph v1.0 and beta `signIn`, bare or in an Azure Monitor envelope (formats.md 1.1–1.6).

use super::super::decision::Decision;
use super::super::{Expected, FlatRow, ObjectContext, Record, Reject, Rows, Source, method, time};
use super::decision;
use super::facts::{Envelope, Facts, Success};
use super::record::{Properties, SignInRecord, Step, Steps, Wrapped};
use super::{codes, flat, words};
use crate::period;
use crate::table::{Row, SignIn, Table};

/// Sign-in logs.
#[derive(Debug)]
pub(in crate::source) struct SignIns;

impl Source for SignIns {
    fn kind(&self) -> &'static str {
        "entra.sign_ins"
    }

    fn about(&self) -> &'static str {
        "Microsoft Entra sign-in logs: Graph v1.0 and beta `auditLogs/signIns`, Azure Monitor storage and Event Hubs, Log Analytics tables, admin-centre CSV with its AuthDetails companion, PowerShell"
    }

    fn limits(&self) -> &'static str {
        "Graph v1.0 has no MFA fields and cannot prove MFA: export the beta version or use Azure Monitor; number matching and hardware or software codes are never told; the admin-centre CSV names methods only with its AuthDetails companion"
    }

    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Daily
    }

    fn unflatten(&self, object: &ObjectContext<'_>, row: &FlatRow<'_>) -> serde_json::Value {
        flat::record(object, row)
    }

    fn companion_of(&self, key: &str) -> Option<String> {
        flat::companion_of(key)
    }

    fn detail(&self, row: &FlatRow<'_>) -> Option<(String, serde_json::Value)> {
        flat::step(row)
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        if memchr::memmem::find(record.json, b"\"properties\"").is_some() || memchr::memmem::find(record.json, b"\"Properties\"").is_some() {
            let wrapped: Wrapped<'_> = super::parse(record.json)?;
            match &wrapped.properties {
                Properties::Object(inner) => {
                    return match inflated(inner, record) {
                        Some(json) => self.decode(object, Record { json: json.as_bytes(), ..record }, rows),
                        None => push(object, record, inner, &wrapped, rows),
                    };
                }
                Properties::Text(text) => {
                    let inner: SignInRecord<'_> = serde_json::from_str(text).map_err(|_| Reject::Content("`properties` is text that is not a JSON object".to_owned()))?;
                    return push(object, record, &inner, &wrapped, rows);
                }
                Properties::Absent => {}
            }
        }
        if memchr::memmem::find(record.json, b"\"TimeGenerated").is_some()
            && let Some(row) = FlatRow::of_json(record.json)
        {
            let json = flat::record(object, &row).to_string();
            return bare(object, Record { json: json.as_bytes(), ..record }, rows);
        }
        bare(object, record, rows)
    }
}

/// The record with text put back as objects. Only one that lacks what every whole record has is looked at again.
fn inflated(found: &SignInRecord<'_>, record: Record<'_>) -> Option<String> {
    if found.status.0.is_some() && found.location.0.is_some() {
        return None;
    }
    flat::inflated(record.json)
}

/// A record without an envelope around it.
fn bare(object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let found: SignInRecord<'_> = super::parse(record.json)?;
    if let Some(json) = inflated(&found, record) {
        return bare(object, Record { json: json.as_bytes(), ..record }, rows);
    }
    // Some tools keep the envelope's category and result beside the bare fields; the second pass is for them only.
    let beside = [&b"\"category\""[..], b"\"resultType\"", b"\"ResultType\"", b"\"resultSignature\""].iter().any(|k| memchr::memmem::find(record.json, k).is_some());
    let wrapped = if beside { super::parse(record.json)? } else { Wrapped::default() };
    push(object, record, &found, &wrapped, rows)
}

fn steps<'a>(record: &'a SignInRecord<'a>) -> std::borrow::Cow<'a, [Step<'a>]> {
    match &record.steps {
        Steps::Absent => std::borrow::Cow::Borrowed(&[]),
        Steps::List(list) => std::borrow::Cow::Borrowed(list),
        Steps::Text(text) if text.trim().is_empty() => std::borrow::Cow::Borrowed(&[]),
        // Steps that nobody can read are one step of an unknown kind: they prove nothing, and none is not what they say.
        Steps::Text(text) => std::borrow::Cow::Owned(serde_json::from_str(text).unwrap_or_else(|_| vec![Step::default()])),
    }
}

fn stream(record: &SignInRecord<'_>, wrapped: &Wrapped<'_>) -> &'static str {
    let category = wrapped.category.or_empty().to_ascii_lowercase();
    let typed = |word: &str| record.event_types.0.iter().any(|t| t.is(word));
    let unnamed = record.user_id.or_empty().trim_matches(['0', '-']).is_empty();
    if category.contains("serviceprincipal")
        || category.contains("managedidentity")
        || typed("servicePrincipal")
        || typed("managedIdentity")
        || (record.workload_id.get().is_some() && unnamed)
    {
        "workload"
    } else if category.starts_with("noninteractive") {
        "non_interactive"
    } else if category.ends_with("signinlogs") || typed("interactiveUser") {
        // The category is more reliable than the flag, which old interactive records carry as false.
        "interactive"
    } else if typed("nonInteractiveUser") || record.interactive.0 == Some(false) {
        "non_interactive"
    } else {
        "interactive"
    }
}

fn outcome(facts: &Facts<'_>) -> &'static str {
    match (facts.ok, facts.code) {
        (Success::Yes, _) => "success",
        (Success::Interrupt, _) => "interrupt",
        (Success::No, Some(c)) if codes::is_prompt(c) => "interrupt",
        (Success::No, _) => "failure",
        (Success::Unknown, _) => "unknown",
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, record: &SignInRecord<'_>, wrapped: &Wrapped<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let event_id = record.id.get().ok_or_else(|| Reject::missing("id"))?;
    let created = record.created.get().ok_or_else(|| Reject::missing("createdDateTime"))?;
    let occurred_at = time::occurred("createdDateTime", created)?;
    if wrapped.category.is(flat::UNTOLD) {
        return Err(Reject::Content("the row does not tell whether somebody signed in or a token was renewed: keep the name of the download".to_owned()));
    }
    let stream = stream(record, wrapped);
    let steps = steps(record);
    let envelope = Envelope { result_type: wrapped.result_type.clone(), result_signature: wrapped.result_signature.clone() };
    let facts = Facts::of(record, &steps, &envelope, stream);
    let (decision, evidence) = decision::settle(&facts);
    let method_raw = raw_method(&facts, &decision);
    let client = record.client.get();
    let legacy = client.is_some_and(words::legacy_client) || record.protocol.is("ropc");
    let location = record.location.0.as_ref();
    let coordinates = location.and_then(|l| l.coordinates.0.as_ref());
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        identity_id: if stream == "workload" { record.workload_id.get() } else { record.user_id.get().filter(|id| !id.trim_matches(['0', '-']).is_empty()) },
        identity_name: record.user_name.get().or_else(|| record.workload_name.get()),
        stream,
        app_id: record.app_id.get(),
        app_name: record.app_name.get(),
        resource_id: record.resource_id.get(),
        correlation_id: record.correlation_id.get(),
        client,
        legacy_protocol: legacy,
        outcome: outcome(&facts),
        failure_code: facts.code,
        mfa_outcome: decision.outcome,
        mfa_reason: decision.reason,
        method: Some(decision.method).filter(|m| !m.is_empty()),
        method_raw,
        method_strength: Some(decision.method).filter(|m| !m.is_empty()).map(method::strength),
        one_gesture: decision.one_gesture,
        evidence,
        mfa_required: required(&facts, &decision),
        issuer: issuer(record, &facts, &decision),
        home_tenant: record.home_tenant.get().filter(|_| facts.foreign_home),
        ip: record.ip.get().or_else(|| wrapped.ip.get()),
        asn: record.asn.0,
        country: location.and_then(|l| l.country.get()),
        latitude: coordinates.and_then(|c| c.latitude.0),
        longitude: coordinates.and_then(|c| c.longitude.0),
        accuracy_km: None,
        device_compliant: record.device.0.as_ref().and_then(|d| d.compliant.0),
        network_trusted: (!record.networks.0.is_empty()).then(|| record.networks.0.iter().any(|n| n.kind.is("trustedNamedLocation"))),
        ingested_at: wrapped.time.get().and_then(time::instant),
        completeness: completeness(&facts, &decision),
        raw_object: object.key,
        raw_offset: at.offset,
    });
    Ok(())
}

fn raw_method<'f>(facts: &Facts<'f>, decision: &Decision) -> Option<&'f str> {
    facts.steps.iter().find(|s| s.method == decision.method && !s.raw.is_empty()).map(|s| s.raw).or(facts.mfa_detail)
}

/// A skipped requirement was a requirement.
fn required(facts: &Facts<'_>, decision: &Decision) -> Option<bool> {
    use super::facts::Requirement::{Absent, Empty, Multi, Single};
    match (decision.outcome, facts.requirement) {
        ("exempted" | "required_not_met", _) | (_, Multi) => Some(true),
        (_, Single) => Some(false),
        (_, Empty | Absent) => None,
    }
}

fn issuer<'a>(record: &'a SignInRecord<'_>, facts: &Facts<'_>, decision: &Decision) -> Option<&'a str> {
    match decision.outcome {
        // For a guest the external provider is the home tenant, unless an adapter of this tenant did it.
        "external" if facts.foreign_home && !facts.external_party => record.home_tenant.get(),
        "external" => record.issuer_type.get(),
        _ => None,
    }
}

/// Final details count most, then how many steps the copy tells of.
fn completeness(facts: &Facts<'_>, decision: &Decision) -> i64 {
    let settled = !decision.provisional && decision.outcome != "unknown" && !facts.has("authentication in progress");
    i64::from(settled) * 100 + i64::try_from(facts.steps.len().min(9)).unwrap_or(9)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::table::Instant;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    /// Runs the decision table on a record.
    pub(in super::super) fn settle_json(json: &str) -> (Decision, &'static str) {
        let wrapped: Wrapped<'_> = serde_json::from_str(json).unwrap();
        let bare: SignInRecord<'_> = serde_json::from_str(json).unwrap();
        let record = match &wrapped.properties {
            Properties::Object(inner) => inner.as_ref(),
            _ => &bare,
        };
        let steps = steps(record);
        let envelope = Envelope { result_type: wrapped.result_type.clone(), result_signature: wrapped.result_signature.clone() };
        decision::settle(&Facts::of(record, &steps, &envelope, stream(record, &wrapped)))
    }

    fn decode(json: &str) -> Result<Rows, Reject> {
        let mut rows = Rows::default();
        SignIns.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows).map(|()| rows)
    }

    fn first(json: &str) -> arrow::record_batch::RecordBatch {
        let mut rows = decode(json).unwrap();
        rows.filled().next().unwrap().finish().unwrap()
    }

    #[test]
    fn an_envelope_and_its_bare_record_give_the_same_row_but_for_delivery() {
        let bare = r#"{"id":"e","createdDateTime":"2026-10-05T07:00:00Z","userId":"u","isInteractive":true,"authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":0},"location":{"countryOrRegion":"DE","geoCoordinates":{"latitude":"52.5","longitude":13.4}}}"#;
        let wrapped = format!(r#"{{"time":"2026-10-05T07:03:00Z","category":"SignInLogs","location":"DE","properties":{bare}}}"#);
        let text = format!(r#"{{"time":"2026-10-05T07:03:00Z","category":"SignInLogs","properties":{}}}"#, serde_json::to_string(bare).unwrap());
        for json in [bare, wrapped.as_str(), text.as_str()] {
            let batch = first(json);
            let row = SignIn::read(&batch).unwrap()[0];
            assert_eq!((row.mfa_outcome, row.stream, row.country, row.latitude, row.raw_offset), ("single_factor", "interactive", Some("DE"), Some(52.5), 7));
        }
    }

    #[test]
    fn repeated_keys_do_not_refuse_the_record() {
        let batch = first(r#"{"id":"e","createdDateTime":"2026-10-05T07:00:00Z","homeTenantId":"a","homeTenantId":"b","userId":"u","status":{"errorCode":0}}"#);
        assert_eq!(SignIn::read(&batch).unwrap()[0].mfa_outcome, "unknown");
    }

    #[test]
    fn what_no_row_can_hold_is_refused_with_a_reason() {
        for (json, reason) in [
            (r#"{"createdDateTime":"2026-10-05T07:00:00Z"}"#, "`id` is missing"),
            (r#"{"id":"e"}"#, "`createdDateTime` is missing"),
            (r#"{"id":"e","createdDateTime":"2026-10-05T17:08:65"}"#, "`createdDateTime` is not a timestamp"),
            (r#"{"category":"SignInLogs","properties":"{broken"}"#, "`properties` is text that is not a JSON object"),
        ] {
            assert_eq!(decode(json).unwrap_err().reason(), reason, "{json}");
        }
        assert_eq!(decode("{\"id\":").unwrap_err(), Reject::Syntax);
    }

    #[test]
    fn the_category_beats_the_flag() {
        let batch =
            first(r#"{"category":"SignInLogs","properties":{"id":"e","createdDateTime":"2019-10-18T04:45:48Z","userId":"u","isInteractive":false,"status":{"errorCode":0}}}"#);
        assert_eq!(SignIn::read(&batch).unwrap()[0].stream, "interactive");
    }

    #[test]
    fn a_legacy_client_or_protocol_is_marked() {
        for field in [r#""clientAppUsed":"IMAP4""#, r#""authenticationProtocol":"ropc","clientAppUsed":"Mobile Apps and Desktop clients""#] {
            let batch = first(&format!(r#"{{"id":"e","createdDateTime":"2026-10-05T07:00:00Z","userId":"u",{field},"status":{{"errorCode":0}}}}"#));
            assert!(SignIn::read(&batch).unwrap()[0].legacy_protocol);
        }
    }
}
