//! One sign-in explained: which rule decided it, how it was satisfied, and why each exception matched or not.

use super::class;
use super::cover::{Cover, Specificity};
use super::holders::effective_members;
use super::judge::applications;
use super::names::Names;
use super::{Derivation, register, snapshots};
use crate::period;
use crate::table::derived::Event;
use crate::table::directory::{GroupMember, Identity};
use crate::table::register::{Exception, ExceptionEvent};
use crate::table::{self, Instant, Row, SignIn};

/// What is known of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Explained {
    /// Source id.
    pub source: String,
    /// Event id.
    pub event: String,
    /// RFC 3339.
    pub at: String,
    /// Identity id; empty text when the record names none.
    pub identity: String,
    /// Display name.
    pub label: String,
    /// Application id; empty text when not recorded.
    pub application: String,
    /// `success`, `failure`, `interrupt` or `unknown`.
    pub outcome: String,
    /// One of the eight canonical outcomes.
    pub mfa_outcome: String,
    /// The row of the decision table that settled it.
    pub rule: String,
    /// M1, M2, M3, M4, S, N or U; empty text for an event that is no qualifying attempt by itself.
    pub class: String,
    /// Why a class S was skipped, or a class U cannot be told.
    pub class_reason: String,
    /// Raw object and offset.
    pub raw: String,
    /// Every exception that was tried, in the order of the attribution rule.
    pub tried: Vec<Tried>,
    /// The exception it is attributed to; empty text when none.
    pub attributed: String,
    /// Others matched as well.
    pub ambiguous: bool,
    /// What comes nearest where none explains it.
    pub nearest: String,
}

/// One exception held against the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tried {
    /// Register id.
    pub exception: String,
    /// Category.
    pub category: String,
    /// How its scope holds the identity.
    pub scope: String,
    /// Activation, RFC 3339; empty text when none.
    pub activated: String,
    /// Why it matched or not.
    pub verdict: String,
}

fn scope(s: Specificity) -> &'static str {
    match s {
        Specificity::UserAndApp => "user and application",
        Specificity::User => "user",
        Specificity::App => "application",
        Specificity::Group => "group",
    }
}

impl Derivation<'_> {
    /// Looks an event up by the provider's id; `None` when the lake does not hold it.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub fn explain(&self, event_id: &str) -> anyhow::Result<Option<Explained>> {
        for label in self.report.lake.entries.keys() {
            let Some(Ok(date)) = label.strip_prefix("sign_ins/").map(str::parse::<jiff::civil::Date>) else { continue };
            for batch in self.lake.partition(&SignIn::TABLE, period::day(date))? {
                if let Some(row) = SignIn::read(&batch)?.into_iter().find(|r| r.event_id == event_id) {
                    let own = Event::read(&batch)?.into_iter().find(|e| e.event_id == event_id);
                    return own.map(|e| self.told(&row, &e)).transpose();
                }
            }
        }
        Ok(None)
    }

    fn told(&self, row: &SignIn<'_>, e: &Event<'_>) -> anyhow::Result<Explained> {
        let at = e.occurred_at;
        let after = Instant((at.0.div_euclid(86_400_000_000) + 1) * 86_400_000_000);
        let load = |table: table::Table| snapshots::load(self.lake, &table, &self.snapshots.telling_of(table.name, after));
        let (entries, events) = (load(Exception::TABLE)?, load(ExceptionEvent::TABLE)?);
        let (groups, identities) = (load(GroupMember::TABLE)?, load(Identity::TABLE)?);
        let lives = register::lives(&entries, &events, self.config)?;
        let members = effective_members(&table::rows::<GroupMember<'_>>(&groups)?);
        let cover = Cover::new(&lives, &members);
        let people: Vec<Identity<'_>> = table::rows(&identities)?;
        let names = Names::new(&people);
        let identity = e.identity_id.or_else(|| e.identity_name.and_then(|n| names.id(e.tenant, n))).unwrap_or("");
        let app = e.app_id.unwrap_or("");
        let zone = period::zone(&self.config.organisation.time_zone)?;
        let class = class::class(e, self.config.trust.on(period::date(period::local_day(at, &zone)))).filter(|_| matches!(e.outcome, "success" | "unknown"));
        let bypass = class.is_some_and(|c| matches!(c.name, "N" | "S"));
        let apps = applications(e);
        let attributed = bypass.then(|| cover.attribute(identity, &apps, at)).flatten();
        let mut tried = cover.tried(identity, &apps, at);
        tried.sort_by_key(|(l, s, _)| (*s, l.entry.activated_at, l.entry.exception_id));
        let near = cover.near(identity, &apps, at);
        let shown = |t: Option<Instant>| t.map(period::rfc3339).unwrap_or_default();
        Ok(Explained {
            source: e.source.to_owned(),
            event: e.event_id.to_owned(),
            at: period::rfc3339(at),
            identity: identity.to_owned(),
            label: people.iter().find(|i| i.identity_id == identity).and_then(|i| i.display_name.or(i.user_name)).or(e.identity_name).unwrap_or("").to_owned(),
            application: app.to_owned(),
            outcome: e.outcome.to_owned(),
            mfa_outcome: e.mfa_outcome.to_owned(),
            rule: row.evidence.to_owned(),
            class: class.map_or("", |c| c.name).to_owned(),
            class_reason: class.map_or("", |c| c.reason).to_owned(),
            raw: format!("{} at byte {}", row.raw_object, row.raw_offset),
            tried: tried
                .into_iter()
                .map(|(l, s, verdict)| Tried {
                    exception: l.entry.exception_id.to_owned(),
                    category: l.entry.category.to_owned(),
                    scope: scope(s).to_owned(),
                    activated: shown(l.entry.activated_at),
                    verdict: verdict.to_owned(),
                })
                .collect(),
            attributed: attributed.map_or("", |(l, _)| l.entry.exception_id).to_owned(),
            ambiguous: attributed.is_some_and(|(_, many)| many),
            nearest: if bypass && attributed.is_none() { format!("{} {}", near.why.replace('_', " "), near.id).trim().to_owned() } else { String::new() },
        })
    }
}
