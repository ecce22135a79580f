//! Directory tables: who exists, what they registered, which roles and groups they hold.

use super::{Instant, table};

table! {
    /// One row per identity and directory snapshot.
    Identity = "identities", Snapshot, key ["source", "tenant", "snapshot_at", "identity_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Immutable object id.
        identity_id: &'a str,
        /// Sign-in name.
        user_name: Option<&'a str>,
        /// Display name.
        display_name: Option<&'a str>,
        /// `member`, `guest` or `unknown`.
        user_kind: &'a str,
        /// Account enabled; null when the export does not say.
        enabled: Option<bool>,
        /// Soft-deleted.
        deleted: bool,
        /// Account created.
        created_at: Option<Instant>,
        /// Employment start.
        hired_at: Option<Instant>,
        /// Employment end.
        leaves_at: Option<Instant>,
        /// Employee type as recorded.
        employee_type: Option<&'a str>,
        /// Department as recorded.
        department: Option<&'a str>,
        /// Company as recorded.
        company: Option<&'a str>,
        /// Joins a person's several accounts; the identity id where no map is given.
        person_id: &'a str,
        /// Synchronised from an on-premises directory.
        synced: Option<bool>,
        /// Signs in through another identity provider; null when the export does not say.
        federated: Option<bool>,
        /// Last sign-in the directory reports.
        last_sign_in_at: Option<Instant>,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Byte offset of the record.
        raw_offset: i64,
    }
}

table! {
    /// One row per identity in the registration export.
    Registration = "registrations", Snapshot, key ["source", "tenant", "snapshot_at", "identity_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Immutable object id.
        identity_id: &'a str,
        /// The provider says a strong method is registered, whatever policy allows.
        registered: Option<bool>,
        /// The provider says a registered method is allowed by the method policy.
        capable: Option<bool>,
        /// The provider's own admin flag; not used as the privileged list.
        admin_flag: Option<bool>,
        /// Preferred second factor as recorded.
        preferred_raw: Option<&'a str>,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Byte offset of the record.
        raw_offset: i64,
    }
}

table! {
    /// One row per identity and registered method.
    RegisteredMethod = "registered_methods", Snapshot, key ["source", "tenant", "snapshot_at", "identity_id", "method", "method_raw"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Immutable object id.
        identity_id: &'a str,
        /// Canonical method.
        method: &'a str,
        /// The provider's own text.
        method_raw: &'a str,
        /// Strength class.
        method_strength: &'a str,
        /// Can serve as a second factor.
        second_factor: bool,
        /// A passkey that may be synchronised between devices.
        syncable: bool,
    }
}

table! {
    /// One row per account of the person map.
    PersonAccount = "person_accounts", Snapshot, key ["source", "tenant", "snapshot_at", "account"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Directory id or sign-in name, in lower case.
        account: &'a str,
        /// The person.
        person_id: &'a str,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Byte offset of the record.
        raw_offset: i64,
    }
}

table! {
    /// One row per directory role.
    Role = "roles", Snapshot, key ["source", "tenant", "snapshot_at", "role_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Tenant-specific or template id, as assignments name it.
        role_id: &'a str,
        /// Global template id.
        template_id: &'a str,
        /// Name as recorded.
        role_name: Option<&'a str>,
        /// The provider's own privileged flag.
        privileged_flag: Option<bool>,
    }
}

table! {
    /// One row per holder, role and kind of assignment.
    RoleAssignment = "role_assignments", Snapshot, key ["source", "tenant", "snapshot_at", "holder_id", "role_id", "role_scope", "assignment"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// User or group that holds the role.
        holder_id: &'a str,
        /// `user`, `group`, `workload` or `unknown`.
        holder_kind: &'a str,
        /// Role id as recorded.
        role_id: &'a str,
        /// `/` or an administrative unit.
        role_scope: &'a str,
        /// `active` or `eligible`.
        assignment: &'a str,
        /// Start of a time-bound assignment.
        held_from: Option<Instant>,
        /// End of a time-bound assignment; null is permanent.
        held_until: Option<Instant>,
    }
}

table! {
    /// One row per group and direct member.
    GroupMember = "group_members", Snapshot, key ["source", "tenant", "snapshot_at", "group_id", "member_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Group.
        group_id: &'a str,
        /// Name as recorded.
        group_name: Option<&'a str>,
        /// Rule of a dynamic group.
        membership_rule: Option<&'a str>,
        /// Member; empty text in the row that only tells that an empty group exists.
        member_id: &'a str,
        /// `user`, `group`, `workload`, `none` or `unknown`.
        member_kind: &'a str,
    }
}
