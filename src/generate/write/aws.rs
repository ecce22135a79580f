//! AWS console sign-ins (formats.md 8.1): a `CloudTrail` object a day.
//!
//! The console knows a password, a second factor and other providers. Carried claims, certificates, mail protocols and
//! refreshes never come to it; whoever is spared the second factor elsewhere signs in with one. One gesture cannot be
//! told from a second factor. Users are named by their id alone, so that they are those of the directory.

use serde_json::{Value, json};

use super::super::calendar::Day;
use super::super::people::Kind;
use super::super::proof::Class;
use super::super::record::Subject;
use super::super::scene::Scene;
use super::Told;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";
/// SAML provider of the trusted partner.
pub(super) const PARTNER: &str = "arn:aws:iam::123456789012:saml-provider/Partner";
/// SAML provider that nobody vouches for.
const STRANGER: &str = "arn:aws:iam::123456789012:saml-provider/Stranger";

/// What the log says of a scene; empty text where it says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// `eventName`.
    event: &'static str,
    /// Success or failure.
    result: &'static str,
    /// `MFAUsed`.
    mfa: &'static str,
    /// Kind of the device in `MFAIdentifier`.
    device: &'static str,
    /// `SamlProviderArn`.
    provider: &'static str,
    /// Through a role.
    role: bool,
}

const ONE: Words = Words { event: "ConsoleLogin", result: "Success", mfa: "No", device: "", provider: "", role: false };
const TWO: Words = Words { mfa: "Yes", ..ONE };
const ROLE: Words = Words { role: true, ..ONE };

/// formats.md 8.1, row by row.
#[rustfmt::skip]
pub(super) fn told(scene: Scene) -> Told<Words> {
    use Class::{M1, M3, N, U};
    Some(match scene {
        // Older records name no device.
        Scene::Push | Scene::Phone          => (Some(M1), TWO),
        Scene::Sms                          => (Some(M1), Words { device: "sms-mfa", ..TWO }),
        Scene::Totp                         => (Some(M1), Words { device: "mfa", ..TWO }),
        Scene::Hello | Scene::Fido2 | Scene::Passkey => (Some(M1), Words { device: "u2f", ..TWO }),
        Scene::Partner                      => (Some(M3), Words { provider: PARTNER, ..ROLE }),
        Scene::Stranger                     => (Some(U),  Words { provider: STRANGER, ..ROLE }),
        // A role whose provider is not told.
        Scene::Federated                    => (Some(U),  ROLE),
        Scene::Untold                       => (Some(U),  Words { mfa: "", ..ONE }),
        Scene::Remembered | Scene::TrustedSite | Scene::Password => (Some(N), ONE),
        Scene::Prompt                       => (None, Words { event: "CheckMfa", mfa: "", ..ONE }),
        Scene::BadPassword                  => (None, Words { result: "Failure", ..ONE }),
        Scene::Denied | Scene::Silent | Scene::WrongCode => (None, Words { result: "Failure", ..TWO }),
        Scene::Certificate | Scene::Carried | Scene::Legacy | Scene::Radius | Scene::Older | Scene::StaySignedIn | Scene::Enrol | Scene::Blocked
        | Scene::Refresh | Scene::RefreshEnded | Scene::Workload => return None,
    })
}

/// Key of the object of a day.
pub(super) fn name(day: Day) -> String {
    let date = day.date();
    let (year, month, dom) = (date.year(), date.month(), date.day());
    format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{year:04}/{month:02}/{dom:02}/{ACCOUNT}_CloudTrail_{REGION}_{year:04}{month:02}{dom:02}T2355Z_ExampleExample01")
}

/// One event.
pub(super) fn record(subject: &Subject<'_>) -> Option<Value> {
    let (event, person) = (subject.event, subject.person);
    let (_, words) = told(event.sheet.scene)?;
    let kind = match (words.role, person.kind) {
        (true, _) => "AssumedRole",
        (false, Kind::BreakGlass) => "Root",
        (false, _) => "IAMUser",
    };
    let failed = words.result == "Failure";
    Some(json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": kind, "principalId": person.id.to_string(), "accountId": ACCOUNT, "userName": person.sign_in_name},
        "eventTime": event.at.to_string(),
        "eventSource": "signin.amazonaws.com",
        "eventName": words.event,
        "awsRegion": REGION,
        "sourceIPAddress": subject.address(),
        "userAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        "errorMessage": if failed { json!("Failed authentication") } else { Value::Null },
        "requestParameters": null,
        "responseElements": {(words.event): words.result},
        "additionalEventData": additional(subject, words),
        "eventID": event.id.to_string(),
        "readOnly": false,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT
    }))
}

fn additional(subject: &Subject<'_>, words: Words) -> Value {
    let id = subject.event.id;
    let mut data = json!({"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No"});
    if words.event == "CheckMfa" {
        data["MfaType"] = "Virtual MFA".into();
    }
    if !words.mfa.is_empty() {
        // Both notations are real.
        let shown = if words.mfa == "Yes" && id.0.is_multiple_of(5) { "YES" } else { words.mfa };
        data["MFAUsed"] = shown.into();
    }
    if !words.device.is_empty() {
        data["MFAIdentifier"] = format!("arn:aws:iam::{ACCOUNT}:{}/{}", words.device, subject.person.id).into();
    }
    if !words.provider.is_empty() {
        data["SamlProviderArn"] = words.provider.into();
    }
    data
}
