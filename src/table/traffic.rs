//! Tables of one period that detections, statistics and samples read: bursts, pairs, baselines, single attempts.

use super::{Day, Instant, table};

table! {
    /// One row per two successful sign-ins of one identity that follow each other in different places.
    TravelPair = "travel_pairs", Period, key ["tenant", "first_event_id", "second_event_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Display name.
        label: &'a str,
        /// Register entry that names the identity; empty text when none does.
        exception_id: &'a str,
        /// The identity is a break-glass account.
        break_glass: bool,
        /// Event.
        first_event_id: &'a str,
        /// Event.
        second_event_id: &'a str,
        /// When.
        first_at: Instant,
        /// When.
        second_at: Instant,
        /// Address and country of the first.
        first_place: &'a str,
        /// Address and country of the second.
        second_place: &'a str,
        /// Whole kilometres between them, both accuracy radii subtracted.
        distance_km: f64,
        /// Kilometres an hour.
        speed_kmh: f64,
        /// Both come from one network.
        same_network: bool,
        /// Sensitive changes by the identity within an hour of either.
        changes_near: i64,
    }
}

table! {
    /// One row per run of refused second factors of one identity.
    FactorRun = "factor_runs", Period, key ["tenant", "identity_id", "run_kind", "started_at"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Display name.
        label: &'a str,
        /// `prompts` (pushes declined or not answered) or `codes` (wrong one-time codes).
        run_kind: &'a str,
        /// First refusal.
        started_at: Instant,
        /// Last refusal.
        ended_at: Instant,
        /// Most refusals within the window of the threshold in force: unique prompts, not rows.
        refusals: i64,
        /// Success within the window after the last refusal.
        success_at: Option<Instant>,
        /// Event of that success; empty text when none.
        success_event_id: &'a str,
        /// A refusal or that success came from a network which no sign-in before the run came from.
        new_network: bool,
        /// First event of the run.
        event_id: &'a str,
        /// Addresses of the refusals.
        places: &'a str,
    }
}

table! {
    /// One row per change of factors or credentials that a success of the same identity follows within a day.
    FactorChange = "factor_changes", Period, key ["tenant", "event_id", "target_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Audit event.
        event_id: &'a str,
        /// Identity.
        target_id: &'a str,
        /// Display name.
        label: &'a str,
        /// When it changed.
        changed_at: Instant,
        /// Activity as recorded.
        activity: &'a str,
        /// Who changed it.
        actor: &'a str,
        /// Somebody other than the identity itself changed it.
        by_other: bool,
        /// A reset of password or factors by somebody else came within a day before.
        after_reset: bool,
        /// First success within a day after it from a network not seen before it.
        success_at: Option<Instant>,
        /// Event of that success; empty text when none.
        success_event_id: &'a str,
        /// Address and country of that success.
        place: &'a str,
        /// Ticket that the record names; empty text when none.
        ticket: &'a str,
    }
}

table! {
    /// One row per attempt of the period that was satisfied without a second factor (class N or S): what a sample is drawn from.
    UnprotectedAttempt = "unprotected_attempts", Period, key ["source", "tenant", "attempt_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// Event id of the row that decided the journey.
        attempt_id: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Display name, else the id.
        label: &'a str,
        /// Application id; empty text when not recorded.
        app_id: &'a str,
        /// Deciding row of the journey.
        decided_at: Instant,
        /// The organisation's local day of `decided_at`.
        local_day: Day,
        /// Satisfaction class: S or N.
        satisfied_by: &'a str,
        /// Why a class S was skipped.
        class_reason: &'a str,
        /// Policy lists the relaxation that skipped MFA.
        relaxation_accepted: bool,
        /// Legacy client or protocol.
        legacy_protocol: bool,
        /// A privileged role was held when it happened: `yes`, `no` or `unknown`.
        privileged_then: &'a str,
        /// Exception the attempt is attributed to; empty text when none.
        exception_id: &'a str,
        /// Why no active exception explains it: `expired`, `not_yet_active`, `pending`, `out_of_scope` or `never_registered`; empty text otherwise.
        unmatched: &'a str,
    }
}
