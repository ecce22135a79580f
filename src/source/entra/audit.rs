//! Directory audit log: who changed what (formats.md 4).

use super::super::lenient::{List, Maybe, Text, lenient};
use super::super::{Expected, FlatRow, ObjectContext, Record, Reject, Rows, Source, time};
use super::policy_edit;
use crate::period;
use crate::table::policy::Change;
use crate::table::{Row, Table};

lenient! { ActorUser { "id" => id: Text<'a>, "userPrincipalName" => name: Text<'a>, "displayName" => display: Text<'a>, } }
lenient! { ActorApp { "servicePrincipalId" => id: Text<'a>, "appId" => app_id: Text<'a>, "displayName" => name: Text<'a>, } }
lenient! { Initiator { "user" => user: Maybe<ActorUser<'a>>, "app" => app: Maybe<ActorApp<'a>>, } }
lenient! { Detail { "key" => key: Text<'a>, "value" => value: Text<'a>, } }
lenient! { Modified { "displayName" => name: Text<'a>, "oldValue" => old: Text<'a>, "newValue" => new: Text<'a>, } }
lenient! {
    Target {
        "id" => id: Text<'a>,
        "displayName" => name: Text<'a>,
        "type" => kind: Text<'a>,
        "userPrincipalName" => user_name: Text<'a>,
        "modifiedProperties" => modified: List<Modified<'a>>,
    }
}
lenient! {
    AuditRecord {
        "id" => id: Text<'a>,
        "activityDateTime" => at: Text<'a>,
        "activityDisplayName" => activity: Text<'a>,
        "loggedByService" => service: Text<'a>,
        "result" => result: Text<'a>,
        "resultReason" => reason: Text<'a>,
        "correlationId" => correlation_id: Text<'a>,
        "additionalDetails" => details: List<Detail<'a>>,
        "initiatedBy" => initiator: Maybe<Initiator<'a>>,
        "targetResources" => targets: List<Target<'a>>,
    }
}
lenient! { WrappedAudit { "time" => time: Text<'a>, "operationName" => operation: Text<'a>, "properties" => properties: Maybe<AuditRecord<'a>>, } }

/// The directory audit log.
#[derive(Debug)]
pub(in crate::source) struct Audit;

impl Source for Audit {
    fn kind(&self) -> &'static str {
        "entra.audit"
    }
    fn about(&self) -> &'static str {
        "Microsoft Entra directory audit: Graph `auditLogs/directoryAudits` and Azure Monitor `AuditLogs`"
    }
    fn limits(&self) -> &'static str {
        "one edit of an access policy writes two records; the poorer one is marked as twin"
    }
    fn tables(&self) -> Vec<Table> {
        vec![Change::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Daily
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        if memchr::memmem::find(record.json, b"\"TimeGenerated").is_some()
            && let Some(row) = FlatRow::of_json(record.json)
        {
            // A log workspace writes the nested members as text.
            let json = self.unflatten(object, &row).to_string();
            let record = Record { json: json.as_bytes(), ..record };
            return push(object, record, &super::parse(record.json)?, &WrappedAudit::default(), rows);
        }
        let wrapped: WrappedAudit<'_> = super::parse(record.json)?;
        match &wrapped.properties.0 {
            Some(inner) => push(object, record, inner, &wrapped, rows),
            None => push(object, record, &super::parse(record.json)?, &wrapped, rows),
        }
    }
}

fn push(object: &ObjectContext<'_>, at: Record<'_>, audit: &AuditRecord<'_>, wrapped: &WrappedAudit<'_>, rows: &mut Rows) -> Result<(), Reject> {
    let event_id = audit.id.get().ok_or_else(|| Reject::missing("id"))?;
    let text = audit.at.get().ok_or_else(|| Reject::missing("activityDateTime"))?;
    let occurred_at = time::occurred("activityDateTime", text)?;
    let activity = audit.activity.get().or(wrapped.operation.get()).ok_or_else(|| Reject::missing("activityDisplayName"))?.trim_end_matches('.');
    let target = audit.targets.0.first();
    let (actor_id, actor_name, actor_kind) = actor(audit);
    let old = values(target, |m| &m.old);
    let new = values(target, |m| &m.new);
    let members = audit.targets.0.iter().flat_map(|t| &t.modified.0).map(|m| m.name.or_empty());
    let area = area(activity, audit.service.or_empty(), members);
    let edit = (area == "access_policy").then(|| policy_edit::edit(activity, old.as_deref(), new.as_deref())).flatten();
    rows.push(&Change {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        area,
        activity,
        // One edit of an access policy writes a second, poorer record through the core directory.
        twin: area == "access_policy" && audit.service.is("Core Directory"),
        outcome: match audit.result.or_empty().to_ascii_lowercase().as_str() {
            "success" => "success",
            "failure" | "failed" => "failure",
            _ => "other",
        },
        actor_id,
        actor_name,
        actor_kind,
        target_id: target.map_or("", |t| t.id.or_empty()),
        target_name: target.and_then(|t| t.user_name.get().or(t.name.get())),
        target_kind: target.and_then(|t| t.kind.get()),
        container_id: container(audit).as_deref(),
        old_values: old.as_deref(),
        new_values: new.as_deref(),
        detail: audit.reason.get(),
        ticket: ticket(audit),
        policy_effect: edit.as_ref().map(|e| e.effect),
        left_out: edit.as_ref().map(|e| e.left_out.as_str()).filter(|t| !t.is_empty()),
        taken_back: edit.as_ref().map(|e| e.taken_back.as_str()).filter(|t| !t.is_empty()),
        diff_text: edit.as_ref().map(|e| e.text.as_str()).filter(|t| !t.is_empty()),
        correlation_id: audit.correlation_id.get(),
        ingested_at: wrapped.time.get().and_then(time::instant),
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
    Ok(())
}

/// A change record that tools write beside the event.
fn ticket<'a>(audit: &'a AuditRecord<'_>) -> Option<&'a str> {
    let named = |key: &str| ["ticket", "change request", "changerequest", "change record"].iter().any(|k| key.to_ascii_lowercase().contains(k));
    audit.details.0.iter().find(|d| named(d.key.or_empty())).and_then(|d| d.value.get())
}

fn actor<'a>(audit: &'a AuditRecord<'_>) -> (Option<&'a str>, Option<&'a str>, &'static str) {
    let initiator = audit.initiator.0.as_ref();
    if let Some(user) = initiator.and_then(|i| i.user.0.as_ref()).filter(|u| u.id.get().is_some() || u.name.get().is_some()) {
        return (user.id.get(), user.name.get().or(user.display.get()), "user");
    }
    if let Some(app) = initiator.and_then(|i| i.app.0.as_ref()) {
        return (app.id.get().or(app.app_id.get()), app.name.get(), "application");
    }
    (None, None, "unknown")
}

/// Modified properties as one JSON object; the values are JSON text themselves and stay as recorded.
fn values<'a>(target: Option<&'a Target<'_>>, pick: impl Fn(&'a Modified<'_>) -> &'a Text<'a>) -> Option<String> {
    let properties: serde_json::Map<String, serde_json::Value> = target?.modified.0.iter().filter_map(|m| Some((m.name.get()?.to_owned(), pick(m).get()?.into()))).collect();
    (!properties.is_empty()).then(|| serde_json::Value::Object(properties).to_string())
}

/// Group or role of a membership change: in the modified properties, or the second target.
fn container(audit: &AuditRecord<'_>) -> Option<String> {
    // The template id is the one to trust; names and object ids of roles were seen to disagree with it.
    let named = |name: &&str| {
        let all = audit.targets.0.iter().flat_map(|t| &t.modified.0);
        all.filter(|m| m.name.is(name)).find_map(|m| m.new.get().or(m.old.get())).map(|v| v.trim_matches('"').to_owned())
    };
    ["Group.ObjectID", "Role.TemplateId", "Role.ObjectID"].iter().find_map(named).or_else(|| audit.targets.0.get(1).and_then(|t| t.id.get()).map(str::to_owned))
}

/// What a change touches, by its activity, service and the members it writes.
pub(super) fn area<'m>(activity: &str, service: &str, mut members: impl Iterator<Item = &'m str>) -> &'static str {
    let a = activity.to_ascii_lowercase();
    let has = |part: &str| a.contains(part);
    if has("conditional access policy")
        || has("named location")
        || has("security defaults")
        || (has(" policy") && service.eq_ignore_ascii_case("Core Directory") && !has("authorization"))
    {
        "access_policy"
    } else if has("authentication methods policy")
        || has("authentication strength")
        || has("authorization policy")
        || has("mfa registration policy")
        || has("set company information")
    {
        "method_policy"
    } else if has("strong authentication") || (a == "update user" && members.any(|m| m.starts_with("StrongAuthentication"))) {
        "user_mfa"
    } else if has("security info")
        || has("temporary access pass")
        || has("oath token")
        || has("fido2 security key")
        || has("hello for business credential")
        || has("passwordless phone")
        || has("platform credential")
    {
        "user_method"
    } else if has("bypass") {
        "bypass"
    } else if has("fraud reported") || has("suspicious activity reported") {
        "fraud"
    } else if has("group") && has("member") {
        "group_member"
    } else if has("role") && (has("member") || has("eligible")) {
        "role_member"
    } else if has("set domain authentication") || has("federation settings") {
        "federation"
    } else if has("account") || has("add user") || has("delete user") || has("reset password") || has("application password") || has("tokenvalidfrom") || has("tokensvalidfrom") {
        "account"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities_fall_into_areas() {
        for (activity, service, want) in [
            ("Update conditional access policy", "Conditional Access", "access_policy"),
            ("Update policy", "Core Directory", "access_policy"),
            ("Authentication Methods Policy Update", "Authentication Methods", "method_policy"),
            ("Disable Strong Authentication", "Core Directory", "user_mfa"),
            ("User registered security info", "Authentication Methods", "user_method"),
            ("Add bypass user", "Azure MFA", "bypass"),
            ("Fraud reported - no action taken", "Azure MFA", "fraud"),
            ("Add member to group", "Core Directory", "group_member"),
            ("Add eligible member to role in PIM completed (permanent)", "PIM", "role_member"),
            ("Set federation settings on domain", "Core Directory", "federation"),
            ("Disable account", "Core Directory", "account"),
            ("Consent to application", "Core Directory", "other"),
        ] {
            assert_eq!(area(activity, service, std::iter::empty()), want, "{activity}");
        }
    }
}
