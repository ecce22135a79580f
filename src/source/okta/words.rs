//! Okta's words in canonical ones: methods, denials (formats.md 0.3, 5.4).

/// Canonical method of a factor name, a `methodTypeUsed` or an authenticator key. The order matters.
///
/// A signed nonce (`FastPass`) resists phishing only where the record says so; otherwise it is a key bound to a
/// device, as strong as an app.
pub(super) fn method(text: &str, phishing_resistant: bool) -> &'static str {
    let t = text.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|p| t.contains(p));
    if has(&["passkey"]) {
        "passkey"
    } else if has(&["webauthn", "fido", "u2f", "security key"]) {
        "fido2"
    } else if has(&["signed_nonce", "signed nonce", "fastpass"]) {
        if phishing_resistant { "platform_sso" } else { "passwordless_phone" }
    } else if has(&["smart_card", "smart card", "certificate", "x509"]) {
        "certificate"
    } else if has(&["push"]) {
        "push"
    } else if has(&["yubikey", "securid", "symantec", "hardware"]) || t == "rsa" {
        "otp_hw"
    } else if has(&["sms", "text message"]) {
        "sms"
    } else if has(&["call", "voice"]) {
        "voice"
    } else if has(&["email"]) {
        "email"
    } else if has(&["question"]) {
        "knowledge"
    } else if has(&["temporary access", "temporary_access"]) {
        "tap"
    } else if has(&["duo", "external_idp", "custom", "federation"]) || t == "idp" || t.starts_with("idp:") {
        "external"
    } else if has(&["soft_token", "otp", "enter a code", "google", "one-time", "one_time", "one time"]) {
        "otp_app"
    } else if has(&["phone"]) {
        "phone"
    } else if has(&["password"]) {
        "password"
    } else {
        "other"
    }
}

/// Canonical method of an enrolled factor.
pub(super) fn factor_method(factor_type: &str, provider: &str) -> &'static str {
    if ["DUO", "CUSTOM"].iter().any(|p| provider.eq_ignore_ascii_case(p)) {
        return "external";
    }
    match factor_type.to_ascii_lowercase().as_str() {
        "call" => "voice",
        "email" => "email",
        "push" => "push",
        "question" => "knowledge",
        "signed_nonce" => "passwordless_phone",
        "sms" => "sms",
        "token" | "token:hardware" => "otp_hw",
        "token:hotp" | "token:software:totp" => "otp_app",
        "u2f" | "webauthn" => "fido2",
        "web" => "external",
        _ => "other",
    }
}

/// Class of a denial, from the lower-cased reason and result.
pub(super) fn denial(text: &str) -> &'static str {
    for (part, class) in [
        ("phishing", "phishing"),
        ("fraud", "fraud"),
        ("suspicious", "fraud"),
        ("reject", "declined"),
        ("deny", "declined"),
        ("denied", "declined"),
        ("declined", "declined"),
        ("cancel", "declined"),
        ("unanswered", "timeout"),
        ("timeout", "timeout"),
        ("timed out", "timeout"),
        ("expired", "timeout"),
        ("abandoned", "abandoned"),
        ("locked", "blocked"),
        ("rate_limit", "blocked"),
        ("invalid", "wrong_code"),
        ("incorrect", "wrong_code"),
        ("verification_error", "wrong_code"),
    ] {
        if text.contains(part) {
            return class;
        }
    }
    "failed"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_factor_names() {
        for (text, want) in [
            ("OKTA_VERIFY_PUSH", "push"),
            ("OKTA_SOFT_TOKEN", "otp_app"),
            ("SOFT_TOKEN", "otp_app"),
            ("SIGNED_NONCE", "passwordless_phone"),
            ("FIDO_WEBAUTHN", "fido2"),
            ("SMS_FACTOR", "sms"),
            ("CALL_FACTOR", "voice"),
            ("EMAIL_FACTOR", "email"),
            ("SECURITY_QUESTION", "knowledge"),
            ("SECURID_FACTOR", "otp_hw"),
            ("YUBIKEY_OTP_FACTOR", "otp_hw"),
            ("DUO_SECURITY", "external"),
            ("PASSWORD_AS_FACTOR", "password"),
            ("okta_password:password", "password"),
            ("okta_verify:signed_nonce", "passwordless_phone"),
            ("phone_number:sms", "sms"),
            ("phone_number", "phone"),
            ("google_otp:otp", "otp_app"),
            ("yubikey_token:otp", "otp_hw"),
            ("smart_card_idp:cert", "certificate"),
            ("external_idp:idp", "external"),
            ("Okta Verify", "other"),
            ("OKTA_CREDENTIAL_PROVIDER", "other"),
            ("OKTA_CLIENT_SESSION", "other"),
            ("something new", "other"),
        ] {
            assert_eq!(method(text, false), want, "{text}");
        }
        assert_eq!(method("SIGNED_NONCE", true), "platform_sso");
        assert_eq!(method("OKTA_VERIFY_PUSH", true), "push");
    }

    #[test]
    fn documented_factor_types() {
        for (kind, provider, want) in [
            ("token:software:totp", "GOOGLE", "otp_app"),
            ("token", "RSA", "otp_hw"),
            ("token:hardware", "YUBICO", "otp_hw"),
            ("webauthn", "FIDO", "fido2"),
            ("web", "DUO", "external"),
            ("signed_nonce", "OKTA", "passwordless_phone"),
            ("QUESTION", "OKTA", "knowledge"),
            ("new", "OKTA", "other"),
        ] {
            assert_eq!(factor_method(kind, provider), want, "{kind}");
        }
    }

    #[test]
    fn denials() {
        assert_eq!(denial("fastpass declined phishing attempt"), "phishing");
        assert_eq!(denial("user rejected okta push verify"), "declined");
        assert_eq!(denial("unanswered"), "timeout");
        assert_eq!(denial("invalid_credentials"), "wrong_code");
        assert_eq!(denial(""), "failed");
    }
}
