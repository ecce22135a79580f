//! Google Workspace login activity (formats.md 7): a page of the Reports API a day, one event an activity.
//!
//! A login that lists no challenge is a claim for who is enrolled only, and the log does not say who is. Federation
//! names no provider, so that a trusted partner looks like anybody.

use serde_json::{Value, json};

use super::super::proof::Class;
use super::super::record::Subject;
use super::super::scene::Scene;
use super::{Told, millis};

/// What the log says of a scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// Name of the event.
    event: &'static str,
    login_type: &'static str,
    /// `login_challenge_method`.
    methods: &'static [&'static str],
}

const fn login(methods: &'static [&'static str]) -> Words {
    Words { event: "login_success", login_type: "google_password", methods }
}

const fn failure(methods: &'static [&'static str]) -> Words {
    Words { event: "login_failure", ..login(methods) }
}

/// formats.md 7.3, row by row.
#[rustfmt::skip]
pub(super) fn told(scene: Scene) -> Told<Words> {
    use Class::{M1, M4, N, U};
    Some(match scene {
        Scene::Push                     => (Some(M1), login(&["password", "google_prompt"])),
        Scene::Sms                      => (Some(M1), login(&["password", "idv_preregistered_phone"])),
        Scene::Totp                     => (Some(M1), login(&["password", "google_authenticator"])),
        Scene::Phone                    => (Some(M1), login(&["google_prompt"])),
        Scene::Fido2                    => (Some(M1), login(&["password", "security_key"])),
        Scene::Hello | Scene::Passkey   => (Some(M4), login(&["passkey"])),
        Scene::Carried                  => (Some(U),  Words { login_type: "reauth", ..login(&["none"]) }),
        Scene::Remembered               => (Some(U),  login(&["none"])),
        Scene::Untold                   => (Some(U),  login(&[])),
        Scene::Partner | Scene::Stranger | Scene::Federated => (Some(U), Words { login_type: "saml", ..login(&[]) }),
        // A question about the place is no second factor.
        Scene::TrustedSite              => (Some(N),  login(&["password", "login_location"])),
        Scene::Password                 => (Some(N),  login(&["password"])),
        Scene::Legacy                   => (Some(N),  Words { login_type: "exchange", ..login(&["password"]) }),
        Scene::Prompt                   => (None, Words { event: "login_challenge", ..login(&["google_prompt"]) }),
        Scene::BadPassword              => (None, failure(&["password"])),
        Scene::Denied | Scene::Silent   => (None, failure(&["password", "google_prompt"])),
        Scene::WrongCode                => (None, failure(&["password", "google_authenticator"])),
        Scene::Certificate | Scene::Radius | Scene::Older | Scene::StaySignedIn | Scene::Enrol | Scene::Blocked
        | Scene::Refresh | Scene::RefreshEnded | Scene::Workload => return None,
    })
}

/// One activity.
pub(super) fn record(subject: &Subject<'_>) -> Option<Value> {
    let (event, person) = (subject.event, subject.person);
    let (_, words) = told(event.sheet.scene)?;
    let mut parameters = vec![json!({"name": "login_type", "value": words.login_type})];
    if !words.methods.is_empty() {
        parameters.push(json!({"name": "login_challenge_method", "multiValue": words.methods}));
    }
    if words.event == "login_failure" {
        parameters.push(json!({"name": "login_failure_type", "value": "login_failure_invalid_password"}));
    } else {
        parameters.push(json!({"name": "is_suspicious", "boolValue": false}));
    }
    // The qualifier is a signed number.
    let qualifier = (event.id.0 >> 64) as i64;
    Some(json!({
        "kind": "admin#reports#activity",
        "id": {"time": format!("{}Z", millis(event.at)), "uniqueQualifier": qualifier.to_string(), "applicationName": "login", "customerId": "C01example"},
        "etag": format!("\"{}\"", event.id),
        "actor": {"email": person.sign_in_name, "profileId": person.id.to_string()},
        "ipAddress": subject.address(),
        "events": [{"type": "login", "name": words.event, "parameters": parameters}]
    }))
}
