//! From TOML to [`Config`]: one function per table, defaults beside the key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::evidence::evidence;
use super::planned::{calendar, detection, legacy};
use super::policy::{cadences, ranking, targets, thresholds, trust};
use super::read::{Fault, Reader, Section};
use super::{Anchor, CATEGORIES, Config, Organisation, Output, PopulationRules, RegisterConfig, Run, SourceConfig};
use crate::period;
use crate::source::{self, Expected, Form};
use crate::store::{Secret, StoreOptions, environment};

pub(super) fn config(text: &str, base: &Path) -> Result<Config, Vec<Fault>> {
    let reader = Reader::new(text);
    let (root, errors) = toml::de::DeTable::parse_recoverable(text);
    for error in errors {
        reader.fault(&error.span().unwrap_or(0..0), error.message().to_owned());
    }
    let top = Section::new(&reader, "", Some(root.get_ref()), 0..0);
    let config = Config {
        base: base.to_path_buf(),
        organisation: organisation(&top.section("organisation")),
        run: run(&top.section("run")),
        lake: place(&top.section("lake"), "lake"),
        output: output(&top.section("output")),
        store: stores(&top.section("store")),
        sources: sources(&top),
        register: register_config(&top),
        population: population(&top.section("population")),
        trust: trust(&top),
        ranking: ranking(&top),
        targets: targets(&top),
        cadences: cadences(&top),
        thresholds: thresholds(&top),
        calendar: calendar(&top),
        legacy: legacy(&top),
        detection: detection(&top.section("detection")),
        anchors: anchors(&top),
        evidence: evidence(&top.section("evidence"), base),
    };
    top.close();
    contradictions(&reader, &config);
    anchored(&reader, &config);
    drop(root);
    let faults = reader.into_faults();
    if faults.is_empty() { Ok(config) } else { Err(faults) }
}

fn organisation(s: &Section<'_, '_>) -> Organisation {
    let zone = |t: &str| period::zone(t).is_ok().then(|| t.to_owned());
    let o = Organisation {
        name: s.required_text("name"),
        time_zone: s.parsed("time_zone", "use an IANA name such as `Europe/Berlin`", zone).unwrap_or_else(|| "UTC".to_owned()),
        classification: s.text("classification", "Confidential"),
    };
    s.close();
    o
}

fn run(s: &Section<'_, '_>) -> Run {
    let month = |t: &str| period::Period::month(t, "UTC").is_ok().then(|| t.to_owned());
    let r = Run {
        period: s.parsed("period", "write a year and a month, for example `2026-10`", month),
        as_of: s.parsed("as_of", "write an instant, for example `2026-11-05T02:00:00Z`", |t| t.parse().ok()),
        trend_months: s.whole("trend_months", 6, 1..=36),
        settle_hours: s.whole("settle_hours", 48, 0..=720),
        snapshot_max_age_hours: s.whole("snapshot_max_age_hours", 36, 1..=2160),
        max_rejected_share: s.real("max_rejected_share", 0.01, 0.0..=1.0),
        threads: s.whole("threads", 0, 0..=256),
        rows_in_memory: s.whole("rows_in_memory", 250_000, 1_000..=100_000_000),
    };
    s.close();
    r
}

fn place(s: &Section<'_, '_>, default: &str) -> String {
    let url = s.text("url", default);
    s.close();
    url
}

fn output(s: &Section<'_, '_>) -> Output {
    let usual = ["html", "pdf", "json", "csv"];
    let all = ["html", "pdf", "json", "csv", "oscal", "ocsf", "sarif", "junit", "xlsx"];
    let formats = s.texts("formats").unwrap_or_else(|| usual.map(str::to_owned).to_vec());
    for f in formats.iter().filter(|f| !all.contains(&f.as_str())) {
        s.reader.fault(&s.span, format!("`output.formats`: `{f}` is not allowed: use {}", all.join(", ")));
    }
    let standard = |t: &str| ["a-3a+ua-1", "a-2a+ua-1"].contains(&t).then(|| t.to_owned());
    let o = Output {
        url: s.text("url", "out"),
        formats,
        pdf_standard: s.parsed("pdf_standard", "use `a-3a+ua-1` or, where attachments are forbidden, `a-2a+ua-1`", standard).unwrap_or_else(|| "a-3a+ua-1".to_owned()),
    };
    s.close();
    o
}

/// Options per scheme; `env:NAME` is looked up, so that no secret stands in the file.
fn stores(s: &Section<'_, '_>) -> StoreOptions {
    let mut options = StoreOptions::new();
    for scheme in ["s3", "az", "gs"] {
        if !s.has(scheme) {
            continue;
        }
        let section = s.section(scheme);
        let mut values = BTreeMap::new();
        for (key, value, span) in section.pairs() {
            match value.strip_prefix("env:") {
                None => drop(values.insert(key, Secret::new(value))),
                Some(name) => match environment(name) {
                    Some(found) => drop(values.insert(key, Secret::new(found))),
                    None => s.reader.fault(&span, format!("`store.{scheme}.{key}`: environment variable `{name}` is not set")),
                },
            }
        }
        options.insert(scheme.to_owned(), values);
    }
    s.close();
    options
}

fn sources(top: &Section<'_, '_>) -> Vec<SourceConfig> {
    let sections = top.sections("source");
    if sections.is_empty() {
        top.reader.fault(&(0..0), "no `[[source]]` is configured: name at least one".to_owned());
    }
    let kinds = || source::SOURCES.iter().map(|s| s.kind()).collect::<Vec<_>>().join(", ");
    let mut ids = BTreeSet::new();
    let mut found = Vec::new();
    for s in sections {
        let id = s.required_text("id");
        let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !plain || ["register", "partitions", "derived"].contains(&id.as_str()) {
            s.reader.fault(&s.span, format!("`source.id`: `{id}` is not allowed: use letters, digits, `-`, `_` and `.`, and none of register, partitions, derived"));
        }
        if !ids.insert(id.clone()) {
            s.reader.fault(&s.span, format!("`source.id`: `{id}` is used twice"));
        }
        if !s.has("kind") {
            s.reader.fault(&s.span, format!("`source.kind` is missing: use one of {}", kinds()));
        }
        let reader = s.parsed("kind", &format!("use one of {}", kinds()), source::of_kind);
        let expected = s.parsed("expected", "use `daily`, `snapshot` or `standing`", |t| match t {
            "daily" => Some(Expected::Daily),
            "snapshot" => Some(Expected::Snapshot),
            "standing" => Some(Expected::Standing),
            _ => None,
        });
        let (url, pattern, tenant) = (s.required_text("url"), glob(&s, "**/*"), s.text("tenant", ""));
        let taken = taken(&s);
        let form = s.parsed("format", "use `detect`, `json` or `csv`", Form::named).unwrap_or_default();
        let starts = s.parsed("starts", "write a date, for example `2026-01-01`", |t| t.parse().ok());
        s.close();
        if let Some(reader) = reader {
            if expected.is_some_and(|e| e != reader.expected()) {
                s.reader.fault(&s.span, format!("`source.expected` of `{id}`: kind `{}` always delivers the other way; leave the key out", reader.kind()));
            }
            found.push(SourceConfig { id, reader, url, pattern, tenant, expected: reader.expected(), starts, taken, form });
        }
    }
    found
}

fn taken(s: &Section<'_, '_>) -> Option<jiff::Timestamp> {
    s.parsed("taken", "write an instant, for example `2026-10-31T02:00:00Z`", |t| t.parse().ok())
}

fn glob(s: &Section<'_, '_>, default: &str) -> String {
    s.parsed("pattern", "write a glob such as `**/*.json`", |t| glob::Pattern::new(t).is_ok().then(|| t.to_owned())).unwrap_or_else(|| default.to_owned())
}

fn register_config(top: &Section<'_, '_>) -> Option<RegisterConfig> {
    if !top.has("register") {
        return None;
    }
    let s = top.section("register");
    let fields = super::REGISTER_FIELDS;
    let columns = s.section("columns");
    let mut mapped = BTreeMap::new();
    for (field, header, span) in columns.pairs() {
        if fields.contains(&field.as_str()) {
            mapped.insert(field, header);
        } else {
            s.reader.fault(&span, format!("`register.columns.{field}` is not a field of the register; known: {}", fields.join(", ")));
        }
    }
    let mut categories = BTreeMap::new();
    for (text, category, span) in s.section("categories").pairs() {
        if CATEGORIES.contains(&category.as_str()) {
            categories.insert(text.trim().to_lowercase(), category);
        } else {
            s.reader.fault(&span, format!("`register.categories`: `{category}` is not a category; use {}", CATEGORIES.join(", ")));
        }
    }
    let zone = |t: &str| period::zone(t).is_ok().then(|| t.to_owned());
    let r = RegisterConfig {
        url: s.required_text("url"),
        pattern: glob(&s, "**/*"),
        time_zone: s.parsed("time_zone", "use an IANA name such as `Europe/Berlin`", zone).unwrap_or_default(),
        taken: taken(&s),
        columns: mapped,
        categories,
    };
    s.close();
    Some(r)
}

fn globs(s: &Section<'_, '_>, key: &'static str) -> Vec<String> {
    let texts = s.texts(key).unwrap_or_default();
    for t in texts.iter().filter(|t| glob::Pattern::new(t).is_err()) {
        s.reader.fault(&s.span, format!("`population.{key}`: `{t}` is not a glob"));
    }
    texts
}

fn population(s: &Section<'_, '_>) -> PopulationRules {
    let rules = PopulationRules {
        service_accounts: globs(s, "service_accounts"),
        shared_accounts: globs(s, "shared_accounts"),
        privileged_roles: s.texts("privileged_roles").unwrap_or_default(),
    };
    s.close();
    rules
}

fn anchors(top: &Section<'_, '_>) -> Vec<Anchor> {
    let month = |t: &str| period::Period::month(t, "UTC").is_ok().then(|| t.to_owned());
    let of = |s: Section<'_, '_>| {
        for key in ["period", "value"] {
            if !s.has(key) {
                s.reader.fault(&s.span, format!("`anchor.{key}` is missing: write {}", if key == "period" { "a month such as `2026-10`" } else { "the total that was counted" }));
            }
        }
        let a = Anchor {
            source: s.required_text("source"),
            counts: s.required_text("counts"),
            period: s.parsed("period", "write a year and a month, for example `2026-10`", month).unwrap_or_default(),
            value: s.optional_whole("value", 1..=1_000_000_000_000).and_then(|v| u64::try_from(v).ok()).unwrap_or(1),
            tolerance: s.real("tolerance", 0.01, 0.0..=1.0),
        };
        s.close();
        a
    };
    top.sections("anchor").into_iter().map(of).collect()
}

/// Anchors must name a source and something that it fills.
fn anchored(reader: &Reader<'_>, c: &Config) {
    for a in &c.anchors {
        let Some(source) = c.sources.iter().find(|s| s.id == a.source) else {
            reader.fault(&(0..0), format!("`anchor.source`: there is no source `{}`", a.source));
            continue;
        };
        let mut known: Vec<&str> = source.reader.tables().iter().map(|t| t.name).collect();
        if known.contains(&"sign_ins") {
            known.push("interactive_sign_ins");
        }
        if !known.contains(&a.counts.as_str()) {
            reader.fault(&(0..0), format!("`anchor.counts`: `{}` is not counted by source `{}`; use one of {}", a.counts, a.source, known.join(", ")));
        }
    }
}

/// Settings that are each right and cannot stand together.
fn contradictions(reader: &Reader<'_>, c: &Config) {
    let fault = |message: String| reader.fault(&(0..0), message);
    if let (Some(p), Some(as_of)) = (&c.run.period, c.run.as_of)
        && period::Period::month(p, &c.organisation.time_zone).is_ok_and(|p| as_of < p.end)
    {
        fault(format!("`run.as_of` lies before the end of `run.period` {p}: the month would be judged before it is over"));
    }
    if c.lake == c.output.url {
        fault("`lake.url` and `output.url` are the same place".to_owned());
    }
    let within = |inner: &str, outer: &str| format!("{}/", inner.trim_end_matches('/')).starts_with(&format!("{}/", outer.trim_end_matches('/')));
    if c.output.url != c.lake && (within(&c.output.url, &c.lake) || within(&c.lake, &c.output.url)) {
        fault("one of `lake.url` and `output.url` lies inside the other".to_owned());
    }
    let inputs = c.sources.iter().map(|s| (s.id.as_str(), s.url.as_str())).chain(c.register.iter().map(|r| ("register", r.url.as_str())));
    for (id, url) in inputs {
        for written in [&c.lake, &c.output.url].into_iter().chain(&c.evidence.pseudonym_map) {
            if within(written, url) || within(url, written) {
                fault(format!("`{id}` reads from `{url}`, where the run writes (`{written}`)"));
            }
        }
    }
    if c.evidence.pseudonymise {
        c.pseudonym_faults().into_iter().for_each(fault);
    }
    let mut seen = BTreeSet::new();
    for t in &c.targets {
        if !seen.insert((&t.key, t.from)) {
            fault(format!("target `{}` is set twice from {}", t.key, t.from));
        }
    }
}
