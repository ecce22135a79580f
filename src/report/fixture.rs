//! Results for the tests of this stage: empty, hostile, and not computed.

use crate::results::*;

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "#emph[pwned] $x^2$ @ref *bold* \\u{41} ] }",
    "=cmd|' /C calc'!A0",
    "\u{202e}gnp.exe \u{0} 山 🚀 שלום",
    "</svg><style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}",
];

pub(super) fn empty() -> Results {
    Results {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "mfaudit".to_owned(), version: "0.1.0".to_owned() },
        organisation: Organisation { name: "Contoso".to_owned(), classification: "Confidential".to_owned() },
        period: PeriodInfo {
            id: "2026-10".to_owned(),
            label: "October 2026".to_owned(),
            start: "2026-09-30T22:00:00Z".to_owned(),
            end: "2026-10-31T23:00:00Z".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            hours: 745,
            days: 31,
        },
        as_of: "2026-11-02T06:00:00Z".to_owned(),
        config_sha256: "c".repeat(64),
        queries_sha256: "q".repeat(64),
        complete: true,
        pseudonymised: None,
        metrics: vec![],
        register: vec![],
        intake: Intake::default(),
        notes: vec![],
        policy: vec![],
        restatements: vec![],
        findings: Vec::new(),
        break_glass: Vec::new(),
        reconciliation: Vec::new(),
        deadlines: Vec::new(),
        changes_since: None,
    }
}

fn ratio(numerator: f64, denominator: f64, unknown: f64, reason: &str) -> Figure {
    let all = denominator + unknown;
    let reasons = |weight| vec![Reason { reason: reason.to_owned(), weight }];
    Figure::Ratio(Ratio {
        numerator,
        denominator,
        unknown,
        value: Some(numerator / denominator),
        lower: Some(numerator / all),
        upper: Some((numerator + unknown) / all),
        wilson: (denominator < 20.0).then_some((0.5, 0.9)),
        excluded: reasons(7.0),
        failing: reasons(denominator - numerator),
        counting: vec![],
        undetermined: reasons(unknown),
    })
}

fn obligations() -> Figure {
    Figure::Obligations(Obligations {
        due: 26,
        on_time: 20,
        late: 2,
        missed: 3,
        unknown: 1,
        not_yet_due: 4,
        adherence: Some(0.8),
        lower: Some(20.0 / 26.0),
        upper: Some(21.0 / 26.0),
        wilson: None,
    })
}

fn mix(bucket: &str) -> Figure {
    let share = |bucket: &str, share: f64| Share { bucket: bucket.to_owned(), weight: share * 200.0, share };
    Figure::Mix(Mix { total: 200.0, buckets: vec![share("push", 0.6), share(bucket, 0.4)] })
}

fn stock(parts: &[(&str, f64)]) -> Figure {
    let categories: Vec<Reason> = parts.iter().map(|(reason, weight)| Reason { reason: (*reason).to_owned(), weight: *weight }).collect();
    Figure::Count(Count { total: categories.iter().map(|c| c.weight).sum(), categories })
}

fn line(id: &str, title: &str) -> Line {
    Line { id: id.to_owned(), title: title.to_owned(), figure: None, reason: Some("no logs".to_owned()), dimensions: vec![], subjects: vec![], rows: 0 }
}

fn headline(name: &str, figure: Figure) -> Line {
    let value = DimensionValue { value: name.to_owned(), figure: figure.clone() };
    let row = SubjectRow { subject: name.to_owned(), label: name.repeat(500), verdict: "no".to_owned(), reason: name.to_owned() };
    Line { figure: Some(figure), dimensions: vec![Dimension { name: "department".to_owned(), values: vec![value] }], subjects: vec![row], rows: 1, ..line(name, name) }
}

fn metric(id: &str, kind: &str, name: &str, figure: Figure) -> Metric {
    let point = |period: &str, value| TrendPoint { period: period.to_owned(), value, lower: value, upper: value, reason: None };
    let target = Target { key: "coverage.users".to_owned(), value: 0.95, from: "2026-01-01".to_owned() };
    Metric {
        id: id.to_owned(),
        name: "a_metric".to_owned(),
        title: name.to_owned(),
        kind: kind.to_owned(),
        better: "higher".to_owned(),
        about: name.to_owned(),
        controls: vec!["NIST-800-53:IA-2(2)".to_owned()],
        reads: vec!["identities".to_owned()],
        query_sha256: "d".repeat(64),
        state: State::Computed,
        reason: None,
        target: Some(target),
        verdict: Verdict::Missed,
        lines: vec![headline(name, figure), line("late", "Late")],
        trend: vec![point("2026-08", Some(0.9)), point("2026-09", None), point("2026-10", Some(0.92))],
    }
}

fn entry(name: &str) -> RegisterEntry {
    RegisterEntry {
        id: name.to_owned(),
        category: "unknown".to_owned(),
        category_raw: name.to_owned(),
        state: "expired".to_owned(),
        owner: name.to_owned(),
        scope: name.to_owned(),
        objects: 2,
        activated: "2026-01-01T00:00:00Z".to_owned(),
        expires: "2026-03-01T00:00:00Z".to_owned(),
        age_days: Some(304),
        overdue_days: Some(245),
        compensating_controls: name.to_owned(),
        last_review: String::new(),
        faults: vec![name.to_owned()],
    }
}

fn intake(name: &str) -> Intake {
    Intake {
        sources: vec![SourceTotals { source: name.to_owned(), read: 10, parsed: 9, rejected: 1, kept: 8, ..SourceTotals::default() }],
        objects: vec![ObjectIntake {
            source: name.to_owned(),
            key: name.repeat(100),
            bytes: 12,
            sha256: "e".repeat(64),
            format: "jsonl".to_owned(),
            read: 10,
            rejected: 1,
            fault: name.to_owned(),
        }],
        object_count: 900,
        gaps: vec![Gap { source: name.to_owned(), day: "2026-10-12".to_owned(), state: "missing".to_owned(), reason: name.to_owned() }],
        rejects: vec![RejectReason { source: name.to_owned(), reason: name.to_owned(), count: 1, example: name.to_owned() }],
        anchors: vec![Anchor { source: name.to_owned(), counts: name.to_owned(), expected: 640, found: 590, tolerance: 0.01, agrees: false }],
        unmapped: vec![RejectReason { source: name.to_owned(), reason: name.to_owned(), count: 1, example: name.to_owned() }],
    }
}

/// Every kind of figure under every hostile name.
pub(super) fn hostile() -> Results {
    let mut results = empty();
    for (i, name) in HOSTILE.into_iter().enumerate() {
        let (id, kind, figure) = match i {
            0 => ("K3", "ratio", ratio(90.0, 100.0, 3.0, name)),
            1 => ("K1", "ratio", ratio(18.0, 19.0, 0.0, name)),
            2 => ("K8", "mix", mix(name)),
            3 => ("K11", "count", stock(&[(name, 3.0), ("31_to_90", 4.0)])),
            4 => ("K18", "obligations", obligations()),
            _ => ("K99", "count", stock(&[("opening", 2.0), (name, 1.0), ("closing", 3.0)])),
        };
        results.metrics.push(metric(id, kind, name, figure));
        results.register.push(entry(name));
        results.notes.push(Note { topic: "data".to_owned(), text: name.to_owned() });
        let origin = "tool default, not policy".to_owned();
        results.policy.push(PolicyLine { name: name.to_owned(), value: name.to_owned(), origin, from: String::new() });
    }
    results.organisation.name = HOSTILE.concat();
    results.intake = intake(HOSTILE[0]);
    let text = || HOSTILE[1].to_owned();
    results.restatements = vec![Restatement { period: text(), metric: text(), line: text(), issue: text(), issued_as_of: text(), old: text(), new: text(), cause: text() }];
    results
}

pub(super) fn not_computed() -> Results {
    let mut results = hostile();
    results.complete = false;
    for metric in &mut results.metrics {
        metric.state = State::NotComputed;
        metric.verdict = Verdict::NotComputed;
        metric.reason = Some("table `sign_ins` has a gap on 2026-10-12".to_owned());
        metric.lines.clear();
        metric.trend.clear();
    }
    results
}
