//! Command line: the doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::generate::Layout;

/// Proves how well multi-factor authentication covers an organisation and how well its exceptions are governed.
#[derive(Debug, Parser)]
#[command(name = "mfaudit", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Form of what is printed on standard output.
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    pub format: Output,
}

/// Printed below the help.
pub const EXIT_CODES: &str = "Exit codes: 0 completed; 1 completed and --fail-on was reached; 2 usage or configuration;
3 completed but incomplete (a metric could not be computed); 4 could not finish.
verify: 0 no difference; 1 the pack differs; 4 it cannot be read.
Progress goes to standard error: bars on a terminal, JSON lines otherwise.";

/// Form of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented configuration and a folder to start from.
    Init {
        /// Folder; made when it does not exist.
        dir: PathBuf,
    },
    /// Check configuration, queries and templates, and look at the newest objects of every input.
    Check(Target),
    /// Bring raw exports into the lake; what has not changed is not read again.
    Ingest(Target),
    /// Ingest, measure, report and publish: what a scheduler calls.
    Run {
        /// The run.
        #[command(flatten)]
        target: Target,
        /// Verdicts that end a completed run with exit code 1.
        #[arg(long, value_enum, default_value_t = FailOnArg::Never)]
        fail_on: FailOnArg,
        /// Replace people by keyed pseudonyms in every file; the map back goes to `[evidence] pseudonym_map`.
        #[arg(long)]
        pseudonymise: bool,
    },
    /// Render reports again from a stored results.json.
    Report {
        /// The results.json of an earlier run: a path or URL of its folder.
        results: String,
        /// Folder or URL the reports are written to.
        #[arg(long)]
        out: String,
        /// Formats: html, pdf, json, csv, oscal, ocsf, sarif, junit, xlsx.
        #[arg(long, value_delimiter = ',', default_values_t = ["html".to_owned(), "pdf".to_owned(), "csv".to_owned()])]
        formats: Vec<String>,
        /// Folder of report templates in place of the embedded set.
        #[arg(long)]
        templates: Option<String>,
    },
    /// List metrics, sources, tables, targets or populations from their own metadata.
    List {
        /// What to list.
        #[arg(value_enum, default_value_t = Listing::Metrics)]
        what: Listing,
        /// Folder of query files in place of the embedded set.
        #[arg(long)]
        queries: Option<String>,
    },
    /// Explain a metric (definition, lines, tables, controls, SQL) or a sign-in (rule, class, every exception tried).
    Explain {
        /// Metric id (`K3`) or name; or the event id of a sign-in in the lake of `--config`.
        id: String,
        /// Configuration file, to look a sign-in up.
        #[arg(long, short)]
        config: Option<PathBuf>,
        /// Folder of query files in place of the embedded set.
        #[arg(long)]
        queries: Option<String>,
    },
    /// Trace a figure to its rows, and one subject's rows to canonical rows and the raw records they were read from.
    Trace {
        /// Metric id (`K3`) or name.
        metric: String,
        /// Subject of a row, by id or label; without it the rows are listed.
        subject: Option<String>,
        /// Records shown at most.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Which run.
        #[command(flatten)]
        target: Target,
    },
    /// Check an evidence pack: digests, signatures, chain, and every figure worked out again.
    Verify {
        /// evidence.zip, or the folder it unpacks into: a path or URL.
        pack: String,
        /// Public key file of a signer you trust: OpenSSH, a line of allowed signers, or minisign.
        #[arg(long)]
        key: Vec<String>,
        /// The pack before this one, or the issue that this one replaces.
        #[arg(long)]
        previous: Option<String>,
    },
    /// Attach the answer of a time-stamping authority to an evidence pack.
    Attach {
        /// evidence.zip: a path or URL.
        pack: String,
        /// The answer to timestamp.tsq.
        #[arg(long)]
        timestamp: String,
        /// Where the pack with the time stamp is written.
        #[arg(long)]
        out: String,
    },
    /// Draw a sample for an auditor from a frozen population, by the auditor's own seed.
    Sample(Sample),
    /// Write a synthetic tenant with known ground truth.
    Generate(Generate),
}

/// Which run.
#[derive(Debug, Clone, Args)]
pub struct Target {
    /// Configuration file.
    #[arg(long, short, default_value = "mfaudit.toml")]
    pub config: PathBuf,
    /// Period, for example 2026-10; default: the configuration's, else the last full month.
    #[arg(long)]
    pub period: Option<String>,
    /// Instant the run stands at; default: the configuration's, else now.
    #[arg(long)]
    pub as_of: Option<Timestamp>,
    /// Folder of query files in place of the embedded set.
    #[arg(long)]
    pub queries: Option<String>,
    /// Folder of report templates in place of the embedded set.
    #[arg(long)]
    pub templates: Option<String>,
}

/// Verdicts that fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOnArg {
    /// None.
    Never,
    /// A missed target.
    Missed,
    /// A target that is missed or not determined.
    NotMet,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    /// Every metric with kind, lines and target key.
    Metrics,
    /// Every source kind.
    Sources,
    /// Every table with its columns.
    Tables,
    /// Every target key.
    Targets,
    /// Every population that a sample can be drawn from.
    Populations,
}

/// A sample: without `--seed` the population is frozen, with it items are drawn.
#[derive(Debug, Clone, Args)]
pub struct Sample {
    /// What to draw from; `mfaudit list populations` names them.
    pub population: String,
    /// A published folder, evidence.zip or the folder it unpacks into: a path or URL.
    #[arg(long)]
    pub from: String,
    /// Folder or URL that population, worksheet and record are written to; it is read again by every further call.
    #[arg(long)]
    pub out: String,
    /// Text that the auditor names once they hold the digest of the population.
    #[arg(long)]
    pub seed: Option<String>,
    /// Confidence, above 0 and below 1; default: as recorded in the folder, else 0.95.
    #[arg(long)]
    pub confidence: Option<f64>,
    /// Tolerable share of deviations, above 0 and below 1; default: as recorded, else 0.05.
    #[arg(long)]
    pub tolerable: Option<f64>,
    /// Deviations that are expected; default: as recorded, else 0.
    #[arg(long)]
    pub expected: Option<u64>,
    /// Items to draw, also one number for each stratum (`privileged=40`); default: what confidence and tolerable rate ask for.
    #[arg(long, value_delimiter = ',')]
    pub size: Vec<String>,
    /// Deviations found, also one number for each stratum; prints and records the upper bound.
    #[arg(long, value_delimiter = ',')]
    pub deviations: Vec<String>,
    /// Draw anew with another seed; the earlier draw stays in the record.
    #[arg(long)]
    pub redraw: bool,
}

/// A synthetic tenant.
#[derive(Debug, Clone, Args)]
pub struct Generate {
    /// Folder or URL to write to.
    #[arg(long)]
    pub out: String,
    /// Seed: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Accounts of every kind: workforce, guests, services, rooms, emergency.
    #[arg(long, default_value_t = 400)]
    pub people: u32,
    /// First month, for example 2026-08.
    #[arg(long, default_value = "2026-08")]
    pub first_month: String,
    /// Months.
    #[arg(long, default_value_t = 3)]
    pub months: u32,
    /// Interactive sign-ins per person and month.
    #[arg(long, default_value_t = 20.0)]
    pub sign_ins: f64,
    /// Non-interactive records per interactive one.
    #[arg(long, default_value_t = 10.0)]
    pub non_interactive: f64,
    /// In which provider's words and in which containers the sign-ins are written.
    #[arg(long, value_enum, default_value_t = Layout::Mixed)]
    pub layout: Layout,
    /// A tenant in which nothing is wrong.
    #[arg(long)]
    pub clean: bool,
    /// Ignore the above and write the committed sample: the large tenant, or with --clean the clean one.
    #[arg(long)]
    pub sample: bool,
}
