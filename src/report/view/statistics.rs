//! Drift and spikes: what deserves a look, and that nothing is decided by it.

use super::block::Block;
use super::table::{Kind, Table};
use crate::report::number::{count, plural, share};
use crate::report::text::{short, words};
use crate::results::{Drift, Series};

pub(super) fn drift(d: &Drift, blocks: &mut Vec<Block>) {
    let (Some(distance), Some(p)) = (d.distance, d.p_value) else { return };
    let points = |v: f64| format!("{:+.1} points", v * 100.0);
    blocks.push(Block::text(format!(
        "Among {} of both windows the mix moved by a Jensen\u{2013}Shannon distance of {distance:.3} (chance {p:.3} by permutation of users). {} moved most: {} by the same users, {} by who joined and who left. A statistical flag is for triage only and decides no verdict.",
        plural(d.users, "user", "users"),
        words(&d.bucket),
        points(d.moved),
        points(d.by_mix),
    )));
}

pub(super) fn spikes(id: &str, name: &str, s: &Series, blocks: &mut Vec<Block>) {
    if s.spikes.is_empty() {
        return;
    }
    let heads = [("Series", Kind::Wide), ("Day", Kind::Text), ("Seen", Kind::Number), ("Expected", Kind::Number), ("Chance", Kind::Number)];
    let chance = |p: f64| if p < 0.0001 { "below 0.01 %".to_owned() } else { share(p) };
    let rows = s.spikes.iter().map(|x| vec![short(&x.series).into(), short(&x.day).into(), count(x.observed).into(), count(x.expected).into(), chance(x.p_value).into()]);
    blocks
        .push(Table::new(format!("{id}-spikes"), format!("{name}: days that stand out (triage only)"), &heads).rows(rows).limited(200, 60, "the rest is in results.json").block());
}
