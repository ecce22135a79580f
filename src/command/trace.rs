//! `mfaudit trace`: prints the way from a number to the raw records behind it.

use std::fmt::Write;

use super::{Said, Usage, plain, prepare, pretty};
use crate::cli::Output;
use crate::progress;
use crate::run::{self, Request, Traced, Untraceable};

pub(super) fn trace(request: &Request, metric: &str, subject: Option<&str>, limit: usize, format: Output) -> anyhow::Result<Said> {
    let prepared = prepare(request)?;
    let traced = run::trace(&prepared, progress::watch().as_ref(), metric, subject, limit).map_err(|e| match e.downcast::<Untraceable>() {
        Ok(missing) => Usage(missing.to_string()).into(),
        Err(e) => e,
    })?;
    let text = match format {
        Output::Json => pretty(&serde_json::to_value(&traced)?)?,
        Output::Text => shown(&traced, subject.is_some()),
    };
    Ok(Said { text, code: 0 })
}

fn shown(t: &Traced, about_subject: bool) -> String {
    let mut text = format!("{} {}\nquery SHA-256 {}\n\n", t.metric, t.title, t.query_sha256);
    for (line, figure) in &t.figures {
        let _ = writeln!(text, "{line}: {}", plain(figure));
    }
    let _ = writeln!(text, "\n{} rows{}", t.row_count, if t.rows.len() < t.row_count { format!(", the first {}", t.rows.len()) } else { String::new() });
    for row in &t.rows {
        let cells: Vec<String> = t.columns.iter().zip(row).filter(|(_, v)| !v.is_empty()).map(|(c, v)| format!("{c}={}", plain(v))).collect();
        let _ = writeln!(text, "  {}", cells.join("  "));
    }
    if !about_subject {
        let _ = writeln!(text, "\nnext: mfaudit trace {} SUBJECT, for the records behind one of them", t.metric);
        return text;
    }
    let _ = writeln!(text, "\n{} records{}", t.record_count, if t.records.len() < t.record_count { format!(", the first {} (--limit)", t.records.len()) } else { String::new() });
    for r in &t.records {
        let o = &r.origin;
        let _ = write!(
            text,
            "\n{} {}\n  {} {} at {}\n  version {}  SHA-256 {}\n",
            o.table,
            plain(&o.row.join("  ")),
            o.source,
            plain(&o.raw_object),
            o.raw_offset,
            plain(&r.version),
            r.sha256
        );
        let _ = writeln!(text, "  {}: {}", r.state, plain(&r.text));
    }
    text
}
