//! The exception register as read: every entry, faulty ones too.

use super::{Instant, table};

table! {
    /// One row per register entry and snapshot.
    Exception = "exceptions", Snapshot, key ["source", "snapshot_at", "exception_id"] {
        /// Source id of the configuration.
        source: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Register id; made from the row's place when the entry has none.
        exception_id: &'a str,
        /// One of the seven categories, or `unknown`.
        category: &'a str,
        /// The register's own text.
        category_raw: &'a str,
        /// Who asked.
        requestor: Option<&'a str>,
        /// Who is accountable.
        owner: Option<&'a str>,
        /// Who approved, joined by `;`.
        approvers: Option<&'a str>,
        /// Scope in the register's words.
        scope_text: Option<&'a str>,
        /// Directory object ids, joined by `;`.
        object_ids: Option<&'a str>,
        /// Application ids, joined by `;`; none means every application.
        applications: Option<&'a str>,
        /// Why it exists.
        justification: Option<&'a str>,
        /// Risk rating or text.
        risk: Option<&'a str>,
        /// Declared compensating controls.
        controls: Option<&'a str>,
        /// A control is declared and the text is not a placeholder.
        controls_declared: bool,
        /// Last evidence that a compensating control operated.
        controls_evidence_at: Option<Instant>,
        /// How its use is watched.
        monitoring: Option<&'a str>,
        /// Entered.
        created_at: Option<Instant>,
        /// Approved.
        approved_at: Option<Instant>,
        /// In force from.
        activated_at: Option<Instant>,
        /// In force until; a bare date is the end of that day in the register's zone.
        expires_at: Option<Instant>,
        /// Planned retirement.
        retires_at: Option<Instant>,
        /// Closed.
        closed_at: Option<Instant>,
        /// Evidence of closure.
        closure_evidence: Option<&'a str>,
        /// Last validation: instant.
        validated_at: Option<Instant>,
        /// Person who keeps the credential of a break-glass account.
        custodian: Option<&'a str>,
        /// `password`, `fido2`, `certificate` or the register's own word.
        credential_kind: Option<&'a str>,
        /// Where the credential of a break-glass account is kept.
        storage: Option<&'a str>,
        /// Ticket.
        ticket: Option<&'a str>,
        /// The review cadence the entry itself states.
        cadence_raw: Option<&'a str>,
        /// What is wrong with the entry, joined by ` | `; null when nothing is.
        faults: Option<&'a str>,
        /// Key of the object the row was read from.
        raw_object: &'a str,
        /// Row number within the object, from 1.
        raw_offset: i64,
    }
}

table! {
    /// One row per change, approval, extension, review, rotation or closure of an entry.
    ExceptionEvent = "exception_events", Snapshot, key ["source", "snapshot_at", "exception_id", "event_kind", "sequence"] {
        /// Source id of the configuration.
        source: &'a str,
        /// When the snapshot was taken.
        snapshot_at: Instant,
        /// Register id.
        exception_id: &'a str,
        /// `review`, `rotation`, `requested`, `approved`, `activated`, `extended`, `recategorised`, `changed` or `closed`.
        event_kind: &'a str,
        /// Place in the entry's own list, from 1.
        sequence: i64,
        /// When it happened; null when the date cannot be read.
        happened_at: Option<Instant>,
        /// Who did it.
        actor: Option<&'a str>,
        /// Outcome as recorded.
        outcome_text: Option<&'a str>,
        /// Evidence as recorded.
        evidence_text: Option<&'a str>,
    }
}
