//! What happened in a sign-in, whatever an exporter can say of it.
//!
//! A sheet is what Entra writes; several sheets can tell of one scene. The tables in `write` say what each other
//! provider writes of a scene and under which class an attempt that ends with it must then be found.

/// One kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scene {
    /// Password and a notification approved.
    Push,
    /// Password and a code sent by text message.
    Sms,
    /// Password and a code from an app.
    Totp,
    /// Phone sign-in without a password, not phishing-resistant.
    Phone,
    /// The computer's own credential, unlocked by its user.
    Hello,
    /// Security key.
    Fido2,
    /// Passkey.
    Passkey,
    /// Certificate bound as two factors.
    Certificate,
    /// The second factor was given earlier and is carried.
    Carried,
    /// The trusted partner did it.
    Partner,
    /// An organisation that nobody vouches for did it.
    Stranger,
    /// Skipped on a remembered device.
    Remembered,
    /// Skipped in a trusted place.
    TrustedSite,
    /// A second factor was required, and nobody knows what became of it.
    Untold,
    /// The password alone.
    Password,
    /// A password through a protocol or grant that cannot do more.
    Legacy,
    /// Through a federation server.
    Federated,
    /// Through a RADIUS extension.
    Radius,
    /// Known to an export of an older interface only.
    Older,
    /// Asked for a second factor, and no more.
    Prompt,
    /// Asked whether to stay signed in.
    StaySignedIn,
    /// Sent to registration.
    Enrol,
    /// Wrong password.
    BadPassword,
    /// Notification declined.
    Denied,
    /// Notification not answered.
    Silent,
    /// Wrong code.
    WrongCode,
    /// Blocked by a policy.
    Blocked,
    /// Token refreshed.
    Refresh,
    /// Token not refreshed, because the session ended.
    RefreshEnded,
    /// No person at all.
    Workload,
}
