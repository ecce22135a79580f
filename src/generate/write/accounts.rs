//! The accounts that employees have at the layout's provider, with the provider's own ids: users, what they registered,
//! and whom the provider lets in without a second factor.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::calendar::Day;
use super::super::layout::gzip;
use super::super::people::{Habit, Kind, Person};
use super::super::world::World;
use super::super::{Layout, Sink};

/// One account in one snapshot.
struct Account<'a> {
    person: &'a Person,
    id: String,
    enabled: bool,
    registered: bool,
    excluded: bool,
}

/// What the provider's exports must be found to say on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct AccountsTruth {
    /// Accounts listed.
    pub listed: u32,
    /// Accounts with a second factor.
    pub registered: u32,
    /// Accounts that are let in without one.
    pub excluded: u32,
}

impl Layout {
    /// Kinds of the account exports with their folders; none where the sign-ins are those of the directory's provider.
    pub(crate) const fn accounts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Okta => &[("okta.users", "raw/okta/users"), ("okta.factors", "raw/okta/factors"), ("okta.policies", "raw/okta/policies")],
            Self::Duo => &[("duo.users", "raw/duo/users")],
            Self::Google => &[("google.users", "raw/google/users")],
            Self::Aws => &[("aws.credentials", "raw/aws/credentials")],
            _ => &[],
        }
    }

    /// Accounts as this layout's provider shows them.
    fn accounts_on(self, world: &World, day: Day) -> Vec<Account<'_>> {
        let employees = world.people.iter().filter(|p| p.kind == Kind::Workforce && p.exists(day));
        let of = |person: &'_ Person| (person.registered(day), person.excluded_on(day), person.enabled(day));
        let made = employees.map(|person| {
            let (registered, left_out, enabled) = of(person);
            let (id, excluded) = match self {
                Self::Okta => (format!("00u{}", person.id), left_out),
                Self::Duo => (format!("DU{}", person.id), left_out && enabled),
                // Enforced for everybody: whoever has not enrolled is in the grace period.
                Self::Google => (format!("1{:020}", index(world, person)), !registered),
                _ => (format!("arn:aws:iam::123456789012:user/{}", person.id), !registered && enabled),
            };
            Account { person, id, enabled, registered, excluded }
        });
        made.collect()
    }

    /// What must be found on a day.
    pub(crate) fn accounts_truth(self, world: &World, day: Day) -> Option<AccountsTruth> {
        if self.accounts().is_empty() {
            return None;
        }
        let all = self.accounts_on(world, day);
        let count = |of: &dyn Fn(&Account<'_>) -> bool| u32::try_from(all.iter().filter(|a| of(a)).count()).unwrap_or(u32::MAX);
        Some(AccountsTruth { listed: count(&|_| true), registered: count(&|a| a.registered), excluded: count(&|a| a.excluded) })
    }
}

fn index(world: &World, person: &Person) -> u64 {
    world.people.iter().position(|p| p.id == person.id).unwrap_or(0) as u64
}

/// Writes the snapshots of a day.
pub(crate) fn write(world: &World, day: Day, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let layout = world.plan.layout;
    let all = layout.accounts_on(world, day);
    let mut put = |folder: &str, value: Value| sink.put(&format!("raw/{folder}/{day}.json.gz"), gzip(format!("{value}\n").as_bytes())?);
    match layout {
        Layout::Okta => {
            put("okta/users", all.iter().map(okta_user).collect())?;
            put("okta/factors", all.iter().map(okta_factors).collect())?;
            put("okta/policies", json!([okta_policy(&all)]))
        }
        Layout::Duo => put("duo/users", json!({ "stat": "OK", "response": all.iter().map(duo_user).collect::<Vec<_>>() })),
        Layout::Google => put("google/users", json!({ "kind": "admin#directory#users", "users": all.iter().map(google_user).collect::<Vec<_>>() })),
        Layout::Aws => sink.put(&format!("raw/aws/credentials/{day}.csv"), credential_report(&all)?.into_bytes()),
        _ => Ok(()),
    }
}

fn okta_user(a: &Account<'_>) -> Value {
    let profile = json!({ "login": a.person.upn, "email": a.person.upn, "displayName": a.person.display, "department": a.person.department });
    json!({ "id": a.id, "status": if a.enabled { "ACTIVE" } else { "SUSPENDED" }, "created": format!("{}T08:31:07.000Z", a.person.created), "profile": profile })
}

fn okta_factors(a: &Account<'_>) -> Value {
    let (kind, provider) = match a.person.habit {
        Habit::Sms => ("sms", "OKTA"),
        Habit::Totp => ("token:software:totp", "GOOGLE"),
        Habit::Fido2 | Habit::Passkey | Habit::Hello | Habit::Certificate => ("webauthn", "FIDO"),
        Habit::Push | Habit::Phone | Habit::Nothing => ("push", "OKTA"),
    };
    let factor = json!({ "id": format!("f{}", a.id), "factorType": kind, "provider": provider, "status": "ACTIVE" });
    json!({ "userId": a.id, "factors": if a.registered { json!([factor]) } else { json!([]) } })
}

fn okta_policy(all: &[Account<'_>]) -> Value {
    let left_out: Vec<&str> = all.iter().filter(|a| a.excluded).map(|a| a.id.as_str()).collect();
    let rule = json!({
        "id": "0prExample", "status": "ACTIVE", "name": "Second factor for everybody", "type": "SIGN_ON", "priority": 1,
        "conditions": { "people": { "users": { "exclude": left_out } }, "network": { "connection": "ANYWHERE" } },
        "actions": { "signon": { "access": "ALLOW", "requireFactor": true, "factorPromptMode": "ALWAYS" } },
    });
    json!({ "id": "00pExample", "status": "ACTIVE", "name": "Sign-on", "type": "OKTA_SIGN_ON", "system": false, "rules": [rule] })
}

fn duo_user(a: &Account<'_>) -> Value {
    let status = if !a.enabled {
        "disabled"
    } else if a.excluded {
        "bypass"
    } else {
        "active"
    };
    let phone = json!([{ "phone_id": format!("DP{}", a.id), "activated": true, "capabilities": ["auto", "push", "mobile_otp"], "type": "Mobile" }]);
    json!({
        "user_id": a.id, "username": a.person.upn, "realname": a.person.display, "status": status, "is_enrolled": a.registered,
        "phones": if a.registered { phone } else { json!([]) }, "tokens": [], "webauthncredentials": [], "groups": [],
    })
}

fn google_user(a: &Account<'_>) -> Value {
    json!({
        "id": a.id, "primaryEmail": a.person.upn, "name": { "fullName": a.person.display }, "suspended": !a.enabled, "archived": false, "isAdmin": false,
        "isDelegatedAdmin": false, "isEnrolledIn2Sv": a.registered, "isEnforcedIn2Sv": true, "creationTime": format!("{}T08:31:07.000Z", a.person.created),
    })
}

const REPORT: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n";

fn credential_report(all: &[Account<'_>]) -> anyhow::Result<String> {
    let mut out = REPORT.to_owned();
    for a in all {
        let created = format!("{}T08:31:07+00:00", a.person.created);
        writeln!(
            out,
            "{},{},{created},{},no_information,{created},N/A,{},false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
            a.person.upn, a.id, a.enabled, a.registered
        )?;
    }
    Ok(out)
}
