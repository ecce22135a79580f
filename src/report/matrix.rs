//! The control matrix: each control with the metrics that support it, before and after excusing exceptions.
//!
//! CSV, workbook, HTML, PDF and OSCAL read the same rows, so they cannot disagree. What was not computed
//! supports nothing.

use anyhow::Result;

use super::controls::{self, Control, Exceptions};
use super::view;
use crate::results::{Figure, Line, Metric, Results, State, Verdict};

/// The line before exceptions are excused, where a metric has one; else its headline.
const BEFORE: &str = "strict";
/// The line after registered exceptions are excused.
const AFTER: &str = "excused";

/// A control and what supports it.
#[derive(Debug, Clone)]
pub(super) struct Row<'r> {
    /// The control.
    pub(super) control: Control,
    /// In the order of the mapping.
    pub(super) supports: Vec<Support<'r>>,
}

/// A metric beside a control.
#[derive(Debug, Clone)]
pub(super) struct Support<'r> {
    /// `K3`.
    pub(super) id: String,
    /// `None` when these results hold no such metric.
    pub(super) metric: Option<&'r Metric>,
    /// How the metric stands, in a word.
    pub(super) word: &'static str,
    /// The headline, or why there is none.
    pub(super) figure: String,
    /// Before excusing exceptions.
    pub(super) before: String,
    /// After it, or why there is no such figure.
    pub(super) after: String,
}

/// What the metrics of a control say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conclusion {
    /// Everything has a target and meets it.
    Supported,
    /// A target is missed.
    NotSupported,
    /// The unknown cases decide a target.
    NotDetermined,
    /// Nothing can be concluded: no target, or something could not be computed.
    Open,
}

impl Conclusion {
    /// As printed.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::NotSupported => "not supported",
            Self::NotDetermined => "not determined",
            Self::Open => "no conclusion",
        }
    }
}

impl Support<'_> {
    /// The verdict, where one was reached.
    fn verdict(&self) -> Option<Verdict> {
        let metric = self.metric.filter(|m| m.state == State::Computed)?;
        matches!(metric.verdict, Verdict::Met | Verdict::Missed | Verdict::NotDetermined).then_some(metric.verdict)
    }

    /// Nothing speaks against it: a share of 1 with nothing unknown, or a count of none. What has no figure is not whole.
    fn is_whole(&self) -> bool {
        let figure = self.metric.and_then(|m| m.lines.iter().find(|l| l.id == BEFORE).or_else(|| m.lines.first())).and_then(|l| l.figure.as_ref());
        match figure {
            Some(Figure::Ratio(r)) => r.denominator > 0.0 && r.numerator >= r.denominator && r.unknown == 0.0,
            Some(Figure::Count(c)) => c.total == 0.0,
            _ => false,
        }
    }

    /// Not in these results, not computed or not observable.
    fn is_missing(&self) -> bool {
        self.metric.is_none_or(|m| m.state != State::Computed || m.verdict == Verdict::NotComputed)
    }
}

impl Row<'_> {
    /// Fails closed: a missing metric is never made up for by the others.
    pub(super) fn conclusion(&self) -> Conclusion {
        let any = |verdict| self.supports.iter().any(|s| s.verdict() == Some(verdict));
        if any(Verdict::Missed) {
            Conclusion::NotSupported
        } else if any(Verdict::NotDetermined) {
            Conclusion::NotDetermined
        } else if self.supports.iter().any(Support::is_missing) {
            Conclusion::Open
        } else if self.control.exceptions == Exceptions::No && !self.supports.iter().all(Support::is_whole) {
            // Where no exception is admitted a target below everything is not the framework's.
            Conclusion::NotSupported
        } else if any(Verdict::Met) && self.supports.iter().all(|s| s.verdict() == Some(Verdict::Met)) {
            Conclusion::Supported
        } else {
            Conclusion::Open
        }
    }
}

/// Every control of the mapping against `results`.
///
/// # Errors
/// When the embedded mapping is broken.
pub(super) fn rows(results: &Results) -> Result<Vec<Row<'_>>> {
    let row = |control: Control| {
        let supports = control.metrics.iter().map(|id| support(results, id, control.exceptions)).collect();
        Row { control, supports }
    };
    Ok(controls::all()?.into_iter().map(row).collect())
}

fn support<'r>(results: &'r Results, id: &str, exceptions: Exceptions) -> Support<'r> {
    let absent = "not part of these results";
    let Some(metric) = results.metrics.iter().find(|m| m.id == id) else {
        let text = || absent.to_owned();
        return Support { id: id.to_owned(), metric: None, word: "Not computed", figure: text(), before: text(), after: text() };
    };
    let of = |line: &str| metric.lines.iter().find(|l| l.id == line);
    let figure = shown(metric, metric.lines.first());
    let after = match (exceptions, of(AFTER)) {
        (Exceptions::No, _) => "exceptions not admitted".to_owned(),
        (_, Some(line)) => shown(metric, Some(line)),
        (_, None) => "no line excuses exceptions".to_owned(),
    };
    let before = of(BEFORE).map_or_else(|| figure.clone(), |line| shown(metric, Some(line)));
    Support { id: id.to_owned(), metric: Some(metric), word: view::standing(metric), figure, before, after }
}

/// A line's figure in one sentence, or why it has none.
fn shown(metric: &Metric, line: Option<&Line>) -> String {
    let reason = || metric.reason.as_deref().or_else(|| line.and_then(|l| l.reason.as_deref())).unwrap_or("no reason is given");
    match (metric.state, line.and_then(|l| l.figure.as_ref())) {
        (State::Computed, Some(figure)) => view::figure_text(figure).replace("  ", ", "),
        (State::NotObservable, _) => format!("not observable: {}", reason()),
        _ => format!("not computed: {}", reason()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{hostile, not_computed};

    fn find<'a, 'r>(rows: &'a [Row<'r>], framework: &str, id: &str) -> &'a Row<'r> {
        rows.iter().find(|r| r.control.framework == framework && r.control.id == id).unwrap()
    }

    #[test]
    fn what_was_not_computed_supports_nothing() {
        let results = not_computed();
        for row in rows(&results).unwrap() {
            assert_eq!(row.conclusion(), Conclusion::Open, "{}", row.control.title());
        }
    }

    #[test]
    fn a_missed_target_decides_and_a_missing_metric_forbids_support() {
        let mut results = hostile();
        let of = |results: &Results| find(&rows(results).unwrap(), "CIS Controls", "6.3").conclusion();
        assert_eq!(of(&results), Conclusion::NotSupported);
        let k3 = results.metrics.iter_mut().find(|m| m.id == "K3").unwrap();
        k3.verdict = Verdict::Met;
        assert_eq!(of(&results), Conclusion::Supported);
        assert_eq!(find(&rows(&results).unwrap(), "UK Cyber Essentials", "MFA").conclusion(), Conclusion::Open, "K24 is not part of the results");
    }

    #[test]
    fn before_and_after_stand_apart_and_a_strict_framework_admits_no_after() {
        let mut results = hostile();
        let k3 = results.metrics.iter_mut().find(|m| m.id == "K3").unwrap();
        k3.lines[0].id = "strict".to_owned();
        let mut excused = k3.lines[0].clone();
        excused.id = "excused".to_owned();
        excused.figure = Some(crate::results::Figure::Detection(crate::results::Detection { findings: 1, high: 1, medium: 0, low: 0 }));
        k3.lines.push(excused);
        let rows = rows(&results).unwrap();
        let pci = &find(&rows, "PCI DSS", "8.4.2").supports[0];
        assert!(pci.before.starts_with("90.0 %"), "{}", pci.before);
        assert!(pci.after.starts_with("1, 1 high"), "{}", pci.after);
        assert_eq!(find(&rows, "UK Cyber Essentials", "MFA").supports[0].after, "exceptions not admitted");
    }
}
