//! Microsoft 365 unified audit log: sign-ins (record type 15) and directory changes (formats.md 1.15).
//!
//! It knows little about MFA: most successes are `unknown`. Where the sign-in log itself can be had, it is the better
//! source; this one serves where only the audit log is kept.

use super::super::decision::{Decision, because, decide};
use super::super::lenient::{List, Maybe, Text, lenient};
use super::super::{Expected, FlatRow, ObjectContext, Record, Reject, Rows, Source, time};
use super::codes::{self, CodeClass};
use super::unified_change;
use crate::period;
use crate::table::policy::Change;
use crate::table::{Instant, Row, SignIn, Table};

lenient! { Pair { "Name" => name: Text<'a>, "Value" => value: Text<'a>, } }
lenient! { Modified { "Name" => name: Text<'a>, "OldValue" => old: Text<'a>, "NewValue" => new: Text<'a>, } }
lenient! { Party { "ID" => id: Text<'a>, "Type" => kind: Text<'a>, } }
lenient! {
    /// An audit record.
    Unified {
        "Id" => id: Text<'a>,
        "CreationTime" => at: Text<'a>,
        "Operation" => operation: Text<'a>,
        "RecordType" => record_type: Text<'a>,
        "Workload" => workload: Text<'a>,
        "ResultStatus" => result: Text<'a>,
        "UserId" => user_name: Text<'a>,
        "UserKey" => user_key: Text<'a>,
        "ObjectId" => object_id: Text<'a>,
        "ErrorNumber" => error: Text<'a>,
        "LogonError" => logon_error: Text<'a>,
        "ApplicationId" => app_id: Text<'a>,
        "ActorIpAddress" => actor_ip: Text<'a>,
        "ClientIP" => client_ip: Text<'a>,
        "InterSystemsId" => correlation_id: Text<'a>,
        "ExtendedProperties" => extended: List<Maybe<Pair<'a>>>,
        "ModifiedProperties" => modified: List<Maybe<Modified<'a>>>,
        "Actor" => actors: List<Maybe<Party<'a>>>,
        "Target" => targets: List<Maybe<Party<'a>>>,
        "AuditData" => audit_data: Text<'a>,
    }
}

impl Unified<'_> {
    pub(super) fn extended(&self, name: &str) -> Option<&str> {
        self.extended.0.iter().filter_map(|p| p.0.as_ref()).find(|p| p.name.is(name)).and_then(|p| p.value.get())
    }

    /// The directory object that acted: an actor that is an id, else the key where that is one.
    pub(super) fn actor_id(&self) -> Option<&str> {
        let ids = self.actors.0.iter().filter_map(|a| a.0.as_ref()).filter_map(|a| a.id.get());
        ids.chain(self.user_key.get()).find(|id| is_guid(id))
    }
}

/// Eight, four, four, four and twelve hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.bytes().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// The unified audit log.
#[derive(Debug)]
pub(in crate::source) struct UnifiedAudit;

impl Source for UnifiedAudit {
    fn kind(&self) -> &'static str {
        "m365.audit"
    }
    fn about(&self) -> &'static str {
        "Microsoft 365 unified audit log: Management Activity API, `Search-UnifiedAuditLog` and Purview CSV; sign-ins and directory changes, poor in MFA evidence"
    }
    fn limits(&self) -> &'static str {
        "methods and claims are not in it: most successes stay unknown; use the sign-in log itself where it can be had"
    }
    fn tables(&self) -> Vec<Table> {
        vec![SignIn::TABLE, Change::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Daily
    }
    /// The record stands as text in one column; the others repeat parts of it.
    fn unflatten(&self, _: &ObjectContext<'_>, row: &FlatRow<'_>) -> serde_json::Value {
        let data = row.get("AuditData").and_then(|t| serde_json::from_str(t).ok()).filter(serde_json::Value::is_object);
        data.unwrap_or_else(|| row.nested(&[("RecordId", "Id"), ("CreationDate", "CreationTime")], str::to_owned).into())
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let outer: Unified<'_> = super::parse(record.json)?;
        match outer.audit_data.get() {
            Some(text) if outer.id.get().is_none() || outer.at.get().is_none() => {
                let inner = serde_json::from_str(text).map_err(|_| Reject::Content("`AuditData` is not a JSON object".to_owned()))?;
                push(object, record, &inner, rows)
            }
            _ => push(object, record, &outer, rows),
        }
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, audit: &Unified<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let operation = audit.operation.get().ok_or_else(|| Reject::missing("Operation"))?;
    let event_id = audit.id.get().ok_or_else(|| Reject::missing("Id"))?;
    let text = audit.at.get().ok_or_else(|| Reject::missing("CreationTime"))?;
    let occurred_at = time::occurred("CreationTime", text)?;
    if operation.eq_ignore_ascii_case("UserLoggedIn") || operation.eq_ignore_ascii_case("UserLoginFailed") {
        sign_in(object, at, audit, (event_id, occurred_at), rows);
    } else if audit.record_type.is("8") || audit.record_type.is("AzureActiveDirectory") {
        unified_change::push(object, at, audit, (event_id, occurred_at), rows);
    }
    Ok(())
}

/// What the decision table asks about.
struct Facts {
    ok: bool,
    code: i64,
    strong_auth: bool,
    second_factor_call: bool,
}

/// The table of formats.md 1.15, first match wins; `ResultStatus` says success on failures too and is not read.
fn settle(f: &Facts) -> (Decision, &'static str) {
    let class = codes::class(f.code);
    match class {
        CodeClass::Interrupt => (because("not_applicable", "interrupt"), "1.15-1"),
        CodeClass::RequiredNotMet(reason) if !f.ok => (because("required_not_met", reason), "1.15-2"),
        _ if !f.ok && f.strong_auth => (because("required_not_met", "failed"), "1.15-2"),
        CodeClass::NotApplicable(reason) if !f.ok => (because("not_applicable", reason), "1.15-3"),
        _ if f.second_factor_call => (decide("performed"), "1.15-4"),
        _ => (because("unknown", "fields_missing"), "1.15-5"),
    }
}

fn sign_in(object: &ObjectContext<'_>, at: Record<'_>, audit: &Unified<'_>, (event_id, occurred_at): (&str, Instant), rows: &mut Rows) {
    let request = audit.extended("RequestType").unwrap_or("");
    let agent = audit.extended("UserAgent");
    let code = audit.error.get().and_then(|c| c.trim().parse::<i64>().ok());
    let facts = Facts {
        ok: audit.operation.is("UserLoggedIn"),
        code: code.unwrap_or(0),
        strong_auth: audit.logon_error.or_empty().to_ascii_lowercase().starts_with("userstrongauth"),
        second_factor_call: ["SAS:EndAuth", "SAS:ProcessAuth"].iter().any(|r| request.eq_ignore_ascii_case(r)),
    };
    let (decision, evidence) = settle(&facts);
    rows.push(&SignIn {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        identity_id: audit.actor_id(),
        identity_name: audit.user_name.get(),
        // A redeemed token is no sign-in of a person; everything else may be one.
        stream: if request.eq_ignore_ascii_case("OAuth2:Token") { "non_interactive" } else { "interactive" },
        app_id: audit.app_id.get(),
        app_name: None,
        resource_id: audit.object_id.get(),
        correlation_id: audit.correlation_id.get(),
        client: agent,
        // The agent under which Exchange signs in with a password on behalf of old protocols.
        legacy_protocol: agent.is_some_and(|a| ["bav2ropc", "cbainprod"].iter().any(|l| a.to_ascii_lowercase().contains(l))),
        outcome: match (codes::class(facts.code), facts.ok) {
            (CodeClass::Interrupt, _) => "interrupt",
            (_, true) => "success",
            (_, false) if codes::is_prompt(facts.code) => "interrupt",
            (_, false) => "failure",
        },
        failure_code: code,
        mfa_outcome: decision.outcome,
        mfa_reason: decision.reason,
        method: None,
        method_raw: None,
        method_strength: None,
        one_gesture: false,
        evidence,
        mfa_required: (decision.outcome == "required_not_met").then_some(true),
        issuer: None,
        home_tenant: None,
        ip: audit.actor_ip.get().or(audit.client_ip.get()),
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

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(json: &str) -> Result<Vec<arrow::record_batch::RecordBatch>, Reject> {
        let mut rows = Rows::default();
        UnifiedAudit.decode(&OBJECT, Record { offset: 3, json: json.as_bytes() }, &mut rows)?;
        Ok(rows.filled().map(|b| b.finish().unwrap()).collect())
    }

    #[test]
    fn every_row_of_the_table() {
        for (operation, error, logon_error, request, want) in [
            ("UserLoggedIn", "50140", "", "Kmsi:kmsi", ("interrupt", "not_applicable", "1.15-1")),
            ("UserLoginFailed", "50074", "UserStrongAuthClientAuthNRequired", "Login:login", ("interrupt", "required_not_met", "1.15-2")),
            ("UserLoginFailed", "500121", "AuthenticationFailedSasError", "SAS:EndAuth", ("failure", "required_not_met", "1.15-2")),
            ("UserLoginFailed", "", "UserStrongAuthEnrollmentRequiredInterrupt", "", ("failure", "required_not_met", "1.15-2")),
            ("UserLoginFailed", "50126", "InvalidUserNameOrPassword", "Login:login", ("failure", "not_applicable", "1.15-3")),
            ("UserLoggedIn", "0", "", "SAS:ProcessAuth", ("success", "performed", "1.15-4")),
            ("UserLoggedIn", "0", "", "OAuth2:Authorize", ("success", "unknown", "1.15-5")),
        ] {
            let json = format!(
                r#"{{"Id":"e","CreationTime":"2026-10-05T07:00:00","Operation":"{operation}","ResultStatus":"Success","ErrorNumber":"{error}","LogonError":"{logon_error}",
                "UserId":"ada@example.com","ExtendedProperties":[{{"Name":"RequestType","Value":"{request}"}}]}}"#
            );
            let batches = decode(&json).unwrap();
            let row = SignIn::read(&batches[0]).unwrap()[0];
            assert_eq!((row.outcome, row.mfa_outcome, row.evidence), want, "{operation} {error} {request}");
        }
    }

    #[test]
    fn who_and_where() {
        let inner = r#"{"Id":"e","CreationTime":"2026-10-05T07:00:00","Operation":"UserLoggedIn","UserId":"ada@example.com","UserKey":"10030000A96E2B2D@example.com","Actor":[{"ID":"Unknown","Type":5},{"ID":"11111111-2222-3333-4444-555555555555","Type":0}],"ActorIpAddress":"192.0.2.7","ExtendedProperties":[{"Name":"UserAgent","Value":"BAV2ROPC"},{"Name":"RequestType","Value":"OAuth2:Token"}]}"#;
        let wrapped = format!(r#"{{"RecordType":"AzureActiveDirectoryStsLogon","AuditData":{}}}"#, serde_json::to_string(inner).unwrap());
        for json in [inner, wrapped.as_str()] {
            let batches = decode(json).unwrap();
            let row = SignIn::read(&batches[0]).unwrap()[0];
            assert_eq!((row.identity_id, row.identity_name, row.ip), (Some("11111111-2222-3333-4444-555555555555"), Some("ada@example.com"), Some("192.0.2.7")));
            assert_eq!((row.stream, row.legacy_protocol), ("non_interactive", true));
        }
    }

    #[test]
    fn other_operations_make_no_row_and_poor_records_are_refused() {
        assert!(decode(r#"{"Id":"e","CreationTime":"2026-10-05T07:00:00","Operation":"FileAccessed","RecordType":6}"#).unwrap().is_empty());
        for (json, reason) in [
            (r#"{"Id":"e"}"#, "`Operation` is missing"),
            (r#"{"Operation":"UserLoggedIn"}"#, "`Id` is missing"),
            (r#"{"Operation":"UserLoggedIn","Id":"e"}"#, "`CreationTime` is missing"),
            (r#"{"Operation":"UserLoggedIn","Id":"e","CreationTime":"x"}"#, "`CreationTime` is not a timestamp"),
            (r#"{"AuditData":"{broken"}"#, "`AuditData` is not a JSON object"),
        ] {
            assert_eq!(decode(json).unwrap_err().reason(), reason, "{json}");
        }
    }
}
