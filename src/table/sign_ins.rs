//! `sign_ins`: one row per provider event.

use super::{Day, Instant, table};

/// Reason of a row that alone does not tell how its sign-in was satisfied: other rows of the journey do.
pub const OTHER_EVENTS: &str = "other_events";

table! {
    /// One row per provider event after de-duplication.
    SignIn = "sign_ins", EventDay, key ["tenant", "event_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant the event belongs to.
        tenant: &'a str,
        /// The provider's event id.
        event_id: &'a str,
        /// Time of the event itself, never of its delivery.
        occurred_at: Instant,
        /// UTC day of `occurred_at`.
        event_date: Day,
        /// Immutable object id of the user or workload; null when the record names none.
        identity_id: Option<&'a str>,
        /// Sign-in name as recorded; guests appear under their home name.
        identity_name: Option<&'a str>,
        /// `interactive`, `non_interactive` or `workload`.
        stream: &'a str,
        /// Application id.
        app_id: Option<&'a str>,
        /// Application name as recorded.
        app_name: Option<&'a str>,
        /// Resource id.
        resource_id: Option<&'a str>,
        /// Client-supplied id that ties the rows of one user journey; never unique by itself.
        correlation_id: Option<&'a str>,
        /// Client as recorded.
        client: Option<&'a str>,
        /// The client or protocol cannot do MFA.
        legacy_protocol: bool,
        /// `success`, `failure`, `interrupt` or `unknown`.
        outcome: &'a str,
        /// Provider's failure code; 0 is success.
        failure_code: Option<i64>,
        /// One of the eight canonical outcomes.
        mfa_outcome: &'a str,
        /// Why: the relaxation that skipped MFA, the class of denial, the kind of interrupt.
        mfa_reason: Option<&'a str>,
        /// Canonical method.
        method: Option<&'a str>,
        /// The provider's own text for the method.
        method_raw: Option<&'a str>,
        /// `phishing_resistant`, `app`, `otp`, `telephony`, `weak`, `bootstrap`, `single` or `unknown`.
        method_strength: Option<&'a str>,
        /// One gesture that is multi-factor by itself.
        one_gesture: bool,
        /// The decision rule that settled `mfa_outcome`.
        evidence: &'a str,
        /// Policy asked for MFA; null when the record cannot tell.
        mfa_required: Option<bool>,
        /// Issuer of a claim or external MFA.
        issuer: Option<&'a str>,
        /// Tenant the user comes from, when it differs.
        home_tenant: Option<&'a str>,
        /// Source address.
        ip: Option<&'a str>,
        /// Autonomous system number.
        asn: Option<i64>,
        /// Two-letter country or region.
        country: Option<&'a str>,
        /// Degrees.
        latitude: Option<f64>,
        /// Degrees.
        longitude: Option<f64>,
        /// Accuracy radius in kilometres.
        accuracy_km: Option<f64>,
        /// Device was compliant.
        device_compliant: Option<bool>,
        /// Network was a trusted location.
        network_trusted: Option<bool>,
        /// Time the delivery was written; null when the shape has none.
        ingested_at: Option<Instant>,
        /// How final the copy is: the larger wins among copies of one event.
        completeness: i64,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Byte offset of the record in the decompressed object.
        raw_offset: i64,
    }
}
