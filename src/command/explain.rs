//! `mfaudit explain`: a metric by its own metadata, a sign-in by what the lake knows of it.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::{Said, Usage, corpus, pretty};
use crate::cli::Output;
use crate::derive::{Derivation, Explained};
use crate::progress;
use crate::query::Query;
use crate::run::{self, Request};

pub(super) fn metric(id: &str, queries: Option<&str>, format: Output) -> anyhow::Result<Said> {
    let corpus = corpus(queries)?;
    let query: &Query = corpus.get(id).ok_or_else(|| {
        let known: Vec<&str> = corpus.queries.iter().map(|q| q.id.as_str()).collect();
        Usage(format!("there is no metric `{id}`; known: {}; a sign-in is looked up with `--config`", known.join(", ")))
    })?;
    if format == Output::Json {
        let value = json!({ "id": query.id, "name": query.name, "title": query.title, "kind": query.kind.name(), "about": query.about, "reads": query.reads, "needs": query.needs, "controls": query.controls, "target": query.target, "sha256": query.sha256, "sql": query.sql });
        return Ok(Said { text: pretty(&value)?, code: 0 });
    }
    let mut text = format!(
        "{} {}\n\n{}\n\nkind      {}\nreads     {}\ntarget    {}\nsupports  {}\nsha256    {}\n",
        query.id,
        query.title,
        query.about,
        query.kind.name(),
        query.reads.join(", "),
        query.target.as_deref().unwrap_or("none"),
        query.controls.join(", "),
        query.sha256
    );
    for l in &query.lines {
        let _ = writeln!(text, "line      {}: {}", l.id, l.title);
    }
    let _ = write!(text, "\n{}", query.sql);
    Ok(Said { text, code: 0 })
}

/// Brings the lake up to date and tells everything that led to the verdict on one event.
pub(super) fn sign_in(id: &str, config: &Path, format: Output) -> anyhow::Result<Said> {
    let prepared = run::prepare(&Request { config: config.to_owned(), ..Request::default() })?;
    let (report, lake) = run::ingest(&prepared, progress::watch().as_ref())?;
    let found = Derivation::new(&prepared.config, &lake, &report).explain(id)?;
    let told = found.ok_or_else(|| Usage(format!("there is neither a metric nor a sign-in `{id}`: give the provider's event id, as the rows and findings name it")))?;
    if format == Output::Json {
        return Ok(Said { text: pretty(&serde_json::to_value(&told)?)?, code: 0 });
    }
    Ok(Said { text: text(&told), code: 0 })
}

fn text(e: &Explained) -> String {
    let or = |t: &str, none: &str| if t.is_empty() { none.to_owned() } else { t.to_owned() };
    let class = if e.class.is_empty() { "none: no qualifying attempt by itself".to_owned() } else { format!("{} {}", e.class, e.class_reason.replace('_', " ")) };
    let mut text = format!(
        "{}\n\nwhen          {}\nwho           {} {}\napplication   {}\noutcome       {}\nMFA           {} (rule {})\nclass         {}\nrecord        {}, {}\n",
        e.event,
        e.at,
        or(&e.label, "(not recorded)"),
        e.identity,
        or(&e.application, "(not recorded)"),
        e.outcome,
        e.mfa_outcome.replace('_', " "),
        or(&e.rule, "none"),
        class.trim(),
        e.source,
        e.raw
    );
    if e.tried.is_empty() {
        text.push_str("\nno exception names this identity or application\n");
    } else {
        text.push_str("\nexceptions tried, in the order of the rule (most specific scope, earliest activation, lowest id)\n");
    }
    for t in &e.tried {
        let _ = writeln!(text, "  {:<16} {:<20} by {:<21} from {:<20} {}", t.exception, t.category.replace('_', " "), t.scope, or(&t.activated, "never"), t.verdict);
    }
    let verdict = match (e.attributed.as_str(), e.nearest.as_str()) {
        ("", "") => "nothing to attribute: MFA was not bypassed".to_owned(),
        ("", near) => format!("not explained: {near}"),
        (id, _) => format!("attributed to {id}{}", if e.ambiguous { "; several matched" } else { "" }),
    };
    let _ = writeln!(text, "\n{verdict}");
    text
}
