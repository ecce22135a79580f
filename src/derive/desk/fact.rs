//! What a query may need besides its tables, and why it is not given.

use std::collections::BTreeMap;

use super::super::gates::Gates;
use crate::config::Config;

/// What a query or one of its lines may need besides its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Whole sign-ins of every day.
    SignIns,
    /// A fresh directory snapshot.
    Identities,
    /// A fresh registration snapshot.
    Registrations,
    /// Fresh roles and groups.
    Roles,
    /// Fresh access policies with their exclusions.
    Policies,
    /// A fresh register.
    Register,
    /// Break-glass accounts told by the register, where one is configured.
    BreakGlass,
    /// Directory and registrations at the period's start.
    Opening,
    /// A whole directory audit log of the period.
    Changes,
    /// Whole sign-ins of the 90 days before the period's end.
    Trailing,
    /// A frozen list of legacy accounts.
    Cohort,
    /// An inventory of one-time-code tokens.
    Tokens,
}

impl Fact {
    /// All, with the names that query files use.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::SignIns, "sign_ins"),
        (Self::Identities, "identities"),
        (Self::Registrations, "registrations"),
        (Self::Roles, "roles"),
        (Self::Policies, "policies"),
        (Self::Register, "register"),
        (Self::BreakGlass, "break_glass"),
        (Self::Opening, "opening"),
        (Self::Changes, "changes"),
        (Self::Trailing, "trailing"),
        (Self::Cohort, "cohort"),
        (Self::Tokens, "tokens"),
    ];

    /// The fact of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(f, _)| *f)
    }

    /// What a desk table stands on.
    #[must_use]
    pub fn behind(table: &str) -> &'static [Self] {
        match table {
            "attempts" | "attempt_days" | "ending_days" | "factor_runs" | "unprotected_attempts" => &[Self::SignIns],
            "trailing_days" => &[Self::Trailing],
            "exclusions" | "excluded_identities" => &[Self::Policies, Self::Roles, Self::Register],
            "reconciliation" => &[Self::SignIns, Self::Identities, Self::Roles, Self::Policies, Self::Register],
            "register_cells" => &[Self::Identities, Self::Register],
            "separations" => &[Self::Identities, Self::Register, Self::Changes],
            "control_changes" => &[Self::Register, Self::Changes],
            "glass_conditions" => &[Self::Identities, Self::Roles, Self::Register],
            "glass_uses" | "travel_pairs" => &[Self::SignIns, Self::Register],
            "factor_changes" => &[Self::SignIns, Self::Changes],
            "legacy_cohort" => &[Self::SignIns, Self::Identities, Self::Register, Self::Cohort],
            "population" => &[Self::Identities, Self::BreakGlass],
            "registrations" | "registered_methods" => &[Self::Registrations],
            "policies" | "policy_exclusions" => &[Self::Policies],
            "exception_states" | "exception_objects" | "exception_flows" | "obligations" | "spells" => &[Self::Register],
            _ => &[],
        }
    }
}

pub(super) fn missing(gates: &Gates, config: &Config) -> BTreeMap<Fact, String> {
    let first = |tables: &[&str]| tables.iter().find_map(|t| gates.closed(t, config));
    let found = [
        (Fact::SignIns, first(&["sign_ins"])),
        (Fact::Identities, first(&["identities"])),
        (Fact::Registrations, first(&["registrations"])),
        (Fact::Roles, first(&["role_assignments", "group_members"])),
        (Fact::Policies, first(&["policies", "policy_exclusions"])),
        (Fact::Register, first(&["exceptions"])),
        // Without a register nobody can be told to be break-glass, and everybody is judged alike; with a broken one nobody knows.
        (Fact::BreakGlass, config.register.as_ref().and_then(|_| first(&["exceptions"]))),
        (Fact::Changes, first(&["changes"])),
        (Fact::Opening, ["identities", "registrations"].iter().find_map(|t| gates.closed_at_start(t, config)).map(|r| format!("at the period's start, {r}"))),
    ];
    found.into_iter().filter_map(|(f, reason)| Some((f, reason?))).collect()
}

/// Facts that this configuration and history cannot carry, with the reason: no fault of the inputs.
pub(super) fn unobservable(config: &Config, trailing: Option<String>) -> BTreeMap<Fact, String> {
    let cohort = config.legacy.is_none().then(|| "no frozen cohort is configured (`[legacy_cohort]`)".to_owned());
    let tokens = "sign-in logs and registration exports carry no token inventory: serial numbers, ages and assignments stand in the token server".to_owned();
    [(Fact::Cohort, cohort), (Fact::Tokens, Some(tokens)), (Fact::Trailing, trailing)].into_iter().filter_map(|(f, reason)| Some((f, reason?))).collect()
}
