//! The records that settle no attempt: prompts, failures, refreshes and workloads.

use super::proof::{BY_CLAIM, PRIMARY, Policy, SINGLE, Sheet, Step, Stream};
use super::scene::Scene;

const PUSHED: &str = "Mobile app notification";
const ASKED: &str = "MFA required in Azure AD";
const DECLINED: &str = "MFA denied; user declined the authentication";
const IGNORED: &str = "MFA denied; user did not respond to mobile app notification";
const WRONG: &str = "MFA denied; invalid verification code";

const BASE: Sheet = Sheet::BASE;
const STOPPED: Sheet = Sheet { policy: Policy::Failed, verdict: ASKED, steps: &[Step::PASSWORD], ..BASE };
const FAILED: Sheet = Sheet { code: 500_121, failure: "Authentication failed during strong authentication request.", ..STOPPED };
const REFRESHED: Sheet = Sheet { stream: Stream::NonInteractive, policy: Policy::NotApplied, ..BASE };

/// Prompt for MFA.
pub(crate) static PROMPT: Sheet = Sheet { scene: Scene::Prompt, code: 50_074, failure: "Strong Authentication is required.", ..STOPPED };
/// Prompt for MFA because of a change of policy or place.
pub(crate) static PROMPT_MOVED: Sheet =
    Sheet { scene: Scene::Prompt, code: 50_076, failure: "Multi-factor authentication is needed because of a configuration change or a new location.", ..STOPPED };
/// Keep-me-signed-in page.
pub(crate) static STAY_SIGNED_IN: Sheet =
    Sheet { scene: Scene::StaySignedIn, code: 50_140, failure: "Keep me signed in interrupt when the user was signing in.", steps: &[Step::PASSWORD], ..BASE };
/// Sent to registration.
pub(crate) static ENROL: Sheet = Sheet { scene: Scene::Enrol, code: 50_072, failure: "User needs to enroll for second factor authentication.", ..STOPPED };
/// Wrong password.
pub(crate) static BAD_PASSWORD: Sheet = Sheet {
    scene: Scene::BadPassword,
    code: 50_126,
    failure: "Error validating credentials due to invalid username or password.",
    requirement: SINGLE,
    steps: &[Step {
        method: "Password",
        detail: "Password in the cloud",
        requirement: PRIMARY,
        result: "Invalid username or password or Invalid on-premise username or password.",
        succeeded: false,
    }],
    policy: Policy::NotApplied,
    ..BASE
};
/// Notification declined.
pub(crate) static DENIED: Sheet = Sheet { scene: Scene::Denied, verdict: DECLINED, steps: &[Step::PASSWORD, Step::second(PUSHED, DECLINED, false)], ..FAILED };
/// Notification not answered.
pub(crate) static SILENT: Sheet = Sheet { scene: Scene::Silent, verdict: IGNORED, steps: &[Step::PASSWORD, Step::second(PUSHED, IGNORED, false)], ..FAILED };
/// Wrong code.
pub(crate) static WRONG_CODE: Sheet = Sheet { scene: Scene::WrongCode, verdict: WRONG, steps: &[Step::PASSWORD, Step::second("OATH verification code", WRONG, false)], ..FAILED };
/// Blocked by a policy.
pub(crate) static BLOCKED: Sheet = Sheet {
    scene: Scene::Blocked,
    code: 53_003,
    failure: "Access has been blocked by Conditional Access policies.",
    requirement: SINGLE,
    steps: &[Step::PASSWORD],
    policy: Policy::Blocked,
    ..BASE
};
/// Token refresh with an MFA claim.
pub(crate) static REFRESH: Sheet = Sheet { scene: Scene::Refresh, stream: Stream::NonInteractive, verdict: BY_CLAIM, steps: &[Step::FIRST_CLAIM, Step::CLAIM], ..BASE };
/// Token refresh without one.
pub(crate) static REFRESH_SINGLE: Sheet = Sheet { scene: Scene::Refresh, requirement: SINGLE, steps: &[Step::FIRST_CLAIM], ..REFRESHED };
/// Token refresh after the session ended.
pub(crate) static REFRESH_ENDED: Sheet =
    Sheet { scene: Scene::RefreshEnded, code: 70_043, failure: "The refresh token has expired or is invalid due to sign-in frequency checks.", ..REFRESHED };
/// A workload.
pub(crate) static WORKLOAD: Sheet = Sheet { scene: Scene::Workload, stream: Stream::ServicePrincipal, requirement: SINGLE, protocol: "none", policy: Policy::NotApplied, ..BASE };
