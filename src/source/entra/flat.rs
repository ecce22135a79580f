//! Flat sign-in rows: the admin centre's CSV download (formats.md 1.14) and log workspaces (1.1), whose columns are
//! put back under the names that the record itself has.

use serde_json::{Map, Value};

use super::super::ObjectContext;
use super::super::flat::{FlatRow, put};

/// Header to path. A header that is the record's own member, in whatever case, needs no line.
const COLUMNS: &[(&str, &str)] = &[
    // Admin centre.
    ("Date (UTC)", "createdDateTime"),
    ("Request ID", "id"),
    ("Correlation ID", "correlationId"),
    ("User ID", "userId"),
    ("User", "userDisplayName"),
    ("Username", "userPrincipalName"),
    ("User type", "userType"),
    ("Cross tenant access type", "crossTenantAccessType"),
    ("Incoming token type", "incomingTokenType"),
    ("Authentication Protocol", "authenticationProtocol"),
    ("Application", "appDisplayName"),
    ("Application ID", "appId"),
    ("Resource", "resourceDisplayName"),
    ("Resource ID", "resourceId"),
    ("Resource tenant ID", "resourceTenantId"),
    ("Home tenant ID", "homeTenantId"),
    ("IP address", "ipAddress"),
    ("Client app", "clientAppUsed"),
    ("Compliant", "deviceDetail.isCompliant"),
    ("Managed", "deviceDetail.isManaged"),
    ("Sign-in error code", "status.errorCode"),
    ("Failure reason", "status.failureReason"),
    ("Multifactor authentication result", "status.additionalDetails"),
    ("Multifactor authentication auth method", "mfaDetail.authMethod"),
    ("Authentication requirement", "authenticationRequirement"),
    ("Autonomous system number", "autonomousSystemNumber"),
    ("Token issuer type", "tokenIssuerType"),
    ("Service principal ID", "servicePrincipalId"),
    ("Service principal name", "servicePrincipalName"),
    // Log workspace.
    ("LocationDetails", "location"),
    ("ConditionalAccessPolicies", "appliedConditionalAccessPolicies"),
    ("AADTenantId", "tenantId"),
];

/// Category by the file names of the admin centre and by the tables of a log workspace; the order matters.
const CATEGORIES: [(&str, &str); 7] = [
    ("noninteractive", "NonInteractiveUserSignInLogs"),
    ("applicationsignins", "ServicePrincipalSignInLogs"),
    ("msisignins", "ManagedIdentitySignInLogs"),
    ("serviceprincipal", "ServicePrincipalSignInLogs"),
    ("managedidentity", "ManagedIdentitySignInLogs"),
    ("interactivesignins", "SignInLogs"),
    ("signinlogs", "SignInLogs"),
];

/// Stands for a category that neither the row nor the name of its file tells.
pub(super) const UNTOLD: &str = "not told";

/// Header of the companion to member of a step.
const STEP: &[(&str, &str)] = &[
    ("Authentication method", "authenticationMethod"),
    ("Authentication method detail", "authenticationMethodDetail"),
    ("Succeeded", "succeeded"),
    ("Result detail", "authenticationStepResultDetail"),
    ("Requirement", "authenticationStepRequirement"),
];

/// The record of a flat row.
pub(super) fn record(object: &ObjectContext<'_>, row: &FlatRow<'_>) -> Value {
    // These three mean different things as text and as an object.
    let special = |h: &str| ["status", "location", "type"].iter().any(|s| h.eq_ignore_ascii_case(s));
    let mut out = row.nested(COLUMNS, |h| if special(h) { format!("flat.{h}") } else { h.to_owned() });
    out.remove("flat");
    status(row, &mut out);
    location(row, &mut out);
    category(object, row, &mut out);
    if !out.keys().any(|k| k.eq_ignore_ascii_case("createdDateTime"))
        && let Some(at) = row.get("TimeGenerated")
    {
        // In the sign-in tables of a workspace it is the time of the event; only trimmed exports lack the other.
        put(&mut out, "createdDateTime", at.into());
    }
    steps(object, &mut out);
    Value::Object(out)
}

/// The status as an object, as its text, or as one word.
fn status(row: &FlatRow<'_>, out: &mut Map<String, Value>) {
    let Some(text) = row.get("Status") else { return };
    if let Ok(Value::Object(status)) = serde_json::from_str(text) {
        for (key, value) in status {
            put(out, &format!("status.{key}"), value);
        }
        return;
    }
    put(out, "resultSignature", text.into());
    let code = row.get("Sign-in error code").or_else(|| row.get("ResultType"));
    if text.eq_ignore_ascii_case("success") && code.is_none_or(|c| c.trim().parse::<i64>().is_err()) {
        // The download leaves the code of a success empty.
        if let Some(Value::Object(status)) = out.get_mut("status") {
            status.remove("errorCode");
        }
        put(out, "status.errorCode", 0.into());
    }
}

/// The country: two letters, or the last part of `City, State, CC`.
fn location(row: &FlatRow<'_>, out: &mut Map<String, Value>) {
    let Some(text) = row.get("Location") else { return };
    if let Ok(location @ Value::Object(_)) = serde_json::from_str(text) {
        return put(out, "location", location);
    }
    let country = text.rsplit(',').next().unwrap_or("").trim();
    if country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic()) {
        put(out, "location.countryOrRegion", country.to_ascii_uppercase().into());
    }
}

fn category(object: &ObjectContext<'_>, row: &FlatRow<'_>, out: &mut Map<String, Value>) {
    if row.get("Category").is_some() {
        return;
    }
    let table = row.get("Type").unwrap_or("").to_ascii_lowercase();
    let table = table.strip_prefix("aad").unwrap_or(&table);
    // A folder may be called after the download as well; the innermost name tells.
    let names = object.key.split('/').rev().map(str::to_ascii_lowercase);
    let told = |text: &str| CATEGORIES.iter().find(|(part, _)| text.starts_with(part)).map(|(_, category)| *category);
    match told(table).or_else(|| names.map(|n| n.strip_prefix("aad").map_or(n.clone(), str::to_owned)).find_map(|n| told(&n))) {
        Some(category) => put(out, "category", category.into()),
        // Refreshes taken for sign-ins would make coverage look near 100 %.
        None if row.get("isInteractive").is_none() && row.get("signInEventTypes").is_none() => put(out, "category", UNTOLD.into()),
        None => {}
    }
}

/// What the companion file tells of this sign-in.
fn steps(object: &ObjectContext<'_>, out: &mut Map<String, Value>) {
    let Some(id) = out.get("id").and_then(Value::as_str) else { return };
    if let Some(found) = object.details.and_then(|d| d.of(id)) {
        put(out, "authenticationDetails", found.into());
    }
}

/// The record with members that are the text of an object put back as objects; `None` when there are none. Some
/// re-exports write every nested member so.
pub(super) fn inflated(json: &[u8]) -> Option<String> {
    memchr::memmem::find(json, b":\"{\\\"")?;
    let mut record: Value = serde_json::from_slice(json).ok()?;
    // What cannot be put back stays text and is left to the reader, so that this ends.
    let mut some = false;
    let mut members = |object: &mut Map<String, Value>| {
        for value in object.values_mut() {
            let nested = value.as_str().filter(|t| t.starts_with('{')).and_then(|t| serde_json::from_str::<Value>(t).ok());
            if let Some(nested) = nested.filter(|n| n.is_object() && !n.to_string().contains(":\"{\\\"")) {
                *value = nested;
                some = true;
            }
        }
    };
    let top = record.as_object_mut()?;
    members(top);
    if let Some(Value::Object(inner)) = top.get_mut("properties") {
        members(inner);
    }
    some.then(|| record.to_string())
}

/// Key of the file that a companion belongs to: its own without `_AuthDetails`.
pub(super) fn companion_of(key: &str) -> Option<String> {
    let at = key.to_ascii_lowercase().find("_authdetails")?;
    Some(format!("{}{}", &key[..at], &key[at + "_AuthDetails".len()..]))
}

/// One step of the companion with the sign-in that it belongs to.
pub(super) fn step(row: &FlatRow<'_>) -> Option<(String, Value)> {
    let id = row.get("Request ID")?;
    let mut step = row.nested(STEP, |h| format!("other.{h}"));
    step.remove("other");
    let yes = row.get("Succeeded").map(|s| ["true", "yes", "1"].iter().any(|y| s.trim().eq_ignore_ascii_case(y)));
    if let Some(yes) = yes {
        step.insert("succeeded".to_owned(), yes.into());
    }
    (!step.is_empty()).then(|| (id.to_owned(), step.into()))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::table::Instant;

    fn made(key: &str, cells: &[(&'static str, &'static str)]) -> Value {
        let object = ObjectContext { source: "s", tenant: "t", key, snapshot_at: Instant(0), details: None };
        record(&object, &FlatRow::new(cells.iter().map(|(h, t)| (Cow::Borrowed(*h), Cow::Borrowed(*t)))))
    }

    #[test]
    fn a_row_of_the_admin_centre() {
        let cells = [
            ("Date (UTC)", "2026-10-05T07:00:00Z"),
            ("Request ID", "e"),
            ("Status", "Success"),
            ("Location", "Berlin, Berlin, DE"),
            ("Multifactor authentication result", "MFA completed in Azure AD"),
        ];
        assert_eq!(
            made("NonInteractiveSignIns_2026-10-01_2026-10-31.csv", &cells),
            serde_json::json!({"createdDateTime": "2026-10-05T07:00:00Z", "id": "e", "status": {"additionalDetails": "MFA completed in Azure AD", "errorCode": 0},
                "resultSignature": "Success", "location": {"countryOrRegion": "DE"}, "category": "NonInteractiveUserSignInLogs"})
        );
        assert_eq!(
            made("x.csv", &[("Status", "Interrupted"), ("Sign-in error code", "50074")]),
            serde_json::json!({"status": {"errorCode": "50074"}, "resultSignature": "Interrupted", "category": UNTOLD})
        );
    }

    #[test]
    fn the_category_is_told_by_the_name_of_the_file_or_its_folder_and_never_guessed() {
        let told = |key: &str| made(key, &[("Request ID", "e")])["category"].as_str().map(str::to_owned);
        for (key, category) in [
            ("a/InteractiveSignIns_2026.csv", "SignInLogs"),
            ("NonInteractiveSignIns/2026-10-05.csv", "NonInteractiveUserSignInLogs"),
            ("october.csv", UNTOLD),
            ("webapplicationsignins.csv", UNTOLD),
        ] {
            assert_eq!(told(key).as_deref(), Some(category), "{key}");
        }
        assert_eq!(made("october.csv", &[("isInteractive", "true")]), serde_json::json!({"isInteractive": "true"}));
    }

    #[test]
    fn a_row_of_a_log_workspace() {
        let cells = [
            ("TimeGenerated", "2026-10-05T07:00:00Z"),
            ("Id", "e"),
            ("Status", r#"{"errorCode":0}"#),
            ("LocationDetails", r#"{"countryOrRegion":"DE"}"#),
            ("Location", "FR"),
            ("Type", "AADServicePrincipalSignInLogs"),
        ];
        assert_eq!(
            made("x.json", &cells),
            serde_json::json!({"TimeGenerated": "2026-10-05T07:00:00Z", "Id": "e", "location": {"countryOrRegion": "DE"}, "status": {"errorCode": 0},
                "category": "ServicePrincipalSignInLogs", "createdDateTime": "2026-10-05T07:00:00Z"})
        );
    }

    #[test]
    fn the_companion_and_its_steps() {
        assert_eq!(companion_of("a/InteractiveSignIns_AuthDetails_2026.csv").as_deref(), Some("a/InteractiveSignIns_2026.csv"));
        assert_eq!(companion_of("a/InteractiveSignIns_2026.csv"), None);
        let row = FlatRow::new(
            [("Request ID", "e"), ("Authentication method", "Text message"), ("Succeeded", "Yes"), ("Date (UTC)", "x")].map(|(h, t)| (Cow::Borrowed(h), Cow::Borrowed(t))),
        );
        assert_eq!(step(&row), Some(("e".to_owned(), serde_json::json!({"authenticationMethod": "Text message", "succeeded": true}))));
    }
}
