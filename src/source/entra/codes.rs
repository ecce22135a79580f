//! Error codes that matter (formats.md 1.8).

/// What a failure code says about MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeClass {
    /// MFA was asked for and not met.
    RequiredNotMet(&'static str),
    /// A page in between; neither success nor failure.
    Interrupt,
    /// Anything else: primary failed, blocked, session renewed.
    NotApplicable(&'static str),
}

/// Class of a non-zero code.
pub(super) fn class(code: i64) -> CodeClass {
    use CodeClass::{Interrupt, NotApplicable, RequiredNotMet};
    match code {
        50074 | 50076 | 50078 => RequiredNotMet("prompted"),
        50072 | 50079 => RequiredNotMet("not_enrolled"),
        500_121 => RequiredNotMet("failed"),
        50158 | 50161 => RequiredNotMet("external_challenge"),
        53004 => RequiredNotMet("enrolment_blocked"),
        50125 | 50140 | 50199 | 16000..=16003 | 65001 | 90094 | 70016 | 70019 => Interrupt,
        53000..=53003 | 53009..=53011 | 530_034 | 530_035 => NotApplicable("blocked_by_policy"),
        50126 | 50056 | 50055 | 50144 | 50053 | 50034 | 50057 | 50105 | 50020 => NotApplicable("primary_failed"),
        50058 | 50097 | 50129 | 50131..=50133 | 50155 | 50173 | 70008 | 700_082 | 70043 => NotApplicable("session_renewal"),
        7_000_215 | 7_000_222 => NotApplicable("workload_secret"),
        _ => NotApplicable("failed"),
    }
}

/// Codes that only say "more is needed": a prompt, not a failure.
pub(super) fn is_prompt(code: i64) -> bool {
    matches!(code, 50074 | 50076 | 50078 | 50072 | 50079 | 50158) || class(code) == CodeClass::Interrupt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_codes() {
        for code in [50074, 50076, 50078, 50072, 50079, 500_121, 50158, 50161, 53004] {
            assert!(matches!(class(code), CodeClass::RequiredNotMet(_)), "{code}");
        }
        for code in [50125, 50140, 50199, 16000, 16001, 65001, 90094, 70016, 70019] {
            assert_eq!(class(code), CodeClass::Interrupt, "{code}");
        }
        for code in [53000, 53003, 530_034, 50126, 50053, 50034, 50058, 700_082, 7_000_215, 1] {
            assert!(matches!(class(code), CodeClass::NotApplicable(_)), "{code}");
        }
        assert!(is_prompt(50074) && is_prompt(50140) && !is_prompt(500_121) && !is_prompt(50126));
    }
}
