//! Google's words for methods and results in canonical words (formats.md 0.3, 7.2).

/// Canonical method of a `login_challenge_method`; empty text for `none`, which names no method.
pub(super) fn method(raw: &str) -> &'static str {
    match raw.to_ascii_lowercase().as_str() {
        "none" => "",
        "password" => "password",
        "google_prompt" => "push",
        "security_key" => "fido2",
        "security_key_otp" => "otp_hw",
        "google_authenticator" | "offline_otp" | "internal_two_factor" => "otp_app",
        // A message and a call are written alike.
        "idv_any_phone" | "idv_preregistered_phone" => "phone",
        "backup_code" => "tap",
        "login_location" => "knowledge",
        text if text.starts_with("knowledge_") => "knowledge",
        // The exact spelling is not settled.
        text if text.contains("passkey") => "passkey",
        _ => "other",
    }
}

/// Whether a `login_challenge_status` says that the challenge was passed; `None` when it says nothing.
pub(super) fn passed(status: &str) -> Option<bool> {
    let status = status.trim().trim_end_matches('.');
    (!status.is_empty()).then(|| status.eq_ignore_ascii_case("challenge passed") || status.eq_ignore_ascii_case("passed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods() {
        for (raw, want) in [
            ("none", ""),
            ("Password", "password"),
            ("google_prompt", "push"),
            ("security_key", "fido2"),
            ("security_key_otp", "otp_hw"),
            ("google_authenticator", "otp_app"),
            ("offline_otp", "otp_app"),
            ("internal_two_factor", "otp_app"),
            ("idv_any_phone", "phone"),
            ("idv_preregistered_phone", "phone"),
            ("backup_code", "tap"),
            ("knowledge_preregistered_email", "knowledge"),
            ("login_location", "knowledge"),
            ("passkey", "passkey"),
            ("other", "other"),
            ("something_new", "other"),
        ] {
            assert_eq!(method(raw), want, "{raw}");
        }
    }

    #[test]
    fn results() {
        for (status, want) in [("Challenge Passed.", Some(true)), ("passed", Some(true)), ("Challenge Failed.", Some(false)), ("Challenge not passed", Some(false)), (" ", None)] {
            assert_eq!(passed(status), want, "{status}");
        }
    }
}
