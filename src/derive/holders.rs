//! Effective group members and holders of privileged roles.

use std::collections::{BTreeMap, BTreeSet};

use crate::table::Instant;
use crate::table::directory::{GroupMember, Role, RoleAssignment};

/// Group to its effective user members, nested groups followed.
pub(crate) fn effective_members(rows: &[GroupMember<'_>]) -> BTreeMap<String, BTreeSet<String>> {
    let mut direct: BTreeMap<&str, Vec<&GroupMember<'_>>> = BTreeMap::new();
    for row in rows {
        direct.entry(row.group_id).or_default().push(row);
    }
    direct.keys().map(|g| ((*g).to_owned(), expand(g, &direct))).collect()
}

fn expand(group: &str, direct: &BTreeMap<&str, Vec<&GroupMember<'_>>>) -> BTreeSet<String> {
    // Groups can contain each other in a circle.
    let mut seen = BTreeSet::from([group.to_owned()]);
    let mut open = vec![group.to_owned()];
    let mut users = BTreeSet::new();
    while let Some(g) = open.pop() {
        for m in direct.get(g.as_str()).into_iter().flatten().filter(|m| !m.member_id.is_empty()) {
            if direct.contains_key(m.member_id) || m.member_kind == "group" {
                if seen.insert(m.member_id.to_owned()) {
                    open.push(m.member_id.to_owned());
                }
            } else {
                users.insert(m.member_id.to_owned());
            }
        }
    }
    users
}

/// Who held a privileged role when.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    spans: BTreeMap<String, Vec<(Instant, Instant)>>,
}

impl Holders {
    /// Direct and by group, active and eligible alike.
    pub(crate) fn new(roles: &[Role<'_>], assignments: &[RoleAssignment<'_>], members: &BTreeMap<String, BTreeSet<String>>, privileged: &BTreeSet<&str>) -> Self {
        let template: BTreeMap<&str, &str> = roles.iter().map(|r| (r.role_id, r.template_id)).collect();
        let mut spans: BTreeMap<String, Vec<(Instant, Instant)>> = BTreeMap::new();
        for a in assignments {
            if !privileged.contains(template.get(a.role_id).copied().unwrap_or(a.role_id)) {
                continue;
            }
            let span = (a.held_from.unwrap_or(Instant(i64::MIN)), a.held_until.unwrap_or(Instant(i64::MAX)));
            match members.get(a.holder_id) {
                Some(users) => users.iter().for_each(|u| spans.entry(u.clone()).or_default().push(span)),
                None => spans.entry(a.holder_id.to_owned()).or_default().push(span),
            }
        }
        Self { spans }
    }

    /// Whether the identity held a privileged role, or could have taken it up, at an instant.
    pub(crate) fn held(&self, identity: &str, at: Instant) -> bool {
        self.spans.get(identity).is_some_and(|s| s.iter().any(|(from, until)| *from <= at && at < *until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(group_id: &'static str, member_id: &'static str, member_kind: &'static str) -> GroupMember<'static> {
        GroupMember { source: "g", tenant: "", snapshot_at: Instant(0), group_id, group_name: None, membership_rule: None, member_id, member_kind }
    }

    #[test]
    fn nested_and_circular_groups_are_followed() {
        let members = effective_members(&[member("a", "b", "group"), member("b", "a", "group"), member("b", "u", "user"), member("a", "v", "user"), member("c", "", "none")]);
        assert_eq!(members["a"], BTreeSet::from(["u".to_owned(), "v".to_owned()]));
        assert!(members["c"].is_empty());
    }

    #[test]
    fn roles_are_told_by_template_and_held_within_their_time() {
        let roles = [Role { source: "r", tenant: "", snapshot_at: Instant(0), role_id: "local", template_id: "tpl", role_name: None, privileged_flag: None }];
        let held = |holder_id, role_id, until| RoleAssignment {
            source: "r",
            tenant: "",
            snapshot_at: Instant(0),
            holder_id,
            holder_kind: "user",
            role_id,
            role_scope: "/",
            assignment: "eligible",
            held_from: Some(Instant(10)),
            held_until: until,
        };
        let members = BTreeMap::from([("g".to_owned(), BTreeSet::from(["w".to_owned()]))]);
        let h = Holders::new(&roles, &[held("u", "local", Some(Instant(20))), held("v", "other", None), held("g", "tpl", None)], &members, &BTreeSet::from(["tpl"]));
        assert!(h.held("u", Instant(10)) && !h.held("u", Instant(20)) && !h.held("u", Instant(9)));
        assert!(h.held("w", Instant(99)) && !h.held("v", Instant(15)));
    }
}
