//! The frozen cohort of legacy accounts and who of it is retired (K20).

use std::collections::BTreeSet;

use super::super::exception::Life;
use super::super::ground::{Accounts, DAY, Ground};
use crate::period;
use crate::table::governance::CohortMember;

/// How long nothing legacy may have been seen.
const QUIET: i64 = 30;

pub(super) fn members<'g>(ground: &Ground<'g>, accounts: &Accounts<'g>) -> Vec<CohortMember<'g>> {
    let Some(cohort) = &ground.config.legacy else { return Vec::new() };
    let labels = ground.labels();
    let mut found = Vec::new();
    let mut frozen = BTreeSet::new();
    for text in cohort.members.iter().collect::<BTreeSet<_>>() {
        let identity_id = accounts.account(text).map_or(text.as_str(), |i| i.identity_id);
        if frozen.insert(identity_id) {
            let (retired, retired_reason) = retired(ground, identity_id);
            found.push(CohortMember { identity_id, label: labels.get(identity_id).copied().unwrap_or(identity_id), frozen: true, retired, retired_reason });
        }
    }
    let first = period::start_of(cohort.frozen, ground.zone).map_or(ground.start, period::instant);
    let later = ground.lives.iter().filter(|l| l.entry.category == "legacy_service" && l.entry.activated_at.is_some_and(|at| at >= first && at < ground.end));
    for identity_id in later.flat_map(Life::objects).collect::<BTreeSet<_>>().difference(&frozen) {
        let (retired, retired_reason) = retired(ground, identity_id);
        found.push(CohortMember { identity_id, label: labels.get(identity_id).copied().unwrap_or(identity_id), frozen: false, retired, retired_reason });
    }
    found
}

/// Exception closed, nothing legacy for 30 days, account disabled or with a second factor of its own.
fn retired(ground: &Ground<'_>, id: &str) -> (&'static str, &'static str) {
    let open = ground.cover.naming(id).into_iter().any(|l| l.entry.category == "legacy_service" && l.entry.closed_at.is_none_or(|c| c >= ground.end));
    if open {
        return ("no", "its legacy exception is not closed");
    }
    let from = ground.end.0 - QUIET * DAY;
    let (seen, told) = (period::local_day(crate::table::Instant(from), ground.zone), ground.logs_from.is_some_and(|f| f.0 <= from));
    if ground.trailing.iter().any(|a| a.identity_id == id && a.legacy_protocol && a.local_day >= seen) {
        return ("no", "a legacy sign-in in the last 30 days");
    }
    let Some(account) = ground.identity(id) else { return ("unknown", "the account is not in the directory export") };
    let gone = account.deleted || account.enabled == Some(false);
    let migrated = ground.usable.get(&(account.tenant, id)).copied().flatten() == Some(true);
    match (gone || migrated, told) {
        (false, _) => ("no", "the account is neither disabled nor migrated"),
        (true, false) => ("unknown", "the logs do not reach 30 days back"),
        (true, true) => ("yes", if gone { "exception closed, account disabled" } else { "exception closed, second factor in use" }),
    }
}
