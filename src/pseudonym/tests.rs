//! Hand-worked cases: what is replaced, and what is left.

use arrow::datatypes::{Field, Schema};

use super::*;

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|t| (*t).to_owned()).collect()
}

fn with_key(key: &str, ids: &[&str], names: &[&str]) -> Pseudonyms {
    let named = Named { ids: set(ids), names: set(names), addresses: set(&["192.0.2.7"]) };
    Pseudonyms::new(&Secret::new(key.to_owned()), &named).unwrap()
}

fn of(names: &[&str]) -> Pseudonyms {
    with_key("sixteen bytes or more", &["u-1", "5c9f3a1e-0000-4000-8000-000000000001"], names)
}

/// Pseudonym of a text that is an original.
fn pseudonym(all: &Pseudonyms, original: &str) -> String {
    all.by_text[original].1.clone()
}

/// The text, with each pseudonym shown as the original in brackets.
fn shown(all: &Pseudonyms, text: &str) -> String {
    let done = all.text(text).into_owned();
    all.map().into_iter().fold(done, |text, (_, original, pseudonym)| text.replace(&pseudonym, &format!("[{original}]")))
}

#[test]
fn the_digest_is_the_published_one_and_depends_on_key_and_kind() {
    // RFC 4231, test case 2, gives the digest of a text under the key `Jefe`; here the kind stands before the text.
    let all = with_key("Jefe", &["x"], &["Zoe"]);
    assert_eq!(digits(&all.mac, "what do ya want for nothing?", 16), "5bdcc146bf60754e");
    assert_eq!(pseudonym(&all, "x"), format!("id-{}", digits(&all.mac, "id\0x", 16)));
    assert_eq!(pseudonym(&all, "Zoe"), format!("person-{}", digits(&all.mac, "person\0Zoe", 12)));
    assert_eq!(pseudonym(&all, "192.0.2.7"), format!("ip-{}", digits(&all.mac, "ip\u{0}192.0.2.7", 12)));
    let other = with_key("another key", &["x"], &["Zoe"]);
    assert!(pseudonym(&all, "x") != pseudonym(&other, "x") && all.key_id() != other.key_id());
    assert!(!format!("{all:?}").contains("Zoe"), "no original in logs");
}

#[test]
fn the_longest_of_nested_names_wins_and_a_broken_one_hides_none() {
    let all = of(&["Ann", "Ann Lee", "Ann Lee Smith", "Lee"]);
    assert_eq!(shown(&all, "Ann Lee Smith approved"), "[Ann Lee Smith] approved");
    assert_eq!(shown(&all, "Ann Lee, Ann"), "[Ann Lee], [Ann]");
    assert_eq!(shown(&all, "Ann Leery"), "[Ann] Leery");
    assert_eq!(shown(&all, "Bob Lee"), "Bob [Lee]");
}

#[test]
fn other_ways_to_write_a_name_lead_to_it_too() {
    let all = of(&["Hannes Busch", "hannes.busch5@example.com"]);
    for text in ["Busch, Hannes", "Busch Hannes", "H. Busch", "HANNES.BUSCH"] {
        assert_eq!(shown(&all, &format!("waiver for {text}, renewed")), "waiver for [Hannes Busch], renewed");
    }
    assert_eq!(shown(&all, "EX-hannes.busch5"), "EX-[hannes.busch5@example.com]");
    // A surname alone is a word like others: README says so.
    assert_eq!(shown(&all, "waiver for Busch"), "waiver for Busch");
}

#[test]
fn words_count_whole_and_in_any_case() {
    let all = of(&["Will", "May", "zo\u{eb}"]);
    assert_eq!(shown(&all, "WILL will not ask William"), "[Will] [Will] not ask William");
    assert_eq!(shown(&all, "in May 2026"), "in [May] 2026");
    assert_eq!(shown(&all, "by-will_2026"), "by-[Will]_2026");
    assert_eq!(shown(&all, "ZO\u{cb}"), "[zo\u{eb}]", "a whole text is compared in lower case of every script");
    assert_eq!(shown(&all, "by ZO\u{cb}."), "by [zo\u{eb}].");
    assert_eq!(shown(&all, "nobody here"), "nobody here");
    assert!(matches!(all.text("nobody here"), Cow::Borrowed(_)));
}

#[test]
fn short_names_count_as_whole_texts_and_items_only() {
    let all = of(&["Li", "Al", "\u{5c71}\u{7530}"]);
    assert_eq!(shown(&all, "Li"), "[Li]");
    assert_eq!(shown(&all, "al; Li;x"), "[Al]; [Li];x");
    assert_eq!(shown(&all, "`Li` approved"), "`[Li]` approved");
    assert_eq!(shown(&all, "Al alone is not told"), "Al alone is not told");
    assert_eq!(shown(&all, "\u{5c71}\u{7530}\u{3055}\u{3093}"), "[\u{5c71}\u{7530}]\u{3055}\u{3093}", "no blanks are set between words there");
}

#[test]
fn json_is_read_for_what_it_means() {
    let all = of(&["J\u{f6}rg \"Jo\" M", "Ann Lee"]);
    let text = r#"{"who":"J\u00f6rg \"Jo\" M","list":["Ann Lee",1],"raw":"[\"Ann Lee\"]"}"#;
    assert_eq!(shown(&all, text), r#"{"who":"[Jörg "Jo" M]","list":["[Ann Lee]",1],"raw":"[\"[Ann Lee]\"]"}"#);
    assert_eq!(shown(&all, r#"{"a":"Ann Lee","a":"x"}"#), r#"{"a":"[Ann Lee]","a":"x"}"#, "a field that a reader of JSON drops");
    assert_eq!(shown(&all, r#"{"who": 1.50}"#), r#"{"who": 1.50}"#, "what holds nobody keeps its bytes");
    assert_eq!(shown(&all, r#"{"who":"J\u00f6rg \"Jo\" M","cut"#), r#"{"who":"[Jörg "Jo" M]","cut"#);
    assert_eq!(shown(&all, r#"{"a":"x\nAnn Lee"#), r#"{"a":"x\n[Ann Lee]"#);
}

#[test]
fn hostile_names_are_names() {
    let names = ["=1+1", "Ben \u{202e}tdnarB", "<b>Ann</b> Lee", "'); DROP TABLE sign_ins; -- \"quoted\" \\ back", "person", "e\u{301}va"];
    let all = of(&names);
    for name in names {
        assert_eq!(shown(&all, name), format!("[{name}]"));
        assert_eq!(shown(&all, &format!("by {name} today")), format!("by [{name}] today"));
        let once = all.text(&format!("by {name}!")).into_owned();
        assert_eq!(all.text(&once), once, "what is done is not done again");
    }
}

#[test]
fn addresses_are_replaced_whether_known_or_not() {
    let all = of(&["ann@example.com", "Ann"]);
    assert_eq!(shown(&all, "ANN@example.com from 192.0.2.7 DE, new@example.com"), "[ann@example.com] from [192.0.2.7] DE, [new@example.com]");
    assert_eq!(shown(&all, "a/new%40example.com, ann%40example.com.json"), "a/new%40example.com, [ann@example.com].json");
    assert_eq!(shown(&all, "u-1 5C9F3A1E-0000-4000-8000-000000000001"), "[u-1] [5c9f3a1e-0000-4000-8000-000000000001]");
    assert!(all.map().iter().any(|(kind, original, _)| *kind == "person" && original == "new@example.com"), "the map names those met on the way");
}

#[test]
fn columns_of_plain_words_stay_and_all_others_are_rewritten() {
    let all = of(&["success", "Ann"]);
    let schema = Schema::new(vec![Field::new("outcome", DataType::Utf8, false), Field::new("label", DataType::Utf8, true), Field::new("new_one", DataType::Utf8, false)]);
    let texts = |rows: Vec<Option<&str>>| Arc::new(StringArray::from(rows)) as arrow::array::ArrayRef;
    let columns = vec![texts(vec![Some("success"), Some("failure")]), texts(vec![Some("Ann"), None]), texts(vec![Some("a success"), Some("")])];
    let batch = all.batch(&RecordBatch::try_new(Arc::new(schema), columns).unwrap()).unwrap();
    let cell = |column: &str, row: usize| {
        let column: &StringArray = typed(&batch, "t", column).unwrap();
        arrow::array::Array::is_valid(column, row).then(|| column.value(row).to_owned())
    };
    assert_eq!((cell("outcome", 0), cell("outcome", 1)), (Some("success".to_owned()), Some("failure".to_owned())));
    assert_eq!((cell("label", 0), cell("label", 1)), (Some(pseudonym(&all, "Ann")), None));
    assert_eq!((cell("new_one", 0), cell("new_one", 1)), (Some(format!("a {}", pseudonym(&all, "success"))), Some(String::new())));
}
