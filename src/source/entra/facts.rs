//! What a sign-in record says, laid out for the decision table.

use super::super::lenient::Text;
use super::codes;
use super::record::{SignInRecord, Step};
use super::words;

/// Did the sign-in succeed (formats.md 1.5)?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Success {
    Yes,
    No,
    /// A page in between: neither.
    Interrupt,
    /// The record does not tell; never assumed either way.
    Unknown,
}

/// What policy asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requirement {
    Multi,
    Single,
    Empty,
    Absent,
}

/// What one authentication step was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Password or a bootstrap pass.
    Primary,
    /// A second factor.
    Secondary,
    /// Multi-factor in one gesture.
    OneGesture,
    /// Carried over from before.
    Carried,
    /// Cannot tell.
    Other,
}

/// One step in canonical words.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepFact<'a> {
    pub(super) method: &'static str,
    pub(super) raw: &'a str,
    pub(super) role: Role,
    pub(super) succeeded: bool,
    /// Ended without success; a step still in progress has not ended.
    pub(super) denied: bool,
}

/// Everything the decision table asks about.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) workload: bool,
    pub(super) interactive: bool,
    pub(super) ok: Success,
    pub(super) code: Option<i64>,
    pub(super) requirement: Requirement,
    /// All result texts, lower-cased.
    pub(super) txt: String,
    pub(super) steps: Vec<StepFact<'a>>,
    /// Requirement, step list and MFA detail are all absent, as in Graph v1.0.
    pub(super) bare: bool,
    pub(super) mfa_detail: Option<&'a str>,
    /// A federation adapter or a custom control did the second factor.
    pub(super) external_party: bool,
    pub(super) foreign_home: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn of(record: &'a SignInRecord<'a>, steps: &'a [Step<'a>], envelope: &Envelope<'_>, stream: &str) -> Self {
        let requirement = requirement(&record.requirement);
        let mut txt = record.status.0.as_ref().map_or("", |s| s.details.or_empty()).to_lowercase();
        for step in steps {
            txt.push('\n');
            txt.push_str(&step.result.or_empty().to_lowercase());
        }
        let code = code(record, envelope);
        let mfa_detail = record.mfa_detail.0.as_ref().and_then(|d| d.method.get());
        // Where nothing else can have met a requirement that was met, the certificate did: it is bound as two factors.
        let others = txt.contains("claim") || txt.contains("mfa completed") || steps.iter().any(is_second_factor);
        let multi_bound = (requirement == Requirement::Multi && !others) || txt.contains("strong authentication") || txt.contains("multi-factor device");
        Self {
            workload: stream == "workload",
            interactive: stream == "interactive",
            ok: success(code, envelope),
            code,
            requirement,
            bare: requirement == Requirement::Absent && !record.has_steps() && record.mfa_detail.0.is_none(),
            steps: steps.iter().map(|s| fact(s, multi_bound)).collect(),
            txt,
            mfa_detail,
            external_party: external_party(record),
            foreign_home: foreign_home(record),
        }
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.txt.contains(part)
    }

    /// A text says that this satisfied the MFA requirement, not the first factor's.
    pub(super) fn satisfied_by(&self, what: &str) -> bool {
        self.txt.lines().any(|l| l.contains("mfa requirement satisfied by") && l.contains(what))
    }

    pub(super) fn no_text(&self) -> bool {
        self.txt.trim().is_empty()
    }

    pub(super) fn done(&self) -> bool {
        self.ok == Success::Yes
    }

    pub(super) fn not_done(&self) -> bool {
        matches!(self.ok, Success::No | Success::Interrupt)
    }

    /// The strongest completed second factor or one-gesture step.
    pub(super) fn proof(&self) -> Option<StepFact<'a>> {
        let rank = |m: &str| super::super::method::RANKING.iter().position(|r| *r == m).unwrap_or(usize::MAX);
        self.steps.iter().filter(|s| s.succeeded && matches!(s.role, Role::Secondary | Role::OneGesture)).min_by_key(|s| rank(s.method)).copied()
    }

    /// No step but carried ones.
    pub(super) fn only_carried(&self) -> bool {
        self.steps.iter().all(|s| s.role == Role::Carried)
    }
}

/// The parts of an Azure Monitor envelope that the decision needs.
#[derive(Debug, Default)]
pub(super) struct Envelope<'a> {
    pub(super) result_type: Text<'a>,
    pub(super) result_signature: Text<'a>,
}

fn requirement(text: &Text<'_>) -> Requirement {
    match text.0.as_deref() {
        None => Requirement::Absent,
        Some(t) if t.eq_ignore_ascii_case("multiFactorAuthentication") || t.eq_ignore_ascii_case("Multifactor authentication") => Requirement::Multi,
        Some(t) if t.eq_ignore_ascii_case("singleFactorAuthentication") || t.eq_ignore_ascii_case("Single-factor authentication") => Requirement::Single,
        Some(_) => Requirement::Empty,
    }
}

fn code(record: &SignInRecord<'_>, envelope: &Envelope<'_>) -> Option<i64> {
    record.status.0.as_ref().and_then(|s| s.code.0).or_else(|| envelope.result_type.get().and_then(|t| t.trim().parse().ok()))
}

fn success(code: Option<i64>, envelope: &Envelope<'_>) -> Success {
    match code {
        Some(0) => Success::Yes,
        Some(c) if codes::class(c) == codes::CodeClass::Interrupt => Success::Interrupt,
        Some(_) => Success::No,
        None => {
            let last = if envelope.result_type.get().is_some() { &envelope.result_type } else { &envelope.result_signature };
            if last.is("success") {
                Success::Yes
            } else if last.is("failure") {
                Success::No
            } else if last.is("interrupted") {
                Success::Interrupt
            } else {
                Success::Unknown
            }
        }
    }
}

fn fact<'a>(step: &'a Step<'a>, multi_bound: bool) -> StepFact<'a> {
    let raw = step.method.or_empty();
    let method = words::step_method(raw);
    let role = match method {
        "push" | "sms" | "voice" | "otp_app" | "otp_hw" => Role::Secondary,
        "fido2" | "passkey" | "whfb" | "platform_sso" | "passwordless_phone" => Role::OneGesture,
        // A certificate can be bound as one factor only; without a sign of multi-factor binding it proves nothing.
        "certificate" if multi_bound => Role::OneGesture,
        "certificate" | "password" | "tap" => Role::Primary,
        "previous" => Role::Carried,
        _ => Role::Other,
    };
    let progress = step.result.or_empty().to_lowercase().contains("in progress");
    StepFact { method, raw, role, succeeded: step.succeeded.0 == Some(true), denied: step.succeeded.0 == Some(false) && !progress }
}

fn is_second_factor(step: &Step<'_>) -> bool {
    step.succeeded.0 == Some(true) && matches!(fact(step, false).role, Role::Secondary | Role::OneGesture)
}

fn external_party(record: &SignInRecord<'_>) -> bool {
    let issuer = record.issuer_type.or_empty();
    issuer.eq_ignore_ascii_case("ADFederationServicesMFAAdapter")
        || issuer.eq_ignore_ascii_case("NPSExtension")
        || record.policies.0.iter().any(|p| p.result.is("success") && p.grants.0.iter().any(|g| g.or_empty().to_ascii_lowercase().contains("custom control")))
}

fn foreign_home(record: &SignInRecord<'_>) -> bool {
    let cross = record.cross_tenant.or_empty();
    let home = record.home_tenant.or_empty();
    !cross.is_empty() && !cross.eq_ignore_ascii_case("none") && !home.is_empty() && !home.eq_ignore_ascii_case(record.resource_tenant.or_empty())
}
