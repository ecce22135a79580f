//! Tables made from canonical ones: user journeys and their exact daily roll-up.

use super::{Day, Instant, table};

table! {
    /// One row per user journey: a qualifying attempt and how it was satisfied.
    Attempt = "attempts", LocalDay, key ["source", "tenant", "attempt_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// Event id of the row that decided the journey.
        attempt_id: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// First row of the journey.
        started_at: Instant,
        /// Deciding row of the journey.
        decided_at: Instant,
        /// The organisation's local day of `decided_at`.
        local_day: Day,
        /// Application id; empty text when not recorded.
        app_id: &'a str,
        /// Satisfaction class: M1, M2, M3, M4, S, N or U.
        satisfied_by: &'a str,
        /// Why a class S was skipped, or why a class U cannot be told.
        class_reason: &'a str,
        /// Policy lists the relaxation that skipped MFA.
        relaxation_accepted: bool,
        /// Canonical method of a class M1 or M4 attempt; empty text otherwise.
        method: &'a str,
        /// Strength class of the method.
        method_strength: &'a str,
        /// Strongest second factor that the identity had registered then; `changed` when two snapshots disagree, empty text when none or not class M1 or M4.
        strongest: &'a str,
        /// Legacy client or protocol.
        legacy_protocol: bool,
        /// Policy asked for MFA: `yes`, `no` or `unknown`.
        mfa_required: &'a str,
        /// A privileged role was held when it happened: `yes`, `no` or `unknown`.
        privileged_then: &'a str,
        /// Exception the attempt is attributed to; empty text when none.
        exception_id: &'a str,
        /// Several exceptions matched.
        exception_ambiguous: bool,
        /// Why no active exception explains a class N or S attempt: `expired`, `not_yet_active`, `pending`, `out_of_scope` or `never_registered`; empty text otherwise.
        unmatched: &'a str,
        /// The exception that comes nearest then; empty text when none does.
        near_id: &'a str,
        /// Whole days since that exception ended; 0 when it has not.
        overdue_days: i64,
        /// Under an exception, from a compliant device and an allowed network: `yes`, `no` or `unknown`; empty text without one.
        constrained: &'a str,
        /// Rows of the journey.
        events: i64,
    }
}

table! {
    /// Attempts per identity, day and way of satisfaction: the exact roll-up that months are computed from.
    AttemptDay = "attempt_days", LocalDay, key ["source", "tenant", "identity_id", "local_day", "satisfied_by", "class_reason", "relaxation_accepted", "method", "strongest", "mfa_required", "privileged_then", "exception_id", "exception_ambiguous", "unmatched", "near_id", "overdue_days", "constrained", "legacy_protocol"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// The organisation's local day.
        local_day: Day,
        /// Satisfaction class: M1, M2, M3, M4, S, N or U.
        satisfied_by: &'a str,
        /// Why a class S was skipped, or why a class U cannot be told.
        class_reason: &'a str,
        /// Policy lists the relaxation that skipped MFA.
        relaxation_accepted: bool,
        /// Canonical method of a class M1 or M4 attempt; empty text otherwise.
        method: &'a str,
        /// Strength class of the method.
        method_strength: &'a str,
        /// Strongest second factor that the identity had registered then; `changed` when two snapshots disagree, empty text when none or not class M1 or M4.
        strongest: &'a str,
        /// Policy asked for MFA: `yes`, `no` or `unknown`.
        mfa_required: &'a str,
        /// A privileged role was held when it happened: `yes`, `no` or `unknown`.
        privileged_then: &'a str,
        /// Exception the attempts are attributed to; empty text when none.
        exception_id: &'a str,
        /// Several exceptions matched.
        exception_ambiguous: bool,
        /// Why no active exception explains a class N or S attempt: `expired`, `not_yet_active`, `pending`, `out_of_scope` or `never_registered`; empty text otherwise.
        unmatched: &'a str,
        /// The exception that comes nearest then; empty text when none does.
        near_id: &'a str,
        /// Whole days since that exception ended; 0 when it has not.
        overdue_days: i64,
        /// Under an exception, from a compliant device and an allowed network: `yes`, `no` or `unknown`; empty text without one.
        constrained: &'a str,
        /// Legacy client or protocol.
        legacy_protocol: bool,
        /// Number of attempts.
        attempts: i64,
    }
}

table! {
    /// Journeys per identity, day and way they ended at the second factor, failures included.
    EndingDay = "ending_days", LocalDay, key ["source", "tenant", "identity_id", "local_day", "app_id", "country", "reached_mfa", "ending", "reason", "friction", "method"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// The organisation's local day.
        local_day: Day,
        /// Application id; empty text when not recorded.
        app_id: &'a str,
        /// Two-letter country; empty text when not recorded.
        country: &'a str,
        /// The journey got as far as a second factor.
        reached_mfa: bool,
        /// `satisfied`, `failed`, `abandoned` (only prompts and interrupts) or `unknown`.
        ending: &'a str,
        /// Normalised reason of a failure; empty text otherwise.
        reason: &'a str,
        /// A second factor was refused before the journey succeeded.
        friction: bool,
        /// Canonical method of the row that decided; empty text when not recorded.
        method: &'a str,
        /// Number of journeys.
        attempts: i64,
    }
}

table! {
    /// Single events that detections look at: refused factors with the sign-ins around them, successes of legacy clients, and sign-ins of identities that a register entry names.
    Watched = "watched_events", LocalDay, key ["source", "tenant", "event_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// The provider's event id.
        event_id: &'a str,
        /// Time of the event.
        occurred_at: Instant,
        /// Identity.
        identity_id: &'a str,
        /// `interactive`, `non_interactive` or `workload`.
        stream: &'a str,
        /// `success`, `failure`, `interrupt` or `unknown`.
        outcome: &'a str,
        /// `prompt` (a push or call declined or not answered), `code` (a wrong one-time code) or empty text.
        refusal: &'a str,
        /// Application id; empty text when not recorded.
        app_id: &'a str,
        /// Client-supplied id of the journey; empty text when none.
        correlation_id: &'a str,
        /// Canonical method; empty text when not recorded.
        method: &'a str,
        /// Legacy client or protocol.
        legacy_protocol: bool,
        /// Source address; empty text when not recorded.
        ip: &'a str,
        /// Autonomous system number.
        asn: Option<i64>,
        /// Two-letter country; empty text when not recorded.
        country: &'a str,
        /// Degrees.
        latitude: Option<f64>,
        /// Degrees.
        longitude: Option<f64>,
        /// Accuracy radius in kilometres.
        accuracy_km: Option<f64>,
    }
}

table! {
    /// The columns of `sign_ins` that journeys are made from.
    Event = "sign_ins", EventDay, key ["source", "tenant", "event_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// The provider's event id.
        event_id: &'a str,
        /// Time of the event.
        occurred_at: Instant,
        /// Identity.
        identity_id: Option<&'a str>,
        /// Sign-in name as recorded.
        identity_name: Option<&'a str>,
        /// `interactive`, `non_interactive` or `workload`.
        stream: &'a str,
        /// Application id.
        app_id: Option<&'a str>,
        /// Application name as recorded.
        app_name: Option<&'a str>,
        /// Resource id.
        resource_id: Option<&'a str>,
        /// Client-supplied id of the journey.
        correlation_id: Option<&'a str>,
        /// The client or protocol cannot do MFA.
        legacy_protocol: bool,
        /// `success`, `failure`, `interrupt` or `unknown`.
        outcome: &'a str,
        /// One of the eight canonical outcomes.
        mfa_outcome: &'a str,
        /// Why.
        mfa_reason: Option<&'a str>,
        /// Canonical method.
        method: Option<&'a str>,
        /// Strength class.
        method_strength: Option<&'a str>,
        /// One gesture that is multi-factor by itself.
        one_gesture: bool,
        /// Policy asked for MFA.
        mfa_required: Option<bool>,
        /// Issuer of a claim or external MFA.
        issuer: Option<&'a str>,
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
    }
}
