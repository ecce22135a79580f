//! The larger members of a sign-in record: status, device, location, evaluated policies, steps.

use std::fmt;

use super::fields::{close, number as number_of, open, raw, show, text, truth};
use super::names::PLACES;
use super::people::Kind;
use super::policies::{POLICIES, Rule};
use super::proof::{Policy, Step, Stream};
use super::record::{Shape, Subject};

/// Who asked for MFA.
pub(crate) const REQUIRED_BY: &str = "[{\"requirementProvider\":\"multiConditionalAccess\",\"detail\":\"Conditional Access\"},\
    {\"requirementProvider\":\"authenticationStrengths\",\"detail\":\"Authentication Strength(s)\"}]";

/// Why an applied policy applied.
const INCLUDED: &str = "[{\"conditionalAccessCondition\":\"application\",\"ruleSatisfied\":\"allApps\"},\
    {\"conditionalAccessCondition\":\"users\",\"ruleSatisfied\":\"allUsers\"}]";

/// Why a policy did not apply to a person with an exception.
const LEFT_OUT: &str = "[{\"conditionalAccessCondition\":\"users\",\"ruleSatisfied\":\"groupId\"}]";

/// Members that real records carry and that never vary here; they give records their usual size.
pub(crate) const ALWAYS_THE_SAME: &str = "\"alternateSignInName\":\"\",\
    \"authenticationContextClassReferences\":[{\"id\":\"urn:user:registersecurityinfo\",\"detail\":\"previouslySatisfied\"}],\
    \"authenticationProcessingDetails\":[{\"key\":\"Legacy TLS (TLS 1.0, 1.1, 3DES)\",\"value\":\"False\"},\
    {\"key\":\"Oauth Scope Info\",\"value\":\"[\\\"User.Read\\\",\\\"openid\\\",\\\"profile\\\",\\\"email\\\"]\"},\
    {\"key\":\"Is CAE Token\",\"value\":\"False\"},{\"key\":\"Login Hint Present\",\"value\":\"True\"}],\
    \"clientCredentialType\":\"none\",\"federatedCredentialId\":\"\",\"flaggedForReview\":false,\
    \"globalSecureAccessIpAddress\":\"\",\"ipAddressFromResourceProvider\":null,\
    \"isTenantRestricted\":false,\"isThroughGlobalSecureAccess\":false,\"managedServiceIdentity\":null,\
    \"originalTransferMethod\":\"none\",\"privateLinkDetails\":null,\"sessionLifetimePolicies\":[],\
    \"signInTokenProtectionStatus\":\"none\",";

/// `status`.
pub(crate) fn status(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let sheet = subject.event.sheet;
    let verdict = if subject.incomplete { "" } else { sheet.verdict };
    open(out, "status", '{');
    number_of(out, "errorCode", sheet.code)?;
    text(out, "failureReason", sheet.failure);
    if verdict.is_empty() {
        raw(out, "additionalDetails", if subject.event.id.0.is_multiple_of(2) { "null" } else { "\"\"" });
    } else {
        text(out, "additionalDetails", verdict);
    }
    close(out, '}');
    out.push(',');
    Ok(())
}

/// `userAgent`.
pub(crate) fn user_agent(subject: &Subject<'_>) -> &'static str {
    let sheet = subject.event.sheet;
    if sheet.stream == Stream::ServicePrincipal {
        return "";
    }
    match (sheet.client, sheet.protocol, subject.event.app.browser, subject.person.host % 3) {
        (_, "ropc", _, _) => "BAV2ROPC",
        ("Authenticated SMTP" | "IMAP4", _, _, _) => "CBAInPROD",
        (_, _, false, _) => "Mozilla/5.0 (compatible; MSAL 1.0)",
        (_, _, true, 0) => "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
        (_, _, true, 1) => "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        _ => "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    }
}

/// `deviceDetail`.
pub(crate) fn device(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let person = subject.person;
    let used = person.device.filter(|_| subject.event.sheet.client.is_empty());
    open(out, "deviceDetail", '{');
    match used {
        Some(id) => {
            show(out, "deviceId", id)?;
            show(out, "displayName", format_args!("NB-{:05}", id.0 % 100_000))?;
        }
        None => {
            text(out, "deviceId", "");
            text(out, "displayName", "");
        }
    }
    text(out, "operatingSystem", ["Windows11", "MacOs", "Linux"][person.host as usize % 3]);
    let browser = ["Edge 138.0.0", "Safari 18.5", "Firefox 140.0"][person.host as usize % 3];
    text(out, "browser", if subject.event.app.browser { browser } else { "" });
    truth(out, "isCompliant", used.is_some());
    truth(out, "isManaged", used.is_some());
    text(out, "trustType", if used.is_some() { "Azure AD joined" } else { "" });
    close(out, '}');
    out.push(',');
    Ok(())
}

/// `location`.
pub(crate) fn location(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let place = &PLACES[subject.event.place];
    open(out, "location", '{');
    text(out, "city", place.city);
    text(out, "state", place.state);
    text(out, "countryOrRegion", place.country);
    open(out, "geoCoordinates", '{');
    raw(out, "altitude", "null");
    raw(out, "latitude", place.position.0);
    raw(out, "longitude", place.position.1);
    close(out, '}');
    close(out, '}');
    out.push(',');
    Ok(())
}

/// What each policy made of the sign-in: evaluated policies are listed whether or not they applied.
pub(crate) fn policies(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let today = subject.event.at.day();
    open(out, "appliedConditionalAccessPolicies", '[');
    for (number, policy) in POLICIES.iter().enumerate() {
        let result = result(subject, policy.rule);
        let applied = matches!(result, "success" | "failure");
        out.push('{');
        show(out, "id", subject.world.policy_id(number))?;
        text(out, "displayName", policy.name);
        let controls = if applied { (policy.grant, policy.session) } else { ("[]", "[]") };
        raw(out, "enforcedGrantControls", controls.0);
        raw(out, "enforcedSessionControls", controls.1);
        text(out, "result", result);
        let users = if applied { ("application,users", "none") } else { ("application", "users") };
        text(out, "conditionsSatisfied", users.0);
        text(out, "conditionsNotSatisfied", users.1);
        if applied {
            raw(out, "includeRulesSatisfied", INCLUDED);
        } else if policy.rule == Rule::Everybody && subject.person.excluded_on(today) {
            raw(out, "excludeRulesSatisfied", LEFT_OUT);
        }
        close(out, '}');
        out.push(',');
    }
    close(out, ']');
    out.push(',');
    Ok(())
}

fn result(subject: &Subject<'_>, rule: Rule) -> &'static str {
    let sheet = subject.event.sheet;
    let managed = subject.person.device.is_some();
    match rule {
        Rule::Everybody => match sheet.policy {
            Policy::Satisfied => "success",
            Policy::Failed => "failure",
            Policy::NotApplied | Policy::Blocked => "notApplied",
        },
        Rule::Legacy if sheet.policy == Policy::Blocked => "failure",
        Rule::Session if subject.event.app.browser && !managed && sheet.client.is_empty() => "success",
        Rule::Guests if subject.person.kind == Kind::Guest && sheet.code == 0 => "success",
        Rule::ReportOnly if subject.world.cast.admins.contains(&subject.event.person) => {
            if subject.person.phishing_resistant(subject.event.at.day()) {
                "reportOnlySuccess"
            } else {
                "reportOnlyFailure"
            }
        }
        Rule::ReportOnly => "reportOnlyNotApplied",
        Rule::Device if managed && subject.person.department == "Finance" && sheet.client.is_empty() => "success",
        Rule::Legacy | Rule::Risk | Rule::Session | Rule::Guests | Rule::Device => "notApplied",
    }
}

/// `authenticationDetails`; the first, incomplete copy of a record either says that something was satisfied
/// before or shows the second step under way.
pub(crate) fn steps(subject: &Subject<'_>, out: &mut String) -> fmt::Result {
    let known = subject.event.sheet.steps;
    open(out, "authenticationDetails", '[');
    if subject.incomplete && subject.event.id.0.is_multiple_of(2) {
        let earlier = Step { method: "Previously satisfied", detail: "", requirement: "", result: "", succeeded: true };
        step(subject, &earlier, 0, out)?;
    } else {
        for (number, known) in known.iter().enumerate() {
            let pending = subject.incomplete && number + 1 == subject.event.sheet.steps.len();
            let waiting = Step { result: "Authentication in progress", succeeded: false, ..*known };
            step(subject, if pending { &waiting } else { known }, number, out)?;
        }
    }
    close(out, ']');
    out.push(',');
    Ok(())
}

fn step(subject: &Subject<'_>, step: &Step, number: usize, out: &mut String) -> fmt::Result {
    let offset = i64::try_from(number).unwrap_or(0);
    out.push_str("{\"authenticationStepDateTime\":\"");
    subject.event.at.plus_seconds(offset).write_ticks(out, subject.ticks())?;
    out.push_str("\",");
    text(out, "authenticationMethod", step.method);
    text(out, "authenticationMethodDetail", step.detail);
    text(out, "authenticationStepRequirement", step.requirement);
    text(out, "authenticationStepResultDetail", step.result);
    truth(out, "succeeded", step.succeeded);
    if subject.shape == Shape::Monitor {
        number_of(out, "StatusSequence", 0)?;
        number_of(out, "RequestSequence", number)?;
    }
    close(out, '}');
    out.push(',');
    Ok(())
}
