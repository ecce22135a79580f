//! Policy tables: what was configured, who was excluded, who changed it.

use super::{Day, Instant, table};

table! {
    /// One row per access policy and snapshot.
    Policy = "policies", Snapshot, key ["source", "tenant", "snapshot_at", "policy_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Policy id.
        policy_id: &'a str,
        /// Name as recorded.
        policy_name: Option<&'a str>,
        /// `enabled`, `disabled`, `report_only` or `other`.
        policy_state: &'a str,
        /// `mfa`, `mfa_or_device`, `block`, `none` or `other`: what the policy grants access for.
        grants: &'a str,
        /// Every combination it accepts is phishing-resistant.
        phishing_resistant: Option<bool>,
        /// Conditions that narrow it, joined by comma: risk, platform, device filter, location, client, users.
        narrowed_by: Option<&'a str>,
        /// Applies to all users before exclusions.
        all_users: bool,
        /// Applies to all applications before exclusions.
        all_apps: bool,
        /// Created.
        made_at: Option<Instant>,
        /// Last edited; null until the first edit.
        edited_at: Option<Instant>,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Byte offset of the record.
        raw_offset: i64,
    }
}

table! {
    /// One row per policy and excluded object.
    PolicyExclusion = "policy_exclusions", Snapshot, key ["source", "tenant", "snapshot_at", "policy_id", "object_kind", "object_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Policy id.
        policy_id: &'a str,
        /// `user`, `group`, `org_unit`, `user_type`, `role`, `guests`, `application`, `location`, `platform`, `device_filter` or `client`.
        object_kind: &'a str,
        /// Id or word of the excluded object.
        object_id: &'a str,
    }
}

table! {
    /// One row per named location.
    Location = "locations", Snapshot, key ["source", "tenant", "snapshot_at", "location_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Location id.
        location_id: &'a str,
        /// Name as recorded.
        location_name: Option<&'a str>,
        /// `ip` or `country`.
        location_kind: &'a str,
        /// Marked as trusted; null for country locations, which carry no such mark.
        trusted: Option<bool>,
        /// Address ranges or countries, joined by comma.
        members: &'a str,
    }
}

table! {
    /// One row per directory audit event.
    Change = "changes", EventDay, key ["source", "tenant", "event_id", "target_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// The provider's event id.
        event_id: &'a str,
        /// Time of the change.
        occurred_at: Instant,
        /// UTC day of `occurred_at`.
        event_date: Day,
        /// `access_policy`, `method_policy`, `user_mfa`, `user_method`, `bypass`, `fraud`, `group_member`, `role_member`, `account`, `federation` or `other`.
        area: &'a str,
        /// Activity as recorded.
        activity: &'a str,
        /// The twin record of a policy edit: counted only when the main record is missing.
        twin: bool,
        /// `success`, `failure` or `other`.
        outcome: &'a str,
        /// Person or application id that did it.
        actor_id: Option<&'a str>,
        /// Name as recorded.
        actor_name: Option<&'a str>,
        /// `user`, `application` or `unknown`.
        actor_kind: &'a str,
        /// First target's id; empty text when none.
        target_id: &'a str,
        /// First target's name.
        target_name: Option<&'a str>,
        /// First target's kind.
        target_kind: Option<&'a str>,
        /// Group or role that a member was added to or removed from.
        container_id: Option<&'a str>,
        /// Old values as recorded, JSON.
        old_values: Option<&'a str>,
        /// New values as recorded, JSON.
        new_values: Option<&'a str>,
        /// Reason text; names the method for method changes.
        detail: Option<&'a str>,
        /// Change record that the event names.
        ticket: Option<&'a str>,
        /// Of a policy edit: `relaxed` (asks for less than before, or for nothing), `changed`; null for other events.
        policy_effect: Option<&'a str>,
        /// Of a policy edit: objects that it leaves out and did not before, joined by `;`.
        left_out: Option<&'a str>,
        /// Of a policy edit: objects that it left out before and no longer does, joined by `;`.
        taken_back: Option<&'a str>,
        /// What changed, in words: `state enabled -> disabled; excluded users + id`.
        diff_text: Option<&'a str>,
        /// Correlation id.
        correlation_id: Option<&'a str>,
        /// Time the delivery was written.
        ingested_at: Option<Instant>,
        /// Always 0: copies of one event are alike.
        completeness: i64,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Byte offset of the record.
        raw_offset: i64,
    }
}
