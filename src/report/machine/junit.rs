//! JUnit: each metric is a test, for schedulers that read nothing else.
//!
//! Failure is a target missed, or one that the unknown cases decide; error is a metric that was not computed;
//! skipped is one that cannot be observed or has no target.

use anyhow::{Context as _, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::{headline, said};
use crate::report::Artifact;
use crate::results::{Metric, Results, State, Verdict};

/// `junit.xml`.
pub(in crate::report) fn render(results: &Results) -> Result<Artifact> {
    let mut suite = TestSuite::new(said(&format!("mfaudit {}", results.period.id)));
    suite.extra.insert(XmlString::new("timestamp"), XmlString::new(results.as_of.trim_end_matches('Z')));
    for metric in &results.metrics {
        let mut case = TestCase::new(said(&format!("{} {}", metric.id, metric.title)), status(metric));
        case.set_classname(said(&format!("mfaudit.{}", metric.name)));
        suite.add_test_case(case);
    }
    let mut report = Report::new(said(&format!("{}, {}", results.organisation.name, results.period.label)));
    report.add_test_suite(suite);
    // The schema that schedulers hold reports to knows the count of skipped tests on the suite only. A quotation
    // mark in a name is escaped, so the first place is the attribute of the root.
    let text = report.to_string().context("cannot write `junit.xml`")?.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1);
    Ok(Artifact { name: "junit.xml".to_owned(), media_type: "application/xml", bytes: text.into_bytes() })
}

fn status(metric: &Metric) -> TestCaseStatus {
    let figure = headline(metric);
    match (metric.state, metric.verdict) {
        (State::NotComputed, _) | (State::Computed, Verdict::NotComputed) => not_passed(NonSuccessKind::Error, "not computed", &figure),
        (State::NotObservable, _) => skipped(&figure),
        (State::Computed, Verdict::Missed) => not_passed(NonSuccessKind::Failure, "target missed", &against(metric, &figure)),
        (State::Computed, Verdict::NotDetermined) => not_passed(NonSuccessKind::Failure, "not determined", &format!("the unknown cases decide: {}", against(metric, &figure))),
        (State::Computed, Verdict::NoTarget) => skipped(&format!("no target: {figure}")),
        (State::Computed, Verdict::Met) => TestCaseStatus::success(),
    }
}

fn against(metric: &Metric, figure: &str) -> String {
    let target = metric.target.as_ref().map_or_else(|| "none".to_owned(), |t| t.value.to_string());
    format!("{figure}; target {target}, better is {}", metric.better)
}

fn not_passed(kind: NonSuccessKind, word: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(said(message));
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(said(message));
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{hostile, not_computed};

    fn text(results: &Results) -> String {
        String::from_utf8(render(results).unwrap().bytes).unwrap()
    }

    #[test]
    fn missed_is_a_failure_not_computed_an_error_and_the_rest_is_told_apart() {
        let mut results = hostile();
        results.metrics[1].verdict = Verdict::Met;
        results.metrics[2].verdict = Verdict::NoTarget;
        results.metrics[3].state = State::NotObservable;
        results.metrics[4].verdict = Verdict::NotDetermined;
        let xml = text(&results);
        assert!(xml.contains("tests=\"6\" failures=\"3\" errors=\"0\"") && xml.contains("tests=\"6\" skipped=\"2\" errors=\"0\" failures=\"3\""), "{xml}");
        assert!(text(&not_computed()).contains("failures=\"0\" errors=\"6\""));
    }

    #[test]
    fn names_from_outside_stay_text() {
        let xml = text(&hostile());
        assert!(!xml.contains("<script>") && xml.contains("&lt;script&gt;"), "{xml}");
    }
}
