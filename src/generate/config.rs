//! The configuration that fits the tenant: `mfaudit.toml`.

use std::fmt::Write as _;

use super::Sink;
use crate::config::LegacyCohort;

use super::calendar::Month;
use super::entry::Category;
use super::world::World;

/// Everything besides the sign-ins.
const SOURCES: [(&str, &str); 7] =
    [("registrations", "snapshot"), ("users", "snapshot"), ("roles", "snapshot"), ("policies", "snapshot"), ("locations", "snapshot"), ("groups", "snapshot"), ("audit", "daily")];

const TARGETS: [(&str, &str); 7] = [
    ("coverage.users", "0.98"),
    ("coverage.sign_ins", "0.98"),
    ("registration.users", "0.98"),
    ("privileged.users", "1.0"),
    ("phishing_resistant.users", "0.3"),
    ("exceptions.controls", "0.9"),
    ("exceptions.reviews", "0.95"),
];

/// Writes the configuration.
pub(crate) fn write(world: &World, sink: &mut dyn Sink) -> anyhow::Result<()> {
    let mut out = String::new();
    let Some(month) = world.calendar.months().last() else {
        return Ok(());
    };
    head(world, month, &mut out)?;
    let (kind, url) = world.plan.layout.sign_ins();
    source(world, kind, url, "daily", &mut out)?;
    for (name, expected) in SOURCES {
        source(world, &format!("entra.{name}"), &format!("raw/entra/{name}"), expected, &mut out)?;
    }
    for (kind, url) in world.plan.layout.accounts() {
        source(world, kind, url, "snapshot", &mut out)?;
    }
    rules(world, &mut out)?;
    sink.put("mfaudit.toml", out.into_bytes())
}

/// A source, called after its kind.
fn source(world: &World, kind: &str, url: &str, expected: &str, out: &mut String) -> anyhow::Result<()> {
    let (id, starts) = (kind.replace(['.', '_'], "-"), world.calendar.first());
    writeln!(out, "[[source]]\nid = \"{id}\"\nkind = \"{kind}\"\nurl = \"{url}\"")?;
    writeln!(out, "pattern = \"**/*\"\nexpected = \"{expected}\"\nstarts = \"{starts}\"\ntenant = \"{}\"\n", world.tenant)?;
    Ok(())
}

fn head(world: &World, month: &Month, out: &mut String) -> anyhow::Result<()> {
    let plan = &world.plan;
    // Four whole days after the end, so that late records have arrived and nothing is provisional.
    let as_of = month.last.plus(5);
    let organisation = serde_json::to_string(&plan.organisation)?;
    writeln!(out, "# A synthetic tenant made by `mfaudit generate` (seed {}); every name and number in it is invented.\n", plan.seed)?;
    writeln!(out, "[organisation]\nname = {organisation}\ntime_zone = \"{}\"\nclassification = \"Confidential\"\n", plan.time_zone)?;
    writeln!(out, "[run]\nperiod = \"{}\"\nas_of = \"{as_of}T02:00:00Z\"\ntrend_months = {}\n", month.label, plan.months)?;
    writeln!(out, "[lake]\nurl = \"lake\"\n\n[output]\nurl = \"out\"\n")?;
    Ok(())
}

fn rules(world: &World, out: &mut String) -> anyhow::Result<()> {
    let from = format!("{:04}-01-01", world.calendar.first().date().year());
    writeln!(out, "[register]\nurl = \"register\"\npattern = \"*.csv\"\ntime_zone = \"{}\"\n", world.plan.time_zone)?;
    writeln!(out, "[population]\nservice_accounts = [\"svc-*\"]\nshared_accounts = [\"room-*\", \"shared-*\"]")?;
    writeln!(out, "# Exchange Administrator\nprivileged_roles = [\"29232cdf-9323-42fd-ade2-1d097af3e4de\"]\n")?;
    let provider = world.plan.layout.trusted_provider().map(|id| format!("\"{id}\"")).unwrap_or_default();
    writeln!(out, "[[trust]]\nfrom = \"2026-01-01\"\nfederated_providers = [{provider}]")?;
    writeln!(out, "home_tenants = [\"{}\"]\naccepted_relaxations = [\"trusted_location\"]\n", world.partner)?;
    for (key, value) in TARGETS {
        // Nothing is wrong in a clean tenant, and ordinary people there keep an app beside their key.
        if world.plan.clean && key == "phishing_resistant.users" {
            continue;
        }
        writeln!(out, "[[target]]\nkey = \"{key}\"\nvalue = {value}\nfrom = \"{from}\"\n")?;
    }
    calendar(world, out)?;
    legacy_cohort(world, out)?;
    for category in [Category::BreakGlass, Category::Administrative, Category::Legacy, Category::Accessibility] {
        writeln!(out, "[[cadence]]\ncategory = \"{}\"\nreview_days = {}", category.label(), category.review_days())?;
        if category == Category::BreakGlass {
            writeln!(out, "rotation_days = 90")?;
        }
        writeln!(out, "from = \"{from}\"\n")?;
    }
    Ok(())
}

/// Drills as planned, and the incident that was declared only the day after.
fn calendar(world: &World, out: &mut String) -> anyhow::Result<()> {
    for (number, day) in world.drills().into_iter().enumerate() {
        writeln!(out, "[[calendar]]\nkind = \"drill\"\nfrom = \"{day}T07:00:00Z\"\nuntil = \"{day}T11:00:00Z\"\nticket = \"DRILL-{:03}\"\n", number + 1)?;
    }
    if let Some(month) = world.calendar.months().get(1).filter(|_| !world.plan.clean) {
        let day = month.first.plus(17);
        writeln!(
            out,
            "[[calendar]]\nkind = \"incident\"\nfrom = \"{day}T18:00:00Z\"\nuntil = \"{day}T22:30:00Z\"\ndeclared = \"{}T09:00:00Z\"\nticket = \"INC-0007\"\n",
            day.plus(1)
        )?;
    }
    Ok(())
}

/// The accounts that were legacy before the data began.
fn legacy_cohort(world: &World, out: &mut String) -> anyhow::Result<()> {
    let old = world.entries.iter().filter(|e| e.category == Category::Legacy && e.activated.is_some_and(|day| day < world.calendar.first()));
    let members: Vec<String> = old.map(|e| world.upn(e.person).to_owned()).collect();
    if members.is_empty() {
        return Ok(());
    }
    let frozen = world.calendar.first().date();
    let cohort = LegacyCohort { members, frozen, sha256: String::new() };
    let listed = cohort.members.iter().map(|m| format!("\"{m}\"")).collect::<Vec<_>>().join(", ");
    writeln!(out, "[legacy_cohort]\nmembers = [{listed}]\nfrozen = \"{frozen}\"\nsha256 = \"{}\"\n", cohort.digest())?;
    Ok(())
}
