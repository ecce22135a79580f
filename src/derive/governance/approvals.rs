//! Separation of duties: requestor, implementer and every approver are different persons (K25).

use std::collections::BTreeSet;

use super::super::exception::{Life, list};
use super::super::ground::{Accounts, DAY, Ground};
use super::exclusions::excluding;
use crate::table::Instant;
use crate::table::governance::Separation;
use crate::table::policy::Change;

/// How far from its activation the change that put an exception into force is looked for.
const REACH: i64 = 7 * DAY;

/// An approval with the persons behind it.
#[derive(Debug)]
pub(super) struct Separated<'g> {
    exception_id: &'g str,
    category: &'g str,
    act: &'static str,
    sequence: i64,
    approved_at: Option<Instant>,
    requestor: String,
    approvers: String,
    implementer: String,
    event_id: &'g str,
    finding: &'static str,
    reason: &'static str,
}

impl Separated<'_> {
    pub(super) fn row(&self) -> Separation<'_> {
        Separation {
            exception_id: self.exception_id,
            category: self.category,
            act: self.act,
            sequence: self.sequence,
            approved_at: self.approved_at,
            requestor: &self.requestor,
            approvers: &self.approvers,
            implementer: &self.implementer,
            event_id: self.event_id,
            finding: self.finding,
            finding_reason: self.reason,
        }
    }
}

/// Who made the change in the directory.
enum Implementer<'g> {
    /// A person, as the audit log names it.
    Person(String, &'g str),
    /// An automation that names its change record.
    Recorded(&'g str, &'g str),
    /// An automation that does not.
    Unrecorded(&'g str),
    /// Somebody whom the log does not name.
    Unnamed(&'g str),
    Absent,
}

/// Approvals and extensions of every entry that was in force at some time of the period.
pub(super) fn separations<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>) -> Vec<Separated<'g>> {
    let mut found = Vec::new();
    let groups = excluding(ground);
    for l in ground.lives.iter().filter(|l| in_force(ground, l)) {
        let person = |name: &str| accounts.person(name).map_or_else(|| name.trim().to_lowercase(), str::to_owned);
        let requestor = l.entry.requestor.map(person).unwrap_or_default();
        let approvers: BTreeSet<String> = list(l.entry.approvers).map(person).collect();
        let implementer = implementer(ground, accounts, &groups, l);
        let (name, event_id) = match &implementer {
            Implementer::Person(p, event) => (p.clone(), *event),
            Implementer::Recorded(name, event) => ((*name).to_owned(), *event),
            Implementer::Unrecorded(event) | Implementer::Unnamed(event) => (String::new(), *event),
            Implementer::Absent => (String::new(), ""),
        };
        // A name that no account has may be anybody's: it can show that two are the same and never that they differ.
        let known = |names: Option<&str>| list(names).all(|n| accounts.person(n).is_some());
        let told = known(l.entry.requestor) && known(l.entry.approvers);
        let (finding, reason) = sure(told, judge(&requestor, &approvers, &implementer));
        let joined = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(";");
        found.push(Separated {
            exception_id: l.entry.exception_id,
            category: l.entry.category,
            act: "creation",
            sequence: 1,
            approved_at: l.approved(),
            requestor: requestor.clone(),
            approvers: joined(&approvers),
            implementer: name,
            event_id,
            finding,
            reason,
        });
        for (e, sequence) in l.events.iter().filter(|e| e.event_kind == "extended" && e.happened_at.is_some_and(|t| t < ground.end)).zip(2..) {
            let by: BTreeSet<String> = list(e.actor).map(person).collect();
            // An extension edits the register: nothing is put into force in the directory.
            let told = known(l.entry.requestor) && known(e.actor);
            let (finding, reason) = sure(told, two(&requestor, &by, "requestor and approver of the extension are different persons"));
            found.push(Separated {
                exception_id: l.entry.exception_id,
                category: l.entry.category,
                act: "extension",
                sequence,
                approved_at: e.happened_at,
                requestor: requestor.clone(),
                approvers: joined(&by),
                implementer: String::new(),
                event_id: "",
                finding,
                reason,
            });
        }
    }
    found
}

/// In force at some time of the period, or so that nobody can tell: an expiry that cannot be read ends nothing here.
fn in_force(ground: &Ground<'_>, l: &Life<'_>) -> bool {
    l.owed.iter().any(|(from, until)| *from < ground.end && *until > ground.start)
}

fn sure(told: bool, found: (&'static str, &'static str)) -> (&'static str, &'static str) {
    if found.0 == "distinct" && !told { ("unknown", "a name belongs to no account of the directory") } else { found }
}

fn two(requestor: &str, approvers: &BTreeSet<String>, good: &'static str) -> (&'static str, &'static str) {
    if approvers.is_empty() {
        ("unknown", "no approver is recorded")
    } else if requestor.is_empty() {
        ("unknown", "no requestor is recorded")
    } else if approvers.contains(requestor) {
        ("same", "the requestor approved")
    } else {
        ("distinct", good)
    }
}

fn judge(requestor: &str, approvers: &BTreeSet<String>, implementer: &Implementer<'_>) -> (&'static str, &'static str) {
    let asked = two(requestor, approvers, "");
    if asked.0 == "same" {
        return asked;
    }
    match implementer {
        Implementer::Person(p, _) if p == requestor => ("same", "the requestor made the change in the directory"),
        Implementer::Person(p, _) if approvers.contains(p) => ("same", "an approver made the change in the directory"),
        _ if asked.0 == "unknown" => asked,
        Implementer::Person(..) => ("distinct", "requestor, approvers and implementer are different persons"),
        Implementer::Recorded(..) => ("distinct", "an automation made the change under a change record"),
        Implementer::Unrecorded(_) => ("unknown", "an automation made the change and names no change record"),
        Implementer::Unnamed(_) => ("unknown", "the audit log does not name who made the change"),
        Implementer::Absent => ("unknown", "no change in the audit log puts this exception into force"),
    }
}

/// The change nearest to the activation that leaves the object out, or touches the account of a break-glass entry.
fn implementer<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>, groups: &BTreeSet<&str>, l: &Life<'g>) -> Implementer<'g> {
    let Some(activated) = l.entry.activated_at else { return Implementer::Absent };
    let objects: BTreeSet<&str> = l.objects().collect();
    let about = |c: &Change<'_>| {
        let member =
            c.area == "group_member" && c.container_id.is_some_and(|g| groups.contains(g)) && !c.activity.to_ascii_lowercase().contains("remove") && objects.contains(c.target_id);
        let edit = c.area == "access_policy" && list(c.left_out).any(|o| objects.contains(o));
        let bypass = c.area == "bypass" && objects.contains(c.target_id);
        c.outcome == "success" && !c.twin && (member || edit || bypass)
    };
    let near = ground.changes.iter().filter(|c| (c.occurred_at.0 - activated.0).abs() <= REACH && about(c));
    let Some(c) = near.min_by_key(|c| ((c.occurred_at.0 - activated.0).abs(), c.event_id)) else { return Implementer::Absent };
    match c.actor_kind {
        "user" => match c.actor_id.or(c.actor_name) {
            Some(actor) => {
                let person = accounts.person(actor).or_else(|| c.actor_name.and_then(|n| accounts.person(n)));
                Implementer::Person(person.map_or_else(|| actor.to_lowercase(), str::to_owned), c.event_id)
            }
            None => Implementer::Unnamed(c.event_id),
        },
        "application" if c.ticket.is_some() => Implementer::Recorded(c.actor_name.unwrap_or("automation"), c.event_id),
        "application" => Implementer::Unrecorded(c.event_id),
        _ => Implementer::Unnamed(c.event_id),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::exception::tests::{at, entry, happening};
    use super::super::super::ground::tests::{Fixture, change};
    use super::super::super::population::tests::person;
    use super::*;
    use crate::table::directory::Identity;
    use crate::table::register::Exception;

    /// Ann asked, Bob approved; whoever made the change in the directory is set by the test.
    fn judged(actor: &'static str, ticket: Option<&'static str>, kind: &'static str) -> (&'static str, String) {
        let mut f = Fixture::new("");
        f.identities = vec![
            Identity { person_id: "P-ann", ..person("ann", "ann@example.com") },
            Identity { person_id: "P-ann", ..person("adm-ann", "adm-ann@example.com") },
            Identity { person_id: "P-bob", ..person("bob", "bob@example.com") },
            Identity { person_id: "P-cid", ..person("cid", "cid@example.com") },
        ];
        let e = Exception {
            requestor: Some("ann@example.com"),
            approvers: Some("bob@example.com"),
            object_ids: Some("u"),
            activated_at: Some(at("2026-10-05T10:00:00Z")),
            approved_at: Some(at("2026-10-04T10:00:00Z")),
            expires_at: None,
            ..entry("X")
        };
        f.entries = vec![(e, vec![])];
        f.left_out = vec![crate::table::policy::PolicyExclusion { source: "s", tenant: "", snapshot_at: Instant(0), policy_id: "p", object_kind: "group", object_id: "g" }];
        let mut c = change("e1", "2026-10-05T11:00:00Z", "group_member", "Add member to group", "u");
        (c.actor_id, c.ticket, c.actor_kind, c.container_id) = (Some(actor), ticket, kind, Some(if actor == "elsewhere" { "other" } else { "g" }));
        f.changes = vec![c];
        f.stand(|g| separations(g, &Accounts::new(g)).first().map(|s| (s.finding, s.reason.to_owned())).unwrap())
    }

    #[test]
    fn the_implementer_is_compared_as_a_person() {
        assert_eq!(judged("cid", None, "user").0, "distinct");
        // The admin account of the person who asked.
        assert_eq!(judged("adm-ann", None, "user"), ("same", "the requestor made the change in the directory".to_owned()));
        assert_eq!(judged("bob", None, "user").0, "same");
        // A membership of some other group puts nothing into force.
        assert_eq!(judged("elsewhere", None, "user").0, "unknown");
    }

    #[test]
    fn an_automation_counts_only_with_its_change_record() {
        assert_eq!(judged("app", Some("CHG-1"), "application").0, "distinct");
        assert_eq!(judged("app", None, "application").0, "unknown");
    }

    #[test]
    fn without_a_change_in_the_log_nothing_is_proven_but_self_approval_is() {
        let mut f = Fixture::new("");
        let e = Exception { requestor: Some("ann"), approvers: Some("bob"), object_ids: Some("u"), expires_at: None, ..entry("X") };
        f.entries = vec![(e, vec![happening("extended", "2026-10-10T08:00:00Z", Some("ann"), None)]), (Exception { approvers: Some("Ann; bob"), exception_id: "Y", ..e }, vec![])];
        let found: Vec<_> = f.stand(|g| separations(g, &Accounts::new(g)).iter().map(|s| (s.exception_id.to_owned(), s.act, s.finding)).collect());
        assert_eq!(found, [("X".to_owned(), "creation", "unknown"), ("X".to_owned(), "extension", "same"), ("Y".to_owned(), "creation", "same")]);
    }
}
