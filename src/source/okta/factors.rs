//! Enrolled factors (formats.md 5.6).
//!
//! The Factors API lists the factors of one user and names the user only in links. Two shapes are read: a user
//! with the whole list, `{"userId":…,"factors":[…]}`, and single factors. Only the first can tell of a user who
//! has none: from single factors such a user stays unknown, never covered.

use super::super::lenient::{List, Maybe, Text, lenient};
use super::super::{Expected, ObjectContext, Record, Reject, Rows, Source, method};
use super::words;
use crate::table::directory::{RegisteredMethod, Registration};
use crate::table::{Row, Table};

lenient! { Link { "href" => href: Text<'a>, } }
lenient! { Links { "user" => user: Maybe<Link<'a>>, "self" => own: Maybe<Link<'a>>, } }
lenient! {
    /// A `UserFactor`.
    Factor {
        "factorType" => kind: Text<'a>,
        "provider" => provider: Text<'a>,
        "status" => status: Text<'a>,
        "_links" => links: Maybe<Links<'a>>,
    }
}
lenient! {
    /// A user's whole list, or who a single factor belongs to.
    Owner {
        "userId" => user_id: Text<'a>,
        "user_id" => user_id_snake: Text<'a>,
        "factors" => factors: Option<List<Maybe<Factor<'a>>>>,
    }
}

/// Enrolled factors, of which only the active count.
#[derive(Debug)]
pub(in crate::source) struct Factors;

impl Source for Factors {
    fn kind(&self) -> &'static str {
        "okta.factors"
    }

    fn about(&self) -> &'static str {
        "Okta factors: Factors API `GET /api/v1/users/{id}/factors`, per user as `userId` with `factors`, or one factor per record"
    }

    fn limits(&self) -> &'static str {
        "whether policy allows a factor is not told"
    }

    fn tables(&self) -> Vec<Table> {
        vec![Registration::TABLE, RegisteredMethod::TABLE]
    }

    fn expected(&self) -> Expected {
        Expected::Snapshot
    }

    fn decode(&self, object: &ObjectContext<'_>, record: Record<'_>, rows: &mut Rows) -> Result<(), Reject> {
        let owner: Owner<'_> = super::parse(record.json)?;
        let named = owner.user_id.get().or_else(|| owner.user_id_snake.get());
        if let Some(list) = &owner.factors {
            let id = named.ok_or_else(|| Reject::missing("userId"))?;
            let factors: Vec<&Factor<'_>> = list.0.iter().filter_map(|f| f.0.as_ref()).filter(|f| active(f)).collect();
            let registered = factors.iter().any(|f| method::second_factor(canonical(f)));
            register(object, record, id, registered, rows);
            for factor in factors {
                push(object, id, factor, rows);
            }
            return Ok(());
        }
        let factor: Factor<'_> = super::parse(record.json)?;
        if factor.kind.get().is_none() {
            return Err(Reject::missing("factorType"));
        }
        let links = factor.links.0.as_ref();
        let linked = links.and_then(|l| [&l.user, &l.own].into_iter().find_map(|link| user_in(link.0.as_ref()?.href.get()?)));
        let id = named.or(linked).ok_or_else(|| Reject::missing("userId"))?;
        if active(&factor) {
            // One factor says that its user has one, never that there is no other: all records of a user agree.
            if method::second_factor(canonical(&factor)) {
                register(object, record, id, true, rows);
            }
            push(object, id, &factor, rows);
        }
        Ok(())
    }
}

/// User of a link such as `https://example.okta.com/api/v1/users/<id>/factors/<id>`.
fn user_in(href: &str) -> Option<&str> {
    href.split_once("/users/")?.1.split(['/', '?']).next().filter(|id| !id.is_empty())
}

fn active(factor: &Factor<'_>) -> bool {
    factor.status.is("ACTIVE")
}

fn canonical(factor: &Factor<'_>) -> &'static str {
    words::factor_method(factor.kind.or_empty(), factor.provider.or_empty())
}

fn register(object: &ObjectContext<'_>, at: Record<'_>, id: &str, registered: bool, rows: &mut Rows) {
    rows.push(&Registration {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: id,
        registered: Some(registered),
        // An active factor is one that the enrolment policy allows.
        capable: Some(registered),
        admin_flag: None,
        preferred_raw: None,
        raw_object: object.key,
        raw_offset: at.offset,
    });
}

fn push(object: &ObjectContext<'_>, id: &str, factor: &Factor<'_>, rows: &mut Rows) {
    let method = canonical(factor);
    let raw = match factor.provider.get() {
        Some(provider) => format!("{} ({provider})", factor.kind.or_empty()),
        None => factor.kind.or_empty().to_owned(),
    };
    rows.push(&RegisteredMethod {
        source: object.source,
        tenant: object.tenant,
        snapshot_at: object.snapshot_at,
        identity_id: id,
        method,
        method_raw: &raw,
        method_strength: method::strength(method),
        second_factor: method::second_factor(method),
        syncable: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Instant;

    const OBJECT: ObjectContext<'static> = ObjectContext { source: "s", tenant: "t", key: "k", snapshot_at: Instant(0), details: None };

    fn decode(json: &str) -> Result<Rows, Reject> {
        let mut rows = Rows::default();
        Factors.decode(&OBJECT, Record { offset: 0, json: json.as_bytes() }, &mut rows).map(|()| rows)
    }

    /// Registered per user, and methods with their raw text.
    /// Identity and whether it registered; method, raw text and whether it is a second factor.
    type Seen = (Vec<(String, Option<bool>)>, Vec<(&'static str, String, bool)>);

    fn read(json: &str) -> Seen {
        let mut rows = decode(json).unwrap();
        let (mut users, mut methods) = (Vec::new(), Vec::new());
        for builder in rows.filled() {
            let name = builder.table().name;
            let batch = builder.finish().unwrap();
            if name == Registration::TABLE.name {
                users.extend(Registration::read(&batch).unwrap().iter().map(|r| (r.identity_id.to_owned(), r.registered)));
            } else {
                let known = |m: &str| method::RANKING.iter().copied().find(|r| *r == m).unwrap();
                methods.extend(RegisteredMethod::read(&batch).unwrap().iter().map(|m| (known(m.method), m.method_raw.to_owned(), m.second_factor)));
            }
        }
        (users, methods)
    }

    #[test]
    fn only_active_factors_of_a_users_list_count() {
        let (users, methods) = read(
            r#"{"userId":"u","factors":[{"factorType":"push","provider":"OKTA","status":"ACTIVE"},{"factorType":"sms","provider":"OKTA","status":"PENDING_ACTIVATION"},
            {"factorType":"question","provider":"OKTA","status":"ACTIVE"},{"factorType":"new","status":"ACTIVE"}]}"#,
        );
        assert_eq!(users, [("u".to_owned(), Some(true))]);
        assert_eq!(methods, [("push", "push (OKTA)".to_owned(), true), ("knowledge", "question (OKTA)".to_owned(), false), ("other", "new".to_owned(), false)]);
    }

    #[test]
    fn a_list_without_a_second_factor_says_so() {
        for factors in ["[]", r#"[{"factorType":"email","provider":"OKTA","status":"ACTIVE"}]"#, r#"[{"factorType":"push","provider":"OKTA","status":"EXPIRED"}]"#] {
            assert_eq!(read(&format!(r#"{{"user_id":"u","factors":{factors}}}"#)).0, [("u".to_owned(), Some(false))], "{factors}");
        }
    }

    #[test]
    fn a_single_factor_is_tied_to_its_user_by_a_link() {
        let json = r#"{"id":"f","factorType":"token:software:totp","provider":"GOOGLE","status":"ACTIVE","_links":{"self":{"href":"https://example.okta.com/api/v1/users/00u1/factors/f"}}}"#;
        assert_eq!(read(json), (vec![("00u1".to_owned(), Some(true))], vec![("otp_app", "token:software:totp (GOOGLE)".to_owned(), true)]));
        assert_eq!(decode(&json.replace("ACTIVE", "DISABLED")).unwrap().fullest(), 0);
        let question = json.replace("token:software:totp", "question");
        assert!(read(&question).0.is_empty());
    }

    #[test]
    fn rejects() {
        assert_eq!(decode(r#"{"factors":[]}"#).unwrap_err(), Reject::missing("userId"));
        assert_eq!(decode(r#"{"userId":"u"}"#).unwrap_err(), Reject::missing("factorType"));
        assert_eq!(decode(r#"{"factorType":"push","status":"ACTIVE"}"#).unwrap_err(), Reject::missing("userId"));
    }
}
