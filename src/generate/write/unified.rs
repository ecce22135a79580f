//! Microsoft 365 unified audit log (formats.md 1.15): the CSV of a Purview search, a day each.
//!
//! It names no method and no requirement. A success after a call for the second factor was satisfied now; of every
//! other success nobody can tell how.

use serde_json::json;

use super::super::Sink;
use super::super::calendar::Day;
use super::super::proof::Class;
use super::super::record::Subject;
use super::super::record_parts::user_agent;
use super::super::scene::Scene;
use super::{Told, sheet};

/// What the log says of a scene; the error number is the sheet's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    operation: &'static str,
    /// `LogonError`.
    error: &'static str,
    /// `RequestType`.
    request: &'static str,
}

const fn done(request: &'static str) -> Words {
    Words { operation: "UserLoggedIn", error: "", request }
}

const fn failed(error: &'static str, request: &'static str) -> Words {
    Words { operation: "UserLoginFailed", error, request }
}

/// formats.md 1.15, row by row.
#[rustfmt::skip]
pub(super) fn told(scene: Scene) -> Told<Words> {
    use Class::{M1, N, U};
    Some(match scene {
        Scene::Push                                                                 => (Some(M1), done("SAS:EndAuth")),
        Scene::Sms | Scene::Totp                                                    => (Some(M1), done("SAS:ProcessAuth")),
        Scene::Phone | Scene::Hello | Scene::Fido2 | Scene::Passkey | Scene::Certificate => (Some(U), done("Login:login")),
        Scene::Carried | Scene::Partner | Scene::Stranger                           => (Some(U),  done("OAuth2:Authorize")),
        Scene::Remembered | Scene::TrustedSite | Scene::Untold | Scene::Password    => (Some(U),  done("Login:login")),
        // The agents of the password grant and of old mail protocols: they cannot do more (formats.md 1.9).
        Scene::Legacy                                                               => (Some(N),  done("OAuth2:Token")),
        Scene::Federated                                                            => (Some(U),  done("WsFederation:wsfederation")),
        Scene::Prompt                                                               => (None, failed("UserStrongAuthClientAuthNRequiredInterrupt", "Login:login")),
        Scene::Enrol                                                                => (None, failed("UserStrongAuthEnrollmentRequiredInterrupt", "Login:login")),
        Scene::StaySignedIn                                                         => (None, done("Kmsi:kmsi")),
        Scene::BadPassword                                                          => (None, failed("InvalidUserNameOrPassword", "Login:login")),
        Scene::Denied | Scene::Silent | Scene::WrongCode                            => (None, failed("AuthenticationFailedSasError", "SAS:EndAuth")),
        Scene::Blocked                                                              => (None, failed("BlockedByConditionalAccess", "Login:login")),
        // A redeemed token is no sign-in of a person.
        Scene::Refresh                                                              => (None, done("OAuth2:Token")),
        Scene::RefreshEnded                                                         => (None, failed("BadTokenDueToSignInFrequency", "OAuth2:Token")),
        Scene::Radius | Scene::Older | Scene::Workload                              => return None,
    })
}

const HEAD: [&str; 8] = ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits", "AssociatedAdminUnitsNames"];

/// Writes the search of a day.
pub(super) fn write(day: Day, subjects: &[Subject<'_>], sink: &mut dyn Sink) -> anyhow::Result<()> {
    let rows: Vec<Vec<String>> = subjects.iter().filter_map(row).collect();
    sink.put(&format!("raw/m365/audit/{day}.csv"), sheet(&HEAD, &rows)?)
}

fn row(subject: &Subject<'_>) -> Option<Vec<String>> {
    let (_, words) = told(subject.event.sheet.scene)?;
    let at = subject.event.at.to_string();
    Some(vec![
        subject.event.id.to_string(),
        format!("{}.0000000Z", at.trim_end_matches('Z')),
        "15".to_owned(),
        words.operation.to_owned(),
        subject.person.sign_in_name.clone(),
        data(subject, words),
        String::new(),
        String::new(),
    ])
}

/// The record itself, which stands as text in one column.
fn data(subject: &Subject<'_>, words: Words) -> String {
    let (event, person) = (subject.event, subject.person);
    let id = person.id.to_string();
    let property = |name: &str, value: &str| json!({"Name": name, "Value": value});
    let mut record = json!({
        "CreationTime": event.at.to_string().trim_end_matches('Z'),
        "Id": event.id.to_string(),
        "Operation": words.operation,
        "OrganizationId": subject.world.tenant.to_string(),
        "RecordType": 15,
        // It says so of failures too.
        "ResultStatus": "Success",
        "UserKey": id,
        "UserType": 0,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": subject.address(),
        "ObjectId": event.app.resource,
        "UserId": person.sign_in_name,
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [property("ResultStatusDetail", "Success"), property("UserAgent", user_agent(subject)), property("RequestType", words.request)],
        "ModifiedProperties": [],
        "Actor": [{"ID": id, "Type": 0}, {"ID": person.sign_in_name, "Type": 5}],
        "ActorContextId": subject.world.tenant.to_string(),
        "ActorIpAddress": subject.address(),
        "InterSystemsId": event.correlation.to_string(),
        "Target": [{"ID": event.app.resource, "Type": 0}],
        "ApplicationId": event.app.id,
        "ErrorNumber": event.sheet.code.to_string()
    });
    if !words.error.is_empty() {
        record["LogonError"] = words.error.into();
    }
    record.to_string()
}
