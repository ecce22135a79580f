//! What people act on: findings, emergency accounts, cells of the reconciliation, deadlines.

use serde::{Deserialize, Serialize};

/// A finding of a detection as an escalation sheet: everything that the next person needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Metric id.
    pub metric: String,
    /// The metric's title.
    pub title: String,
    /// `high`, `medium` or `low`.
    pub severity: String,
    /// Whom it is about: identity id, else the subject of the row.
    pub identity: String,
    /// Display name.
    pub label: String,
    /// What was found.
    pub reason: String,
    /// First event, RFC 3339 or an ISO date.
    pub first_seen: String,
    /// Last event, RFC 3339 or an ISO date.
    pub last_seen: String,
    /// From where: addresses and countries.
    pub place: String,
    /// How: method, client, activity, counts.
    pub how: String,
    /// Event ids that show it.
    pub evidence: String,
    /// Ticket or register entry that may explain it; empty text when none.
    pub ticket: String,
    /// Sign-ins of the identity around it.
    pub sign_ins: Vec<Happening>,
    /// Changes by or to the identity within a day of it, with what they changed.
    pub changes: Vec<Happening>,
    /// When the credential was last due for rotation, and whether that was met.
    pub rotation: String,
    /// What to do first.
    pub containment: Vec<String>,
}

/// One event of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// RFC 3339.
    pub at: String,
    /// What happened.
    pub what: String,
    /// From where, or what changed.
    pub detail: String,
    /// Event id.
    pub event: String,
}

/// A break-glass account, as the register names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Identity id.
    pub identity: String,
    /// Display name.
    pub label: String,
    /// Register id.
    pub entry: String,
    /// Each condition of independence: name, `yes`, `no` or `unknown`, and why.
    pub conditions: Vec<(String, String, String)>,
    /// Every event of the period.
    pub uses: Vec<GlassUse>,
}

/// One event of a break-glass account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlassUse {
    /// RFC 3339.
    pub at: String,
    /// `success`, `failure`, `interrupt` or `unknown`.
    pub outcome: String,
    /// `drill`, `declared_incident`, `late_explained` or `unexplained`.
    pub class: String,
    /// Ticket of the calendar entry; empty text when none.
    pub explained_by: String,
    /// Address and country.
    pub place: String,
}

/// One cell of the reconciliation with who is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledCell {
    /// Name of the cell.
    pub name: String,
    /// How many are in it.
    pub count: u64,
    /// Identity id, display name and register entry of up to 200 of them; none for the cell without an exception.
    pub members: Vec<(String, String, String)>,
}

/// Something that falls due within 30 days of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Register id.
    pub entry: String,
    /// Category.
    pub category: String,
    /// `expiry`, `retirement`, `review`, `rotation` or `drill`.
    pub kind: String,
    /// RFC 3339.
    pub due: String,
    /// Whole days from the run.
    pub days_left: i64,
    /// Accountable person; empty text when none.
    pub owner: String,
}
