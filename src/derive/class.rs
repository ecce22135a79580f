//! How a successful sign-in was satisfied: the classes of metrics.md section 3.

use crate::config::Trust;
use crate::table::derived::Event;
use crate::table::sign_ins::OTHER_EVENTS;

/// Class and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class<'a> {
    /// M1, M2, M3, M4, S, N or U.
    pub(crate) name: &'static str,
    /// Relaxation of an S, cause of a U or N; empty text otherwise.
    pub(crate) reason: &'a str,
    /// Policy lists the relaxation.
    pub(crate) accepted: bool,
}

/// Class of a successful row; `None` for rows that are no user sign-in.
pub(crate) fn class<'a>(event: &Event<'a>, trust: &Trust) -> Option<Class<'a>> {
    let plain = |name, reason| Some(Class { name, reason, accepted: false });
    if event.outcome == "unknown" {
        // Whether it succeeded cannot be told, so it can be neither covered nor uncovered.
        return plain("U", "outcome_unknown");
    }
    if event.mfa_reason == Some(OTHER_EVENTS) {
        // No other event of the sign-in came: what this one leaves open stays open.
        return plain("U", OTHER_EVENTS);
    }
    if event.legacy_protocol {
        // A client that cannot do MFA is a gap, whatever the MFA text says.
        return plain("N", "legacy_client");
    }
    match event.mfa_outcome {
        "performed" if event.one_gesture && event.method_strength == Some("phishing_resistant") => plain("M4", ""),
        "performed" => plain("M1", ""),
        // Decided by the policy's label alone, with no sign of performance: a later copy may tell.
        "claim" if event.mfa_reason == Some("provisional") => plain("U", "provisional"),
        "claim" => plain("M2", ""),
        "external" if trusted(event.issuer, trust) => plain("M3", ""),
        "external" => plain("U", "untrusted_provider"),
        "exempted" => {
            let reason = event.mfa_reason.unwrap_or("other");
            Some(Class { name: "S", reason, accepted: trust.accepted_relaxations.iter().any(|r| r == reason) })
        }
        "single_factor" => plain("N", "single_factor"),
        "unknown" => plain("U", event.mfa_reason.unwrap_or("no_rule")),
        _ => None,
    }
}

fn trusted(issuer: Option<&str>, trust: &Trust) -> bool {
    issuer.is_some_and(|i| trust.federated_providers.iter().chain(&trust.home_tenants).any(|t| t.eq_ignore_ascii_case(i)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::table::Instant;

    pub(crate) fn event(mfa_outcome: &'static str) -> Event<'static> {
        Event {
            source: "s",
            tenant: "t",
            event_id: "e",
            occurred_at: Instant(0),
            identity_id: Some("u"),
            identity_name: None,
            stream: "interactive",
            app_id: Some("a"),
            app_name: None,
            resource_id: None,
            correlation_id: Some("c"),
            legacy_protocol: false,
            outcome: "success",
            mfa_outcome,
            mfa_reason: None,
            method: None,
            method_strength: None,
            one_gesture: false,
            mfa_required: None,
            issuer: None,
            ip: None,
            asn: None,
            country: None,
            latitude: None,
            longitude: None,
            accuracy_km: None,
            device_compliant: None,
            network_trusted: None,
        }
    }

    fn named(e: &Event<'static>, trust: &Trust) -> Option<&'static str> {
        class(e, trust).map(|c| c.name)
    }

    #[test]
    fn each_outcome_has_its_class() {
        let none = Trust::default();
        for (outcome, want) in [
            ("performed", Some("M1")),
            ("claim", Some("M2")),
            ("external", Some("U")),
            ("exempted", Some("S")),
            ("single_factor", Some("N")),
            ("unknown", Some("U")),
            ("not_applicable", None),
            ("required_not_met", None),
        ] {
            assert_eq!(named(&event(outcome), &none), want, "{outcome}");
        }
        let key = Event { one_gesture: true, method_strength: Some("phishing_resistant"), ..event("performed") };
        assert_eq!(named(&key, &none), Some("M4"));
        let phone = Event { one_gesture: true, method_strength: Some("app"), ..event("performed") };
        assert_eq!(named(&phone, &none), Some("M1"));
    }

    #[test]
    fn an_outcome_nobody_can_tell_is_unknown_and_not_dropped() {
        assert_eq!(named(&Event { outcome: "unknown", ..event("claim") }, &Trust::default()), Some("U"));
    }

    #[test]
    fn only_listed_providers_are_trusted() {
        let trust = Trust { home_tenants: vec!["HOME".into()], ..Trust::default() };
        assert_eq!(named(&Event { issuer: Some("home"), ..event("external") }, &trust), Some("M3"));
        assert_eq!(named(&Event { issuer: Some("other"), ..event("external") }, &trust), Some("U"));
    }

    #[test]
    fn a_legacy_client_is_a_gap_whatever_its_text_says() {
        assert_eq!(named(&Event { legacy_protocol: true, ..event("claim") }, &Trust::default()), Some("N"));
    }

    #[test]
    fn a_relaxation_is_accepted_only_where_policy_lists_it() {
        let trust = Trust { accepted_relaxations: vec!["trusted_location".into()], ..Trust::default() };
        let skipped = |r| class(&Event { mfa_reason: Some(r), ..event("exempted") }, &trust).unwrap();
        assert!(skipped("trusted_location").accepted && !skipped("remembered_device").accepted);
    }
}
