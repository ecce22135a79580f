//! What an edit of an access policy changed (formats.md 4.3), from its old and new form as the log writes them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// An edit, told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Edit {
    /// `relaxed` or `changed`.
    pub(super) effect: &'static str,
    /// Objects newly left out.
    pub(super) left_out: String,
    /// Objects no longer left out.
    pub(super) taken_back: String,
    /// The difference in words.
    pub(super) text: String,
}

/// The members that say whom and what a policy leaves out.
const EXCLUDES: [&str; 7] = ["excludeUsers", "excludeGroups", "excludeRoles", "excludeApplications", "excludeLocations", "excludePlatforms", "excludeGuestsOrExternalUsers"];

/// Reads old and new; `None` where the record carries neither form.
pub(super) fn edit(activity: &str, old: Option<&str>, new: Option<&str>) -> Option<Edit> {
    let (before, after) = (old.and_then(form), new.and_then(form));
    let deleted = activity.to_ascii_lowercase().contains("delete");
    if before.is_none() && after.is_none() {
        let off = activity.to_ascii_lowercase().contains("security defaults") && switched(old) == Some(true) && switched(new) == Some(false);
        let what = if deleted { "deleted; the record does not tell what it was" } else { "security defaults switched off" };
        // What was deleted without a trace of what it was may have asked for MFA.
        return (deleted || off).then(|| Edit { effect: "relaxed", text: what.to_owned(), ..Edit::default() });
    }
    let (was, is) = (Policy::of(before.as_ref()), Policy::of(after.as_ref().filter(|_| !deleted)));
    let mut words = Vec::new();
    if was.state != is.state {
        words.push(format!("state {} -> {}", was.state, is.state));
    }
    if was.asks != is.asks {
        words.push(format!("grants {} -> {}", shown(&was.asks), shown(&is.asks)));
    }
    let (mut left_out, mut taken_back) = (Vec::new(), Vec::new());
    for member in EXCLUDES {
        let empty = BTreeSet::new();
        let (a, b) = (was.excludes.get(member).unwrap_or(&empty), is.excludes.get(member).unwrap_or(&empty));
        let named = member.trim_start_matches("exclude").to_lowercase();
        for id in b.difference(a) {
            words.push(format!("excluded {named} + {id}"));
            left_out.push(id.clone());
        }
        for id in a.difference(b) {
            words.push(format!("excluded {named} - {id}"));
            taken_back.push(id.clone());
        }
    }
    let enforces = |p: &Policy| p.state == "enabled" && p.asks.iter().any(|g| g == "mfa" || g == "authentication strength" || g == "block");
    let narrower = was.everybody && !is.everybody;
    if narrower {
        words.push("no longer applies to all users".to_owned());
    }
    let relaxed = enforces(&was) && (!enforces(&is) || narrower || (!was.alternatives() && is.alternatives())) && before.is_some();
    Some(Edit { effect: if relaxed { "relaxed" } else { "changed" }, left_out: left_out.join(";"), taken_back: taken_back.join(";"), text: words.join("; ") })
}

fn shown(grants: &BTreeSet<String>) -> String {
    if grants.is_empty() { "nothing".to_owned() } else { grants.iter().cloned().collect::<Vec<_>>().join(" or ") }
}

/// `IsEnabled` of security defaults, as text of true or false.
fn switched(values: Option<&str>) -> Option<bool> {
    let text = values?.to_ascii_lowercase();
    let after = text.split("isenabled").nth(1)?;
    after.find("true").map_or_else(|| after.contains("false").then_some(false), |t| Some(after.find("false").is_none_or(|f| t < f)))
}

#[derive(Debug, Default)]
struct Policy {
    /// Applies to all users before exclusions.
    everybody: bool,
    state: String,
    asks: BTreeSet<String>,
    excludes: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Policy {
    /// Something else than MFA satisfies it as well.
    fn alternatives(&self) -> bool {
        self.asks.iter().any(|g| g == "mfa") && self.asks.len() > 1
    }

    fn of(form: Option<&Value>) -> Self {
        let Some(form) = form else { return Self { state: "absent".to_owned(), ..Self::default() } };
        let mut asks = BTreeSet::new();
        if let Some(grant) = form.get("grantControls").filter(|g| g.is_object()) {
            asks.extend(texts(grant.get("builtInControls")).into_iter().map(|c| c.to_lowercase()));
            if grant.get("authenticationStrength").is_some_and(Value::is_object) || grant.get("authenticationStrengthId").is_some_and(Value::is_string) {
                asks.insert("authentication strength".to_owned());
            }
        }
        let mut excludes: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        let conditions = form.get("conditions");
        for part in ["users", "applications", "locations", "platforms"] {
            let Some(part) = conditions.and_then(|c| c.get(part)) else { continue };
            for member in EXCLUDES {
                let found = texts(part.get(member));
                if !found.is_empty() {
                    excludes.entry(member).or_default().extend(found);
                }
            }
        }
        let state = form.get("state").and_then(Value::as_str).unwrap_or("enabled").to_owned();
        let everybody = texts(conditions.and_then(|c| c.get("users")).and_then(|u| u.get("includeUsers"))).iter().any(|u| u == "All");
        Self { everybody, state, asks, excludes }
    }
}

/// Ids of a list; the kinds of an object that excludes guests, which the log may write as a number.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).filter(|t| !t.is_empty()).map(str::to_owned).collect(),
        Some(Value::Object(guests)) => guests
            .get("guestOrExternalUserTypes")
            .filter(|t| !t.is_null())
            .map(|t| format!("guests {}", t.as_str().map_or_else(|| t.to_string(), str::to_owned)))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// The policy inside the recorded values: JSON in text, once or twice, under the property that holds it.
fn form(values: &str) -> Option<Value> {
    let recorded: Value = serde_json::from_str(values).ok()?;
    recorded.as_object()?.values().find_map(|v| unwrapped(v, 3))
}

fn unwrapped(value: &Value, depth: u8) -> Option<Value> {
    match value {
        Value::Object(o) if o.contains_key("conditions") || o.contains_key("grantControls") => Some(value.clone()),
        Value::String(text) if depth > 0 => unwrapped(&serde_json::from_str(text).ok()?, depth - 1),
        Value::Array(items) if depth > 0 => items.iter().find_map(|i| unwrapped(i, depth - 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> Edit {
        let wrap = |t: &str| serde_json::json!({ "ConditionalAccessPolicy": t }).to_string();
        edit("Update conditional access policy", Some(&wrap(old)), Some(&wrap(new))).unwrap()
    }

    const MFA: &str = r#"{"state":"enabled","conditions":{"users":{"excludeUsers":["a"]}},"grantControls":{"builtInControls":["MFA"]}}"#;

    #[test]
    fn an_object_newly_left_out_is_named() {
        let e = told(MFA, &MFA.replace("[\"a\"]", "[\"a\",\"b\"]"));
        assert_eq!((e.effect, e.left_out.as_str(), e.text.as_str()), ("changed", "b", "excluded users + b"));
        assert_eq!(told(MFA, &MFA.replace("[\"a\"]", "[]")).taken_back, "a");
    }

    #[test]
    fn a_policy_that_asks_for_less_is_relaxed() {
        for new in [MFA.replace("[\"MFA\"]", "[]"), MFA.replace("\"enabled\"", "\"disabled\""), MFA.replace("\"enabled\"", "\"enabledForReportingButNotEnforced\"")] {
            assert_eq!(told(MFA, &new).effect, "relaxed", "{new}");
        }
        // The log writes no grant at all when it was taken away.
        let gone = told(MFA, r#"{"state":"enabled","conditions":{"users":{"excludeUsers":["a"]}}}"#);
        assert_eq!((gone.effect, gone.text.as_str()), ("relaxed", "grants mfa -> nothing"));
        let stronger = MFA.replace("\"builtInControls\":[\"MFA\"]", "\"builtInControls\":[],\"authenticationStrength\":{\"id\":\"x\"}");
        assert_eq!(told(MFA, &stronger).effect, "changed");
        let wide = MFA.replace("{\"excludeUsers\"", "{\"includeUsers\":[\"All\"],\"excludeUsers\"");
        assert_eq!(told(&wide, &wide.replace("[\"All\"]", "[\"one\"]")).effect, "relaxed");
        assert_eq!(told(MFA, &MFA.replace("[\"MFA\"]", "[\"mfa\",\"compliantDevice\"]")).effect, "relaxed");
        let values = |on: bool| format!("{{\"SecurityDefaults\":\"{{\\\"IsEnabled\\\":{on}}}\"}}");
        assert_eq!(edit("Update security defaults", Some(&values(true)), Some(&values(false))).unwrap().effect, "relaxed");
        assert_eq!(edit("Update security defaults", Some(&values(false)), Some(&values(true))), None);
        assert_eq!(edit("Delete conditional access policy", None, None).unwrap().effect, "relaxed");
    }

    #[test]
    fn text_in_text_and_a_deleted_policy_are_read() {
        let twice = serde_json::json!({ "ConditionalAccessPolicy": serde_json::to_string(MFA).unwrap() }).to_string();
        let e = edit("Delete conditional access policy", Some(&twice), None).unwrap();
        assert_eq!((e.effect, e.taken_back.as_str()), ("relaxed", "a"));
        assert_eq!(edit("Update policy", Some("{\"PolicyDetail\":\"[]\"}"), None), None);
    }
}
