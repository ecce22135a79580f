//! What a login event says, laid out for the decision table.

use super::super::lenient::Text;
use super::super::method;
use super::record::Parameters;
use super::words;

/// The events that tell of a sign-in. A `login_challenge` only says that something was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Success,
    Failure,
    /// One step of a sign-in, never the whole.
    Verification,
}

impl Kind {
    /// `None` for an event that makes no row.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "login_success" => Some(Self::Success),
            "login_failure" => Some(Self::Failure),
            "login_verification" => Some(Self::Verification),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Success => "login_success",
            Self::Failure => "login_failure",
            Self::Verification => "login_verification",
        }
    }
}

/// A challenge method as listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed<'a> {
    pub(super) method: &'static str,
    pub(super) raw: &'a str,
}

/// Everything the decision table asks about.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) kind: Kind,
    pub(super) login_type: &'a str,
    /// Listed methods; `none` is left out.
    pub(super) listed: Vec<Listed<'a>>,
    /// The list says `none`.
    pub(super) none: bool,
    pub(super) second_factor: bool,
    pub(super) passed: Option<bool>,
    /// A verification that was a second factor and passed: this event, or one of the same activity.
    pub(super) verified: Option<Listed<'a>>,
    pub(super) affected: &'a str,
}

impl<'a> Facts<'a> {
    pub(super) fn of(kind: Kind, parameters: &'a Parameters<'_>) -> Self {
        let all = parameters.methods.0.iter().filter_map(Text::get).map(|raw| Listed { method: words::method(raw), raw });
        let (listed, none): (Vec<_>, Vec<_>) = all.partition(|l| !l.method.is_empty());
        let mut facts = Self {
            kind,
            login_type: parameters.login_type.first(),
            listed,
            none: !none.is_empty(),
            second_factor: parameters.second_factor.first().eq_ignore_ascii_case("true"),
            passed: words::passed(parameters.status.first()),
            verified: None,
            affected: parameters.affected.first(),
        };
        if kind == Kind::Verification && facts.second_factor && facts.passed == Some(true) {
            facts.verified = Some(facts.used().unwrap_or(Listed { method: "other", raw: "" }));
        }
        facts
    }

    pub(super) fn success(&self) -> bool {
        self.kind == Kind::Success
    }

    pub(super) fn typed(&self, login_type: &str) -> bool {
        self.login_type.eq_ignore_ascii_case(login_type)
    }

    /// A recovery code stands in the list.
    pub(super) fn recovery(&self) -> Option<Listed<'a>> {
        self.listed.iter().find(|l| l.method == "tap").copied()
    }

    /// The weakest second factor listed: the list holds retries as well and does not say which one passed.
    pub(super) fn proof(&self) -> Option<Listed<'a>> {
        let rank = |m: &str| method::RANKING.iter().position(|r| *r == m).unwrap_or(usize::MAX);
        self.listed.iter().filter(|l| method::second_factor(l.method)).max_by_key(|l| rank(l.method)).copied()
    }

    /// What stood for the second factor. A recovery code is listed apart, so it is never hidden behind another.
    pub(super) fn used(&self) -> Option<Listed<'a>> {
        self.recovery().or_else(|| self.proof())
    }

    /// Something is listed, and nothing but these.
    pub(super) fn only(&self, methods: &[&str]) -> bool {
        !self.listed.is_empty() && self.listed.iter().all(|l| methods.contains(&l.method))
    }

    pub(super) fn lists(&self, method: &str) -> bool {
        self.listed.iter().any(|l| l.method == method)
    }
}
