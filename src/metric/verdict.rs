//! A figure against its target: met only if the bound that speaks against the organisation meets it.

use crate::results::{Figure, Metric, State, Verdict};

/// Value and bounds of a figure, as far as it has them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Headline {
    /// Share or total.
    pub value: Option<f64>,
    /// Unknown cases counted against.
    pub lower: Option<f64>,
    /// Unknown cases counted for.
    pub upper: Option<f64>,
}

/// What a figure says in one number.
#[must_use]
pub fn headline(figure: &Figure) -> Headline {
    match figure {
        Figure::Ratio(r) => Headline { value: r.value, lower: r.lower, upper: r.upper },
        Figure::Obligations(o) => Headline { value: o.adherence, lower: o.lower, upper: o.upper },
        Figure::Count(c) => Headline { value: Some(c.total), lower: Some(c.total), upper: Some(c.total) },
        Figure::Rate(r) => Headline { value: r.value, lower: r.value, upper: r.value },
        Figure::Duration(d) => Headline { value: d.median, lower: d.median, upper: d.median_latest },
        Figure::Detection(d) => Headline { value: Some(d.findings as f64), lower: Some(d.findings as f64), upper: Some(d.findings as f64) },
        // Statistics are for triage: they never decide a verdict.
        Figure::Mix(_) | Figure::Drift(_) | Figure::Series(_) => Headline::default(),
    }
}

/// The verdict on a metric's first line.
#[must_use]
pub fn judge(metric: &Metric) -> Verdict {
    if metric.state == State::NotObservable {
        // A target that nothing can be held against is not met by that.
        return if metric.target.is_some() { Verdict::NotDetermined } else { Verdict::NoTarget };
    }
    if metric.state == State::NotComputed {
        return Verdict::NotComputed;
    }
    let Some(target) = &metric.target else { return Verdict::NoTarget };
    let bounds = metric.lines.first().and_then(|l| l.figure.as_ref()).map(headline).unwrap_or_default();
    let (Some(lower), Some(upper)) = (bounds.lower, bounds.upper) else { return Verdict::NotDetermined };
    let (against, in_favour) = if metric.better == "lower" { (-upper, -lower) } else { (lower, upper) };
    let goal = if metric.better == "lower" { -target.value } else { target.value };
    if against >= goal {
        Verdict::Met
    } else if in_favour < goal {
        Verdict::Missed
    } else {
        Verdict::NotDetermined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Count, Line, Ratio, Target};

    fn metric(better: &str, goal: Option<f64>, figure: Figure) -> Metric {
        Metric {
            id: "K".into(),
            name: "k".into(),
            title: "k".into(),
            kind: "ratio".into(),
            better: better.into(),
            about: String::new(),
            controls: vec![],
            reads: vec![],
            query_sha256: String::new(),
            state: State::Computed,
            reason: None,
            target: goal.map(|value| Target { key: "k".into(), value, from: String::new() }),
            verdict: Verdict::NoTarget,
            trend: vec![],
            lines: vec![Line { id: "all".into(), title: String::new(), figure: Some(figure), reason: None, dimensions: vec![], subjects: vec![], rows: 0 }],
        }
    }

    fn ratio(yes: f64, no: f64, unknown: f64) -> Figure {
        let all = yes + no + unknown;
        Figure::Ratio(Ratio {
            numerator: yes,
            denominator: yes + no,
            unknown,
            value: Some(yes / (yes + no)),
            lower: Some(yes / all),
            upper: Some((yes + unknown) / all),
            wilson: None,
            excluded: vec![],
            failing: vec![],
            counting: vec![],
            undetermined: vec![],
        })
    }

    #[test]
    fn the_unknown_decide_when_the_bounds_straddle_the_target() {
        assert_eq!(judge(&metric("higher", Some(0.9), ratio(95.0, 5.0, 0.0))), Verdict::Met);
        assert_eq!(judge(&metric("higher", Some(0.95), ratio(95.0, 0.0, 10.0))), Verdict::NotDetermined);
        assert_eq!(judge(&metric("higher", Some(0.9), ratio(50.0, 50.0, 10.0))), Verdict::Missed);
        assert_eq!(judge(&metric("higher", None, ratio(1.0, 0.0, 0.0))), Verdict::NoTarget);
    }

    #[test]
    fn fewer_is_better_turns_the_bounds_round() {
        let stock = |total| Figure::Count(Count { total, categories: vec![] });
        assert_eq!(judge(&metric("lower", Some(10.0), stock(10.0))), Verdict::Met);
        assert_eq!(judge(&metric("lower", Some(10.0), stock(11.0))), Verdict::Missed);
    }
}
