//! What a row of a decision table of formats.md decides. Every source that reads sign-ins has a table of its own;
//! their answers have one shape.

/// What a row decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    /// One of the eight canonical outcomes.
    pub(super) outcome: &'static str,
    /// Class of denial, relaxation, interrupt or cause.
    pub(super) reason: Option<&'static str>,
    /// Canonical method; empty text when none.
    pub(super) method: &'static str,
    /// Multi-factor in one gesture.
    pub(super) one_gesture: bool,
    /// A later copy of the record may say more.
    pub(super) provisional: bool,
}

pub(super) const fn decide(outcome: &'static str) -> Decision {
    Decision { outcome, reason: None, method: "", one_gesture: false, provisional: false }
}

pub(super) const fn because(outcome: &'static str, reason: &'static str) -> Decision {
    Decision { reason: Some(reason), ..decide(outcome) }
}
