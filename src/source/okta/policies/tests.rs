//! What a policy and its rules say, and whom they leave out.

use super::*;

const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

fn decode(json: &str) -> Result<Rows, Reject> {
    let mut rows = Rows::default();
    Policies.decode(&OBJECT, Record { offset: 7, json: json.as_bytes() }, &mut rows).map(|()| rows)
}

/// A policy's row in words of its own, and the exclusions as policy, kind and id.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    policies: Vec<String>,
    exclusions: Vec<String>,
}

fn read(json: &str) -> Seen {
    let mut seen = Seen::default();
    for builder in decode(json).unwrap().filled() {
        let name = builder.table().name;
        let batch = builder.finish().unwrap();
        if name == PolicyExclusion::TABLE.name {
            seen.exclusions.extend(PolicyExclusion::read(&batch).unwrap().iter().map(|e| format!("{} {} {}", e.policy_id, e.object_kind, e.object_id)));
        } else {
            let text = |p: &Policy<'_>| {
                let scope = [("users", p.all_users), ("apps", p.all_apps)].into_iter().filter(|(_, all)| *all).map(|(w, _)| w).collect::<Vec<_>>().join("+");
                format!("{} | {} | {} | {} | all: {scope}", p.policy_id, p.policy_name.unwrap_or("-"), p.policy_state, p.grants)
            };
            seen.policies.extend(Policy::read(&batch).unwrap().iter().map(text));
        }
    }
    seen
}

fn granted(actions: &str) -> (&'static str, Option<bool>) {
    let actions: Actions<'_> = serde_json::from_str(actions).unwrap();
    (grants(&actions), phishing_resistant(&actions))
}

fn app(mode: &str, constraints: &str) -> String {
    format!(r#"{{"appSignOn":{{"access":"ALLOW","verificationMethod":{{"factorMode":"{mode}","type":"ASSURANCE","reauthenticateIn":"PT2H","constraints":[{constraints}]}}}}}}"#)
}

#[test]
fn what_a_rule_grants_access_for() {
    for (actions, want) in [
        (r#"{"signon":{"access":"DENY","requireFactor":true}}"#, "block"),
        (r#"{"appSignOn":{"access":"DENY"}}"#, "block"),
        (r#"{"signon":{"access":"ALLOW","requireFactor":true,"factorPromptMode":"ALWAYS"}}"#, "mfa"),
        (r#"{"signon":{"access":"ALLOW","requireFactor":false,"primaryFactor":"PASSWORD_IDP"}}"#, "none"),
        (r#"{"signon":{"access":"allow"}}"#, "none"),
        (r#"{"appSignOn":{"access":"ALLOW"}}"#, "none"),
        (r#"{"appSignOn":{"access":"ALLOW","verificationMethod":{"type":"AUTH_METHOD_CHAIN","chains":[]}}}"#, "other"),
        ("{}", "other"),
    ] {
        assert_eq!(granted(actions), (want, None), "{actions}");
    }
}

#[test]
fn a_rule_resists_phishing_only_if_each_of_its_constraints_does() {
    const RESISTS: &str = r#"{"possession":{"required":true,"phishingResistant":"REQUIRED","deviceBound":"REQUIRED"}}"#;
    const ANY: &str = r#"{"knowledge":{"types":["password"]},"possession":{"deviceBound":"REQUIRED"}}"#;
    assert_eq!(granted(&app("2FA", RESISTS)), ("mfa", Some(true)));
    assert_eq!(granted(&app("2FA", &format!("{RESISTS},{ANY}"))), ("mfa", Some(false)));
    assert_eq!(granted(&app("2FA", ANY)), ("mfa", Some(false)));
    assert_eq!(granted(&app("2FA", "")), ("mfa", None));
    assert_eq!(granted(&app("1FA", RESISTS)), ("none", Some(true)));
    assert_eq!(granted(&app("1FA", ANY)), ("none", None));
}

#[test]
fn every_rule_of_a_policy_is_a_row() {
    const RULES: &str = r#"[{"id":"r1","name":"Staff","status":"ACTIVE","type":"SIGN_ON","conditions":{"people":{"users":{"exclude":["u1"]},"groups":{"exclude":["g2"]}},
        "network":{"connection":"ZONE","exclude":["z1"]}},"actions":{"signon":{"access":"ALLOW","requireFactor":true}}},
        {"id":"r2","name":"Rest","status":"INACTIVE","type":"SIGN_ON","conditions":{"people":{"users":{"exclude":["u2"]}}},"actions":{"signon":{"access":"ALLOW","requireFactor":false}}}]"#;
    let head = r#""id":"p1","name":"Sign-on","status":"ACTIVE","type":"OKTA_SIGN_ON","conditions":{"people":{"groups":{"include":["g1"],"exclude":["g3"]}}}"#;
    let want = Seen {
        policies: vec!["r1 | Sign-on: Staff | enabled | mfa | all: apps".to_owned(), "r2 | Sign-on: Rest | disabled | none | all: apps".to_owned()],
        // Whom the policy leaves out, each of its rules leaves out; a rule that asks for nothing excludes nobody.
        exclusions: ["r1 group g3", "r1 user u1", "r1 group g2", "r1 location z1"].map(str::to_owned).to_vec(),
    };
    assert_eq!(read(&format!(r#"{{{head},"rules":{RULES}}}"#)), want);
    assert_eq!(read(&format!(r#"{{{head},"_embedded":{{"rules":{RULES}}}}}"#)), want);
    let off = read(&format!(r#"{{{},"rules":{RULES}}}"#, head.replace("ACTIVE", "INACTIVE")));
    assert_eq!(off.policies[0], "r1 | Sign-on: Staff | disabled | mfa | all: apps");
}

#[test]
fn a_bare_rule_stands_for_itself() {
    let rule = |kind: &str, more: &str| format!(r#"{{"id":"r1","name":"Rule","status":"ACTIVE","type":"{kind}"{more}}}"#);
    let two = r#","actions":{"appSignOn":{"access":"ALLOW","verificationMethod":{"factorMode":"2FA"}}}"#;
    let named = r#","conditions":{"people":{"groups":{"include":["g1"],"exclude":[]},"users":{"include":[],"exclude":["u1"]}},"userType":{"include":[],"exclude":["t1"]}}"#;
    assert_eq!(read(&rule("ACCESS_POLICY", two)).policies, ["r1 | Rule | enabled | mfa | all: users"]);
    let seen = read(&rule("ACCESS_POLICY", &format!("{two}{named}")));
    assert_eq!(seen.policies, ["r1 | Rule | enabled | mfa | all: "]);
    assert_eq!(seen.exclusions, ["r1 user u1", "r1 user_type t1"]);
    // The default rule is for everyone: the group it names holds all users.
    assert_eq!(read(&rule("SIGN_ON", &format!(r#"{two}{named},"system":true"#))).policies, ["r1 | Rule | enabled | mfa | all: users+apps"]);
    assert_eq!(read(&rule("SIGN_ON", "").replace("ACTIVE", "NEW")).policies, ["r1 | Rule | other | other | all: users+apps"]);
}

#[test]
fn a_policy_without_its_rules_does_not_look_like_one_without_a_second_factor() {
    let policy = |more: &str| format!(r#"{{"id":"p1","name":"P","status":"ACTIVE","type":"ACCESS_POLICY","conditions":{{"people":{{"users":{{"exclude":["u1"]}}}}}}{more}}}"#);
    let seen = read(&policy(""));
    assert_eq!((seen.policies, seen.exclusions), (vec!["p1 | P | enabled | other | all: users".to_owned()], vec!["p1 user u1".to_owned()]));
    assert_eq!(read(&policy(r#","rules":[]"#)).policies, ["p1 | P | enabled | none | all: users"]);
}

#[test]
fn what_narrows_a_rule() {
    for (conditions, want) in [
        ("{}", ""),
        (r#"{"network":{"connection":"ANYWHERE"},"riskScore":{"level":"ANY"},"platform":{"include":[{"type":"ANY","os":{"type":"ANY"}}]},"authContext":{"authType":"ANY"}}"#, ""),
        (r#"{"network":{"connection":"ZONE","include":["z1"]}}"#, "location"),
        (r#"{"network":{"connection":"ZONE","exclude":["z1"]}}"#, ""),
        (r#"{"network":{"connection":"ON_NETWORK"}}"#, "location"),
        (r#"{"riskScore":{"level":"HIGH"}}"#, "sign_in_risk"),
        (r#"{"risk":{"behaviors":["b1"]}}"#, "sign_in_risk"),
        (r#"{"platform":{"include":[{"type":"DESKTOP","os":{"type":"WINDOWS"}}]}}"#, "platform"),
        (r#"{"platform":{"include":[{"type":"MOBILE","os":{"type":"ANY"}}]}}"#, "platform"),
        (
            r#"{"device":{"registered":true,"managed":true},"elCondition":{"condition":"user.status == 'x'"},"authContext":{"authType":"RADIUS"}}"#,
            "client,device_filter,expression",
        ),
    ] {
        assert_eq!(narrowed_by(&serde_json::from_str(conditions).unwrap()).join(","), want, "{conditions}");
    }
    let platforms: Conditions<'_> = serde_json::from_str(r#"{"platform":{"exclude":[{"type":"MOBILE","os":{"type":"ANY"}},{"type":"DESKTOP","os":{"type":"WINDOWS"}}]}}"#).unwrap();
    assert_eq!(excluded(&platforms), [("platform", "MOBILE"), ("platform", "WINDOWS")]);
}

#[test]
fn an_edit_is_a_change_after_the_creation() {
    // 2024-01-01T00:00:00Z and a second later.
    let made = Some(Instant(1_704_067_200_000_000));
    let times = |updated: &str| {
        let json = format!(r#"{{"id":"r1","type":"SIGN_ON","created":"2024-01-01T00:00:00.000Z","lastUpdated":"{updated}"}}"#);
        let item: Item<'_> = serde_json::from_str(&json).unwrap();
        let found = prepare(&item, None).unwrap();
        (found.made_at, found.edited_at)
    };
    assert_eq!(times("2024-01-01T00:00:00.000Z"), (made, None));
    assert_eq!(times("2024-01-01T00:00:01.000Z"), (made, Some(Instant(1_704_067_201_000_000))));
}

#[test]
fn other_policies_are_understood_and_make_no_row() {
    for kind in ["PASSWORD", "MFA_ENROLL", "IDP_DISCOVERY", "PROFILE_ENROLLMENT", "SOMETHING_NEW"] {
        assert_eq!(read(&format!(r#"{{"id":"p1","status":"ACTIVE","type":"{kind}","rules":[7]}}"#)), Seen::default(), "{kind}");
    }
}

#[test]
fn rejects() {
    for (json, reason) in [
        (r#"{"type":"ACCESS_POLICY"}"#, Reject::missing("id")),
        (r#"{"id":"p1"}"#, Reject::missing("type")),
        (r#"{"id":"p1","type":"ACCESS_POLICY","rules":[{"id":"r1"},{"name":"Rule"}]}"#, Reject::missing("id")),
        (r#"{"id":"p1","type":"ACCESS_POLICY","rules":[{"id":"r1"},7]}"#, Reject::Content("`rules` holds something that is not an object".to_owned())),
        (r#"{"id":"r1","type":"SIGN_ON","created":"redacted"}"#, Reject::bad_time("created", "redacted")),
        ("{", Reject::Syntax),
    ] {
        assert_eq!(decode(json).unwrap_err(), reason, "{json}");
    }
}
