//! The kinds of sign-in record as types: what a record can say and how an attempt that ends with it counts.
//!
//! The tables themselves are in `sheets` (records that settle an attempt) and `setbacks` (all others). Classes are
//! decided there, before any text is written.

use super::scene::Scene;

/// How a sign-in was satisfied (metrics.md section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Second factor completed in the attempt.
    M1,
    /// Carried by a claim in the token.
    M2,
    /// Done by a trusted external provider.
    M3,
    /// One-gesture strong method.
    M4,
    /// Skipped by design.
    S,
    /// Single factor.
    N,
    /// Unknown.
    U,
}

impl Class {
    /// All classes in order.
    pub const ALL: [Self; 7] = [Self::M1, Self::M2, Self::M3, Self::M4, Self::S, Self::N, Self::U];

    /// The name in metrics.md.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::M1 => "M1",
            Self::M2 => "M2",
            Self::M3 => "M3",
            Self::M4 => "M4",
            Self::S => "S",
            Self::N => "N",
            Self::U => "U",
        }
    }
}

/// Which log a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stream {
    /// `SignInLogs`.
    Interactive,
    /// `NonInteractiveUserSignInLogs`.
    NonInteractive,
    /// `ServicePrincipalSignInLogs`.
    ServicePrincipal,
    /// `ADFSSignInLogs`.
    Federation,
    /// A separate Graph v1.0 export.
    GraphV1,
}

impl Stream {
    /// The category of the diagnostic setting.
    pub(crate) const fn category(self) -> &'static str {
        match self {
            Self::Interactive | Self::GraphV1 => "SignInLogs",
            Self::NonInteractive => "NonInteractiveUserSignInLogs",
            Self::ServicePrincipal => "ServicePrincipalSignInLogs",
            Self::Federation => "ADFSSignInLogs",
        }
    }

    /// The name used in the ground truth.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::NonInteractive => "non_interactive",
            Self::ServicePrincipal => "service_principal",
            Self::Federation => "federation",
            Self::GraphV1 => "graph_v1",
        }
    }
}

/// What the all-users MFA policy made of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Asked for MFA and got it.
    Satisfied,
    /// Asked for MFA and did not get it.
    Failed,
    /// Did not apply.
    NotApplied,
    /// Another policy blocked the sign-in.
    Blocked,
}

/// One entry of `authenticationDetails`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// `authenticationMethod`.
    pub(crate) method: &'static str,
    /// `authenticationMethodDetail`.
    pub(crate) detail: &'static str,
    /// `authenticationStepRequirement`.
    pub(crate) requirement: &'static str,
    /// `authenticationStepResultDetail`.
    pub(crate) result: &'static str,
    /// `succeeded`.
    pub(crate) succeeded: bool,
}

/// What a kind of record says.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// What happened.
    pub(crate) scene: Scene,
    /// Log.
    pub(crate) stream: Stream,
    /// `status.errorCode`.
    pub(crate) code: u32,
    /// `status.failureReason`.
    pub(crate) failure: &'static str,
    /// `status.additionalDetails`.
    pub(crate) verdict: &'static str,
    /// `authenticationRequirement`.
    pub(crate) requirement: &'static str,
    /// Steps.
    pub(crate) steps: &'static [Step],
    /// `mfaDetail.authMethod`, when there is one.
    pub(crate) mfa_method: Option<&'static str>,
    /// `clientAppUsed`; empty means that the application decides.
    pub(crate) client: &'static str,
    /// `authenticationProtocol`.
    pub(crate) protocol: &'static str,
    /// `tokenIssuerType`.
    pub(crate) issuer: &'static str,
    /// What the MFA policy made of it.
    pub(crate) policy: Policy,
    /// Class of an attempt that ends with this record, where the record can be read whole; `None` for a record that
    /// ends no qualifying attempt. What a layout leaves of it stands in `Layout::class`.
    pub(crate) class: Option<Class>,
}

/// A requirement for a second factor.
pub(crate) const MULTI: &str = "multiFactorAuthentication";
/// A requirement for one factor.
pub(crate) const SINGLE: &str = "singleFactorAuthentication";
/// Label of the first step.
pub(crate) const PRIMARY: &str = "Primary authentication";
/// Label of the second step.
pub(crate) const SECONDARY: &str = "Multifactor authentication";
/// Text of an MFA claim in the token.
pub(crate) const BY_CLAIM: &str = "MFA requirement satisfied by claim in the token";

impl Step {
    /// A correct password.
    pub(crate) const PASSWORD: Self = Self { method: "Password", detail: "Password Hash Sync", requirement: PRIMARY, result: "Correct password", succeeded: true };
    /// A first factor carried by the token.
    pub(crate) const FIRST_CLAIM: Self =
        Self { method: "Previously satisfied", detail: "", requirement: PRIMARY, result: "First factor requirement satisfied by claim in the token", succeeded: true };
    /// MFA carried by the token.
    pub(crate) const CLAIM: Self = Self::second("Previously satisfied", BY_CLAIM, true);

    /// A second step.
    pub(crate) const fn second(method: &'static str, result: &'static str, succeeded: bool) -> Self {
        Self { method, detail: "", requirement: SECONDARY, result, succeeded }
    }

    /// A single step that is enough by itself.
    pub(crate) const fn alone(method: &'static str, result: &'static str) -> Self {
        Self { method, detail: "", requirement: PRIMARY, result, succeeded: true }
    }
}

impl Sheet {
    /// A successful record that asks for MFA and says nothing about how it was met.
    pub(crate) const BASE: Self = Self {
        scene: Scene::Untold,
        stream: Stream::Interactive,
        code: 0,
        failure: "Other.",
        verdict: "",
        requirement: MULTI,
        steps: &[],
        mfa_method: None,
        client: "",
        protocol: "oAuth2",
        issuer: "AzureAD",
        policy: Policy::Satisfied,
        class: None,
    };
}
