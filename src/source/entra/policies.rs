//! Conditional Access policies and named locations (formats.md 3).

use super::super::lenient::{Flag, List, Maybe, Text, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use super::optional_time;
use crate::table::policy::{Location, Policy, PolicyExclusion};
use crate::table::{Row, Table};

lenient! { GuestScope { "guestOrExternalUserTypes" => kinds: Text<'a>, } }
lenient! {
    UserScope {
        "includeUsers" => include: List<Text<'a>>,
        "excludeUsers" => exclude: List<Text<'a>>,
        "excludeGroups" => exclude_groups: List<Text<'a>>,
        "excludeRoles" => exclude_roles: List<Text<'a>>,
        "excludeGuestsOrExternalUsers" => exclude_guests: Maybe<GuestScope<'a>>,
    }
}
lenient! {
    AppScope {
        "includeApplications" => include: List<Text<'a>>,
        "excludeApplications" => exclude: List<Text<'a>>,
    }
}
lenient! { PlaceScope { "includeLocations" => include: List<Text<'a>>, "excludeLocations" => exclude: List<Text<'a>>, } }
lenient! { PlatformScope { "includePlatforms" => include: List<Text<'a>>, "excludePlatforms" => exclude: List<Text<'a>>, } }
lenient! { DeviceFilter { "mode" => mode: Text<'a>, "rule" => rule: Text<'a>, } }
lenient! { Devices { "deviceFilter" => filter: Maybe<DeviceFilter<'a>>, } }
lenient! {
    Conditions {
        "users" => users: Maybe<UserScope<'a>>,
        "applications" => apps: Maybe<AppScope<'a>>,
        "locations" => places: Maybe<PlaceScope<'a>>,
        "platforms" => platforms: Maybe<PlatformScope<'a>>,
        "devices" => devices: Maybe<Devices<'a>>,
        "clientAppTypes" => clients: List<Text<'a>>,
        "signInRiskLevels" => sign_in_risk: List<Text<'a>>,
        "userRiskLevels" => user_risk: List<Text<'a>>,
        "insiderRiskLevels" => insider_risk: Text<'a>,
    }
}
lenient! { Strength { "id" => id: Text<'a>, "requirementsSatisfied" => satisfied: Text<'a>, "allowedCombinations" => allowed: List<Text<'a>>, } }
lenient! {
    Grants {
        "operator" => operator: Text<'a>,
        "builtInControls" => controls: List<Text<'a>>,
        "authenticationStrength" => strength: Maybe<Strength<'a>>,
        "customAuthenticationFactors" => custom: List<Text<'a>>,
        "termsOfUse" => terms: List<Text<'a>>,
    }
}
lenient! {
    PolicyRecord {
        "id" => id: Text<'a>,
        "displayName" => name: Text<'a>,
        "state" => state: Text<'a>,
        "createdDateTime" => created: Text<'a>,
        "modifiedDateTime" => modified: Text<'a>,
        "conditions" => conditions: Maybe<Conditions<'a>>,
        "grantControls" => grants: Maybe<Grants<'a>>,
        "allowedCombinations" => strength_combinations: List<Text<'a>>,
        "requirementsSatisfied" => strength_satisfied: Text<'a>,
        "@odata.type" => kind: Text<'a>,
        "ipRanges" => ranges: Option<List<Text<'a>>>,
        "countriesAndRegions" => countries: Option<List<Text<'a>>>,
        "isAvailable" => context_available: Flag,
    }
}
lenient! {
    /// The settings file of a baseline scanner holds the policies in one list.
    Settings { "conditional_access_policies" => policies: Option<List<Maybe<PolicyRecord<'a>>>>, }
}

impl PolicyRecord<'_> {
    /// Folder exports keep named locations, strengths and authentication contexts beside the policies.
    fn is_something_else(&self) -> bool {
        let strength = self.strength_satisfied.get().is_some() || !self.strength_combinations.0.is_empty();
        let location = self.ranges.is_some() || self.countries.is_some() || self.kind.or_empty().to_ascii_lowercase().contains("namedlocation");
        self.conditions.0.is_none() && (strength || location || self.context_available.0.is_some())
    }
}

/// Access policies; standalone authentication strengths in the same folder are read and carry no row of their own.
#[derive(Debug)]
pub(in crate::source) struct Policies;

impl Source for Policies {
    fn kind(&self) -> &'static str {
        "entra.policies"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra Conditional Access: Graph `identity/conditionalAccess/policies` with authentication strengths, folder exports, settings of a baseline scanner"
    }
    fn limits(&self) -> &'static str {
        "per-user MFA and security defaults are not in it"
    }
    fn tables(&self) -> Vec<Table> {
        vec![Policy::TABLE, PolicyExclusion::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Snapshot
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        if memchr::memmem::find(record.json, b"\"conditional_access_policies\"").is_some() {
            let settings: Settings<'_> = super::parse(record.json)?;
            let listed = settings.policies.iter().flat_map(|l| &l.0);
            return listed.filter_map(|p| p.0.as_ref()).try_for_each(|p| push(object, record, p, rows));
        }
        let json = super::lifted(record.json);
        push(object, record, &super::parse(&json)?, rows)
    }
}

fn push(object: &ObjectContext<'_>, record: Record<'_>, policy: &PolicyRecord<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let id = policy.id.get().ok_or_else(|| Reject::missing("id"))?;
    if policy.is_something_else() {
        return Ok(());
    }
    policy.state.get().ok_or_else(|| Reject::missing("state"))?;
    let conditions = policy.conditions.0.clone().unwrap_or_default();
    let narrowed = narrowed_by(&conditions);
    rows.push(&Policy {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        policy_id: id,
        policy_name: policy.name.get(),
        policy_state: match policy.state.or_empty().to_ascii_lowercase().as_str() {
            "enabled" => "enabled",
            "disabled" => "disabled",
            "enabledforreportingbutnotenforced" => "report_only",
            _ => "other",
        },
        grants: grants(policy.grants.0.as_ref()),
        phishing_resistant: policy.grants.0.as_ref().and_then(|g| g.strength.0.as_ref()).filter(|s| s.id.get().is_some() || !s.allowed.0.is_empty()).map(strength_resists_phishing),
        narrowed_by: Some(narrowed.as_str()).filter(|n| !n.is_empty()),
        all_users: conditions.users.0.as_ref().is_some_and(|u| u.include.0.iter().any(|i| i.is("All"))),
        all_apps: conditions.apps.0.as_ref().is_some_and(|a| a.include.0.iter().any(|i| i.is("All"))),
        made_at: optional_time("createdDateTime", &policy.created)?,
        edited_at: optional_time("modifiedDateTime", &policy.modified)?,
        raw_object: object.key,
        raw_offset: record.offset,
    });
    exclusions(object, id, &conditions, rows);
    Ok(())
}

/// `mfa` only when nothing else can stand in for it.
fn grants(grants: Option<&Grants<'_>>) -> &'static str {
    let Some(g) = grants else { return "none" };
    let has = |word: &str| g.controls.0.iter().any(|c| c.is(word));
    if has("block") {
        return "block";
    }
    let by_strength = g.strength.0.as_ref().is_some_and(|s| s.satisfied.is("mfa"));
    if !(has("mfa") || by_strength) {
        return if g.controls.0.is_empty() && g.custom.0.is_empty() && g.terms.0.is_empty() { "none" } else { "other" };
    }
    let others = g.controls.0.iter().filter(|c| !c.is("mfa")).count() + g.custom.0.len() + g.terms.0.len();
    if g.operator.is("OR") && others > 0 { "mfa_or_device" } else { "mfa" }
}

fn strength_resists_phishing(strength: &Strength<'_>) -> bool {
    let resists = |mode: &str| ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"].iter().any(|m| mode.trim().eq_ignore_ascii_case(m));
    if strength.allowed.0.is_empty() {
        return strength.id.is("00000000-0000-0000-0000-000000000004");
    }
    strength.allowed.0.iter().all(|c| c.or_empty().split(',').all(resists))
}

fn narrowed_by(c: &Conditions<'_>) -> String {
    let only = |list: &List<Text<'_>>| !list.0.is_empty() && !list.0.iter().any(|i| i.is("All"));
    let mut by = Vec::new();
    if only(&c.sign_in_risk) {
        by.push("sign_in_risk");
    }
    if only(&c.user_risk) {
        by.push("user_risk");
    }
    if c.insider_risk.get().is_some() {
        by.push("insider_risk");
    }
    if c.platforms.0.as_ref().is_some_and(|p| only(&p.include)) {
        by.push("platform");
    }
    if c.devices.0.as_ref().and_then(|d| d.filter.0.as_ref()).is_some_and(|f| f.rule.get().is_some()) {
        by.push("device_filter");
    }
    if c.places.0.as_ref().is_some_and(|p| only(&p.include)) {
        by.push("location");
    }
    if only(&c.clients) {
        by.push("client");
    }
    by.join(",")
}

fn exclusions(object: &ObjectContext<'_>, policy_id: &str, c: &Conditions<'_>, rows: &mut Rows) {
    let mut push = |object_kind: &'static str, object_id: &str| {
        rows.push(&PolicyExclusion { source: object.source, tenant: object.tenant, snapshot_at: object.snapshot_at, policy_id, object_kind, object_id });
    };
    let mut list = |kind: &'static str, items: &List<Text<'_>>| items.0.iter().filter_map(Text::get).for_each(|id| push(kind, id));
    if let Some(users) = &c.users.0 {
        list("user", &users.exclude);
        list("group", &users.exclude_groups);
        list("role", &users.exclude_roles);
    }
    if let Some(apps) = &c.apps.0 {
        list("application", &apps.exclude);
    }
    if let Some(places) = &c.places.0 {
        list("location", &places.exclude);
    }
    if let Some(platforms) = &c.platforms.0 {
        list("platform", &platforms.exclude);
    }
    // The PowerShell module writes every unset object with its members null.
    if let Some(kinds) = c.users.0.as_ref().and_then(|u| u.exclude_guests.0.as_ref()).and_then(|g| g.kinds.get()) {
        push("guests", kinds);
    }
    if let Some(filter) = c.devices.0.as_ref().and_then(|d| d.filter.0.as_ref()).filter(|f| f.mode.is("exclude")) {
        push("device_filter", filter.rule.or_empty());
    }
}

lenient! { Range { "cidrAddress" => cidr: Text<'a>, } }
lenient! {
    LocationRecord {
        "@odata.type" => kind: Text<'a>,
        "id" => id: Text<'a>,
        "displayName" => name: Text<'a>,
        "isTrusted" => trusted: Flag,
        "ipRanges" => ranges: List<Maybe<Range<'a>>>,
        "countriesAndRegions" => countries: List<Text<'a>>,
    }
}

/// Named locations.
#[derive(Debug)]
pub(in crate::source) struct Locations;

impl Source for Locations {
    fn kind(&self) -> &'static str {
        "entra.locations"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra named locations: Graph `identity/conditionalAccess/namedLocations`"
    }
    fn limits(&self) -> &'static str {
        "the legacy trusted addresses of the MFA service are not in it"
    }
    fn tables(&self) -> Vec<Table> {
        vec![Location::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Snapshot
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let json = super::lifted(record.json);
        let place: LocationRecord<'_> = super::parse(&json)?;
        let ranges = place.ranges.0.iter().filter_map(|r| r.0.as_ref()).filter_map(|r| r.cidr.get());
        let members: Vec<&str> = ranges.chain(place.countries.0.iter().filter_map(Text::get)).collect();
        rows.push(&Location {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            location_id: place.id.get().ok_or_else(|| Reject::missing("id"))?,
            location_name: place.name.get(),
            location_kind: if place.kind.or_empty().contains("country") || !place.countries.0.is_empty() { "country" } else { "ip" },
            trusted: place.trusted.0,
            members: &members.join(","),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(json: &str) -> &'static str {
        grants(serde_json::from_str::<Maybe<Grants<'_>>>(json).unwrap().0.as_ref())
    }

    #[test]
    fn what_a_policy_grants_access_for() {
        assert_eq!(granted("null"), "none");
        assert_eq!(granted(r#"{"operator":"OR","builtInControls":["mfa"]}"#), "mfa");
        assert_eq!(granted(r#"{"operator":"OR","builtInControls":["mfa","compliantDevice"]}"#), "mfa_or_device");
        assert_eq!(granted(r#"{"operator":"AND","builtInControls":["mfa","compliantDevice"]}"#), "mfa");
        assert_eq!(granted(r#"{"operator":"OR","builtInControls":[],"authenticationStrength":{"requirementsSatisfied":"mfa"}}"#), "mfa");
        assert_eq!(granted(r#"{"operator":"OR","builtInControls":["block"]}"#), "block");
        assert_eq!(granted(r#"{"operator":"OR","builtInControls":["compliantDevice"]}"#), "other");
    }

    #[test]
    fn what_stands_beside_the_policies_of_a_folder_makes_no_row() {
        let object = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: crate::table::Instant(0), details: None };
        let made = |json: &str| {
            let mut rows = Rows::default();
            Policies.decode(&object, Record { offset: 0, json: json.as_bytes() }, &mut rows).map(|()| rows.fullest()).map_err(|e| e.reason().to_owned())
        };
        assert_eq!(made(r##"{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"l","displayName":"x","ipRanges":[]}"##), Ok(0));
        assert_eq!(made(r#"{"id":"c1","displayName":"x","isAvailable":true}"#), Ok(0));
        assert_eq!(made(r#"{"id":"p"}"#), Err("`state` is missing".to_owned()));
        assert_eq!(made(r#"{"baseline_version":"1","conditional_access_policies":[{"Id":"p","State":"enabled","Conditions":{"Users":{"ExcludeUsers":["u"]}}}]}"#), Ok(1));
    }

    #[test]
    fn a_strength_resists_phishing_only_if_every_combination_does() {
        let resists = |json: &str| strength_resists_phishing(&serde_json::from_str(json).unwrap());
        assert!(resists(r#"{"allowedCombinations":["fido2","windowsHelloForBusiness"]}"#));
        assert!(!resists(r#"{"allowedCombinations":["fido2","password,microsoftAuthenticatorPush"]}"#));
        assert!(resists(r#"{"id":"00000000-0000-0000-0000-000000000004"}"#));
    }
}
