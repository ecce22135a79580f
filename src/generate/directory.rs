//! Snapshots of the directory: users and their registered authentication methods.

use serde_json::{Value, json};

use super::Sink;
use super::calendar::Day;
use super::layout::gzip;
use super::people::{Habit, Kind, Person};
use super::roles;
use super::world::World;

/// Writes a collection the way Graph answers, one object a line.
pub(crate) fn put_json(sink: &mut dyn Sink, key: &str, context: &str, values: impl IntoIterator<Item = Value>) -> anyhow::Result<()> {
    let mut bytes = format!("{{\"@odata.context\":\"{context}\",\"value\":[").into_bytes();
    for (number, value) in values.into_iter().enumerate() {
        bytes.extend_from_slice(if number == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut bytes, &value)?;
    }
    bytes.extend_from_slice(b"]}\n");
    sink.put(key, gzip(&bytes)?)
}

/// Writes every snapshot of a day.
pub(crate) fn write(world: &World, day: Day, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let everybody = world.people.iter().enumerate().filter(|(_, person)| person.exists(day));
    let users = everybody.clone().map(|(_, person)| user(person, day));
    put_json(sink, &format!("raw/entra/users/{day}.json.gz"), "https://graph.microsoft.com/beta/$metadata#users", users)?;
    // The report has no rows of disabled accounts, and a few rows are missing without a reason.
    let listed = everybody.filter(|(_, person)| person.enabled(day) && !person.unlisted);
    let rows = listed.map(|(index, person)| registration(world, index, person, day));
    let context = "https://graph.microsoft.com/beta/$metadata#reports/authenticationMethods/userRegistrationDetails";
    put_json(sink, &format!("raw/entra/registrations/{day}.json.gz"), context, rows)?;
    roles::write(world, day, sink)?;
    super::policies::write(world, day, sink)?;
    super::write::accounts(world, day, sink)
}

fn user(person: &Person, day: Day) -> Value {
    let guest = person.kind == Kind::Guest;
    let employee = person.kind == Kind::Workforce;
    let created = format!("{}T08:31:07Z", person.created);
    json!({
        "id": person.id.to_string(),
        "userPrincipalName": person.upn,
        "displayName": person.display,
        "mail": if employee { Value::from(person.upn.as_str()) } else if guest { Value::from(person.sign_in_name.as_str()) } else { Value::Null },
        "accountEnabled": person.enabled(day),
        "userType": if guest { "Guest" } else { "Member" },
        "createdDateTime": created,
        "employeeHireDate": person.hired.map(|hired| format!("{hired}T00:00:00Z")),
        "employeeLeaveDateTime": person.left.filter(|left| *left <= day && employee).map(|left| format!("{left}T00:00:00Z")),
        "employeeType": if employee { Value::from("Employee") } else { Value::Null },
        "creationType": if guest { Value::from("Invitation") } else { Value::Null },
        "externalUserState": if guest { Value::from("Accepted") } else { Value::Null },
        "externalUserStateChangeDateTime": guest.then(|| created.clone()),
        "onPremisesSyncEnabled": if person.synced { Value::from(true) } else { Value::Null },
        "lastPasswordChangeDateTime": format!("{}T10:02:55Z", person.created.plus(1)),
        "department": if employee { Value::from(person.department) } else { Value::Null },
        "companyName": if employee { Value::from("Nordwind Example AG") } else { Value::Null },
        "perUserMfaState": "disabled",
        "signInActivity": null,
    })
}

fn registration(world: &World, index: usize, person: &Person, day: Day) -> Value {
    let methods: Vec<&str> = person.methods_on(day).collect();
    let registered = person.registered(day);
    let (preferred, system) = match person.habit {
        _ if !registered => ("", json!([])),
        Habit::Push | Habit::Phone => ("push", json!(["PhoneAppNotification"])),
        Habit::Sms => ("sms", json!(["Sms"])),
        Habit::Totp => ("oath", json!(["PhoneAppOTP"])),
        Habit::Fido2 | Habit::Passkey => ("none", json!(["Fido2"])),
        Habit::Hello | Habit::Certificate | Habit::Nothing => ("none", json!([])),
    };
    json!({
        "id": person.id.to_string(),
        "userPrincipalName": person.upn,
        "userDisplayName": person.display,
        "userType": if person.kind == Kind::Guest { "guest" } else { "member" },
        "isAdmin": roles::is_admin(world, index),
        "isSsprRegistered": registered || methods.contains(&"email"),
        "isSsprEnabled": person.kind == Kind::Workforce,
        "isSsprCapable": registered && person.kind == Kind::Workforce,
        "isMfaRegistered": registered,
        "isMfaCapable": person.capable(day),
        "isPasswordlessCapable": person.phishing_resistant(day) || methods.contains(&"microsoftAuthenticatorPasswordless"),
        "methodsRegistered": methods,
        "isSystemPreferredAuthenticationMethodEnabled": true,
        "systemPreferredAuthenticationMethods": system,
        "userPreferredMethodForSecondaryAuthentication": preferred,
        "lastUpdatedDateTime": format!("{day}T03:12:45.0186215Z"),
    })
}
