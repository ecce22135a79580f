//! The seven categories and how registers spell them.

use crate::config::RegisterConfig;

/// Lower-cased spellings without punctuation.
const SPELLINGS: [(&str, &str); 30] = [
    ("breakglass", "break_glass"),
    ("breakglassaccount", "break_glass"),
    ("emergencyaccess", "break_glass"),
    ("emergencyaccount", "break_glass"),
    ("administrative", "administrative"),
    ("administrativeexclusion", "administrative"),
    ("adminexclusion", "administrative"),
    ("legacyservice", "legacy_service"),
    ("legacyserviceaccount", "legacy_service"),
    ("legacyorserviceaccount", "legacy_service"),
    ("legacy", "legacy_service"),
    ("serviceaccount", "legacy_service"),
    ("accessibility", "accessibility"),
    ("accessibilityaccommodation", "accessibility"),
    ("hardwareenrolmentconstraint", "enrolment"),
    ("hardwareenrollmentconstraint", "enrolment"),
    ("hardwareconstraint", "enrolment"),
    ("enrolmentconstraint", "enrolment"),
    ("enrollmentconstraint", "enrolment"),
    ("enrolment", "enrolment"),
    ("federatedpartner", "federated_partner"),
    ("federatedorpartner", "federated_partner"),
    ("partner", "federated_partner"),
    ("incidentresponsetesting", "incident_testing"),
    ("incidentresponse", "incident_testing"),
    ("incidenttesting", "incident_testing"),
    ("incidentresponseortesting", "incident_testing"),
    ("testing", "incident_testing"),
    ("incident", "incident_testing"),
    ("test", "incident_testing"),
];

/// Category of a register's text; `None` when neither the mapping nor a known spelling fits.
pub(super) fn category(text: &str, config: &RegisterConfig) -> Option<String> {
    if let Some(mapped) = config.categories.get(&text.trim().to_lowercase()) {
        return Some(mapped.clone());
    }
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    SPELLINGS.iter().find(|(spelling, _)| *spelling == plain).map(|(_, c)| (*c).to_owned())
}
