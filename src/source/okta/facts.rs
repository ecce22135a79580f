//! What one System Log event says, laid out for the decision table.

use super::super::lenient::Text;
use super::super::time;
use super::record::{LogEvent, known};
use super::words;
use crate::table::Instant;

/// A second factor verified longer before the evaluation was carried by the session, not given for it.
const CARRIED_AFTER: i64 = 5 * 60 * 1_000_000;

/// The events that make rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A session of Okta's own began or was refused.
    SessionStart,
    /// An authenticator was verified.
    Factor,
    /// A push was refused on the phone.
    DeniedPush,
    /// A sign-on policy decided.
    Evaluation,
    /// Another identity provider vouched for the user.
    Federated,
    /// An app was opened inside a session.
    AppAccess,
}

impl Kind {
    /// `None` for the many events that are no part of a sign-in, or prove nothing: a push that was sent, a
    /// password checked by an agent, a re-verification.
    pub(super) fn of(event_type: &str) -> Option<Self> {
        match event_type.trim().to_ascii_lowercase().as_str() {
            "user.session.start" => Some(Self::SessionStart),
            "user.authentication.auth_via_mfa" => Some(Self::Factor),
            "user.mfa.okta_verify.deny_push" | "user.mfa.okta_verify.deny_push_upgrade_needed" => Some(Self::DeniedPush),
            "policy.evaluate_sign_on" => Some(Self::Evaluation),
            "user.authentication.auth_via_idp" | "user.authentication.auth_via_inbound_saml" => Some(Self::Federated),
            "user.authentication.sso" => Some(Self::AppAccess),
            _ => None,
        }
    }
}

/// How the event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Success,
    /// Failed, abandoned or not answered.
    Unmet,
    Challenged,
    Denied,
    /// Refused for reasons of load.
    Limited,
    /// Put off or passed over: neither success nor failure.
    Open,
    /// The record does not tell; never assumed either way.
    Unknown,
}

/// An authenticator that was verified.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used<'a> {
    pub(super) method: &'static str,
    pub(super) raw: &'a str,
    /// The user was verified by the authenticator itself, so that it is two factors in one.
    pub(super) user_verifying: bool,
    /// Named by its enrolment, as only the Identity Engine does.
    pub(super) enrolment: bool,
}

/// An authenticator as a policy evaluation lists it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) method: &'static str,
    pub(super) raw: &'a str,
    verified_at: Option<Instant>,
}

/// Everything the decision table asks about.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) kind: Kind,
    pub(super) ended: Ended,
    /// Result and reason, lower-cased.
    pub(super) reason: String,
    pub(super) used: Option<Used<'a>>,
    pub(super) first: Option<Listed<'a>>,
    pub(super) second: Option<Listed<'a>>,
    /// Another identity provider gave the first factor.
    pub(super) federated: bool,
    /// `policyRuleFactorMode` asked for two factors.
    pub(super) two_factors_asked: Option<bool>,
    /// Verified for enrolment or recovery, not for a sign-in.
    other_intent: bool,
    at: Instant,
}

impl<'a> Facts<'a> {
    pub(super) fn of(event: &'a LogEvent<'a>, kind: Kind, at: Instant) -> Self {
        let outcome = event.outcome.0.as_ref();
        let result = outcome.map_or("", |o| o.result.or_empty());
        let debug = event.debug_data();
        let first = debug.and_then(|d| listed(&d.first, &d.first_at));
        let provider = event.context.0.as_ref().map_or("", |c| c.provider.or_empty());
        let mode = event.target("Rule").and_then(|t| t.detail.0.as_ref()).and_then(|d| d.factor_mode.get());
        Self {
            kind,
            ended: ended(result),
            reason: format!("{} {result}", outcome.map_or("", |o| o.reason.or_empty())).to_lowercase(),
            used: if kind == Kind::Factor { used(event) } else { None },
            first,
            second: debug.and_then(|d| listed(&d.second, &d.second_at)),
            federated: kind == Kind::Federated || provider.eq_ignore_ascii_case("FEDERATION") || first.is_some_and(|f| f.method == "external"),
            two_factors_asked: mode.and_then(|m| match m.to_ascii_uppercase().as_str() {
                "2FA" => Some(true),
                "1FA" => Some(false),
                _ => None,
            }),
            other_intent: debug.and_then(|d| d.intent.get()).is_some_and(|i| !i.eq_ignore_ascii_case("LOGIN")),
            at,
        }
    }

    /// A password is no second factor, and a factor given for enrolment or recovery is no sign-in (5.4).
    pub(super) fn excluded(&self) -> bool {
        self.kind == Kind::Factor && (self.other_intent || self.used.is_some_and(|u| u.method == "password"))
    }

    pub(super) fn is(&self, kind: Kind, ended: Ended) -> bool {
        self.kind == kind && self.ended == ended
    }

    pub(super) fn says(&self, parts: &[&str]) -> bool {
        parts.iter().any(|p| self.reason.contains(p))
    }

    /// The authenticator that made an evaluation two-factor; which of the two came first depends on the user.
    pub(super) fn proof(&self) -> Option<Listed<'a>> {
        match (self.first, self.second) {
            (_, Some(second)) if second.method != "password" => Some(second),
            (Some(first), Some(_)) if first.method != "password" => Some(first),
            _ => None,
        }
    }

    /// The proof was carried from earlier. Without its time nothing shows that it was given just now.
    pub(super) fn carried(&self) -> bool {
        self.proof().is_some_and(|p| p.verified_at.is_none_or(|t| self.at.0 - t.0 > CARRIED_AFTER))
    }

    /// The one authenticator of an evaluation that lists no more.
    pub(super) fn alone(&self) -> Option<Listed<'a>> {
        if self.proof().is_some() { None } else { self.first.or(self.second) }
    }
}

fn ended(result: &str) -> Ended {
    match result.to_ascii_uppercase().as_str() {
        "SUCCESS" | "ALLOW" => Ended::Success,
        "FAILURE" | "ABANDONED" | "UNANSWERED" => Ended::Unmet,
        "CHALLENGE" => Ended::Challenged,
        "DENY" => Ended::Denied,
        "RATE_LIMIT" => Ended::Limited,
        "SKIPPED" | "DEFERRED" | "SCHEDULED" => Ended::Open,
        _ => Ended::Unknown,
    }
}

/// An entry such as `okta_password:password:<id>`; the id is random text and is not read.
fn listed<'a>(text: &'a Text<'_>, verified: &Text<'_>) -> Option<Listed<'a>> {
    let raw = known(text)?;
    let name = raw.match_indices(':').nth(1).map_or(raw, |(end, _)| &raw[..end]);
    Some(Listed { method: words::method(name, false), raw, verified_at: verified.get().and_then(moment) })
}

fn moment(text: &str) -> Option<Instant> {
    time::instant(text).or_else(|| text.trim().parse::<i64>().ok().and_then(|ms| ms.checked_mul(1_000)).map(Instant))
}

/// The verified authenticator, from the most to the least telling place (5.4).
fn used<'a>(event: &'a LogEvent<'a>) -> Option<Used<'a>> {
    let enrolment = event.target("AuthenticatorEnrollment");
    let detail = enrolment.and_then(|t| t.detail.0.as_ref());
    let has = |property: &str| detail.is_some_and(|d| d.properties.0.iter().any(|p| p.or_empty().to_ascii_uppercase().contains(property)));
    let resistant = has("PHISHING_RESISTANT");
    let debug = event.debug_data();
    let context = event.context.0.as_ref();
    let names = [detail.and_then(|d| d.method.get()), enrolment.and_then(|t| t.name.get()), debug.and_then(|d| d.factor.get())];
    let hints = [
        context.and_then(|c| c.credential_type.get()),
        context.and_then(|c| c.credential_provider.get()),
        debug.and_then(|d| d.uri.get()).and_then(|u| u.split_once("/factors/")).map(|(_, rest)| rest),
    ];
    let told = names.iter().chain(&hints).flatten().copied().find(|t| words::method(t, resistant) != "other");
    // A name that nobody knows still is some authenticator; a hint that nobody knows is nothing.
    let raw = told.or_else(|| names.iter().flatten().copied().next())?;
    let method = match words::method(raw, resistant) {
        "fido2" if names.iter().flatten().any(|n| n.to_ascii_lowercase().contains("passkey")) => "passkey",
        method => method,
    };
    Some(Used { method, raw, user_verifying: has("USER_VERIFYING"), enrolment: enrolment.is_some() })
}
