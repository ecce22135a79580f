//! What an authentication event says, laid out for the decision table, and Duo's words in canonical ones.

/// How the event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Success,
    Denied,
    Fraud,
    Error,
    /// The record does not tell; never assumed either way.
    Unknown,
}

/// Everything the decision table asks about; words are lower-cased.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) enrolment: bool,
    pub(super) ended: Ended,
    pub(super) reason: String,
    pub(super) factor: String,
}

impl Facts {
    pub(super) fn of(event_type: &str, result: &str, reason: &str, factor: &str) -> Self {
        Self {
            enrolment: event_type.eq_ignore_ascii_case("enrollment"),
            ended: match result.to_ascii_lowercase().as_str() {
                "success" => Ended::Success,
                // Older documentation calls it a failure.
                "denied" | "failure" => Ended::Denied,
                "fraud" => Ended::Fraud,
                "error" => Ended::Error,
                _ => Ended::Unknown,
            },
            reason: word(reason),
            factor: word(factor),
        }
    }

    pub(super) fn passed(&self) -> bool {
        self.ended == Ended::Success
    }

    /// A second factor was given, whichever.
    pub(super) fn given(&self) -> bool {
        self.passed() && matches!(self.reason.as_str(), "user_approved" | "valid_passcode")
    }

    /// What stands in the place of a factor and is none.
    pub(super) fn no_factor(&self) -> bool {
        matches!(self.factor.as_str(), "remembered_device" | "trusted_network" | "not_available")
    }
}

/// Some tools write `User approved` for `user_approved`.
fn word(text: &str) -> String {
    text.trim().to_ascii_lowercase().replace(' ', "_")
}

/// Canonical method of a factor; the list is open.
pub(super) fn method(factor: &str) -> &'static str {
    match factor {
        f if f.contains("webauthn") => "fido2",
        "u2f_token" => "fido2",
        f if f.ends_with("duo_push") => "push",
        "duo_mobile_passcode" => "otp_app",
        "hardware_token" | "yubikey_passcode" | "yubikey_code" | "digipass_go_7_token" => "otp_hw",
        "sms_passcode" | "sms_refresh" => "sms",
        "phone_call" => "voice",
        "bypass_code" => "tap",
        // `passcode` may come from an app, a token or a text message.
        _ => "other",
    }
}

/// The relaxation behind a reason, `None` when it is none.
pub(super) fn relaxation(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "bypass_user" => "bypass_user",
        "allowed_by_policy" => "allowed_by_policy",
        "trusted_network" => "trusted_network",
        "trusted_location" => "trusted_location",
        r if r.starts_with("allow_unenrolled") => "allow_unenrolled_user",
        _ => return None,
    })
}

/// Sub-class of a denial.
pub(super) fn denial(reason: &str) -> &'static str {
    match reason {
        "user_cancelled" | "user_mistake" | "no_response" | "no_keys_pressed" | "call_timed_out" => "user",
        "invalid_passcode" | "invalid_device" | "locked_out" | "no_activated_duo_mobile_account" | "user_disabled" => "credential",
        "denied_by_policy"
        | "denied_network"
        | "deny_unenrolled_user"
        | "user_not_in_permitted_group"
        | "anonymous_ip"
        | "anomalous_push"
        | "out_of_date"
        | "rooted_device"
        | "no_screen_lock"
        | "no_disk_encryption"
        | "touchid_disabled"
        | "no_web_referer_match"
        | "no_referring_hostname_provided"
        | "invalid_referring_hostname_provided"
        | "no_duo_certificate_present"
        | "user_provided_invalid_certificate"
        | "invalid_management_certificate_collection_state"
        | "could_not_determine_if_endpoint_was_trusted" => "policy",
        r if r.starts_with("endpoint_") || r.ends_with("_restricted") => "policy",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors() {
        for (factor, want) in [
            ("duo_push", "push"),
            ("verified_duo_push", "push"),
            ("webauthn_security_key", "fido2"),
            ("u2f_token", "fido2"),
            ("duo_mobile_passcode", "otp_app"),
            ("hardware_token", "otp_hw"),
            ("yubikey_passcode", "otp_hw"),
            ("yubikey_code", "otp_hw"),
            ("digipass_go_7_token", "otp_hw"),
            ("sms_passcode", "sms"),
            ("sms_refresh", "sms"),
            ("phone_call", "voice"),
            ("bypass_code", "tap"),
            ("passcode", "other"),
            ("something_new", "other"),
        ] {
            assert_eq!(method(factor), want, "{factor}");
        }
    }

    #[test]
    fn denials() {
        for (reason, want) in [
            ("user_cancelled", "user"),
            ("no_response", "user"),
            ("invalid_passcode", "credential"),
            ("locked_out", "credential"),
            ("endpoint_is_not_trusted", "policy"),
            ("location_restricted", "policy"),
            ("denied_by_policy", "policy"),
            ("anonymous_ip", "policy"),
            ("something_new", "other"),
        ] {
            assert_eq!(denial(reason), want, "{reason}");
        }
    }
}
