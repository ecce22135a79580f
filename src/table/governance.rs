//! Tables of one period that hold the register against policy, changes and use.

use super::{Day, Instant, table};

table! {
    /// One row per policy and object that it leaves out, as of the period's end.
    Exclusion = "exclusions", Period, key ["tenant", "policy_id", "object_kind", "object_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Policy id.
        policy_id: &'a str,
        /// Name as recorded, else the id.
        policy_name: &'a str,
        /// The policy is switched on and asks for MFA or blocks; report-only, disabled and other policies enforce nothing.
        enforced: bool,
        /// `user`, `group`, `org_unit`, `user_type`, `role`, `guests`, `application`, `location`, `platform`, `device_filter` or `client`.
        object_kind: &'a str,
        /// Id or word of the excluded object.
        object_id: &'a str,
        /// Name of the object where one is known, else its id.
        object_name: &'a str,
        /// Effective members; null when membership is not known, 1 for a user.
        members: Option<i64>,
        /// Rule of a dynamic group; empty text when it has none.
        membership_rule: &'a str,
        /// Active register entry that names the object itself; empty text when none.
        exception_id: &'a str,
        /// State of the nearest entry that names the object: its state, or `none`.
        registered: &'a str,
    }
}

table! {
    /// One row per identity that a policy asks for a certain strength wherever and whenever it signs in.
    AskedStrength = "asked_strengths", Period, key ["tenant", "identity_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Strength class.
        asked: &'a str,
        /// Local day of the policy's last edit: it is known to ask on later days.
        after_day: Day,
        /// Name of the policy.
        policy_name: &'a str,
    }
}

table! {
    /// One row per identity that an enforced policy leaves out, groups and roles expanded, as of the period's end.
    ExcludedIdentity = "excluded_identities", Period, key ["tenant", "identity_id", "policy_id", "object_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Policy that leaves it out.
        policy_id: &'a str,
        /// Kind of the object through which it is left out.
        object_kind: &'a str,
        /// Object through which it is left out.
        object_id: &'a str,
    }
}

table! {
    /// One row per identity or object and what policy, register, sign-ins and methods say of it.
    Reconciled = "reconciliation", Period, key ["tenant", "identity_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Identity, or an object of the register that the directory does not know.
        identity_id: &'a str,
        /// Display name.
        label: &'a str,
        /// Population of the waterfall; `unresolved` for an object that no directory lists.
        population: &'a str,
        /// An enforced policy leaves it out.
        excluded: bool,
        /// Best state of the entries that name it: `active`, `expired`, `pending`, `closed` or `none`.
        registered: &'a str,
        /// The entry that state comes from; empty text when none.
        exception_id: &'a str,
        /// Category of that entry; empty text when none.
        category: &'a str,
        /// Settled attempts of class N or S in the period.
        bypasses: i64,
        /// A second factor is registered and allowed: `yes`, `no` or `unknown`.
        usable: &'a str,
        /// Days since the entry became active; null when none is active.
        active_days: Option<i64>,
    }
}

table! {
    /// One row per register entry and field of the minimum list (S9), judged by what its state requires.
    RegisterCell = "register_cells", Period, key ["exception_id", "field_name"] {
        /// Register id.
        exception_id: &'a str,
        /// Category.
        category: &'a str,
        /// State of the entry.
        entry_state: &'a str,
        /// Canonical field.
        field_name: &'a str,
        /// The state requires it.
        required: bool,
        /// `valid`, `missing`, `placeholder`, `invalid` or `unknown`.
        cell_state: &'a str,
        /// Why.
        cell_reason: &'a str,
    }
}

table! {
    /// One row per approval of an exception or extension, with the persons behind the accounts.
    Separation = "separations", Period, key ["exception_id", "act", "sequence"] {
        /// Register id.
        exception_id: &'a str,
        /// Category.
        category: &'a str,
        /// `creation` or `extension`.
        act: &'a str,
        /// Place of the act in the entry's history, from 1.
        sequence: i64,
        /// When it was approved.
        approved_at: Option<Instant>,
        /// Person who asked; empty text when not told.
        requestor: &'a str,
        /// Persons who approved, joined by `;`.
        approvers: &'a str,
        /// Person who made the change in the directory; empty text when not told.
        implementer: &'a str,
        /// Audit event of that change; empty text when none was found.
        event_id: &'a str,
        /// `distinct`, `same` or `unknown`.
        finding: &'a str,
        /// Why.
        finding_reason: &'a str,
    }
}

table! {
    /// One row per change of the period that touches MFA: exclusions, policies, methods, per-user requirements.
    ControlChange = "control_changes", Period, key ["tenant", "event_id", "target_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Audit event.
        event_id: &'a str,
        /// When.
        changed_at: Instant,
        /// `exclusion_added`, `exclusion_removed`, `expiry_changed`, `policy_relaxed`, `policy_changed`, `mfa_disabled`, `method_removed`, `method_added_by_admin`, `method_added_by_user` or `bypass_added`.
        effect: &'a str,
        /// Activity as recorded.
        activity: &'a str,
        /// Name of the actor, else the id, else `(not recorded)`.
        actor: &'a str,
        /// `user`, `application` or `unknown`.
        actor_kind: &'a str,
        /// Person behind the actor; empty text when not told.
        actor_person: &'a str,
        /// Identity or object that the change is about.
        target_id: &'a str,
        /// Its name, else its id.
        target: &'a str,
        /// Policy or group through which it works; empty text when none.
        container_id: &'a str,
        /// What changed, `old -> new`, in words.
        diff: &'a str,
        /// Ticket that the record, or an entry that explains it, names; empty text when none.
        ticket: &'a str,
        /// Entry that covers the target; empty text when none.
        exception_id: &'a str,
        /// `before` (approved before the change), `emergency` (within the emergency time after it), `late`, `none` or `not_needed`.
        approval: &'a str,
        /// Hours from the event to the run.
        latency_hours: f64,
    }
}

table! {
    /// One row per break-glass account and condition of independence (K21).
    GlassCondition = "glass_conditions", Period, key ["identity_id", "condition"] {
        /// Identity.
        identity_id: &'a str,
        /// Display name.
        label: &'a str,
        /// Register id.
        exception_id: &'a str,
        /// `pair`, `custodian`, `credential`, `storage`, `cloud_only`, `role_active`, `enabled` or `validated`.
        condition: &'a str,
        /// `yes`, `no` or `unknown`.
        holds: &'a str,
        /// Why.
        condition_reason: &'a str,
    }
}

table! {
    /// One row per sign-in event of a break-glass account, success or failure, whatever the stream.
    GlassUse = "glass_uses", Period, key ["tenant", "event_id"] {
        /// Tenant.
        tenant: &'a str,
        /// Event.
        event_id: &'a str,
        /// Identity.
        identity_id: &'a str,
        /// Display name.
        label: &'a str,
        /// Register id.
        exception_id: &'a str,
        /// When.
        used_at: Instant,
        /// `success`, `failure`, `interrupt` or `unknown`.
        outcome: &'a str,
        /// `interactive`, `non_interactive` or `workload`.
        stream: &'a str,
        /// Source address; empty text when not recorded.
        ip: &'a str,
        /// Country; empty text when not recorded.
        country: &'a str,
        /// `drill`, `declared_incident`, `late_explained` or `unexplained`.
        use_class: &'a str,
        /// Calendar entry or ticket that explains it; empty text when none.
        explained_by: &'a str,
        /// Hours from the event to the run.
        latency_hours: f64,
    }
}

table! {
    /// One row per duration under observation: an exception, a closure, an enrolment.
    Spell = "spells", Period, key ["measure", "subject_id"] {
        /// `exception`, `closure` or `enrolment`.
        measure: &'a str,
        /// Exception or identity.
        subject_id: &'a str,
        /// Display name.
        label: &'a str,
        /// Category, or the month of the start.
        cohort: &'a str,
        /// Days after its start at which it came under observation: delayed entry.
        entry_days: f64,
        /// Days after its start at which it was last known not to have ended.
        exit_days: f64,
        /// Days after its start at which it had surely ended; equal to `exit_days` when the instant is known or nothing ended.
        exit_by_days: f64,
        /// `event`, `open` or `competing`.
        ending: &'a str,
        /// Why.
        ending_reason: &'a str,
    }
}

table! {
    /// One row per member of the frozen legacy cohort (K20), and per legacy exception added after it was frozen.
    CohortMember = "legacy_cohort", Period, key ["identity_id"] {
        /// Identity.
        identity_id: &'a str,
        /// Display name.
        label: &'a str,
        /// In the frozen list; `false` for a later addition.
        frozen: bool,
        /// `yes`, `no` or `unknown`.
        retired: &'a str,
        /// Why.
        retired_reason: &'a str,
    }
}

table! {
    /// One row per duty or end that falls due within 30 days of the run.
    Deadline = "deadlines", Period, key ["exception_id", "deadline", "due_at"] {
        /// Register id.
        exception_id: &'a str,
        /// Category.
        category: &'a str,
        /// `expiry`, `retirement`, `review`, `rotation` or `drill`.
        deadline: &'a str,
        /// When.
        due_at: Instant,
        /// Whole days from the run, 0 for within a day.
        days_left: i64,
        /// Accountable person; empty text when none.
        owner: &'a str,
    }
}
