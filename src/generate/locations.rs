//! Named locations and authentication strengths, as Graph exports them.

use serde_json::{Value, json};

use super::world::World;

const TRUSTED_LOCATION: u64 = 50;
const BLOCKED_COUNTRIES: u64 = 51;

/// Combinations that no phisher can relay.
pub(crate) const RESISTANT: &[&str] = &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];
const PASSWORDLESS: &[&str] = &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"];
/// Every combination of two factors.
pub(crate) const MULTI: &[&str] = &[
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
];

/// One built-in strength.
pub(crate) fn strength(last_digit: &str, name: &str, combinations: &[&str]) -> Value {
    json!({
        "id": format!("00000000-0000-0000-0000-00000000000{last_digit}"),
        "createdDateTime": "2021-12-01T00:00:00Z",
        "modifiedDateTime": "2021-12-01T00:00:00Z",
        "displayName": name,
        "description": "",
        "policyType": "builtIn",
        "requirementsSatisfied": "mfa",
        "allowedCombinations": combinations,
        "combinationConfigurations": []
    })
}

/// The built-in strengths.
pub(crate) fn strengths() -> Vec<Value> {
    vec![strength("2", "Multifactor authentication", MULTI), strength("3", "Passwordless MFA", PASSWORDLESS), strength("4", "Phishing-resistant MFA", RESISTANT)]
}

/// The named locations.
pub(crate) fn locations(world: &World) -> Vec<Value> {
    vec![
        json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": world.object(TRUSTED_LOCATION).to_string(),
            "displayName": "HQ Berlin",
            "createdDateTime": "2024-02-01T10:00:00Z",
            "modifiedDateTime": "2024-02-01T10:00:00Z",
            "isTrusted": true,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}]
        }),
        json!({
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "id": world.object(BLOCKED_COUNTRIES).to_string(),
            "displayName": "Countries without offices",
            "createdDateTime": "2024-02-01T10:00:00Z",
            "modifiedDateTime": "2024-02-01T10:00:00Z",
            "countriesAndRegions": ["AQ", "BV"],
            "includeUnknownCountriesAndRegions": false,
            "countryLookupMethod": "clientIpAddress"
        }),
    ]
}
