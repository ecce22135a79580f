//! Numbers, dates and changes as the report prints them.
//!
//! Everything is formatted here, once, so that a template never does arithmetic. The rule that
//! matters most: a share prints as 100 % or 0 % only when it is exactly that.

/// Below this distance two weights are the same: sums of split weights carry rounding error.
const SAME: f64 = 1e-6;

/// A count or a sum of weights: `13,008`, or `13,008.5` when the weight is split.
pub(super) fn count(value: f64) -> String {
    if !value.is_finite() {
        return "n/a".to_owned();
    }
    let decimals = if (value - value.round()).abs() < SAME { 0 } else { 1 };
    let digits = format!("{:.decimals$}", value.abs());
    let grouped = group(&digits);
    let zero = grouped.chars().all(|c| matches!(c, '0' | '.'));
    if value < 0.0 && !zero { format!("\u{2212}{grouped}") } else { grouped }
}

/// A whole number: `13,008`.
pub(super) fn whole(value: u64) -> String {
    group(&value.to_string())
}

/// Puts commas between thousands of a plain decimal number.
fn group(digits: &str) -> String {
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in integer.chars().enumerate() {
        if i > 0 && (integer.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A share with one decimal: `97.1 %`, `>99.9 %`, `<0.1 %`, `100 %`, or `n/a`.
pub(super) fn percent(numerator: f64, denominator: f64) -> String {
    if !numerator.is_finite() || !denominator.is_finite() || denominator <= 0.0 {
        return "n/a".to_owned();
    }
    if (numerator - denominator).abs() < SAME.min(denominator * 1e-9) {
        return "100 %".to_owned();
    }
    if numerator.abs() < SAME.min(denominator * 1e-9) {
        return "0 %".to_owned();
    }
    let percent = numerator / denominator * 100.0;
    // a fraction above 1 is a defect upstream: it is shown, not hidden
    if percent > 99.95 && percent < 100.0 {
        ">99.9 %".to_owned()
    } else if percent > 0.0 && percent < 0.05 {
        "<0.1 %".to_owned()
    } else {
        match format!("{percent:.1}").as_str() {
            "100.0" if percent < 100.0 => ">99.9 %".to_owned(),
            "0.0" => "<0.1 %".to_owned(),
            shown => format!("{shown} %"),
        }
    }
}

/// A share that is known only as a fraction of one.
pub(super) fn share(value: f64) -> String {
    percent(value, 1.0)
}

/// Bounds with one decimal: `96.4–97.2 %`. The end points follow the rule for shares.
pub(super) fn range(lower: f64, upper: f64) -> String {
    span(lower, upper, 1)
}

/// A confidence interval in whole per cent: `76–99 %`.
pub(super) fn interval((lower, upper): (f64, f64)) -> String {
    span(lower, upper, 0)
}

fn span(lower: f64, upper: f64, decimals: usize) -> String {
    let (from, to) = (end_point(lower, decimals), end_point(upper, decimals));
    if from == to { format!("{from} %") } else { format!("{from}\u{2013}{to} %") }
}

/// One end of a range: never rounded up to 100 nor down to 0.
fn end_point(value: f64, decimals: usize) -> String {
    let step = if decimals == 0 { 1.0 } else { 0.1 };
    if value <= 1e-9 {
        "0".to_owned()
    } else if value >= 1.0 - 1e-9 {
        "100".to_owned()
    } else {
        format!("{:.decimals$}", (value * 100.0).clamp(step, 100.0 - step))
    }
}

/// A target as configured: `at least 95 %`, `at most 0`.
pub(super) fn target(value: f64, better: &str, is_share: bool) -> String {
    let bound = if better == "lower" { "at most" } else { "at least" };
    if is_share {
        // one ten-thousandth of a per cent is finer than any policy; trailing zeros say nothing
        let digits = format!("{:.4}", value * 100.0);
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        format!("{bound} {digits} %")
    } else {
        format!("{bound} {}", count(value))
    }
}

/// A change of a share in percentage points, with sign and word.
pub(super) fn points(now: f64, before: f64) -> String {
    let change = (now - before) * 100.0;
    if change.abs() < 1e-9 {
        "no change".to_owned()
    } else if change.abs() < 0.05 {
        format!("{} by less than 0.1 pt", word(change))
    } else {
        format!("{}{:.1} pt ({})", sign(change), change.abs(), word(change))
    }
}

/// A change of a count, with sign and word.
pub(super) fn difference(now: f64, before: f64) -> String {
    let change = now - before;
    if change.abs() < SAME { "no change".to_owned() } else { format!("{}{} ({})", sign(change), count(change.abs()), word(change)) }
}

fn sign(change: f64) -> char {
    if change > 0.0 { '+' } else { '\u{2212}' }
}

fn word(change: f64) -> &'static str {
    if change > 0.0 { "up" } else { "down" }
}

/// An RFC 3339 instant in UTC as people read it: `2026-10-31 23:00 UTC`; anything else unchanged.
pub(super) fn instant(rfc3339: &str) -> String {
    let parts = rfc3339.strip_suffix('Z').and_then(|local| local.split_once('T'));
    match parts.and_then(|(day, time)| Some((day, time.get(..5)?))) {
        Some((day, minute)) if day.len() == 10 => format!("{day} {minute} UTC"),
        _ => rfc3339.to_owned(),
    }
}

/// `1 day`, `2 days`.
pub(super) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", whole(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_never_round_to_certainty() {
        for (numerator, denominator, printed) in [
            (13_008.0, 13_396.0, "97.1 %"),
            (10.0, 10.0, "100 %"),
            (0.0, 10.0, "0 %"),
            (99_999.0, 100_000.0, ">99.9 %"),
            (999_999_999.0, 1_000_000_000.0, ">99.9 %"),
            (1.0, 1_000_000_000.0, "<0.1 %"),
            (9_996.0, 10_000.0, ">99.9 %"),
            (9_994.0, 10_000.0, "99.9 %"),
            (1.0, 3.0, "33.3 %"),
            (1.0, 0.0, "n/a"),
            (f64::NAN, 1.0, "n/a"),
            (11.0, 10.0, "110.0 %"),
        ] {
            assert_eq!(percent(numerator, denominator), printed, "{numerator} of {denominator}");
        }
    }

    #[test]
    fn split_weights_that_sum_to_the_whole_are_the_whole() {
        let third = 1.0_f64 / 3.0;
        assert_eq!(percent(third + third + third, 1.0), "100 %");
        assert_eq!(percent(0.1 + 0.2, 0.3), "100 %");
    }

    #[test]
    fn counts_are_grouped() {
        for (value, printed) in
            [(0.0, "0"), (999.0, "999"), (1_000.0, "1,000"), (13_008.0, "13,008"), (1_234_567.5, "1,234,567.5"), (-60.0, "\u{2212}60"), (-0.000_000_1, "0"), (f64::INFINITY, "n/a")]
        {
            assert_eq!(count(value), printed);
        }
        assert_eq!(whole(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn ranges_keep_away_from_certainty() {
        assert_eq!(interval((0.7639, 0.9911)), "76\u{2013}99 %");
        assert_eq!(interval((0.8, 0.9997)), "80\u{2013}99 %");
        assert_eq!(interval((0.0, 1.0)), "0\u{2013}100 %");
        assert_eq!(range(0.964, 0.972), "96.4\u{2013}97.2 %");
        assert_eq!(range(0.99995, 1.0), "99.9\u{2013}100 %");
        assert_eq!(range(0.5, 0.5), "50.0 %");
    }

    #[test]
    fn changes_carry_a_sign_and_a_word() {
        assert_eq!(points(0.971, 0.967), "+0.4 pt (up)");
        assert_eq!(points(0.967, 0.979), "\u{2212}1.2 pt (down)");
        assert_eq!(points(0.5, 0.5), "no change");
        assert_eq!(points(0.50001, 0.5), "up by less than 0.1 pt");
        assert_eq!(difference(3.0, 5.0), "\u{2212}2 (down)");
    }

    #[test]
    fn targets_print_as_configured() {
        assert_eq!(target(0.95, "higher", true), "at least 95 %");
        assert_eq!(target(0.995, "higher", true), "at least 99.5 %");
        assert_eq!(target(0.0, "lower", false), "at most 0");
        assert_eq!(target(1.0, "higher", true), "at least 100 %");
    }

    #[test]
    fn instants_name_their_zone() {
        assert_eq!(instant("2026-10-31T23:00:00Z"), "2026-10-31 23:00 UTC");
        assert_eq!(instant(""), "");
        assert_eq!(instant("2026-10-31"), "2026-10-31");
        assert_eq!(instant("né-à-TZ"), "né-à-TZ");
    }
}
