//! Directory changes of the unified audit log (record type 8): the activities of formats.md 4.2 under another roof.

use super::super::{ObjectContext, Record, Rows};
use super::audit;
use super::unified::{Unified, is_guid};
use crate::period;
use crate::table::Instant;
use crate::table::policy::Change;

pub(super) fn push(object: &ObjectContext<'_>, at: Record<'_>, record: &Unified<'_>, (event_id, occurred_at): (&str, Instant), rows: &mut Rows) {
    let activity = record.operation.or_empty().trim_end_matches('.');
    // Conditional Access has no record of its own here: its edits appear as those of the core directory.
    let members = record.modified.0.iter().filter_map(|m| m.0.as_ref()).map(|m| m.name.or_empty());
    let area = audit::area(activity, "Core Directory", members);
    let targets = || record.targets.0.iter().filter_map(|t| t.0.as_ref()).filter_map(|t| t.id.get());
    let (old, new) = (values(record, false), values(record, true));
    let actor_name = record.user_name.get();
    rows.push(&Change {
        source: object.source,
        tenant: object.tenant,
        event_id,
        occurred_at,
        event_date: period::utc_day(occurred_at),
        area,
        activity,
        // The same edit stands in the directory's own log; there it is the main record.
        twin: area == "access_policy",
        outcome: match record.result.or_empty().to_ascii_lowercase().as_str() {
            "success" | "succeeded" => "success",
            "failure" | "failed" => "failure",
            _ => "other",
        },
        actor_id: record.actor_id(),
        actor_name,
        actor_kind: if actor_name.is_some_and(|n| n.contains('@')) { "user" } else { "unknown" },
        target_id: targets().find(|id| is_guid(id)).unwrap_or(""),
        target_name: record.object_id.get().or_else(|| targets().find(|id| id.contains('@'))),
        target_kind: None,
        container_id: None,
        old_values: old.as_deref(),
        new_values: new.as_deref(),
        detail: None,
        ticket: None,
        policy_effect: None,
        left_out: None,
        taken_back: None,
        diff_text: None,
        correlation_id: record.correlation_id.get(),
        ingested_at: None,
        completeness: 0,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

/// Modified properties as one JSON object.
fn values(record: &Unified<'_>, new: bool) -> Option<String> {
    let all = record.modified.0.iter().filter_map(|m| m.0.as_ref());
    let pairs = all.filter_map(|m| Some((m.name.get()?.to_owned(), if new { &m.new } else { &m.old }.get()?.into())));
    let found: serde_json::Map<String, serde_json::Value> = pairs.collect();
    (!found.is_empty()).then(|| serde_json::Value::Object(found).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::table::Row;

    #[test]
    fn a_method_change_is_told_with_its_values() {
        let json = r#"{"Id":"c","CreationTime":"2026-10-05T07:00:00","Operation":"Update user.","RecordType":8,"ResultStatus":"Success","UserId":"admin@example.com","ObjectId":"ada@example.com",
            "Target":[{"ID":"11111111-2222-3333-4444-555555555555","Type":2}],"ModifiedProperties":[{"Name":"StrongAuthenticationMethod","OldValue":"[]","NewValue":"[{\"MethodType\":7}]"}]}"#;
        let object = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };
        let mut rows = Rows::default();
        super::super::UnifiedAudit.decode(&object, Record { offset: 0, json: json.as_bytes() }, &mut rows).unwrap();
        let batch = rows.filled().next().unwrap().finish().unwrap();
        let row = Change::read(&batch).unwrap()[0];
        assert_eq!((row.activity, row.outcome, row.target_id, row.target_name), ("Update user", "success", "11111111-2222-3333-4444-555555555555", Some("ada@example.com")));
        assert_eq!(row.new_values, Some(r#"{"StrongAuthenticationMethod":"[{\"MethodType\":7}]"}"#));
    }
}
