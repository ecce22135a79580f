//! A person map: which accounts are one person's, kept by hand or exported by a personnel system.

use std::borrow::Cow;

use super::lenient::{Text, lenient};
use super::{Expected, ObjectContext, Record, Reject, Rows, Source, parse};
use crate::table::directory::PersonAccount;
use crate::table::{Row, Table};

lenient! {
    /// One account of a person under the names that such lists use.
    Line {
        "person_id" => person_id: Text<'a>,
        "person" => person: Text<'a>,
        "employee_id" => employee_id: Text<'a>,
        "employeeId" => employee: Text<'a>,
        "account" => account: Text<'a>,
        "identity_id" => identity_id: Text<'a>,
        "user_name" => user_name: Text<'a>,
        "userPrincipalName" => principal_name: Text<'a>,
    }
}

/// Texts that people write where there is no number.
const PLACEHOLDERS: [&str; 10] = ["0", "-", "n/a", "na", "none", "null", "unknown", "tbd", "x", "extern"];

/// The person behind an account: the employee number the directory gives, else the account itself.
pub(super) fn person<'a>(identity_id: &'a str, employee_number: Option<&str>) -> Cow<'a, str> {
    let number = employee_number.map(str::trim).filter(|n| !n.is_empty() && !PLACEHOLDERS.iter().any(|p| n.eq_ignore_ascii_case(p)));
    number.map_or(Cow::Borrowed(identity_id), |n| Cow::Owned(format!("employee:{n}")))
}

/// The map.
#[derive(Debug)]
pub(super) struct People;

impl Source for People {
    fn kind(&self) -> &'static str {
        "people.map"
    }
    fn about(&self) -> &'static str {
        "Person map: CSV or JSON with `person_id` and `account`, a directory id or sign-in name; joins daily, admin and partner accounts of every provider"
    }
    fn limits(&self) -> &'static str {
        "only what its keeper writes"
    }
    fn tables(&self) -> Vec<Table> {
        vec![PersonAccount::TABLE]
    }
    fn expected(&self) -> Expected {
        Expected::Standing
    }
    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let line: Line<'_> = parse(record.json)?;
        let first = |all: [&Text<'_>; 4]| all.into_iter().find_map(|t| t.get().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned));
        let person = first([&line.person_id, &line.person, &line.employee_id, &line.employee]).ok_or_else(|| Reject::missing("person_id"))?;
        let account = first([&line.account, &line.identity_id, &line.user_name, &line.principal_name]).ok_or_else(|| Reject::missing("account"))?;
        rows.push(&PersonAccount {
            source: object.source,
            tenant: object.tenant,
            snapshot_at: object.snapshot_at,
            account: &account.to_lowercase(),
            person_id: &person,
            raw_object: object.key,
            raw_offset: record.offset,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_no_employee_number() {
        assert_eq!(person("id", Some(" 4711 ")), "employee:4711");
        for none in [None, Some(""), Some("N/A"), Some("0"), Some("-")] {
            assert_eq!(person("id", none), "id");
        }
    }
}
