//! Okta System Log (formats.md 5): a list of events a day.
//!
//! Of every sign-in the one event is written that decides by itself, in a session of its own; what did not let the
//! user in stands in its own transaction. A rule that skips the second factor shows as one factor, because the log
//! tells which authenticators were used and not which were spared. The password grant and old mail protocols are
//! evaluated like any password.

use serde_json::{Value, json};

use super::super::names::PLACES;
use super::super::proof::Class;
use super::super::record::Subject;
use super::super::record_parts::user_agent;
use super::super::scene::Scene;
use super::{Told, millis};

/// Identity provider of the trusted partner.
pub(super) const PARTNER: &str = "0oa1partner0example5d7";
/// Identity provider that nobody vouches for.
const STRANGER: &str = "0oa1stranger0example5d7";

/// What one event says of a scene; empty text where it says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// `eventType`.
    event: &'static str,
    /// `outcome.result`.
    result: &'static str,
    /// `outcome.reason`.
    reason: &'static str,
    /// First authenticator of an evaluation.
    first: &'static str,
    /// Second one.
    second: &'static str,
    /// Seconds since the second one was verified.
    age: i64,
    /// `debugData.factor`.
    factor: &'static str,
    /// Authenticator that verified its user, and what it proved.
    gesture: (&'static str, &'static str),
    /// Identity provider that vouched.
    provider: &'static str,
}

const NOTHING: Words = Words { event: "", result: "SUCCESS", reason: "", first: "", second: "", age: 0, factor: "", gesture: ("", ""), provider: "" };
const EVALUATED: Words = Words { event: "policy.evaluate_sign_on", result: "ALLOW", ..NOTHING };
const PASSWORD: Words = Words { first: "okta_password:password", ..EVALUATED };
const CHALLENGED: Words = Words { result: "CHALLENGE", ..PASSWORD };
const VERIFIED: Words = Words { event: "user.authentication.auth_via_mfa", ..NOTHING };
const VOUCHED: Words = Words { event: "user.authentication.auth_via_IDP", ..NOTHING };
/// Two factors in one, and proof against phishing.
const STRONG: &str = "[DEVICE_BOUND, PHISHING_RESISTANT, USER_VERIFYING, USER_PRESENCE, HARDWARE_PROTECTED]";
/// Two factors in one.
const BOUND: &str = "[DEVICE_BOUND, USER_VERIFYING, USER_PRESENCE]";

/// formats.md 5.5.
#[rustfmt::skip]
pub(super) fn told(scene: Scene) -> Told<Words> {
    use Class::{M1, M2, M3, M4, N, U};
    Some(match scene {
        Scene::Push         => (Some(M1), Words { second: "okta_verify:push", age: 20, ..PASSWORD }),
        Scene::Sms          => (Some(M1), Words { second: "phone_number:sms", age: 20, ..PASSWORD }),
        Scene::Totp         => (Some(M1), Words { second: "google_otp:otp", age: 20, ..PASSWORD }),
        // One gesture that can be relayed is no strong method.
        Scene::Phone        => (Some(M1), Words { gesture: ("Use Okta FastPass", BOUND), ..VERIFIED }),
        Scene::Hello        => (Some(M4), Words { gesture: ("Use Okta FastPass", STRONG), ..VERIFIED }),
        Scene::Fido2        => (Some(M4), Words { gesture: ("FIDO2 (WebAuthn)", STRONG), ..VERIFIED }),
        Scene::Passkey      => (Some(M4), Words { gesture: ("Passkey", STRONG), ..VERIFIED }),
        Scene::Certificate  => (Some(M4), Words { gesture: ("Smart Card", STRONG), ..VERIFIED }),
        Scene::Carried      => (Some(M2), Words { second: "okta_verify:push", age: 7_200, ..PASSWORD }),
        Scene::Partner      => (Some(M3), Words { provider: PARTNER, ..VOUCHED }),
        Scene::Stranger     => (Some(U),  Words { provider: STRANGER, ..VOUCHED }),
        // Vouched for by nobody in particular.
        Scene::Federated    => (Some(U),  Words { event: "user.authentication.auth_via_inbound_SAML", ..VOUCHED }),
        // An evaluation that lists no authenticator.
        Scene::Untold       => (Some(U),  EVALUATED),
        Scene::Remembered | Scene::TrustedSite | Scene::Password | Scene::Legacy => (Some(N), PASSWORD),
        Scene::Prompt | Scene::Enrol => (None, CHALLENGED),
        Scene::BadPassword  => (None, Words { event: "user.session.start", result: "FAILURE", reason: "INVALID_CREDENTIALS", ..NOTHING }),
        Scene::Denied       => (None, Words { event: "user.mfa.okta_verify.deny_push", result: "FAILURE", reason: "User rejected Okta push verify", ..NOTHING }),
        Scene::Silent       => (None, Words { result: "UNANSWERED", factor: "OKTA_VERIFY_PUSH", ..VERIFIED }),
        Scene::WrongCode    => (None, Words { result: "FAILURE", reason: "INVALID_CREDENTIALS", factor: "SOFT_TOKEN", ..VERIFIED }),
        Scene::Blocked      => (None, Words { result: "DENY", ..PASSWORD }),
        // An app opened inside the session.
        Scene::Refresh      => (None, Words { event: "user.authentication.sso", ..NOTHING }),
        Scene::Radius | Scene::Older | Scene::StaySignedIn | Scene::RefreshEnded | Scene::Workload => return None,
    })
}

/// The event that decides.
pub(super) fn record(subject: &Subject<'_>) -> Option<Value> {
    let (event, person) = (subject.event, subject.person);
    let (_, words) = told(event.sheet.scene)?;
    let place = &PLACES[event.place];
    let let_in = matches!(words.result, "SUCCESS" | "ALLOW");
    let session = if let_in { event.session.to_string() } else { "unknown".to_owned() };
    Some(json!({
        "uuid": event.id.to_string(),
        "published": format!("{}Z", millis(event.at)),
        "eventType": words.event,
        "version": "0",
        "severity": if let_in { "INFO" } else { "WARN" },
        "displayMessage": words.event,
        "actor": {"id": person.id.to_string(), "type": "User", "alternateId": person.sign_in_name, "displayName": person.display},
        "client": {
            "userAgent": {"rawUserAgent": user_agent(subject), "os": "Unknown", "browser": "UNKNOWN"},
            "zone": if place.trusted.is_some() { "HQ Berlin" } else { "null" },
            "device": "Computer",
            "id": null,
            "ipAddress": subject.address(),
            "geographicalContext": {"city": place.city, "state": place.state, "country": place.country, "postalCode": null}
        },
        "authenticationContext": {
            "authenticationProvider": if words.event == VOUCHED.event { json!("FEDERATION") } else { Value::Null },
            "credentialProvider": null,
            "credentialType": null,
            "externalSessionId": session,
            "authenticationStep": 0
        },
        "outcome": {"result": words.result, "reason": if words.reason.is_empty() { Value::Null } else { words.reason.into() }},
        "securityContext": {"asNumber": place.system, "isProxy": false},
        "transaction": {"type": "WEB", "id": event.id.to_string(), "detail": {}},
        "debugContext": {"debugData": debug_data(subject, words)},
        "target": targets(subject, words)
    }))
}

fn debug_data(subject: &Subject<'_>, words: Words) -> Value {
    let at = subject.event.at;
    let mut data = json!({"requestId": subject.event.id.to_string(), "requestUri": "/idp/idx/identify"});
    let listed = [("First", words.first, words.age + 6), ("Second", words.second, words.age)];
    for (which, name, age) in listed.into_iter().filter(|(_, name, _)| !name.is_empty()) {
        data[format!("authMethod{which}Type")] = format!("{name}:{}", subject.person.id).into();
        data[format!("authMethod{which}VerificationTime")] = format!("{}Z", millis(at.plus_seconds(-age))).into();
    }
    if !words.factor.is_empty() {
        data["factor"] = words.factor.into();
        data["factorIntent"] = "LOGIN".into();
    }
    data
}

fn targets(subject: &Subject<'_>, words: Words) -> Vec<Value> {
    let (event, person) = (subject.event, subject.person);
    let mut targets = vec![json!({"id": event.app.id, "type": "AppInstance", "alternateId": event.app.name, "displayName": event.app.name})];
    if words.event == EVALUATED.event {
        let mode = if words.second.is_empty() && words.result == "ALLOW" { "1FA" } else { "2FA" };
        targets.push(json!({"id": "0pr1rule0example5d7", "type": "Rule", "displayName": "Catch-all Rule", "detailEntry": {"policyRuleFactorMode": mode}}));
    }
    let (method, proved) = words.gesture;
    if !method.is_empty() {
        let detail = json!({"methodTypeUsed": method, "methodUsedVerifiedProperties": proved});
        targets.push(json!({"id": person.id.to_string(), "type": "AuthenticatorEnrollment", "displayName": method, "detailEntry": detail}));
    }
    if !words.provider.is_empty() {
        targets.push(json!({"id": words.provider, "type": "IdentityProvider", "displayName": "Example identity provider"}));
    }
    targets
}
