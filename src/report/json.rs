//! `results.json`: the results as they are, for machines and for the attachment in the PDF.

use anyhow::{Context as _, Result};

use crate::results::Results;

/// Pretty JSON with a final newline; the same bytes are attached to the PDF.
pub(super) fn render(results: &Results) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(results).context("cannot write `results.json`")?;
    bytes.push(b'\n');
    Ok(bytes)
}
