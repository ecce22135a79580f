//! How a console sign-in was satisfied: formats.md 8.1, row by row, first match wins.

use super::super::decision::{Decision, because, decide};

/// What signs in through the identity centre of the organisation; stands in the path of its roles.
const IDENTITY_CENTRE: &str = "sso.amazonaws.com";

/// Everything the decision table asks about; empty text where the event says nothing.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// `None` when the response is missing or says neither.
    pub(super) succeeded: Option<bool>,
    /// `None` when the event does not tell.
    pub(super) mfa: Option<bool>,
    /// Type of the identity.
    pub(super) kind: &'a str,
    pub(super) saml_provider: &'a str,
    /// The role is one that the identity centre made.
    pub(super) identity_centre: bool,
    /// ARN or serial number of the MFA device.
    pub(super) device: &'a str,
}

impl<'a> Facts<'a> {
    fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// Who vouched for the user; an assumed role alone does not tell.
    pub(super) fn issuer(&self) -> Option<&'a str> {
        match self.saml_provider {
            "" => self.identity_centre.then_some(IDENTITY_CENTRE),
            provider => Some(provider),
        }
    }
}

/// One row of the table.
pub(super) struct Rule {
    /// Row of formats.md 8.1, as stored in the `evidence` column; the seventh is for what the document leaves open.
    pub(super) row: &'static str,
    when: fn(&Facts<'_>) -> bool,
    then: fn(&Facts<'_>) -> Decision,
}

#[rustfmt::skip]
pub(super) static TABLE: &[Rule] = &[
    Rule { row: "8.1-1", when: |f| f.succeeded == Some(false) && f.mfa == Some(true),                      then: |_| because("required_not_met", "failed") },
    Rule { row: "8.1-2", when: |f| f.succeeded == Some(false),                                             then: |_| because("not_applicable", "primary_failed") },
    Rule { row: "8.1-3", when: |f| f.succeeded.is_none(),                                                  then: |_| because("unknown", "fields_missing") },
    Rule { row: "8.1-4", when: federated,                                                                  then: |_| decide("external") },
    Rule { row: "8.1-5", when: |f| f.mfa == Some(true),                                                    then: |f| Decision { method: method(f.device), reason: root(f), ..decide("performed") } },
    Rule { row: "8.1-6", when: |f| (f.is("IAMUser") || f.is("Root")) && f.mfa == Some(false),              then: |f| Decision { method: "password", reason: root(f), ..decide("single_factor") } },
    Rule { row: "8.1-7", when: |_| true,                                                                   then: |_| because("unknown", "fields_missing") },
];

/// The first row that matches, with its number.
pub(super) fn settle(facts: &Facts<'_>) -> (Decision, &'static str) {
    TABLE.iter().find(|r| (r.when)(facts)).map_or((because("unknown", "fields_missing"), "8.1-7"), |r| ((r.then)(facts), r.row))
}

/// `MFAUsed` is always "No" for these and says nothing.
fn federated(f: &Facts<'_>) -> bool {
    !f.saml_provider.is_empty() || f.is("AssumedRole") || f.is("FederatedUser") || f.identity_centre
}

fn root(f: &Facts<'_>) -> Option<&'static str> {
    f.is("Root").then_some("root")
}

/// Canonical method of an MFA device. Hardware tokens are named by their serial number, all others by ARN.
fn method(device: &str) -> &'static str {
    let device = device.to_ascii_lowercase();
    let has = |part: &str| device.contains(part);
    if has(":u2f/") {
        "fido2"
    } else if has(":sms-mfa/") {
        "sms"
    } else if has(":mfa/") {
        "otp_app"
    } else if device.is_empty() || device.starts_with("arn:") {
        "other"
    } else {
        "otp_hw"
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, facts};
    use super::*;

    fn case(row: &str, outcome: &str, method: &str, reason: Option<&str>, json: &str) {
        let event: Event<'_> = serde_json::from_str(json).unwrap();
        let (decision, got) = settle(&facts(&event));
        assert_eq!((got, decision.outcome, decision.method, decision.reason), (row, outcome, method, reason), "{json}");
    }

    fn login(result: &str, kind: &str, additional: &str) -> String {
        format!(r#"{{"userIdentity":{{"type":"{kind}"}},"responseElements":{{"ConsoleLogin":"{result}"}},"additionalEventData":{{{additional}}}}}"#)
    }

    #[test]
    fn the_table_has_every_row_of_the_document_in_order() {
        let rows: Vec<_> = TABLE.iter().map(|r| r.row.to_owned()).collect();
        assert_eq!(rows, (1..=7).map(|n| format!("8.1-{n}")).collect::<Vec<_>>());
    }

    #[test]
    fn row_1_the_second_factor_failed() {
        case("8.1-1", "required_not_met", "", Some("failed"), &login("Failure", "IAMUser", r#""MFAUsed":"YES""#));
    }

    #[test]
    fn row_2_the_first_factor_failed() {
        case("8.1-2", "not_applicable", "", Some("primary_failed"), &login("Failure", "IAMUser", r#""MFAUsed":"No""#));
        case("8.1-2", "not_applicable", "", Some("primary_failed"), &login("failure", "Root", ""));
    }

    #[test]
    fn row_3_no_response() {
        case("8.1-3", "unknown", "", Some("fields_missing"), r#"{"userIdentity":{"type":"IAMUser"},"responseElements":null,"additionalEventData":{"MFAUsed":"Yes"}}"#);
        case("8.1-3", "unknown", "", Some("fields_missing"), &login("Pending", "IAMUser", r#""MFAUsed":"Yes""#));
    }

    #[test]
    fn row_4_somebody_else_signed_them_in() {
        case("8.1-4", "external", "", None, &login("Success", "AssumedRole", r#""MFAUsed":"No""#));
        case("8.1-4", "external", "", None, &login("Success", "FederatedUser", r#""MFAUsed":"No""#));
        case("8.1-4", "external", "", None, &login("Success", "", r#""MFAUsed":"No","SamlProviderArn":"arn:aws:iam::123456789012:saml-provider/Example""#));
        case(
            "8.1-4",
            "external",
            "",
            None,
            r#"{"userIdentity":{"sessionContext":{"sessionIssuer":{"userName":"AWSReservedSSO_Ops_0123456789abcdef"}}},"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"No"}}"#,
        );
    }

    #[test]
    fn row_5_performed() {
        for (device, method) in [
            (r#","MFAIdentifier":"arn:aws:iam::123456789012:u2f/user/ada/key""#, "fido2"),
            (r#","MFAIdentifier":"arn:aws:iam::123456789012:mfa/ada""#, "otp_app"),
            (r#","MFAIdentifier":"arn:aws:iam::123456789012:sms-mfa/ada""#, "sms"),
            (r#","MFAIdentifier":"GAHT12345678""#, "otp_hw"),
            (r#","MFAIdentifier":"arn:aws:iam::123456789012:new-kind/ada""#, "other"),
            ("", "other"),
        ] {
            case("8.1-5", "performed", method, None, &login("Success", "IAMUser", &format!(r#""MFAUsed":"Yes"{device}"#)));
        }
        case("8.1-5", "performed", "other", Some("root"), &login("Success", "Root", r#""MFAUsed":"Yes""#));
    }

    #[test]
    fn row_6_one_factor_and_root_is_marked() {
        case("8.1-6", "single_factor", "password", None, &login("Success", "IAMUser", r#""MFAUsed":"No""#));
        case("8.1-6", "single_factor", "password", Some("root"), &login("Success", "Root", r#""MFAUsed":"NO""#));
    }

    #[test]
    fn row_7_nothing_assumed() {
        case("8.1-7", "unknown", "", Some("fields_missing"), &login("Success", "IAMUser", ""));
        case("8.1-7", "unknown", "", Some("fields_missing"), &login("Success", "IdentityCenterUser", r#""MFAUsed":"No""#));
    }

    #[test]
    fn who_vouched() {
        let facts = |saml_provider, identity_centre| Facts { succeeded: None, mfa: None, kind: "", saml_provider, identity_centre, device: "" };
        assert_eq!(facts("arn:x", true).issuer(), Some("arn:x"));
        assert_eq!(facts("", true).issuer(), Some("sso.amazonaws.com"));
        assert_eq!(facts("", false).issuer(), None);
    }
}
