//! Tables made for one period: what the queries see besides the lake, with the newest snapshot chosen
//! and the policy of the period laid beside it.

use super::{Day, Instant, table};

table! {
    /// Exactly one row: the audited interval.
    Period = "period", Period, key ["period_id"] {
        /// `2026-10`.
        period_id: &'a str,
        /// First instant.
        start_at: Instant,
        /// First instant after the period.
        end_at: Instant,
        /// First local day.
        start_day: Day,
        /// First local day after the period.
        end_day: Day,
        /// Attempts of this local day and later are provisional.
        settled_before_day: Day,
        /// Snapshots at the period's start exist, so flows can be told.
        opening_known: bool,
        /// The instant the run stands at.
        as_of_at: Instant,
        /// First local day of the trailing 90 days.
        trailing_from_day: Day,
        /// First local day of the last seven.
        week_from_day: Day,
        /// First local day of the 28 before those seven.
        before_week_from_day: Day,
    }
}

table! {
    /// One row per identity known at the period's end (or seen in its sign-ins), with its place in the waterfall.
    Population = "population", Period, key ["tenant", "identity_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Display or sign-in name as of the end.
        label: &'a str,
        /// `workforce`, `guest`, `service`, `shared`, `break_glass`, `workload` or `unlisted` (in the sign-ins, not in the directory).
        population: &'a str,
        /// First reason of the waterfall that keeps it out of the workforce; empty text when in scope.
        excluded: &'a str,
        /// First reason that keeps its attempts out; leavers' attempts stay in.
        attempts_excluded: &'a str,
        /// Holds a privileged role as of the end, active or eligible, direct or by group; null when roles are not known.
        privileged: Option<bool>,
        /// Why it is not counted as privileged although it holds a role; empty text when it is.
        privileged_excluded: &'a str,
        /// Department as recorded; empty text when none.
        department: &'a str,
        /// Person.
        person_id: &'a str,
        /// Later of employment start and account creation.
        started_at: Option<Instant>,
        /// Listed in the registration export as of the end.
        in_registrations: bool,
        /// In the workforce at the period's start; null when not known.
        opening_in_scope: Option<bool>,
        /// Had a usable second factor at the period's start; null when not known.
        opening_usable: Option<bool>,
    }
}

table! {
    /// One row per register entry as of the period's end, with its state.
    ExceptionState = "exception_states", Period, key ["exception_id"] {
        /// Register id.
        exception_id: &'a str,
        /// One of the seven categories, or `unknown`.
        category: &'a str,
        /// The register's own text.
        category_raw: &'a str,
        /// `requested`, `approved`, `unapproved`, `active`, `expired`, `closed` or `unknown`.
        entry_state: &'a str,
        /// Accountable person; empty text when none.
        owner: &'a str,
        /// A control is declared and the text is not a placeholder.
        controls_declared: bool,
        /// Last evidence that a control operated.
        controls_evidence_at: Option<Instant>,
        /// In force from.
        activated_at: Option<Instant>,
        /// In force until.
        expires_at: Option<Instant>,
        /// Whole days active as of the end.
        age_days: Option<i64>,
        /// Planned retirement.
        retires_at: Option<Instant>,
        /// Closed.
        closed_at: Option<Instant>,
        /// Number of faults.
        faults: i64,
    }
}

table! {
    /// One row per register entry and directory identity it covers, groups expanded, as of the period's end.
    ExceptionObject = "exception_objects", Period, key ["exception_id", "identity_id"] {
        /// Register id.
        exception_id: &'a str,
        /// Category.
        category: &'a str,
        /// `requested`, `approved`, `unapproved`, `active`, `expired`, `closed` or `unknown`.
        entry_state: &'a str,
        /// Identity.
        identity_id: &'a str,
    }
}

table! {
    /// One row per register movement in the period; opening and closing stock are movements too.
    ExceptionFlow = "exception_flows", Period, key ["exception_id", "movement", "sequence"] {
        /// Register id.
        exception_id: &'a str,
        /// Category the movement counts under.
        category: &'a str,
        /// `opening`, `entered`, `activated`, `extended`, `expired`, `closed`, `recategorised` or `closing`.
        movement: &'a str,
        /// Place within the entry's movements, from 1.
        sequence: i64,
        /// When; null for the two stocks.
        moved_at: Option<Instant>,
        /// Effect on the stock of active exceptions: 1, 0 or -1.
        stock_effect: i64,
    }
}

table! {
    /// One row per review or rotation that falls due.
    Obligation = "obligations", Period, key ["exception_id", "duty", "due_at"] {
        /// Register id.
        exception_id: &'a str,
        /// Category.
        category: &'a str,
        /// `review`, `rotation` or `drill`.
        duty: &'a str,
        /// Cadence in days; 0 for a duty that an event calls for.
        cadence_days: i64,
        /// When it fell due.
        due_at: Instant,
        /// When it was met.
        met_at: Option<Instant>,
        /// `on_time`, `late`, `missed`, `unknown` or `not_yet_due`.
        status: &'a str,
        /// Why.
        status_reason: &'a str,
        /// Accountable person; empty text when none.
        owner: &'a str,
    }
}

table! {
    /// One row per input object that the run stands on.
    IntakeObject = "intake", Period, key ["source", "object_key"] {
        /// Source id.
        source: &'a str,
        /// Key below the source's URL.
        object_key: &'a str,
        /// Bytes as stored.
        stored_bytes: i64,
        /// SHA-256 of the stored bytes.
        sha256: &'a str,
        /// Records met.
        records_read: i64,
        /// Records understood.
        records_parsed: i64,
        /// Records refused.
        records_rejected: i64,
        /// Rows outside the lake's window.
        out_of_period: i64,
        /// First event.
        first_event_at: Option<Instant>,
        /// Last event.
        last_event_at: Option<Instant>,
        /// First fault of the object; empty text when none.
        fault: &'a str,
    }
}

table! {
    /// One row per source and expected day or snapshot of the period.
    IntakeDay = "intake_days", Period, key ["source", "expected_day"] {
        /// Source id.
        source: &'a str,
        /// Source kind.
        source_kind: &'a str,
        /// Day that was expected.
        expected_day: Day,
        /// `received`, `missing`, `truncated`, `rejects` or `stale`.
        arrival: &'a str,
        /// Why; empty text when received.
        arrival_reason: &'a str,
        /// Rows kept for that day.
        rows_kept: i64,
        /// Of those, rows delivered later than the settle time after their event.
        rows_late: i64,
    }
}

table! {
    /// The dated ranking of methods, strongest first.
    MethodRank = "methods", Period, key ["method"] {
        /// Canonical method.
        method: &'a str,
        /// 1 is strongest.
        strength_rank: i64,
        /// Strength class.
        method_strength: &'a str,
    }
}

table! {
    /// Targets in force at the period's end.
    Target = "targets", Period, key ["target_key"] {
        /// Configuration key.
        target_key: &'a str,
        /// Share or count.
        target_value: f64,
        /// First day it applies.
        applies_from: Day,
    }
}

table! {
    /// Review and rotation cadences in force at the period's end.
    Cadence = "cadences", Period, key ["category", "duty"] {
        /// Category.
        category: &'a str,
        /// `review` or `rotation`.
        duty: &'a str,
        /// Days.
        cadence_days: i64,
        /// `configuration` or `tool default, not policy`.
        origin: &'a str,
    }
}

table! {
    /// Thresholds in force at the period's end.
    Threshold = "thresholds", Period, key ["threshold_key"] {
        /// Configuration key.
        threshold_key: &'a str,
        /// Value.
        threshold_value: f64,
    }
}

table! {
    /// The roll-up of the 90 days before the period's end: what baselines and disuse are told from.
    TrailingDay = "trailing_days", Period, key ["tenant", "identity_id", "local_day", "satisfied_by", "method"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// The organisation's local day.
        local_day: Day,
        /// Satisfaction class: M1, M2, M3, M4, S, N or U.
        satisfied_by: &'a str,
        /// Canonical method of a class M1 or M4 attempt; empty text otherwise.
        method: &'a str,
        /// Number of attempts.
        attempts: i64,
    }
}
