//! `mfaudit.toml`: every key, its default and what is allowed.
//!
//! The commented reference that `mfaudit init` writes is [`REFERENCE`]; a test holds it to the defaults.

pub(crate) mod dated;
mod evidence;
mod fill;
mod planned;
mod policy;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::source::{Expected, Form, Source};
use crate::store::{self, StoreOptions};

pub use dated::{Cadence, Dated, Ranking, Target, Threshold, Trust};
pub use evidence::Evidence;
pub use read::{Fault, Faults};

/// What `mfaudit init` writes.
pub const REFERENCE: &str = include_str!("reference.toml");

/// The seven categories of exceptions, as the canonical tables name them.
pub const CATEGORIES: [&str; 7] = ["break_glass", "administrative", "legacy_service", "accessibility", "enrolment", "federated_partner", "incident_testing"];

/// Every field the register can carry, by canonical name.
pub const REGISTER_FIELDS: [&str; 29] = [
    "id",
    "category",
    "requestor",
    "owner",
    "approvers",
    "scope",
    "object_ids",
    "applications",
    "justification",
    "risk",
    "compensating_controls",
    "controls_evidence_at",
    "monitoring_plan",
    "created_at",
    "approved_at",
    "activated_at",
    "review_cadence",
    "expires_at",
    "planned_retirement",
    "closed_at",
    "closure_evidence",
    "last_validation",
    "custodian",
    "credential_type",
    "storage",
    "ticket",
    "changes",
    "reviews",
    "rotations",
];

/// Printed beside every value that no policy set.
pub const TOOL_DEFAULT: &str = "tool default, not policy";

/// A configuration as meant: defaults filled in, everything checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder that relative paths start at.
    pub base: PathBuf,
    /// Whose audit this is.
    pub organisation: Organisation,
    /// The run.
    pub run: Run,
    /// Lake URL.
    pub lake: String,
    /// Output.
    pub output: Output,
    /// Store options per scheme, secrets looked up.
    pub store: StoreOptions,
    /// Sources in file order.
    pub sources: Vec<SourceConfig>,
    /// The exception register.
    pub register: Option<RegisterConfig>,
    /// Who counts as what.
    pub population: PopulationRules,
    /// Whose MFA is trusted and which relaxations are accepted, dated.
    pub trust: Dated<Trust>,
    /// Method ranking, dated.
    pub ranking: Dated<Ranking>,
    /// Targets, dated.
    pub targets: Vec<Target>,
    /// Cadences, dated.
    pub cadences: Vec<Cadence>,
    /// Thresholds, dated.
    pub thresholds: Vec<Threshold>,
    /// Totals counted elsewhere.
    pub anchors: Vec<Anchor>,
    /// Planned drills and declared incidents.
    pub calendar: Vec<Planned>,
    /// The frozen list of legacy accounts.
    pub legacy: Option<LegacyCohort>,
    /// What detections leave out.
    pub detection: DetectionRules,
    /// The evidence pack.
    pub evidence: Evidence,
}

/// A planned drill or a declared incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// `drill` or `incident`.
    pub kind: String,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// When it was declared: after a use, it explains that use late. The first instant when absent.
    pub declared: Timestamp,
    /// Ticket.
    pub ticket: String,
}

/// The cohort whose retirement is measured (K20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyCohort {
    /// Identities, frozen.
    pub members: Vec<String>,
    /// Day on which the list was frozen.
    pub frozen: Date,
    /// SHA-256 over the sorted members, one a line.
    pub sha256: String,
}

impl LegacyCohort {
    /// SHA-256 over the sorted members, one a line.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut members = self.members.clone();
        members.sort();
        members.dedup();
        crate::digest::sha256(members.iter().flat_map(|m| [m.as_str(), "\n"]).collect::<String>().as_bytes())
    }
}

/// What detections leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetectionRules {
    /// Autonomous systems of relays, proxies and gateways: where they stand says nothing of where a person is.
    pub relay_networks: Vec<i64>,
}

/// A total that somebody counted elsewhere: in a portal, in a directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// Source id.
    pub source: String,
    /// What was counted: a table that the source fills, or `interactive_sign_ins`.
    pub counts: String,
    /// Month, `2026-10`; of a snapshot the one that speaks for its end.
    pub period: String,
    /// The total.
    pub value: u64,
    /// Allowed difference as a share of the total.
    pub tolerance: f64,
}

impl Anchor {
    /// The table counted, and the stream where only one counts.
    #[must_use]
    pub fn table(&self) -> (&str, Option<&str>) {
        match self.counts.as_str() {
            "interactive_sign_ins" => ("sign_ins", Some("interactive")),
            table => (table, None),
        }
    }
}

/// Whose audit this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// As printed.
    pub name: String,
    /// IANA zone that periods and local days are cut in.
    pub time_zone: String,
    /// Printed in every footer.
    pub classification: String,
}

/// How the run behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// `2026-10`; the last full month when absent.
    pub period: Option<String>,
    /// The instant the run stands at; the clock when absent.
    pub as_of: Option<Timestamp>,
    /// Periods in the trend, this one included.
    pub trend_months: i64,
    /// Attempts younger than this are provisional.
    pub settle_hours: i64,
    /// Oldest snapshot that still speaks for a period's end.
    pub snapshot_max_age_hours: i64,
    /// Share of refused records above which a source's metrics are not computed.
    pub max_rejected_share: f64,
    /// Objects read at the same time; 0 is one per core.
    pub threads: i64,
    /// Rows held in memory per worker and merge.
    pub rows_in_memory: i64,
}

/// Where results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// URL.
    pub url: String,
    /// `html`, `pdf`, `json`, `csv`, `oscal`, `ocsf`, `sarif`, `junit`, `xlsx`.
    pub formats: Vec<String>,
    /// `a-3a+ua-1` or `a-2a+ua-1`.
    pub pdf_standard: String,
}

/// One configured source.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// Unique id.
    pub id: String,
    /// The reader.
    pub reader: &'static dyn Source,
    /// URL.
    pub url: String,
    /// Glob below the URL.
    pub pattern: String,
    /// Tenant of every record; empty text when one tenant needs no name.
    pub tenant: String,
    /// What must arrive.
    pub expected: Expected,
    /// First day that is expected; older events are out of period.
    pub starts: Option<Date>,
    /// When a snapshot was taken whose key holds no date.
    pub taken: Option<Timestamp>,
    /// Form of the content, where it is not to be told from the first bytes.
    pub form: Form,
}

/// The register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterConfig {
    /// URL.
    pub url: String,
    /// Glob below the URL.
    pub pattern: String,
    /// Zone in which a bare date ends.
    pub time_zone: String,
    /// When a register was taken whose key holds no date.
    pub taken: Option<Timestamp>,
    /// Canonical field to the register's own header.
    pub columns: BTreeMap<String, String>,
    /// The register's own category text to one of the seven.
    pub categories: BTreeMap<String, String>,
}

/// Who counts as what; not dated, since it describes naming, not policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PopulationRules {
    /// Globs on the sign-in name of user objects used by services.
    pub service_accounts: Vec<String>,
    /// Globs on the sign-in name of shared mailboxes, rooms and resources.
    pub shared_accounts: Vec<String>,
    /// Role template ids on top of the built-in list.
    pub privileged_roles: Vec<String>,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// [`Faults`] with every fault of the file, or an error when it cannot be read.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = store::read_text(path)?;
        let base = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self::parse(&text, &path.display().to_string(), base)?)
    }

    /// Checks a configuration text.
    ///
    /// # Errors
    /// Every fault of the text.
    pub fn parse(text: &str, file: &str, base: &Path) -> Result<Self, Faults> {
        fill::config(text, base).map_err(|faults| Faults { file: file.to_owned(), faults })
    }

    /// What keeps a run from showing people under pseudonyms: the key, and the place of the map.
    #[must_use]
    pub fn pseudonym_faults(&self) -> Vec<String> {
        evidence::pseudonym_faults(&self.evidence, &self.output.url, &self.base)
    }

    /// What the figures depend on as text: everything but places, secrets and the machine's size.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut meant = self.clone();
        meant.base = PathBuf::new();
        meant.store.clear();
        meant.lake.clear();
        meant.output.url.clear();
        meant.run.threads = 0;
        meant.run.rows_in_memory = 0;
        meant.sources.iter_mut().for_each(|s| s.url.clear());
        if let Some(r) = &mut meant.register {
            r.url.clear();
        }
        let kept = &mut meant.evidence;
        for secret in [&mut kept.ssh_key, &mut kept.ssh_passphrase, &mut kept.minisign_key, &mut kept.minisign_passphrase, &mut kept.pseudonym_key] {
            *secret = None;
        }
        kept.folder = false;
        kept.pseudonymise = false;
        kept.pseudonym_map = None;
        format!("{meant:#?}\n")
    }

    /// SHA-256 of [`Config::canonical`].
    #[must_use]
    pub fn digest(&self) -> String {
        crate::digest::sha256(self.canonical().as_bytes())
    }
}
