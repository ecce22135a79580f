//! OCSF authentication events (formats.md 9): lines of a day.
//!
//! The class says whether there was a second factor, and nothing of claims, other providers or rules that skip it: a
//! pipeline that knows no more leaves the flag out. Protocols that cannot do more show as one factor. One gesture
//! cannot be told from a second factor.

use serde_json::{Value, json};

use super::super::names::PLACES;
use super::super::proof::Class;
use super::super::record::Subject;
use super::super::scene::Scene;
use super::Told;

/// Number and caption of a factor.
type Factor = (u32, &'static str);

/// What the event says of a scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// `activity_id`.
    activity: u32,
    /// `status_id`: success or failure.
    status: u32,
    /// `is_mfa`, where it is told.
    mfa: Option<bool>,
    factors: &'static [Factor],
}

const PASSWORD: Factor = (11, "Password");
const PUSH: Factor = (5, "Push Notification");
const OTP: Factor = (7, "OTP");
const BIOMETRIC: Factor = (4, "Biometric");
const KEY: Factor = (10, "WebAuthn");
const SUCCESS: u32 = 1;
const FAILURE: u32 = 2;
const LOGON: u32 = 1;
const RENEWAL: u32 = 5;

const fn logon(mfa: Option<bool>, factors: &'static [Factor]) -> Words {
    Words { activity: LOGON, status: SUCCESS, mfa, factors }
}

const fn refused(factors: &'static [Factor]) -> Words {
    Words { status: FAILURE, ..logon(None, factors) }
}

/// formats.md 9.
#[rustfmt::skip]
pub(super) fn told(scene: Scene) -> Told<Words> {
    use Class::{M1, N, U};
    const TWO: Option<bool> = Some(true);
    Some(match scene {
        Scene::Push                         => (Some(M1), logon(TWO, &[PASSWORD, PUSH])),
        Scene::Sms                          => (Some(M1), logon(TWO, &[PASSWORD, (1, "SMS")])),
        Scene::Totp                         => (Some(M1), logon(TWO, &[PASSWORD, OTP])),
        Scene::Phone                        => (Some(M1), logon(TWO, &[PUSH, BIOMETRIC])),
        Scene::Hello                        => (Some(M1), logon(TWO, &[BIOMETRIC, (99, "Device key")])),
        Scene::Fido2                        => (Some(M1), logon(TWO, &[PASSWORD, KEY])),
        Scene::Passkey                      => (Some(M1), logon(TWO, &[KEY, BIOMETRIC])),
        Scene::Certificate                  => (Some(M1), logon(TWO, &[(99, "Certificate"), (99, "PIN")])),
        Scene::Carried | Scene::Partner | Scene::Stranger | Scene::Federated | Scene::Radius => (Some(U), logon(None, &[])),
        Scene::Untold                       => (Some(U),  logon(None, &[PASSWORD])),
        Scene::Remembered | Scene::TrustedSite | Scene::Password | Scene::Legacy => (Some(N), logon(Some(false), &[PASSWORD])),
        Scene::BadPassword | Scene::Blocked => (None, refused(&[PASSWORD])),
        Scene::Denied | Scene::Silent       => (None, refused(&[PASSWORD, PUSH])),
        Scene::WrongCode                    => (None, refused(&[PASSWORD, OTP])),
        // Renewed within the session: nobody signs in.
        Scene::Refresh                      => (None, Words { activity: RENEWAL, ..logon(None, &[]) }),
        Scene::RefreshEnded                 => (None, Words { activity: RENEWAL, ..refused(&[]) }),
        Scene::Older | Scene::Prompt | Scene::StaySignedIn | Scene::Enrol | Scene::Workload => return None,
    })
}

/// One event.
pub(super) fn record(subject: &Subject<'_>) -> Option<Value> {
    let (event, person) = (subject.event, subject.person);
    let (_, words) = told(event.sheet.scene)?;
    let place = &PLACES[event.place];
    let factors: Vec<Value> = words.factors.iter().map(|(number, caption)| json!({"factor_type_id": number, "factor_type": caption})).collect();
    let product = json!({"name": "Example identity provider", "vendor_name": "Example"});
    let mut record = json!({
        "category_uid": 3,
        "class_uid": 3002,
        "class_name": "Authentication",
        "activity_id": words.activity,
        "type_uid": 300_200 + words.activity,
        "severity_id": 1,
        "time": event.at.0,
        "metadata": {"uid": event.id.to_string(), "version": "1.3.0", "product": product, "logged_time": event.at.0 + 60_000},
        "status_id": words.status,
        "status": if words.status == SUCCESS { "Success" } else { "Failure" },
        "auth_factors": factors,
        "user": {"uid": person.id.to_string(), "name": person.sign_in_name, "type_id": 1},
        "service": {"uid": event.app.id, "name": event.app.name},
        "src_endpoint": {"ip": subject.address(), "location": {"city": place.city, "country": place.country}, "autonomous_system": {"number": place.system}},
        "is_remote": true
    });
    if let Some(mfa) = words.mfa {
        record["is_mfa"] = mfa.into();
    }
    Some(record)
}
