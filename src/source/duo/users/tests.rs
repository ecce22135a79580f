//! Users: what a status, a device and a group make of somebody.

use super::*;
use crate::table::Instant;

const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

fn decode(json: &str) -> Result<Rows, Reject> {
    let mut rows = Rows::default();
    Users.decode(&OBJECT, Record { offset: 0, json: json.as_bytes() }, &mut rows).map(|()| rows)
}

/// Account enabled, registered, capable.
fn states(json: &str) -> (Option<bool>, Option<bool>, Option<bool>) {
    let mut rows = decode(json).unwrap();
    let batches: Vec<_> = rows.filled().map(|b| (b.table().name, b.finish().unwrap())).collect();
    let of = |name: &str| &batches.iter().find(|(n, _)| *n == name).unwrap().1;
    let registration = Registration::read(of("registrations")).unwrap()[0];
    (Identity::read(of("identities")).unwrap()[0].enabled, registration.registered, registration.capable)
}

#[test]
fn devices_are_methods() {
    let user: User<'_> = serde_json::from_str(
        r#"{"user_id":"DU1","phones":[{"activated":true,"capabilities":["auto","push","sms","phone","mobile_otp"]},{"activated":false,"capabilities":["auto","push","sms"]}],
        "tokens":[{"type":"h6"}],"u2ftokens":[{"registration_id":"r"}],"webauthncredentials":[{"webauthnkey":"w"}]}"#,
    )
    .unwrap();
    let found: Vec<_> = methods(&user).into_iter().collect();
    let want = [
        ("fido2", "u2ftoken"),
        ("fido2", "webauthncredential"),
        ("otp_app", "phone: mobile_otp"),
        ("otp_hw", "token: h6"),
        ("push", "phone: push"),
        ("sms", "phone: sms"),
        ("voice", "phone: phone"),
    ];
    assert_eq!(found, want.map(|(m, r)| (m, r.to_owned())));
}

#[test]
fn who_is_let_in_without_a_factor_is_not_capable() {
    const PHONE: &str = r#""phones":[{"activated":true,"capabilities":["push"]}],"is_enrolled":true"#;
    let user = |more: &str| format!(r#"{{"user_id":"DU1",{PHONE},{more}}}"#);
    assert_eq!(states(&user(r#""status":"active","groups":[{"status":"active"}]"#)), (Some(true), Some(true), Some(true)));
    assert_eq!(states(&user(r#""status":"bypass""#)), (Some(true), Some(true), Some(false)));
    assert_eq!(states(&user(r#""status":"active","groups":[{"status":"Bypass"}]"#)), (Some(true), Some(true), Some(false)));
    assert_eq!(states(&user(r#""status":"locked out""#)), (Some(true), Some(true), Some(true)));
    assert_eq!(states(&user(r#""status":"disabled""#)), (Some(false), Some(true), Some(true)));
    assert_eq!(states(&user(r#""status":"something new""#)), (None, Some(true), Some(true)));
    assert_eq!(states(r#"{"user_id":"DU1","phones":[],"last_login":null}"#), (None, Some(false), Some(false)));
}

/// Exclusions as kind and id, members as group, name and member, and the number of policies.
type Seen = (Vec<(String, String)>, Vec<(String, Option<String>, String)>, usize);

fn excluded(json: &str) -> Seen {
    let mut rows = decode(json).unwrap();
    let (mut exclusions, mut members, mut policies) = (Vec::new(), Vec::new(), 0);
    for builder in rows.filled() {
        let name = builder.table().name;
        let batch = builder.finish().unwrap();
        if name == PolicyExclusion::TABLE.name {
            let read = PolicyExclusion::read(&batch).unwrap();
            assert!(read.iter().all(|e| e.policy_id == "duo.second_factor"));
            exclusions.extend(read.iter().map(|e| (e.object_kind.to_owned(), e.object_id.to_owned())));
        } else if name == GroupMember::TABLE.name {
            members.extend(GroupMember::read(&batch).unwrap().iter().map(|m| (m.group_id.to_owned(), m.group_name.map(str::to_owned), m.member_id.to_owned())));
        } else if name == Policy::TABLE.name {
            let read = Policy::read(&batch).unwrap();
            assert!(read.iter().all(|p| (p.policy_id, p.policy_state, p.grants, p.all_users, p.all_apps) == ("duo.second_factor", "enabled", "mfa", true, true)));
            policies += read.len();
        }
    }
    (exclusions, members, policies)
}

#[test]
fn a_bypass_is_an_exclusion_and_the_policy_stands_once() {
    let (exclusions, members, policies) = excluded(
        r#"{"response":[{"user_id":"DU1","status":"Bypass","groups":[]},
        {"user_id":"DU2","status":"active","groups":[{"group_id":"DG1","name":"Example service desk","status":"bypass"},{"group_id":"DG2","status":"active"}]},
        {"user_id":"DU3","status":"active","groups":[{"group_id":"DG1","name":"Example service desk","status":"bypass"},{"status":"bypass"}]}]}"#,
    );
    let pair = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    assert_eq!(exclusions, [pair("user", "DU1"), pair("group", "DG1"), pair("group", "DG1")]);
    let member = |group: &str, name: Option<&str>, user: &str| (group.to_owned(), name.map(str::to_owned), user.to_owned());
    assert_eq!(members, [member("DG1", Some("Example service desk"), "DU2"), member("DG2", None, "DU2"), member("DG1", Some("Example service desk"), "DU3")]);
    assert_eq!(policies, 1);
}

#[test]
fn nobody_is_excluded_by_another_status() {
    for status in ["active", "disabled", "locked out", "something new", ""] {
        let json = format!(r#"{{"user_id":"DU1","status":"{status}","groups":[{{"group_id":"DG1","status":"{status}"}}]}}"#);
        let (exclusions, members, policies) = excluded(&json);
        assert_eq!((exclusions.len(), members.len(), policies), (0, 1, 1), "{status}");
    }
}

#[test]
fn a_page_and_rejects() {
    assert_eq!(decode(r#"{"stat":"OK","response":[{"user_id":"a"},{"user_id":"b"}],"metadata":{}}"#).unwrap().fullest(), 2);
    assert_eq!(decode(r#"{"stat":"OK","response":[]}"#).unwrap().fullest(), 0);
    assert_eq!(decode(r#"{"username":"a"}"#).unwrap_err(), Reject::missing("user_id"));
    assert_eq!(decode(r#"{"response":[{"user_id":"a"},{"username":"b"}]}"#).unwrap_err(), Reject::missing("user_id"));
}
