//! Microsoft's texts in canonical words: methods, result texts, clients (formats.md 0.3, 1.6, 1.7, 1.9).

/// Canonical method of a sign-in step's text. The wording keeps changing, hence substrings; the order matters.
pub(super) fn step_method(text: &str) -> &'static str {
    let t = text.to_ascii_lowercase();
    let has = |part: &str| t.contains(part);
    if t.is_empty() {
        "other"
    } else if has("previously satisfied") || has("satisfied by token") {
        "previous"
    } else if has("fido") {
        "fido2"
    } else if has("passkey") {
        "passkey"
    } else if has("windows hello") {
        "whfb"
    } else if has("platform credential") || has("secure enclave") {
        "platform_sso"
    } else if has("x.509") || has("certificate") {
        "certificate"
    } else if has("passwordless") {
        "passwordless_phone"
    } else if has("app notification") || t == "authenticator app" {
        "push"
    } else if has("verification code") || has("oath") {
        "otp_app"
    } else if has("text message") || t == "sms" {
        "sms"
    } else if has("phone call") || t == "voice" {
        "voice"
    } else if has("temporary access pass") {
        "tap"
    } else if t.starts_with("password") {
        "password"
    } else if has("external") {
        "external"
    } else {
        "other"
    }
}

/// Canonical method of a `methodsRegistered` value, and whether it can be synchronised between devices.
pub(super) fn registered_method(text: &str) -> (&'static str, bool) {
    let method = match text.to_ascii_lowercase().as_str() {
        "email" => "email",
        "mobilephone" | "alternatemobilephone" => "phone",
        "mobilesms" | "sms" => "sms",
        "mobilecall" | "alternatemobilecall" | "officephone" => "voice",
        "securityquestion" => "knowledge",
        "appnotification" | "microsoftauthenticatorpush" => "push",
        "appcode" | "onetimepasscode" | "softwareonetimepasscode" => "otp_app",
        "hardwareonetimepasscode" => "otp_hw",
        "apppassword" => "app_password",
        "fido" | "fido2" | "fido2securitykey" => "fido2",
        "passkeydevicebound" | "passkeydeviceboundauthenticator" | "passkeydeviceboundwindowshello" => "passkey",
        "passkeysynced" => return ("passkey", true),
        "windowshelloforbusiness" => "whfb",
        "macossecureenclavekey" => "platform_sso",
        "microsoftauthenticatorpasswordless" => "passwordless_phone",
        "certificatebasedauthentication" | "x509certificate" => "certificate",
        "temporaryaccesspass" => "tap",
        "externalauthmethod" => "external",
        "qrcode" => "qr_code",
        _ => "other",
    };
    (method, false)
}

/// Clients that cannot do MFA.
pub(super) fn legacy_client(client: &str) -> bool {
    const LEGACY: [&str; 18] = [
        "authenticated smtp",
        "autodiscover",
        "exchange activesync",
        "exchange online powershell",
        "exchange web services",
        "imap4",
        "imap",
        "mapi over http",
        "offline address book",
        "outlook anywhere (rpc over http)",
        "outlook anywhere",
        "outlook service",
        "pop3",
        "pop",
        "reporting web services",
        "other clients",
        "universal outlook",
        "smtp",
    ];
    LEGACY.iter().any(|l| client.trim().eq_ignore_ascii_case(l))
}

/// Why MFA was skipped, from the lower-cased result text.
pub(super) fn skip_reason(text: &str) -> &'static str {
    for (part, reason) in [
        ("remembered device", "remembered_device"),
        ("registered device", "registered_device"),
        ("location", "trusted_location"),
        ("ip address", "trusted_location"),
        ("app password", "app_password"),
        ("insidecorpnet", "corporate_network"),
        ("broker logon", "broker"),
    ] {
        if text.contains(part) {
            return reason;
        }
    }
    "other"
}

/// Class of a denial, from the lower-cased result text.
pub(super) fn denial(text: &str) -> Option<&'static str> {
    [
        ("suspiciousactivityreported", "fraud"),
        ("fraud", "fraud"),
        ("declined", "declined"),
        ("did not respond", "timeout"),
        ("voicemail", "timeout"),
        ("hung up", "declined"),
        ("never entered", "timeout"),
        ("select the correct number", "wrong_number"),
        ("incorrect code", "wrong_code"),
        ("incorrect pin", "wrong_code"),
        ("invalid mobile app verification code", "wrong_code"),
        ("already used once", "wrong_code"),
        ("unable to", "delivery"),
        ("invalid format", "delivery"),
        ("any verification methods registered", "not_enrolled"),
        ("user not found", "not_enrolled"),
        ("blocked", "blocked"),
        ("service error", "service"),
        ("misconfiguration", "service"),
        ("has expired due to the policies", "prompted"),
    ]
    .iter()
    .find(|(part, _)| text.contains(part))
    .map(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_texts() {
        for (text, method) in [
            ("Password", "password"),
            ("Previously satisfied", "previous"),
            ("Satisfied by token", "previous"),
            ("Mobile app notification", "push"),
            ("Authenticator App", "push"),
            ("Text message", "sms"),
            ("SMS", "sms"),
            ("Phone call approval (Authentication phone)", "voice"),
            ("Voice", "voice"),
            ("OATH verification code", "otp_app"),
            ("Mobile app verification code", "otp_app"),
            ("Software OATH token", "otp_app"),
            ("FIDO2 security key", "fido2"),
            ("Passkey (device-bound)", "passkey"),
            ("Passkey (Microsoft Authenticator)", "passkey"),
            ("Windows Hello for Business", "whfb"),
            ("X.509 Certificate", "certificate"),
            ("Temporary Access Pass", "tap"),
            ("Passwordless phone sign-in", "passwordless_phone"),
            ("Passwordless Microsoft Authenticator", "passwordless_phone"),
            ("Other", "other"),
            ("", "other"),
        ] {
            assert_eq!(step_method(text), method, "{text}");
        }
    }

    #[test]
    fn registered_values_are_read_whatever_their_case() {
        assert_eq!(registered_method("passKeySynced"), ("passkey", true));
        assert_eq!(registered_method("MicrosoftAuthenticatorPush").0, "push");
        assert_eq!(registered_method("hardwareOneTimePasscode").0, "otp_hw");
        assert_eq!(registered_method("somethingNew").0, "other");
    }

    #[test]
    fn skips_and_denials() {
        assert_eq!(skip_reason("mfa requirement skipped due to remembered device"), "remembered_device");
        assert_eq!(skip_reason("mfa requirement skipped due to ip address"), "trusted_location");
        assert_eq!(denial("mfa denied; user declined the authentication"), Some("declined"));
        assert_eq!(denial("mfa denied; user did not respond to mobile app notification"), Some("timeout"));
        assert_eq!(denial("correct password"), None);
    }

    #[test]
    fn clients() {
        assert!(legacy_client("IMAP4") && legacy_client("Exchange ActiveSync") && legacy_client("AutoDiscover"));
        assert!(!legacy_client("Browser") && !legacy_client("Mobile Apps and Desktop clients") && !legacy_client(""));
    }
}
