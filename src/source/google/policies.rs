//! Enforcement of 2-Step Verification per organisational unit and group (formats.md 7.4).
//!
//! A policy of the API is one setting for one organisational unit or group. Which unit is the root of the domain the
//! export does not say, so that no enforcement counts as one for all users.

use super::super::lenient::{List, Maybe, Text, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source};
use super::optional_time;
use crate::table::policy::{Policy, PolicyExclusion};
use crate::table::{Instant, Row, Table};

lenient! { Query { "orgUnit" => org_unit: Text<'a>, "group" => group: Text<'a>, } }
lenient! { SettingValue { "enforcedFrom" => enforced_from: Text<'a>, } }
lenient! { Setting { "type" => kind: Text<'a>, "value" => value: Maybe<SettingValue<'a>>, } }
lenient! {
    /// A `policy` of the Cloud Identity API.
    PolicyRecord {
        "name" => name: Text<'a>,
        "type" => kind: Text<'a>,
        "policyQuery" => query: Maybe<Query<'a>>,
        "setting" => setting: Maybe<Setting<'a>>,
    }
}
lenient! {
    /// A page as `policies.list` answers it.
    Page { "policies" => policies: Option<List<Maybe<PolicyRecord<'a>>>>, }
}

/// The domain's policies, of which those that enforce 2-Step Verification make rows.
#[derive(Debug)]
pub(in crate::source) struct Policies;

impl Source for Policies {
    fn kind(&self) -> &'static str {
        "google.policies"
    }

    fn about(&self) -> &'static str {
        "Google Workspace policies: Cloud Identity Policy API `policies.list`, of which the enforcement of 2-Step Verification per organisational unit and group is read"
    }

    fn limits(&self) -> &'static str {
        "the tree of organisational units is not in it: what a unit inherits is not told"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Policy::TABLE, PolicyExclusion::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Snapshot
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let page: Page<'_> = super::parse(record.json)?;
        let Some(list) = &page.policies else {
            let policy: PolicyRecord<'_> = super::parse(record.json)?;
            if let Some(found) = prepare(&policy)? {
                push(object, record, &found, rows);
            }
            return Ok(());
        };
        // All policies of a page are understood before the first row is kept: a record is taken whole or refused.
        let mut found = Vec::new();
        for item in &list.0 {
            let policy = item.0.as_ref().ok_or_else(|| Reject::Content("`policies` holds something that is not an object".to_owned()))?;
            found.extend(prepare(policy)?);
        }
        for policy in &found {
            push(object, record, policy, rows);
        }
        Ok(())
    }
}

/// An enforcement that is understood.
struct Prepared<'p> {
    id: &'p str,
    scope: Scope<'p>,
    /// The vendor's own default: what an administrator sets stands above it.
    by_default: bool,
    enforced_from: Option<Instant>,
}

/// Whom a setting is for.
#[derive(Debug, Clone, Copy)]
enum Scope<'p> {
    Group(&'p str),
    OrgUnit(&'p str),
    Unnamed,
}

fn prepare<'p>(policy: &'p PolicyRecord<'_>) -> Result<Option<Prepared<'p>>, Reject> {
    let setting = policy.setting.0.as_ref();
    let kind = setting.and_then(|s| s.kind.get()).ok_or_else(|| Reject::missing("setting.type"))?;
    if !enforces(kind) {
        return Ok(None);
    }
    let id = policy.name.get().ok_or_else(|| Reject::missing("name"))?;
    let enforced_from = match setting.and_then(|s| s.value.0.as_ref()) {
        Some(value) => optional_time("setting.value.enforcedFrom", &value.enforced_from)?,
        None => None,
    };
    let scope = policy.query.0.as_ref().map_or(Scope::Unnamed, scope);
    Ok(Some(Prepared { id, scope, by_default: policy.kind.is("SYSTEM"), enforced_from }))
}

/// The setting is written with dots by the interface and with underscores by some tools. Its neighbours begin alike:
/// `…_enforcement_factor` says which methods count, not that any is asked for.
fn enforces(kind: &str) -> bool {
    kind.strip_prefix("settings/").unwrap_or(kind).replace('.', "_").eq_ignore_ascii_case("security_two_step_verification_enforcement")
}

/// A policy for a group may name the organisational unit as well: the group is the narrower.
fn scope<'p>(query: &'p Query<'_>) -> Scope<'p> {
    let id = |text: &'p str, folder: &str| text.strip_prefix(folder).unwrap_or(text);
    match (query.group.get(), query.org_unit.get()) {
        (Some(group), _) => Scope::Group(id(group, "groups/")),
        (None, Some(unit)) => Scope::OrgUnit(id(unit, "orgUnits/")),
        (None, None) => Scope::Unnamed,
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, found: &Prepared<'_>, rows: &mut Rows) {
    let state = state(found.enforced_from, object.snapshot_at);
    rows.push(&Policy {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        policy_id: found.id,
        policy_name: Some(&name(found.scope)),
        policy_state: state,
        grants: "mfa",
        phishing_resistant: None,
        narrowed_by: Some("users"),
        all_users: false,
        all_apps: true,
        made_at: None,
        edited_at: None,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    // A default that nobody set excludes nobody: the row says that it is not enforced.
    if state != "disabled" || found.by_default {
        return;
    }
    let (object_kind, object_id) = match found.scope {
        Scope::Group(id) => ("group", id),
        Scope::OrgUnit(id) => ("org_unit", id),
        Scope::Unnamed => return,
    };
    rows.push(&PolicyExclusion { source: object.source, tenant: object.tenant, snapshot_at: object.snapshot_at, policy_id: found.id, object_kind, object_id });
}

fn name(scope: Scope<'_>) -> String {
    const WHAT: &str = "Google Workspace: 2-Step Verification enforcement";
    match scope {
        Scope::Group(id) => format!("{WHAT} for group {id}"),
        Scope::OrgUnit(id) => format!("{WHAT} for organisational unit {id}"),
        Scope::Unnamed => WHAT.to_owned(),
    }
}

/// The epoch stands for "not enforced", and a date that is still to come enforces nothing yet.
fn state(enforced_from: Option<Instant>, snapshot_at: Instant) -> &'static str {
    match enforced_from {
        Some(from) if from.0 <= 0 => "disabled",
        Some(from) if from <= snapshot_at => "enabled",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use arrow::record_batch::RecordBatch;

    use super::*;

    /// 2026-10-31T00:00:00Z.
    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(1_793_404_800_000_000), details: None };

    fn decode(json: &str) -> Result<Vec<RecordBatch>, Reject> {
        let mut rows = Rows::default();
        Policies.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows)?;
        Ok(rows.filled().map(|b| b.finish().unwrap()).collect())
    }

    fn policy(kind: &str, query: &str, from: &str) -> String {
        format!(
            r#"{{"name":"policies/abc","customer":"customers/C0","policyQuery":{{{query}"sortOrder":1}},"setting":{{"type":"{kind}","value":{{"enforcedFrom":"{from}"}}}},"type":"ADMIN"}}"#
        )
    }

    const ENFORCEMENT: &str = "settings/security.two_step_verification_enforcement";
    const UNIT: &str = r#""orgUnit":"orgUnits/ou1","#;
    const GROUP: &str = r#""orgUnit":"orgUnits/ou1","group":"groups/g1","#;

    #[test]
    fn an_enforcement_is_a_policy_whichever_way_its_setting_is_written() {
        for kind in [ENFORCEMENT, "settings/security_two_step_verification_enforcement", "security.two_step_verification_enforcement", "security_two_step_verification_enforcement"]
        {
            let batches = decode(&policy(kind, UNIT, "2024-01-01T00:00:00Z")).unwrap();
            let row = Policy::read(&batches[0]).unwrap()[0];
            assert_eq!((batches.len(), row.policy_id, row.policy_state, row.grants, row.raw_offset), (1, "policies/abc", "enabled", "mfa", 7), "{kind}");
            assert_eq!(row.policy_name, Some("Google Workspace: 2-Step Verification enforcement for organisational unit ou1"));
            assert_eq!((row.narrowed_by, row.all_users, row.all_apps, row.phishing_resistant), (Some("users"), false, true, None));
        }
    }

    #[test]
    fn the_state_is_that_of_the_snapshots_instant() {
        for (from, want) in [
            ("1970-01-01T00:00:00Z", "disabled"),
            ("2026-10-30T23:59:59Z", "enabled"),
            ("2026-10-31T00:00:00Z", "enabled"),
            ("2026-10-31T00:00:01Z", "other"),
            // Nothing said is nothing known.
            ("", "other"),
        ] {
            let batches = decode(&policy(ENFORCEMENT, UNIT, from)).unwrap();
            assert_eq!(Policy::read(&batches[0]).unwrap()[0].policy_state, want, "{from}");
        }
    }

    #[test]
    fn whoever_it_is_switched_off_for_is_excluded() {
        for (query, want) in [(UNIT, Some(("org_unit", "ou1"))), (GROUP, Some(("group", "g1"))), ("", None)] {
            let batches = decode(&policy(ENFORCEMENT, query, "1970-01-01T00:00:00Z")).unwrap();
            let exclusions = batches.get(1).map(|b| PolicyExclusion::read(b).unwrap()).unwrap_or_default();
            assert!(exclusions.iter().all(|e| e.policy_id == "policies/abc"));
            assert_eq!(exclusions.iter().map(|e| (e.object_kind, e.object_id)).collect::<Vec<_>>(), want.into_iter().collect::<Vec<_>>(), "{query}");
        }
        let default = policy(ENFORCEMENT, UNIT, "1970-01-01T00:00:00Z").replace("ADMIN", "SYSTEM");
        assert_eq!(decode(&default).unwrap().len(), 1, "a default that nobody set excludes nobody");
        assert_eq!(decode(&policy(ENFORCEMENT, UNIT, "2026-12-01T00:00:00Z")).unwrap().len(), 1, "enforcement that is still to come is planned, not switched off");
    }

    #[test]
    fn a_page_is_taken_whole_and_other_settings_make_no_row() {
        let other = r#"{"name":"policies/x","setting":{"type":"settings/security.two_step_verification_enforcement_factor","value":{"allowedSignInFactorSet":"ALL"}}}"#;
        let batches = decode(&format!(r#"{{"policies":[{},{other}],"nextPageToken":"n"}}"#, policy(ENFORCEMENT, GROUP, "2024-01-01T00:00:00Z"))).unwrap();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [1]);
        assert!(decode(other).unwrap().is_empty() && decode(r#"{"policies":[]}"#).unwrap().is_empty());
    }

    #[test]
    fn rejects() {
        let nameless = policy(ENFORCEMENT, UNIT, "2024-01-01T00:00:00Z").replace("\"name\"", "\"title\"");
        for (json, reason) in [
            (r#"{"name":"policies/abc","setting":{"value":{}}}"#, Reject::missing("setting.type")),
            (r#"{"id":{}}"#, Reject::missing("setting.type")),
            (nameless.as_str(), Reject::missing("name")),
            (policy(ENFORCEMENT, UNIT, "soon").as_str(), Reject::bad_time("setting.value.enforcedFrom", "soon")),
            (r#"{"policies":[7]}"#, Reject::Content("`policies` holds something that is not an object".to_owned())),
            ("{", Reject::Syntax),
        ] {
            assert_eq!(decode(json).unwrap_err(), reason, "{json}");
        }
    }
}
