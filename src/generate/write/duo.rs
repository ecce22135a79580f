//! Cisco Duo authentication log (formats.md 6): an answer of the Admin API a day.
//!
//! Duo sees the second factor only. What is never sent to it (old protocols, federation, partners, refreshes, a wrong
//! password) is not in its log; a sign-in with one factor is there when Duo let it pass. One gesture cannot be told
//! from a second factor, and a remembered device counts as a claim.

use serde_json::{Value, json};

use super::super::names::PLACES;
use super::super::proof::Class;
use super::super::record::Subject;
use super::super::scene::Scene;
use super::{Told, millis};

/// What the log says of a scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    event_type: &'static str,
    result: &'static str,
    reason: &'static str,
    factor: &'static str,
}

const fn ended(result: &'static str, reason: &'static str, factor: &'static str) -> Words {
    Words { event_type: "authentication", result, reason, factor }
}

/// formats.md 6.4, row by row.
#[rustfmt::skip]
pub(super) fn told(scene: Scene) -> Told<Words> {
    use Class::{M1, M2, S, U};
    Some(match scene {
        Scene::Push | Scene::Phone               => (Some(M1), ended("success", "user_approved", "duo_push")),
        Scene::Sms                               => (Some(M1), ended("success", "valid_passcode", "sms_passcode")),
        Scene::Totp                              => (Some(M1), ended("success", "valid_passcode", "duo_mobile_passcode")),
        Scene::Radius                            => (Some(M1), ended("success", "user_approved", "phone_call")),
        Scene::Hello | Scene::Fido2 | Scene::Passkey => (Some(M1), ended("success", "user_approved", "WebAuthn Credential")),
        Scene::Carried | Scene::Remembered       => (Some(M2), ended("success", "remembered_device", "remembered_device")),
        Scene::TrustedSite                       => (Some(S),  ended("success", "trusted_network", "trusted_network")),
        // The factor says what could have been asked for.
        Scene::Password                          => (Some(S),  ended("success", "bypass_user", "duo_push")),
        // Let in for no reason that is told.
        Scene::Untold                            => (Some(U),  ended("success", "", "not_available")),
        Scene::Enrol                             => (None, Words { event_type: "enrollment", ..ended("success", "", "not_available") }),
        Scene::Denied                            => (None, ended("denied", "user_mistake", "duo_push")),
        Scene::Silent                            => (None, ended("denied", "no_response", "duo_push")),
        Scene::WrongCode                         => (None, ended("denied", "invalid_passcode", "passcode")),
        Scene::Blocked                           => (None, ended("denied", "location_restricted", "not_available")),
        Scene::Certificate | Scene::Partner | Scene::Stranger | Scene::Legacy | Scene::Federated | Scene::Older | Scene::Prompt | Scene::StaySignedIn
        | Scene::BadPassword | Scene::Refresh | Scene::RefreshEnded | Scene::Workload => return None,
    })
}

/// One event.
pub(super) fn record(subject: &Subject<'_>) -> Option<Value> {
    let (event, person) = (subject.event, subject.person);
    let (_, words) = told(event.sheet.scene)?;
    let place = &PLACES[event.place];
    let location = json!({"city": place.city, "state": place.state, "country": place.country});
    Some(json!({
        "txid": event.id.to_string(),
        "timestamp": event.at.0.div_euclid(1000),
        "isotimestamp": format!("{}000+00:00", millis(event.at)),
        "event_type": words.event_type,
        "eventtype": "authentication",
        "result": words.result,
        "reason": if words.reason.is_empty() { Value::Null } else { words.reason.into() },
        "factor": words.factor,
        "remembered_factor": if words.factor == "remembered_device" { json!("duo_push") } else { Value::Null },
        "user": {"key": person.id.to_string(), "name": person.sign_in_name, "groups": []},
        "alias": "",
        "email": person.sign_in_name,
        "application": {"key": event.app.id, "name": event.app.name},
        "access_device": {
            "ip": subject.address(),
            "hostname": null,
            "browser": "Chrome",
            "os": "Windows",
            "is_encryption_enabled": "unknown",
            "location": location
        },
        "auth_device": {"ip": null, "key": null, "name": null},
        "ood_software": null,
        "trusted_endpoint_status": "unknown"
    }))
}
