//! Conditional Access policies, authentication strengths and named locations, as Graph exports them.

use serde_json::{Value, json};

use super::Sink;
use super::calendar::Day;
use super::directory::put_json;
use super::locations::{MULTI, RESISTANT, locations, strength, strengths};
use super::world::World;

/// What a policy is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// MFA for everybody, by authentication strength.
    Everybody,
    /// Blocks legacy clients.
    Legacy,
    /// MFA for risky sign-ins.
    Risk,
    /// Session length in unmanaged browsers.
    Session,
    /// Report-only strength for administrators.
    ReportOnly,
    /// Managed device for one department.
    Device,
    /// Terms of use for guests.
    Guests,
}

/// A policy of the tenant.
#[derive(Debug)]
pub(crate) struct Defined {
    /// Display name.
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) rule: Rule,
    /// Grant controls as sign-in records name them (JSON).
    pub(crate) grant: &'static str,
    /// Session controls as sign-in records name them (JSON).
    pub(crate) session: &'static str,
}

const fn policy(name: &'static str, rule: Rule, grant: &'static str, session: &'static str) -> Defined {
    Defined { name, rule, grant, session }
}

/// All policies, in the order of evaluation records.
pub(crate) static POLICIES: [Defined; 7] = [
    policy("CA001 - Require MFA for all users", Rule::Everybody, "[\"Mfa\"]", "[]"),
    policy("CA002 - Block legacy authentication", Rule::Legacy, "[\"Block\"]", "[]"),
    policy("CA003 - Require MFA for risky sign-ins", Rule::Risk, "[\"Mfa\"]", "[]"),
    policy("CA004 - Session length in unmanaged browsers", Rule::Session, "[]", "[\"SignInFrequency\",\"PersistentBrowserSessionMode\"]"),
    policy("CA005 - Report only: phishing-resistant MFA for administrators", Rule::ReportOnly, "[]", "[]"),
    policy("CA006 - Require a compliant device in Finance", Rule::Device, "[\"RequireCompliantDevice\"]", "[]"),
    policy("CA007 - Terms of use for guests", Rule::Guests, "[\"Guest terms of use\"]", "[]"),
];

/// Group whose members the MFA policy leaves out.
pub(crate) const EXCLUSION_GROUP: u64 = 1;
/// Group nested in it.
pub(crate) const NESTED_GROUP: u64 = 2;
/// Group whose members hold a role.
pub(crate) const HELPDESK_GROUP: u64 = 3;
/// Dynamic group of all guests.
pub(crate) const GUEST_GROUP: u64 = 4;
/// Group that may use legacy clients.
pub(crate) const LEGACY_GROUP: u64 = 5;

/// From this day on the MFA policy leaves out one account that no register entry names.
pub(crate) fn stray_exclusion(world: &World) -> Option<(Day, usize)> {
    let month = world.calendar.months().get(1)?;
    (!world.plan.clean).then(|| (month.first.plus(14).workday(), world.cast.managers.end + 1))
}

/// Writes the policies, strengths and locations of a day.
pub(crate) fn write(world: &World, day: Day, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let policies: Vec<Value> = (0..POLICIES.len()).map(|number| export(world, day, number)).collect();
    let base = "https://graph.microsoft.com/beta/$metadata#identity/conditionalAccess";
    put_json(sink, &format!("raw/entra/policies/{day}.json.gz"), &format!("{base}/policies"), policies)?;
    let strengths = strengths();
    put_json(sink, &format!("raw/entra/policies/{day}-strengths.json.gz"), &format!("{base}/authenticationStrength/policies"), strengths)?;
    let locations = locations(world);
    put_json(sink, &format!("raw/entra/locations/{day}.json.gz"), &format!("{base}/namedLocations"), locations)
}

/// One policy as exported on a day.
pub(crate) fn export(world: &World, day: Day, number: usize) -> Value {
    let Some(policy) = POLICIES.get(number) else {
        return Value::Null;
    };
    let state = match policy.rule {
        Rule::ReportOnly => "enabledForReportingButNotEnforced",
        _ => "enabled",
    };
    let edited = stray_exclusion(world).map(|(at, _)| at).filter(|at| *at <= day && policy.rule == Rule::Everybody);
    json!({
        "id": world.policy_id(number).to_string(),
        "templateId": null,
        "displayName": policy.name,
        "createdDateTime": format!("{}T08:15:42.1234567Z", world.calendar.first().plus(-300)),
        "modifiedDateTime": edited.map(|at| format!("{at}T09:30:00Z")),
        "state": state,
        "conditions": conditions(world, day, policy.rule),
        "grantControls": grant(policy.rule),
        "sessionControls": session(policy.rule),
    })
}

fn conditions(world: &World, day: Day, rule: Rule) -> Value {
    let (clients, risk) = match rule {
        Rule::Legacy => (json!(["exchangeActiveSync", "other"]), json!([])),
        Rule::Risk => (json!(["all"]), json!(["high", "medium"])),
        Rule::Session => (json!(["browser"]), json!([])),
        _ => (json!(["all"]), json!([])),
    };
    let locations = match rule {
        Rule::Device => json!({"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}),
        _ => Value::Null,
    };
    json!({
        "userRiskLevels": [],
        "signInRiskLevels": risk,
        "clientAppTypes": clients,
        "platforms": null,
        "locations": locations,
        "times": null,
        "deviceStates": null,
        "devices": null,
        "clientApplications": null,
        "authenticationFlows": null,
        "applications": {
            "includeApplications": ["All"],
            "excludeApplications": [],
            "includeUserActions": [],
            "includeAuthenticationContextClassReferences": [],
            "applicationFilter": null
        },
        "users": users(world, day, rule),
    })
}

fn users(world: &World, day: Day, rule: Rule) -> Value {
    let group = |number: u64| world.object(number).to_string();
    let emergency: Vec<String> = world.people.get(world.cast.break_glass.clone()).unwrap_or_default().iter().map(|person| person.id.to_string()).collect();
    let mut left_out = emergency;
    let stray = stray_exclusion(world).filter(|(at, _)| *at <= day && rule == Rule::Everybody);
    left_out.extend(stray.and_then(|(_, index)| world.people.get(index)).map(|person| person.id.to_string()));
    let groups = match rule {
        Rule::Everybody if !world.plan.clean => vec![group(EXCLUSION_GROUP)],
        Rule::Legacy if !world.plan.clean => vec![group(LEGACY_GROUP)],
        _ => vec![],
    };
    let included = match rule {
        Rule::ReportOnly => json!([]),
        Rule::Guests => json!(["GuestsOrExternalUsers"]),
        _ => json!(["All"]),
    };
    let roles = match rule {
        Rule::ReportOnly => json!(["62e90394-69f5-4237-9190-012177145e10", "e8611ab8-c189-46e8-94e1-60213ab1f814"]),
        _ => json!([]),
    };
    json!({
        "includeUsers": included,
        "excludeUsers": left_out,
        "includeGroups": [],
        "excludeGroups": groups,
        "includeRoles": roles,
        "excludeRoles": [],
        "includeGuestsOrExternalUsers": null,
        "excludeGuestsOrExternalUsers": null
    })
}

fn grant(rule: Rule) -> Value {
    let (controls, terms, strength) = match rule {
        Rule::Session => return Value::Null,
        Rule::Everybody => (json!([]), json!([]), strength("2", "Multifactor authentication", MULTI)),
        Rule::ReportOnly => (json!([]), json!([]), strength("4", "Phishing-resistant MFA", RESISTANT)),
        Rule::Legacy => (json!(["block"]), json!([]), Value::Null),
        Rule::Risk => (json!(["mfa"]), json!([]), Value::Null),
        Rule::Device => (json!(["compliantDevice"]), json!([]), Value::Null),
        Rule::Guests => (json!([]), json!(["Guest terms of use"]), Value::Null),
    };
    json!({
        "operator": "OR",
        "builtInControls": controls,
        "customAuthenticationFactors": [],
        "termsOfUse": terms,
        "authenticationStrength": strength
    })
}

fn session(rule: Rule) -> Value {
    if rule != Rule::Session {
        return Value::Null;
    }
    json!({
        "disableResilienceDefaults": null,
        "applicationEnforcedRestrictions": null,
        "cloudAppSecurity": null,
        "signInFrequency": {"value": 12, "type": "hours", "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "timeBased", "isEnabled": true},
        "persistentBrowser": {"mode": "never", "isEnabled": true}
    })
}
