//! The records that settle an attempt, each with the class in which metrics.md counts the attempt.

use super::proof::{BY_CLAIM, Class, PRIMARY, Policy, SINGLE, Sheet, Step, Stream};
use super::scene::Scene;

const COMPLETED: &str = "MFA completed in Azure AD";
const STRONG: &str = "MFA requirement satisfied by strong authentication";
const EXTERNALLY: &str = "MFA requirement satisfied by claim provided by external provider";
const PUSHED: &str = "Mobile app notification";

const BASE: Sheet = Sheet::BASE;
const M1: Sheet = Sheet { verdict: COMPLETED, class: Some(Class::M1), ..BASE };
const M4: Sheet = Sheet { verdict: STRONG, class: Some(Class::M4), ..BASE };
/// One factor, and the MFA policy did not apply.
const N: Sheet = Sheet { requirement: SINGLE, steps: &[Step::PASSWORD], policy: Policy::NotApplied, class: Some(Class::N), ..BASE };

/// Authenticator notification approved.
pub(crate) static PUSH: Sheet = Sheet { scene: Scene::Push, steps: &[Step::PASSWORD, Step::second(PUSHED, COMPLETED, true)], mfa_method: Some(PUSHED), ..M1 };
/// The same with the step label that real records carry (formats 1.6).
pub(crate) static PUSH_MISLABELLED: Sheet =
    Sheet { scene: Scene::Push, steps: &[Step::PASSWORD, Step { requirement: PRIMARY, ..Step::second(PUSHED, COMPLETED, true) }], mfa_method: Some(PUSHED), ..M1 };
/// Text message code entered.
pub(crate) static SMS: Sheet = Sheet {
    scene: Scene::Sms,
    steps: &[Step::PASSWORD, Step { detail: "+49 XXXXXXXX17", ..Step::second("Text message", COMPLETED, true) }],
    mfa_method: Some("Text message"),
    ..M1
};
/// App code entered.
pub(crate) static TOTP: Sheet =
    Sheet { scene: Scene::Totp, steps: &[Step::PASSWORD, Step::second("OATH verification code", COMPLETED, true)], mfa_method: Some("OATH verification code"), ..M1 };
/// Phone sign-in without a password: one step, not phishing-resistant.
pub(crate) static PHONE: Sheet = Sheet { scene: Scene::Phone, steps: &[Step::alone("Passwordless phone sign-in", COMPLETED)], ..M1 };
/// Windows Hello for Business.
pub(crate) static HELLO: Sheet = Sheet { scene: Scene::Hello, steps: &[Step::alone("Windows Hello for Business", STRONG)], ..M4 };
/// Security key.
pub(crate) static FIDO2: Sheet = Sheet { scene: Scene::Fido2, steps: &[Step::alone("FIDO2 security key", STRONG)], ..M4 };
/// Passkey in the authenticator app.
pub(crate) static PASSKEY: Sheet = Sheet { scene: Scene::Passkey, steps: &[Step::alone("Passkey (Microsoft Authenticator)", STRONG)], ..M4 };
/// Multi-factor certificate.
pub(crate) static CERTIFICATE: Sheet = Sheet { scene: Scene::Certificate, steps: &[Step::alone("X.509 Certificate", STRONG)], ..M4 };
/// MFA carried by claim.
pub(crate) static CARRIED: Sheet = Sheet { scene: Scene::Carried, verdict: BY_CLAIM, steps: &[Step::FIRST_CLAIM, Step::CLAIM], class: Some(Class::M2), ..BASE };
/// MFA carried by claim under a single-factor requirement.
pub(crate) static CARRIED_SINGLE: Sheet = Sheet { scene: Scene::Carried, verdict: BY_CLAIM, steps: &[Step::CLAIM], class: Some(Class::M2), ..N };
/// MFA of the trusted partner, said by requirement and home tenant only.
pub(crate) static PARTNER: Sheet = Sheet { scene: Scene::Partner, class: Some(Class::M3), ..BASE };
/// MFA of the trusted partner, said in words.
pub(crate) static PARTNER_TEXT: Sheet =
    Sheet { scene: Scene::Partner, verdict: EXTERNALLY, steps: &[Step::second("Previously satisfied", EXTERNALLY, true)], class: Some(Class::M3), ..BASE };
/// MFA of a home tenant that nobody trusts.
pub(crate) static STRANGER: Sheet = Sheet { scene: Scene::Stranger, class: Some(Class::U), ..BASE };
/// Skipped on a remembered device.
pub(crate) static REMEMBERED: Sheet =
    Sheet { scene: Scene::Remembered, verdict: "MFA requirement skipped due to remembered device", steps: &[Step::PASSWORD], class: Some(Class::S), ..BASE };
/// Skipped in a trusted place.
pub(crate) static TRUSTED_SITE: Sheet =
    Sheet { scene: Scene::TrustedSite, verdict: "MFA requirement skipped due to location", steps: &[Step::PASSWORD], class: Some(Class::S), ..BASE };
/// MFA required, only a password step known.
pub(crate) static PASSWORD_STEP_ONLY: Sheet = Sheet { scene: Scene::Untold, steps: &[Step::PASSWORD], class: Some(Class::U), ..BASE };
/// Password alone was enough.
pub(crate) static SINGLE_FACTOR: Sheet = Sheet { scene: Scene::Password, ..N };
/// Mail submission with a password.
pub(crate) static SMTP: Sheet = Sheet { scene: Scene::Legacy, client: "Authenticated SMTP", protocol: "none", ..N };
/// Mail submission with a password whose record claims MFA.
pub(crate) static SMTP_CLAIM: Sheet = Sheet { scene: Scene::Legacy, client: "Authenticated SMTP", protocol: "none", verdict: BY_CLAIM, ..N };
/// Mail reading with a password, in the non-interactive log.
pub(crate) static IMAP: Sheet = Sheet { scene: Scene::Legacy, client: "IMAP4", protocol: "none", stream: Stream::NonInteractive, ..N };
/// Resource owner password grant.
pub(crate) static ROPC: Sheet = Sheet { scene: Scene::Legacy, client: "Mobile Apps and Desktop clients", protocol: "ropc", ..N };
/// Federation server: many fields missing.
pub(crate) static FEDERATED: Sheet = Sheet { scene: Scene::Federated, stream: Stream::Federation, issuer: "ADFederationServices", class: Some(Class::U), ..BASE };
/// RADIUS extension: many fields missing.
pub(crate) static RADIUS: Sheet = Sheet { scene: Scene::Radius, issuer: "NPSExtension", class: Some(Class::U), ..BASE };
/// Graph v1.0 row: nothing about MFA.
pub(crate) static V1: Sheet = Sheet { scene: Scene::Older, stream: Stream::GraphV1, class: Some(Class::U), ..BASE };
/// Graph v1.0 row whose status text speaks of a claim.
pub(crate) static V1_CLAIM: Sheet = Sheet { scene: Scene::Older, stream: Stream::GraphV1, verdict: BY_CLAIM, class: Some(Class::M2), ..BASE };
