//! How a result stands to the last issue, in the words of SARIF.

use crate::results::{ChangeSet, ChangedFinding, Finding, Metric, RegisterEntry, Verdict};

/// A target that is newly missed is new; a figure that moved is updated.
pub(super) fn metric(change: &ChangeSet, metric: &Metric) -> &'static str {
    let headline = metric.lines.first().map_or("", |l| l.id.as_str());
    let moved = change.metrics.iter().find(|m| m.metric == metric.id && m.line == headline);
    match moved {
        None => "unchanged",
        Some(m) if matches!(m.old_verdict, Verdict::Missed | Verdict::NotDetermined) => "updated",
        Some(_) => "new",
    }
}

/// A finding that was there before and is graver now is updated.
pub(super) fn finding(change: &ChangeSet, period: &str, finding: &Finding) -> &'static str {
    let same = |f: &ChangedFinding| f.metric == finding.metric && f.identity == finding.identity && (change.period != period || f.first_seen == finding.first_seen);
    if change.findings_new.iter().any(same) {
        "new"
    } else if change.findings_worsened.iter().any(same) {
        "updated"
    } else {
        "unchanged"
    }
}

/// An entry that changed its state is updated.
pub(super) fn entry(change: &ChangeSet, entry: &RegisterEntry) -> &'static str {
    match change.exceptions.iter().find(|e| e.entry == entry.id) {
        None => "unchanged",
        Some(e) if e.old.is_empty() => "new",
        Some(_) => "updated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::hostile;
    use crate::results::{Cause, ExceptionDelta, MetricDelta};

    #[test]
    fn what_is_new_updated_and_unchanged_is_told_apart() {
        let results = hostile();
        let mut change = ChangeSet {
            since: "2026-09/abc".to_owned(),
            period: "2026-09".to_owned(),
            as_of: "2026-10-02T06:00:00Z".to_owned(),
            findings_new: Vec::new(),
            findings_resolved: Vec::new(),
            findings_worsened: Vec::new(),
            not_compared: None,
            metrics: Vec::new(),
            exceptions: vec![ExceptionDelta { entry: results.register[0].id.clone(), old: String::new(), new: "expired".to_owned() }],
        };
        assert_eq!((entry(&change, &results.register[0]), entry(&change, &results.register[1])), ("new", "unchanged"));
        let k3 = &results.metrics[0];
        assert_eq!(metric(&change, k3), "unchanged");
        change.metrics.push(MetricDelta {
            metric: k3.id.clone(),
            line: k3.lines[0].id.clone(),
            old: "95 %".to_owned(),
            new: "90 %".to_owned(),
            cause: Cause::Data,
            old_verdict: Verdict::Met,
            new_verdict: Verdict::Missed,
        });
        assert_eq!(metric(&change, k3), "new");
        change.metrics[0].old_verdict = Verdict::Missed;
        assert_eq!(metric(&change, k3), "updated");
    }
}
