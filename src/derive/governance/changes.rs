//! Changes of the period that touch MFA, and whether somebody had approved them (K34, K41).

use std::collections::{BTreeMap, BTreeSet};

use super::super::exception::{Life, break_glass, list};
use super::super::ground::{Accounts, Ground, HOUR};
use super::exclusions::excluding;
use super::extensions;
use crate::period;
use crate::table::Instant;
use crate::table::governance::ControlChange;
use crate::table::policy::Change;
use crate::table::register::Exception;

/// A change, told.
#[derive(Debug)]
pub(super) struct Told<'g> {
    pub(super) tenant: &'g str,
    pub(super) event_id: String,
    pub(super) changed_at: Instant,
    pub(super) effect: &'static str,
    pub(super) activity: &'g str,
    pub(super) actor: &'g str,
    pub(super) actor_kind: &'g str,
    pub(super) actor_person: &'g str,
    pub(super) target_id: String,
    pub(super) target: String,
    pub(super) container_id: &'g str,
    pub(super) diff: String,
    pub(super) ticket: String,
    pub(super) exception_id: &'g str,
    pub(super) approval: &'static str,
    pub(super) latency_hours: f64,
}

impl Told<'_> {
    pub(super) fn row(&self) -> ControlChange<'_> {
        ControlChange {
            tenant: self.tenant,
            event_id: &self.event_id,
            changed_at: self.changed_at,
            effect: self.effect,
            activity: self.activity,
            actor: self.actor,
            actor_kind: self.actor_kind,
            actor_person: self.actor_person,
            target_id: &self.target_id,
            target: &self.target,
            container_id: self.container_id,
            diff: &self.diff,
            ticket: &self.ticket,
            exception_id: self.exception_id,
            approval: self.approval,
            latency_hours: self.latency_hours,
        }
    }
}

/// A change of one object before it is judged.
struct Touched<'t> {
    effect: &'static str,
    object: &'t str,
    diff: String,
}

pub(super) fn changes<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>, opening: &[Exception<'_>]) -> Vec<Told<'g>> {
    let context = Context::new(ground, accounts);
    let main: BTreeSet<(Option<&str>, &str)> = ground.changes.iter().filter(|c| !c.twin && c.area == "access_policy").map(|c| (c.correlation_id, c.target_id)).collect();
    let counted = ground.changes.iter().filter(|c| ground.within(c.occurred_at) && c.outcome == "success");
    // The poorer twin of a policy edit counts only where the main record is missing.
    let counted = counted.filter(|c| !c.twin || !main.contains(&(c.correlation_id, c.target_id)));
    let mut found: Vec<Told<'g>> = counted.flat_map(|c| context.touched(c).into_iter().map(|t| context.told(c, t)).collect::<Vec<_>>()).collect();
    found.extend(extensions::recorded(ground, accounts));
    found.extend(extensions::silent(ground, opening));
    found.sort_by(|a, b| (a.changed_at, &a.event_id, &a.target_id).cmp(&(b.changed_at, &b.event_id, &b.target_id)));
    found.dedup_by(|a, b| (a.tenant, &a.event_id, &a.target_id) == (b.tenant, &b.event_id, &b.target_id));
    found
}

struct Context<'c, 'g> {
    ground: &'c Ground<'g>,
    accounts: &'c Accounts<'g>,
    labels: BTreeMap<&'g str, &'g str>,
    /// Groups that a policy leaves out, with every group inside them.
    excluding: BTreeSet<&'g str>,
    /// Entries that name an object itself: one for a whole group approves nobody who slips into it.
    naming: BTreeMap<&'g str, Vec<&'g Life<'g>>>,
    /// Accounts that a drill or incident can be about.
    glass: BTreeSet<&'g str>,
}

impl<'c, 'g> Context<'c, 'g> {
    fn new(ground: &'c Ground<'g>, accounts: &'c Accounts<'g>) -> Self {
        let mut naming: BTreeMap<&str, Vec<&Life<'_>>> = BTreeMap::new();
        for l in ground.lives {
            l.objects().for_each(|o| naming.entry(o).or_default().push(l));
        }
        let glass = break_glass(ground.lives, ground.members);
        Self { ground, accounts, labels: ground.labels(), excluding: excluding(ground), naming, glass }
    }

    /// What a change does to MFA; nothing for most.
    fn touched<'t>(&self, c: &'t Change<'_>) -> Vec<Touched<'t>> {
        let a = c.activity.to_ascii_lowercase();
        let one = |effect, diff: &str| vec![Touched { effect, object: c.target_id, diff: diff.to_owned() }];
        let detail = c.detail.unwrap_or(c.activity);
        match c.area {
            "access_policy" => policy_edit(c),
            "method_policy" => one("policy_changed", detail),
            "bypass" if a.contains("remove") => Vec::new(),
            "bypass" => one("bypass_added", detail),
            "user_mfa" if a.contains("disable") || emptied(c) => one("mfa_disabled", &values(c)),
            "user_method" if ["delete", "remove", "disassociate"].iter().any(|w| a.contains(w)) => one("method_removed", detail),
            "user_method" if ["registered", "create", "assign", "add", "associate", "update", "changed"].iter().any(|w| a.contains(w)) => {
                let own = c.actor_kind == "user" && (c.actor_id == Some(c.target_id) || (c.actor_name.is_some() && c.actor_name == c.target_name));
                one(if own { "method_added_by_user" } else { "method_added_by_admin" }, detail)
            }
            "group_member" if c.container_id.is_some_and(|g| self.excluding.contains(g)) => {
                if a.contains("remove") {
                    one("exclusion_removed", "removed from a group that policy leaves out")
                } else {
                    one("exclusion_added", "added to a group that policy leaves out")
                }
            }
            _ => Vec::new(),
        }
    }

    fn told(&self, c: &Change<'g>, t: Touched<'_>) -> Told<'g> {
        let actor = c.actor_name.or(c.actor_id).unwrap_or("(not recorded)");
        let person = c.actor_id.and_then(|id| self.accounts.person(id)).or_else(|| c.actor_name.and_then(|n| self.accounts.person(n)));
        let container_id = c.container_id.unwrap_or(if c.area == "access_policy" { c.target_id } else { "" });
        let (entry, approval) = match t.effect {
            "exclusion_added" | "bypass_added" => self.approval(t.object, c.occurred_at),
            _ => (None, "not_needed"),
        };
        let label = self.labels.get(t.object).copied().or(c.target_name.filter(|_| t.object == c.target_id)).unwrap_or(t.object);
        Told {
            tenant: c.tenant,
            event_id: c.event_id.to_owned(),
            changed_at: c.occurred_at,
            effect: t.effect,
            activity: c.activity,
            actor,
            actor_kind: c.actor_kind,
            actor_person: person.unwrap_or(""),
            target_id: t.object.to_owned(),
            target: label.to_owned(),
            container_id,
            diff: t.diff,
            ticket: self.ticket(c, t.object),
            exception_id: entry.map_or("", |l| l.entry.exception_id),
            approval,
            latency_hours: self.ground.latency(c.occurred_at),
        }
    }

    /// The entry behind an exclusion and whether it was approved before it.
    fn approval(&self, object: &str, at: Instant) -> (Option<&'g Life<'g>>, &'static str) {
        let naming = self.naming.get(object).into_iter().flatten().copied();
        let emergency = (self.ground.threshold("approval.emergency_hours") * HOUR as f64) as i64;
        let judged = naming.map(|l| {
            let ended = l.lapsed(at).is_some() || l.entry.closed_at.is_some_and(|c| c <= at);
            let state = match l.approved() {
                Some(approved) if approved <= at && !ended => "before",
                Some(approved) if approved > at && approved.0 - at.0 <= emergency => "emergency",
                Some(approved) if approved > at => "late",
                _ => "none",
            };
            (l, state)
        });
        let rank = |s: &str| ["before", "emergency", "late", "none"].iter().position(|r| *r == s);
        judged.min_by_key(|(l, s)| (rank(s), l.entry.exception_id)).map_or((None, "none"), |(l, s)| (Some(l), s))
    }

    /// A change record: named by the event, or by an entry of the object with something done within the time allowed.
    fn ticket(&self, c: &Change<'_>, object: &str) -> String {
        if let Some(ticket) = c.ticket.filter(|t| !t.trim().is_empty()) {
            return ticket.to_owned();
        }
        let near = (self.ground.threshold("ticket.hours") * HOUR as f64) as i64;
        let close = |t: Option<Instant>| t.is_some_and(|t| (t.0 - c.occurred_at.0).abs() <= near);
        let entry =
            self.naming.get(object).into_iter().flatten().find(|l| close(l.entry.activated_at) || close(l.entry.closed_at) || l.events.iter().any(|e| close(e.happened_at)));
        if let Some(ticket) = entry.and_then(|l| l.entry.ticket) {
            return ticket.to_owned();
        }
        // A drill or an incident is about emergency accounts; what happened to others meanwhile it does not explain.
        if !self.glass.contains(object) && !c.actor_id.is_some_and(|a| self.glass.contains(a)) {
            return String::new();
        }
        let planned = self
            .ground
            .config
            .calendar
            .iter()
            .find(|p| (period::instant(p.from).0.saturating_sub(near)..period::instant(p.until).0.saturating_add(near)).contains(&c.occurred_at.0));
        planned.map(|p| p.ticket.clone()).unwrap_or_default()
    }
}

/// Every new value is an empty list where an old one was not: the methods or the requirement are gone.
fn emptied(c: &Change<'_>) -> bool {
    let bare = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let lists = |v: Option<&str>| -> Vec<String> {
        let object: Option<serde_json::Map<String, serde_json::Value>> = v.and_then(|t| serde_json::from_str(t).ok());
        object.into_iter().flatten().filter(|(name, _)| name.starts_with("StrongAuthentication")).map(|(_, v)| bare(v.as_str().unwrap_or(""))).collect()
    };
    let (old, new) = (lists(c.old_values), lists(c.new_values));
    old.iter().any(|v| !v.is_empty()) && new.iter().all(String::is_empty)
}

/// One row per object newly left out or taken back; one for an edit that changes nothing but the policy itself.
fn policy_edit<'t>(c: &'t Change<'_>) -> Vec<Touched<'t>> {
    let words = c.diff_text.unwrap_or(c.activity);
    let of = |objects: Option<&'t str>, effect| list(objects).map(|object| Touched { effect, object, diff: words.to_owned() }).collect::<Vec<_>>();
    let mut found = of(c.left_out, "exclusion_added");
    found.extend(of(c.taken_back, "exclusion_removed"));
    if c.policy_effect == Some("relaxed") {
        found.push(Touched { effect: "policy_relaxed", object: c.target_id, diff: words.to_owned() });
    } else if found.is_empty() {
        found.push(Touched { effect: "policy_changed", object: c.target_id, diff: words.to_owned() });
    }
    found
}

fn values(c: &Change<'_>) -> String {
    match (c.old_values, c.new_values) {
        (None, None) => c.activity.to_owned(),
        (old, new) => format!("{} -> {}", old.unwrap_or("nothing"), new.unwrap_or("nothing")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::exception::tests::{at, entry};
    use super::super::super::ground::tests::{Fixture, change};
    use super::*;

    fn told(f: &Fixture) -> Vec<(String, &'static str, &'static str, String)> {
        f.stand(|g| changes(g, &Accounts::new(g), &[]).iter().map(|t| (t.target_id.clone(), t.effect, t.approval, t.ticket.clone())).collect())
    }

    /// An entry for one object, approved at an instant.
    fn approved(id: &'static str, object: &'static str, when: &str) -> Exception<'static> {
        Exception { object_ids: Some(object), approved_at: Some(at(when)), activated_at: Some(at(when)), expires_at: None, ..entry(id) }
    }

    #[test]
    fn an_exclusion_is_held_against_the_approvals_of_its_object() {
        let mut f = Fixture::new("");
        let edit = |id, object| Change {
            left_out: Some(object),
            policy_effect: Some("changed"),
            ..change(id, "2026-10-10T12:00:00Z", "access_policy", "Update conditional access policy", "p")
        };
        f.changes = vec![edit("a", "u1"), edit("b", "u2"), edit("c", "u3"), edit("d", "u4")];
        f.entries = vec![
            (approved("X1", "u1", "2026-10-09T00:00:00Z"), vec![]),
            (approved("X2", "u2", "2026-10-11T11:00:00Z"), vec![]),
            (approved("X3", "u3", "2026-10-11T13:00:00Z"), vec![]),
        ];
        let approvals: Vec<_> = told(&f).into_iter().map(|(object, effect, approval, _)| (object, effect, approval)).collect();
        // 23 hours later is the emergency path, 25 hours later is late.
        assert_eq!(
            approvals,
            [
                ("u1".into(), "exclusion_added", "before"),
                ("u2".into(), "exclusion_added", "emergency"),
                ("u3".into(), "exclusion_added", "late"),
                ("u4".into(), "exclusion_added", "none")
            ]
        );
    }

    #[test]
    fn an_approval_that_had_run_out_is_none() {
        let mut f = Fixture::new("");
        f.changes = vec![Change { left_out: Some("u1"), ..change("a", "2026-10-10T12:00:00Z", "access_policy", "Update conditional access policy", "p") }];
        f.entries = vec![(Exception { expires_at: Some(at("2026-10-01T00:00:00Z")), ..approved("X1", "u1", "2026-09-01T00:00:00Z") }, vec![])];
        assert_eq!(told(&f)[0].2, "none");
    }

    #[test]
    fn members_of_excluded_groups_count_at_any_depth_and_other_groups_do_not() {
        let mut f = Fixture::new("");
        let member = |group_id, member_id, member_kind| crate::table::directory::GroupMember {
            source: "s",
            tenant: "",
            snapshot_at: Instant(0),
            group_id,
            group_name: None,
            membership_rule: None,
            member_id,
            member_kind,
        };
        f.groups = vec![member("outer", "inner", "group"), member("inner", "u9", "user"), member("other", "u9", "user")];
        f.left_out = vec![crate::table::policy::PolicyExclusion { source: "s", tenant: "", snapshot_at: Instant(0), policy_id: "p", object_kind: "group", object_id: "outer" }];
        let add = |id, group| Change { container_id: Some(group), ..change(id, "2026-10-10T12:00:00Z", "group_member", "Add member to group", "u1") };
        f.changes = vec![add("a", "inner"), add("b", "other")];
        assert_eq!(told(&f), [("u1".into(), "exclusion_added", "none", String::new())]);
    }

    #[test]
    fn tickets_are_named_by_the_record_the_register_or_the_calendar() {
        let mut f = Fixture::new("[[calendar]]\nkind = \"incident\"\nfrom = \"2026-10-20T00:00:00Z\"\nuntil = \"2026-10-20T04:00:00Z\"\nticket = \"INC-9\"\n");
        let gone = |id, when: &str, object| change(id, when, "user_method", "Admin deleted security info", object);
        f.changes = vec![
            Change { ticket: Some("CHG-1"), ..gone("a", "2026-10-10T12:00:00Z", "u1") },
            gone("b", "2026-10-10T12:00:00Z", "u2"),
            gone("c", "2026-10-20T05:00:00Z", "u3"),
            gone("e", "2026-10-20T05:00:00Z", "u5"),
            gone("d", "2026-10-28T12:00:00Z", "u4"),
        ];
        f.entries = vec![
            (Exception { ticket: Some("CHG-2"), ..approved("X2", "u2", "2026-10-10T00:00:00Z") }, vec![]),
            (Exception { category: "break_glass", ..approved("X3", "u3", "2026-01-10T00:00:00Z") }, vec![]),
        ];
        // An incident explains what concerns emergency accounts, and not what happened to others meanwhile.
        let tickets: Vec<String> = told(&f).into_iter().map(|t| t.3).collect();
        assert_eq!(tickets, ["CHG-1", "CHG-2", "INC-9", "", ""]);
    }

    #[test]
    fn the_poorer_twin_of_an_edit_counts_only_alone() {
        let mut f = Fixture::new("");
        let main =
            Change { correlation_id: Some("c"), policy_effect: Some("relaxed"), ..change("a", "2026-10-10T12:00:00Z", "access_policy", "Update conditional access policy", "p") };
        let twin = Change { twin: true, event_id: "b", activity: "Update policy", policy_effect: None, ..main };
        f.changes = vec![main, twin];
        assert_eq!(told(&f).iter().map(|t| t.1).collect::<Vec<_>>(), ["policy_relaxed"]);
        f.changes = vec![twin];
        assert_eq!(told(&f).iter().map(|t| t.1).collect::<Vec<_>>(), ["policy_changed"]);
    }

    #[test]
    fn who_registers_a_factor_for_somebody_else_is_told_apart() {
        let mut f = Fixture::new("");
        let own = Change { actor_id: Some("u1"), ..change("a", "2026-10-10T12:00:00Z", "user_method", "User registered security info", "u1") };
        f.changes = vec![own, change("b", "2026-10-10T12:00:00Z", "user_method", "Admin registered security info", "u1")];
        assert_eq!(told(&f).iter().map(|t| t.1).collect::<Vec<_>>(), ["method_added_by_user", "method_added_by_admin"]);
    }
}
