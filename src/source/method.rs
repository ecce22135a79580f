//! Canonical methods and their strength class (formats.md 0.3).

/// Strength class of a canonical method.
#[must_use]
pub fn strength(method: &str) -> &'static str {
    match method {
        "fido2" | "passkey" | "whfb" | "platform_sso" | "certificate" => "phishing_resistant",
        "push" | "passwordless_phone" => "app",
        "otp_app" | "otp_hw" => "otp",
        "sms" | "voice" | "phone" => "telephony",
        "tap" => "bootstrap",
        "email" | "knowledge" | "qr_code" | "app_password" => "weak",
        "password" => "single",
        _ => "unknown",
    }
}

/// Whether a registered method can serve as a second factor.
///
/// Not one: a password, e-mail and security questions (they only reset), an app password (it bypasses),
/// a temporary access pass (it bootstraps), a QR code.
#[must_use]
pub fn second_factor(method: &str) -> bool {
    matches!(strength(method), "phishing_resistant" | "app" | "otp" | "telephony") || method == "external"
}

/// The default ranking, strongest first.
pub const RANKING: [&str; 19] = [
    "certificate",
    "fido2",
    "passkey",
    "whfb",
    "platform_sso",
    "passwordless_phone",
    "push",
    "otp_hw",
    "otp_app",
    "external",
    "voice",
    "sms",
    "phone",
    "tap",
    "email",
    "knowledge",
    "qr_code",
    "app_password",
    "other",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_resets_or_bypasses_is_no_second_factor() {
        for method in ["email", "knowledge", "app_password", "tap", "password", "qr_code", "other"] {
            assert!(!second_factor(method), "{method}");
        }
        for method in ["fido2", "passkey", "whfb", "push", "otp_app", "otp_hw", "sms", "phone", "external"] {
            assert!(second_factor(method), "{method}");
        }
    }
}
