//! The order of the draw, what extension keeps, and what is refused.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn frozen(items: &[(&str, &str)]) -> Frozen {
    let item =
        |(item, stratum): &(&str, &str)| Item { item: (*item).to_owned(), label: "=1+1".to_owned(), stratum: (*stratum).to_owned(), evidence: vec!["2026-10-05".to_owned()] };
    Frozen {
        population: "exceptions".to_owned(),
        title: "Exceptions".to_owned(),
        definition_sha256: "d".to_owned(),
        period: "2026-10".to_owned(),
        as_of: "2026-11-05T02:00:00Z".to_owned(),
        tables: BTreeMap::new(),
        columns: vec![Column { name: "approved_at".to_owned(), shape: Shape::When }],
        items: items.iter().map(item).collect(),
    }
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|i| format!("EX-{i:04}")).collect()
}

fn plain(names: &[String]) -> Vec<(&str, &str)> {
    names.iter().map(|n| (n.as_str(), "")).collect()
}

fn plan() -> Plan {
    Plan::new(0.95, 0.05, 0).unwrap()
}

fn words(words: &[&str]) -> PerStratum {
    PerStratum::read("--size", &words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn items(draw: &Draw) -> Vec<&str> {
    draw.items.iter().map(|d| d.item.as_str()).collect()
}

/// Worked out with the HMAC of another language.
#[test]
fn the_order_is_the_hmac_of_seed_and_item() {
    assert_eq!(rank("7351", "EX-0001").unwrap(), "9016dfb968a85a879994989704b506d8c254346c4789051840afaec384cd3b91");
    assert_eq!(rank("auditor's own, 2026", "sign-ins//évt-1").unwrap(), "46b6a7e7f0b4949911cfe093af01974cffa336aff6b110c8c3975703b5dae540");
    let names = numbered(12);
    let drawn = draw(&frozen(&plain(&names)), "7351", plan(), &words(&["6"]), None).unwrap();
    assert_eq!(items(&drawn), ["EX-0002", "EX-0012", "EX-0005", "EX-0011", "EX-0006", "EX-0001"]);
}

#[test]
fn each_stratum_has_a_size_and_a_conclusion_of_its_own() {
    let of = frozen(&[("a", "privileged"), ("b", "other"), ("c", "privileged"), ("d", "other")]);
    let drawn = draw(&of, "s", plan(), &words(&["other=1"]), None).unwrap();
    let sizes: Vec<(&str, u64, bool)> = drawn.strata.iter().map(|s| (s.stratum.as_str(), s.sample, s.test_all)).collect();
    assert_eq!(sizes, [("other", 1, false), ("privileged", 2, true)]);
    let found = evaluate(&drawn, &words(&["privileged=1"])).unwrap();
    assert_eq!((found.len(), found[0].upper_deviations, found[0].tolerated), (1, 1, false));
    for (given, part) in [("3", "say in which stratum"), ("nobody=1", "it has other, privileged")] {
        assert!(evaluate(&drawn, &words(&[given])).unwrap_err().to_string().contains(part));
    }
    assert!(evaluate(&drawn, &words(&["other=2"])).unwrap_err().downcast_ref::<Refused>().is_some());
}

#[test]
fn what_was_drawn_stays_and_an_edited_record_is_refused() {
    let names = numbered(200);
    let of = frozen(&plain(&names));
    let first = draw(&of, "7351", plan(), &PerStratum::default(), None).unwrap();
    assert_eq!(first.items.len(), 51);
    let told = Draw { evaluation: evaluate(&first, &words(&["1"])).unwrap(), ..first.clone() };
    // Nothing new is asked for: the same sample, its conclusion kept.
    assert_eq!(draw(&of, "7351", plan(), &PerStratum::default(), Some(&told)).unwrap(), told);
    let wider = draw(&of, "7351", plan(), &words(&["60"]), Some(&told)).unwrap();
    assert_eq!(items(&wider)[..51], items(&first)[..]);
    assert!(wider.items[..51].iter().all(|d| !d.extension) && wider.items[51..].iter().all(|d| d.extension));
    assert!(wider.evaluation.is_empty(), "the conclusion was that of a smaller sample");
    assert_eq!(wider.earlier_evaluations, told.evaluation, "and stays on record");
    assert!(draw(&of, "7351", plan(), &words(&["20"]), Some(&wider)).unwrap_err().to_string().contains("not shrink"));
    let mut edited = first;
    edited.items.swap(0, 1);
    assert!(draw(&of, "7351", plan(), &words(&["60"]), Some(&edited)).unwrap_err().to_string().contains("edited"));
}

#[test]
fn numbers_are_read_in_two_forms() {
    assert_eq!(words(&["3"]).of("any"), Some(3));
    assert_eq!((words(&["a=1", "b=0"]).of("a"), words(&["a=1", "b=0"]).of("c")), (Some(1), None));
    for bad in [vec!["x"], vec!["a=x"], vec!["1", "2"], vec!["1", "a=1"], vec!["a=1", "a=2"], vec!["-1"]] {
        assert!(PerStratum::read("--size", &bad.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()).is_err(), "{bad:?}");
    }
}

#[test]
fn a_worksheet_runs_no_formula_and_comes_out_the_same() {
    let names = numbered(3);
    let of = frozen(&plain(&names));
    let drawn = draw(&of, "s", plan(), &PerStratum::default(), None).unwrap();
    let text = String::from_utf8(csv(&of, &drawn).unwrap()).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("number,item,label,stratum,drawn,approved_at,result,deviation,tested_by,tested_on,notes"));
    assert!(lines.next().is_some_and(|l| l.starts_with("1,EX-") && l.ends_with(",'=1+1,,first,2026-10-05,,,,,")), "{text}");
    let record = Record::frozen(&of, "p".to_owned(), plan(), Vec::new()).unwrap();
    assert_eq!(xlsx(&of, &record, &drawn).unwrap(), xlsx(&of, &record, &drawn).unwrap());
}

proptest! {
    #[test]
    fn a_larger_sample_begins_with_the_smaller_and_file_order_does_not_count(count in 1_usize..80, small in 0_u64..80, more in 0_u64..80, seed in "[a-z0-9]{1,12}") {
        let names = numbered(count);
        let of = frozen(&plain(&names));
        let sized = |of: &Frozen, n: u64| draw(of, &seed, plan(), &words(&[n.to_string().as_str()]), None).unwrap();
        let (first, wider) = (sized(&of, small), sized(&of, small + more));
        prop_assert!(items(&wider)[..first.items.len()] == items(&first)[..]);
        let mut turned = of.clone();
        turned.items.reverse();
        let again = sized(&turned, small);
        prop_assert_eq!(items(&again), items(&first));
        let extended = draw(&of, &seed, plan(), &words(&[(small + more).to_string().as_str()]), Some(&first)).unwrap();
        prop_assert_eq!(items(&extended), items(&wider));
    }
}
