//! One register line into an `exceptions` row and its `exception_events`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::category;
use super::dates::{self, Moment};
use super::sheet::Values;
use crate::config::{REGISTER_FIELDS, RegisterConfig};
use crate::source::{ObjectContext, Rows};
use crate::table::Instant;
use crate::table::register::{Exception, ExceptionEvent};

/// Canonical field to the header that carries it.
#[derive(Debug)]
pub(super) struct Columns(BTreeMap<&'static str, String>);

impl Columns {
    pub(super) fn new<'h>(config: &RegisterConfig, headers: impl Iterator<Item = &'h str>) -> Self {
        let headers: std::collections::BTreeSet<&str> = headers.collect();
        let plain = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let find = |wanted: &str| headers.iter().find(|h| plain(h) == plain(wanted)).map(|h| (*h).to_owned());
        let of = |field: &'static str| find(config.columns.get(field).map_or(field, String::as_str)).map(|h| (field, h));
        Self(REGISTER_FIELDS.iter().filter_map(|f| of(f)).collect())
    }

    pub(super) fn knows(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }
}

/// A line with what is needed to read it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'l> {
    pub(super) values: &'l Values,
    pub(super) columns: &'l Columns,
    pub(super) number: i64,
    pub(super) config: &'l RegisterConfig,
    pub(super) zone: &'l TimeZone,
}

impl<'l> Line<'l> {
    fn value(&self, field: &str) -> Option<&'l Value> {
        self.values.get(self.columns.0.get(field)?)
    }

    /// The field as text; lists are joined by `;`.
    fn text(&self, field: &str) -> Option<String> {
        let text = match self.value(field)? {
            Value::String(s) => s.trim().to_owned(),
            Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(";"),
            Value::Null => return None,
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    fn moment(&self, field: &str, faults: &mut Vec<String>) -> Option<Moment> {
        let text = self.text(field)?;
        let read = dates::moment(&text, self.zone);
        if read.is_none() {
            faults.push(format!("`{field}` is not a date: `{}`; write it as 2026-10-31", text.chars().take(40).collect::<String>()));
        }
        read
    }
}

fn plain(v: &Value) -> String {
    v.as_str().map_or_else(|| v.to_string(), str::to_owned)
}

/// Words that say nothing.
pub(crate) fn placeholder(text: &str) -> bool {
    let t = text.trim().trim_end_matches('.').to_lowercase();
    ["", "n/a", "na", "none", "-", "tbd", "tbc", "todo", "unknown", "keine", "?"].contains(&t.as_str())
}

/// Appends the rows of one line.
pub(super) fn push(line: &Line<'_>, object: &ObjectContext<'_>, seen: &mut BTreeMap<String, i64>, rows: &mut Rows) {
    let mut faults = Vec::new();
    let id = identifier(line, seen, &mut faults);
    let category_raw = line.text("category").unwrap_or_default();
    let category = category::category(&category_raw, line.config).unwrap_or_else(|| {
        faults.push(if category_raw.is_empty() { "`category` is missing".to_owned() } else { format!("`category` is unknown: `{category_raw}`; map it in `register.categories`") });
        "unknown".to_owned()
    });
    let mut start = |field: &str| line.moment(field, &mut faults).map(|m| m.start);
    let (created_at, approved_at, activated_at) = (start("created_at"), start("approved_at"), start("activated_at"));
    let (closed_at, validated_at, controls_evidence_at) = (start("closed_at"), start("last_validation"), start("controls_evidence_at"));
    let expires_at = line.moment("expires_at", &mut faults).map(|m| m.end);
    let retires_at = line.moment("planned_retirement", &mut faults).map(|m| m.end);
    if line.text("owner").is_none_or(|o| placeholder(&o)) {
        faults.push("`owner` is missing".to_owned());
    }
    if let (Some(a), Some(e)) = (activated_at, expires_at)
        && e <= a
    {
        faults.push("`expires_at` is not after `activated_at`".to_owned());
    }
    events(line, object, &id, &mut faults, rows);
    let text = |field: &str| line.text(field);
    let controls = text("compensating_controls");
    let faults = faults.join(" | ");
    rows.push(&Exception {
        source: object.source,
        snapshot_at: object.snapshot_at,
        exception_id: &id,
        category: &category,
        category_raw: &category_raw,
        requestor: text("requestor").as_deref(),
        owner: text("owner").as_deref(),
        approvers: text("approvers").as_deref(),
        scope_text: text("scope").as_deref(),
        object_ids: text("object_ids").as_deref(),
        applications: text("applications").as_deref(),
        justification: text("justification").as_deref(),
        risk: text("risk").as_deref(),
        controls: controls.as_deref(),
        controls_declared: controls.as_deref().is_some_and(|c| !placeholder(c)),
        controls_evidence_at,
        monitoring: text("monitoring_plan").as_deref(),
        created_at,
        approved_at,
        activated_at,
        expires_at,
        retires_at,
        closed_at,
        closure_evidence: text("closure_evidence").as_deref(),
        validated_at,
        custodian: text("custodian").as_deref(),
        credential_kind: text("credential_type").map(|t| t.to_lowercase()).as_deref(),
        storage: text("storage").as_deref(),
        ticket: text("ticket").as_deref(),
        cadence_raw: text("review_cadence").as_deref(),
        faults: Some(faults.as_str()).filter(|f| !f.is_empty()),
        raw_object: object.key,
        raw_offset: line.number,
    });
}

/// The entry's id, made unique: two entries with one id are two entries with a fault.
fn identifier(line: &Line<'_>, seen: &mut BTreeMap<String, i64>, faults: &mut Vec<String>) -> String {
    let Some(id) = line.text("id") else {
        faults.push("`id` is missing".to_owned());
        return format!("(line {})", line.number);
    };
    if let Some(first) = seen.get(&id) {
        faults.push(format!("`id` `{id}` is already used in line {first}"));
        return format!("{id} (line {})", line.number);
    }
    seen.insert(id.clone(), line.number);
    id
}

/// One element of a history.
struct Happening {
    at: String,
    actor: Option<String>,
    action: Option<String>,
    evidence: Option<String>,
}

/// `at | actor | action | evidence` cells separated by `;` or line breaks, or a JSON list of objects.
fn history(value: Option<&Value>) -> Vec<Happening> {
    let parsed;
    let value = match value {
        Some(Value::String(s)) if s.trim_start().starts_with('[') => {
            parsed = serde_json::from_str(s).unwrap_or(Value::Null);
            Some(&parsed)
        }
        other => other,
    };
    match value {
        Some(Value::String(s)) => s.split([';', '\n']).map(str::trim).filter(|e| !e.is_empty()).map(cell).collect(),
        Some(Value::Array(items)) => items.iter().map(|i| if i.is_object() { happening(i) } else { cell(&plain(i)) }).collect(),
        _ => Vec::new(),
    }
}

fn cell(text: &str) -> Happening {
    let mut parts = text.splitn(4, '|').map(|p| Some(p.trim().to_owned()).filter(|p| !p.is_empty()));
    Happening { at: parts.next().flatten().unwrap_or_default(), actor: parts.next().flatten(), action: parts.next().flatten(), evidence: parts.next().flatten() }
}

fn happening(item: &Value) -> Happening {
    let get = |keys: &[&str]| keys.iter().find_map(|k| item.get(k)).map(plain).filter(|t| !t.trim().is_empty());
    Happening {
        at: get(&["at", "date"]).unwrap_or_default(),
        actor: get(&["actor", "reviewer", "operator", "by"]),
        action: get(&["action", "outcome", "result"]),
        evidence: get(&["evidence", "note"]),
    }
}

fn events(line: &Line<'_>, object: &ObjectContext<'_>, id: &str, faults: &mut Vec<String>, rows: &mut Rows) {
    for (field, fixed) in [("changes", None), ("reviews", Some("review")), ("rotations", Some("rotation"))] {
        for (i, h) in history(line.value(field)).into_iter().enumerate() {
            let happened_at: Option<Instant> = dates::moment(&h.at, line.zone).map(|m| m.start);
            if happened_at.is_none() {
                faults.push(format!("`{field}` entry {} has no readable date: `{}`", i + 1, h.at.chars().take(40).collect::<String>()));
            }
            let kind = fixed.unwrap_or_else(|| action(h.action.as_deref().unwrap_or("")));
            rows.push(&ExceptionEvent {
                source: object.source,
                snapshot_at: object.snapshot_at,
                exception_id: id,
                event_kind: kind,
                sequence: i64::try_from(i).unwrap_or(i64::MAX) + 1,
                happened_at,
                actor: h.actor.as_deref(),
                outcome_text: h.action.as_deref(),
                evidence_text: h.evidence.as_deref(),
            });
        }
    }
}

fn action(text: &str) -> &'static str {
    let known = ["requested", "approved", "activated", "extended", "recategorised", "closed"];
    known.iter().find(|k| text.trim().eq_ignore_ascii_case(k)).copied().unwrap_or("changed")
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::table::{Row, TableBuilder};

    fn config() -> RegisterConfig {
        RegisterConfig { url: "r".into(), pattern: "*".into(), time_zone: "Europe/Berlin".into(), taken: None, columns: BTreeMap::new(), categories: BTreeMap::new() }
    }

    fn rows(config: &RegisterConfig, text: &str) -> (Vec<arrow::record_batch::RecordBatch>, u64) {
        let object = ObjectContext { source: "register", tenant: "", key: "r.csv", snapshot_at: Instant(0), details: None };
        let zone = crate::period::zone("Europe/Berlin").unwrap();
        let (counts, mut rows) = read(&mut text.as_bytes(), &object, config, &zone).unwrap();
        (rows.filled().map(|b: &mut TableBuilder| b.finish().unwrap()).collect(), counts.read)
    }

    #[test]
    fn faulty_entries_are_kept_and_their_faults_named() {
        let text = "id,category,owner,expires_at\nE1,Pets,ann,2026-10-31\nE2,Break-glass,,31/10/2026\nE2,Accessibility,bob,\n,Accessibility,bob,\n";
        let (batches, read) = rows(&config(), text);
        let entries = Exception::read(&batches[0]).unwrap();
        assert_eq!((read, entries.len()), (4, 4));
        assert_eq!(entries[0].category, "unknown");
        assert!(entries[0].faults.unwrap().contains("`category` is unknown: `Pets`"));
        assert!(entries[1].faults.unwrap().contains("`expires_at` is not a date: `31/10/2026`"));
        assert!(entries[1].faults.unwrap().contains("`owner` is missing"));
        assert!(entries[2].faults.unwrap().contains("already used in line 2"));
        assert_eq!((entries[2].exception_id, entries[3].exception_id), ("E2 (line 3)", "(line 4)"));
    }

    #[test]
    fn headers_are_mapped_and_forgiven_their_spelling() {
        let mut c = config();
        c.columns.insert("id".into(), "Exception No.".into());
        c.categories.insert("vip".into(), "administrative".into());
        let (batches, _) = rows(&c, "exception no,Category,Owner,Expires At\nE1,VIP,ann,2026-10-31\n");
        let e = Exception::read(&batches[0]).unwrap()[0];
        assert_eq!((e.exception_id, e.category, e.faults), ("E1", "administrative", None));
        assert_eq!(crate::period::rfc3339(e.expires_at.unwrap()), "2026-10-31T23:00:00Z");
    }

    #[test]
    fn histories_in_cells_and_in_json() {
        for text in [
            "id,category,owner,reviews,changes\nE1,Testing,ann,2026-10-01 | bob | kept | R-1; 2026-10-08 | bob | kept,2026-09-01 | ann | extended | expiry 2026-09-30 -> 2026-12-31\n".to_owned(),
            r#"[{"id":"E1","category":"Testing","owner":"ann","reviews":[{"at":"2026-10-01","reviewer":"bob","outcome":"kept","evidence":"R-1"},{"at":"2026-10-08","actor":"bob","outcome":"kept"}],
                "changes":[{"at":"2026-09-01","actor":"ann","action":"extended","evidence":"expiry 2026-09-30 -> 2026-12-31"}]}]"#.to_owned(),
        ] {
            let (batches, _) = rows(&config(), &text);
            let events = ExceptionEvent::read(batches.iter().find(|b| b.schema().field(3).name() == "event_kind").unwrap()).unwrap();
            let kinds: Vec<_> = events.iter().map(|e| (e.event_kind, e.sequence, e.actor)).collect();
            assert_eq!(kinds, [("extended", 1, Some("ann")), ("review", 1, Some("bob")), ("review", 2, Some("bob"))]);
        }
    }

    #[test]
    fn an_undeclared_control_is_none() {
        let (batches, _) = rows(&config(), "id,category,owner,compensating_controls\nE1,Testing,a,n/a\nE2,Testing,a,Monitored sign-ins\n");
        let declared: Vec<bool> = Exception::read(&batches[0]).unwrap().iter().map(|e| e.controls_declared).collect();
        assert_eq!(declared, [false, true]);
    }
}
