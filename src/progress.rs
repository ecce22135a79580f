//! What the operator sees on standard error: bars on a terminal, JSON lines otherwise.

use std::io::IsTerminal;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::lake::{ObjectEntry, Watch};

/// Progress for the terminal the program runs in.
#[must_use]
pub fn watch() -> Box<dyn Watch> {
    if std::io::stderr().is_terminal() { Box::new(Bars::new()) } else { Box::new(LogLines) }
}

/// Sets up log lines; on a terminal only warnings, since the bars tell the rest.
pub fn log() {
    use tracing_subscriber::EnvFilter;
    let terminal = std::io::stderr().is_terminal();
    let filter = EnvFilter::try_from_env("MFAUDIT_LOG").unwrap_or_else(|_| EnvFilter::new(if terminal { "warn" } else { "info" }));
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    // A second call, as in tests, changes nothing.
    let _ = if terminal { builder.without_time().try_init() } else { builder.json().flatten_event(true).with_target(false).try_init() };
}

#[derive(Debug)]
struct Bars {
    files: ProgressBar,
    bytes: ProgressBar,
    rows: ProgressBar,
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let bar = |template: &str, name: &'static str| {
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            all.add(ProgressBar::new(0)).with_style(style).with_prefix(name)
        };
        Self {
            files: bar("{prefix:>8} [{bar:32}] {human_pos}/{human_len} {wide_msg}", "files"),
            bytes: bar("{prefix:>8} [{bar:32}] {bytes}/{total_bytes} {bytes_per_sec}", "bytes"),
            rows: bar("{prefix:>8} {human_pos} records read", "rows"),
        }
    }
}

impl Watch for Bars {
    fn source(&self, source: &str, objects: u64, bytes: u64) {
        self.files.inc_length(objects);
        self.bytes.inc_length(bytes);
        self.files.set_message(source.to_owned());
    }

    fn object(&self, _: &str, key: &str, entry: &ObjectEntry) {
        self.files.inc(1);
        self.bytes.inc(entry.size);
        self.rows.inc(entry.read);
        if let Some(fault) = &entry.fault {
            self.files.suspend(|| tracing::warn!(key, fault, "object is faulty"));
        }
    }

    fn partitions(&self, total: u64) {
        self.files.inc_length(total);
        self.files.set_message("partitions");
    }

    fn partition(&self, name: &str, _: u64) {
        self.files.inc(1);
        self.files.set_message(name.to_owned());
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        for bar in [&self.files, &self.bytes, &self.rows] {
            bar.finish_and_clear();
        }
    }
}

#[derive(Debug)]
struct LogLines;

impl Watch for LogLines {
    fn source(&self, source: &str, objects: u64, bytes: u64) {
        tracing::info!(source, objects, bytes, "objects to read");
    }

    fn object(&self, source: &str, key: &str, entry: &ObjectEntry) {
        match &entry.fault {
            Some(fault) => tracing::warn!(source, key, fault, read = entry.read, "object is faulty"),
            None if entry.rejected > 0 => tracing::warn!(source, key, read = entry.read, rejected = entry.rejected, "records were refused"),
            None => tracing::debug!(source, key, read = entry.read, "object read"),
        }
    }

    fn partitions(&self, total: u64) {
        tracing::info!(total, "partitions to make");
    }

    fn partition(&self, name: &str, rows: u64) {
        tracing::debug!(name, rows, "partition made");
    }
}
