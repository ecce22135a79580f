//! Pseudonyms: no file of a run names a person, however deep it is packed, and every figure stays what it was.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use aho_corasick::AhoCorasick;
use mfaudit::evidence::verify::{Given, verify};
use mfaudit::generate::{Layout, Plan};
use mfaudit::lake::decode;
use mfaudit::query::Rows;
use mfaudit::results::Results;
use mfaudit::run::{Outcome, Request, prepare};
use serde_json::Value;

use super::harness::{Tenant, files_below, small};

const PLAIN: &str = "[output]\nurl = \"out\"\n";
const VEILED: &str = "[output]\nurl = \"veiled\"\nformats = [\"html\", \"pdf\", \"json\", \"csv\", \"oscal\", \"ocsf\", \"sarif\", \"junit\", \"xlsx\"]\n\n\
                      [evidence]\npseudonymise = true\npseudonym_key = \"file:pseudonyms.key\"\npseudonym_map = \"who\"\n";
/// A shorter text is found in compressed bytes by chance.
const LEAST_IN_BINARY: usize = 8;

/// Two months, so that the trend has a desk of its own; with hostile names, guests and accounts of every kind.
fn tenant() -> Tenant {
    Tenant::new(&Plan { months: 2, ..small(71, Layout::Graph) })
}

fn veil(tenant: &Tenant) {
    std::fs::write(tenant.path("pseudonyms.key"), "a key of more than sixteen bytes\n").unwrap();
    tenant.configure(PLAIN, VEILED);
}

/// Texts of some columns of a table in the lake.
fn lake(tenant: &Tenant, table: &str, columns: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for key in tenant.files("lake").iter().filter(|k| k.starts_with(&format!("{table}/")) && k.ends_with(".parquet")) {
        for batch in decode(std::fs::read(tenant.path("lake").join(key)).unwrap().into()).unwrap() {
            let rows = Rows { batch };
            found.extend(columns.iter().flat_map(|c| rows.texts(c)).filter(|t| !t.is_empty()));
        }
    }
    found
}

/// Everything that means a person, as the generator and the exports write it.
struct Originals {
    /// All of them; short ones would be found by chance.
    all: Vec<String>,
    /// Those of the directory, which the map must hold.
    listed: BTreeSet<String>,
}

fn originals(tenant: &Tenant) -> Originals {
    let truth = tenant.truth();
    let identities = truth["identities"].as_array().unwrap();
    // Whoever the registration export tells of at the end stands in the last directory too.
    let at_end = identities.iter().filter(|i| i["months"].as_array().unwrap().last().is_some_and(|m| !m["registered"].is_null()));
    let listed = at_end.flat_map(|i| ["id", "user_principal_name"].map(|field| i[field].as_str().unwrap().to_owned())).collect();
    let known = lake(tenant, "identities", &["identity_id", "user_name", "display_name"]);
    for hostile in ["\u{202e}", "#EXT#", "svc-", "<script>", "=1+1"] {
        assert!(known.iter().any(|n| n.contains(hostile)), "the tenant has nobody with `{hostile}`");
    }
    let mut all: BTreeSet<String> = known;
    all.extend(identities.iter().map(|i| i["id"].as_str().unwrap().to_owned()));
    all.extend(lake(tenant, "sign_ins", &["identity_name"]).into_iter().filter(|n| n.contains('@')));
    all.extend(lake(tenant, "sign_ins", &["ip"]));
    assert!(all.iter().any(|t| t.starts_with("192.0.2.")) && all.iter().any(|t| t.starts_with("2001:db8:")));
    Originals { all: all.iter().map(|t| t.trim().to_owned()).filter(|t| t.chars().count() >= 4).collect(), listed }
}

/// A file and everything that is packed in it, each under a name that tells the way.
fn opened(name: &str, bytes: &[u8], found: &mut Vec<(String, Vec<u8>)>) {
    found.push((name.to_owned(), bytes.to_vec()));
    if bytes.starts_with(b"PK\x03\x04") {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).unwrap();
            let mut inner = Vec::new();
            entry.read_to_end(&mut inner).unwrap();
            let way = format!("{name} > {}", String::from_utf8_lossy(entry.name_raw()));
            opened(&way, &inner, found);
        }
    } else if bytes.starts_with(b"PAR1") {
        let mut cells = String::new();
        for batch in decode(bytes.to_vec().into()).unwrap() {
            let names: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
            let rows = Rows { batch };
            for cell in names.iter().flat_map(|n| rows.texts(n)) {
                cells.push_str(&cell);
                cells.push('\n');
            }
        }
        found.push((format!("{name} > cells"), cells.into_bytes()));
    } else if bytes.starts_with(b"%PDF") {
        for (i, stream) in streams(bytes).into_iter().enumerate() {
            found.push((format!("{name} > stream {i}"), stream));
        }
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        found.push((format!("{name} > unescaped"), unescaped(text).into_bytes()));
    }
}

/// Streams of a PDF that can be inflated; among them are the metadata and the attached results.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let places = memchr::memmem::find_iter(pdf, b"stream").map(|at| at + b"stream".len());
    let inflated = |at: usize| {
        let start = at + pdf[at..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let mut bytes = Vec::new();
        // What follows the end of the stream is of no interest; what is no stream gives nothing.
        let _ = flate2::read::ZlibDecoder::new(&pdf[start..]).read_to_end(&mut bytes);
        bytes
    };
    places.map(inflated).filter(|bytes| !bytes.is_empty()).collect()
}

/// The text that escapes of HTML, XML, JSON and CSV stand for, and folded lines of a calendar as one.
fn unescaped(text: &str) -> String {
    let pairs = [("\r\n ", ""), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&apos;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    let text = pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("\"\"", "\"").replace("\\\"", "\"").replace("\\\\", "\\").replace("%40", "@")
}

/// Every place of every original, in any case.
fn leaks(files: &[(String, Vec<u8>)], originals: &[String]) -> BTreeSet<String> {
    let search = AhoCorasick::builder().ascii_case_insensitive(true).build(originals).unwrap();
    let mut found = BTreeSet::new();
    for (name, bytes) in files {
        let is_text = std::str::from_utf8(bytes).is_ok();
        for m in search.find_overlapping_iter(bytes) {
            let original = &originals[m.pattern().as_usize()];
            if is_text || original.len() >= LEAST_IN_BINARY {
                found.insert(format!("{name} holds `{original}`"));
            }
        }
        for m in search.find_overlapping_iter(name) {
            found.insert(format!("{name} is named after `{}`", originals[m.pattern().as_usize()]));
        }
    }
    found
}

fn all_files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for key in files_below(folder) {
        opened(&key, &std::fs::read(folder.join(&key)).unwrap(), &mut found);
    }
    found
}

/// The same numbers; texts may differ, and the chance of a drift is told by permutations in the order of ids.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(k, v)| ["p_value", "flagged"].contains(&k.as_str()) || b.get(k).is_some_and(|w| same(v, w))),
        (Value::String(_), Value::String(_)) => true,
        _ => a == b,
    }
}

fn figures_are_the_same(plain: &Results, veiled: &Results) {
    assert_eq!(plain.metrics.len(), veiled.metrics.len());
    let mut compared = 0;
    for (a, b) in plain.metrics.iter().zip(&veiled.metrics) {
        assert_eq!((&a.id, a.state, a.verdict, a.lines.len()), (&b.id, b.state, b.verdict, b.lines.len()));
        for (x, y) in a.lines.iter().zip(&b.lines) {
            let figure = |line: &mfaudit::results::Line| serde_json::to_value(&line.figure).unwrap();
            assert!(same(&figure(x), &figure(y)), "{} {}: {:?} became {:?}", a.id, x.id, x.figure, y.figure);
            assert_eq!((x.rows, x.subjects.len()), (y.rows, y.subjects.len()), "{} {}", a.id, x.id);
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
    assert_eq!((plain.findings.len(), plain.register.len(), plain.break_glass.len()), (veiled.findings.len(), veiled.register.len(), veiled.break_glass.len()));
}

/// Every cell of the map, without the apostrophe that keeps a spreadsheet from running it.
fn map_of(tenant: &Tenant) -> BTreeMap<String, String> {
    let bytes = std::fs::read(tenant.path("who/2026-11-2026-12-05.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let mut found = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let original = record[1].to_owned();
        found.insert(original.strip_prefix('\'').filter(|t| t.starts_with(['=', '+', '-', '@'])).unwrap_or(&original).to_owned(), record[2].to_owned());
    }
    found
}

fn published(tenant: &Tenant, outcome: &Outcome, name: &str) -> Vec<u8> {
    std::fs::read(tenant.path("veiled").join(&outcome.published.path).join(name)).unwrap()
}

#[test]
fn no_byte_of_a_run_names_a_person_and_every_figure_stays() {
    let tenant = tenant();
    let plain = tenant.run();
    let originals = originals(&tenant);
    let before = all_files(&tenant.path("out"));
    assert!(!leaks(&before, &originals.all).is_empty(), "a search that finds nothing in plain files proves nothing");
    veil(&tenant);
    let veiled = tenant.run();
    figures_are_the_same(&plain.results, &veiled.results);

    let files = all_files(&tenant.path("veiled"));
    for part in
        ["report.html", "report.pdf > stream", "report.xlsx > xl/", "oscal/", "ocsf.jsonl", "report.sarif", "junit.xml", "deadlines.ics", ".parquet > cells", "evidence.zip > "]
    {
        assert!(files.iter().any(|(name, _)| name.contains(part)), "nothing was looked at in {part}");
    }
    let attached = files.iter().any(|(name, bytes)| name.contains("report.pdf") && memchr::memmem::find(bytes, b"mfaudit.results/1").is_some());
    assert!(attached, "the attachment of the PDF was not looked at");
    let found = leaks(&files, &originals.all);
    assert!(found.is_empty(), "{} leaks, the first: {:#?}", found.len(), found.iter().take(40).collect::<Vec<_>>());

    let map = map_of(&tenant);
    let missing: Vec<&String> = originals.listed.iter().filter(|t| !map.contains_key(t.trim())).collect();
    assert!(missing.is_empty(), "the map lacks {missing:?}");
    assert!(files_below(&tenant.path("veiled")).iter().all(|k| !k.ends_with("2026-12-05.csv")), "the map lies apart");
    let people = veiled.results.pseudonymised.unwrap();
    assert!(files.iter().any(|(name, bytes)| name.ends_with("report.html") && memchr::memmem::find(bytes, people.key_id.as_bytes()).is_some()), "the cover says so");
}

#[test]
fn a_pack_under_pseudonyms_verifies_and_comes_out_the_same_twice() {
    let tenant = tenant();
    veil(&tenant);
    let outcome = tenant.run();
    let verdict = verify(Given::zip(&published(&tenant, &outcome, "evidence.zip")).unwrap(), &[], None);
    assert!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    assert!(verdict.figures > 40 && verdict.notes.iter().any(|n| n.contains("under pseudonyms")), "{verdict:?}");
    let map = map_of(&tenant);
    assert_eq!(tenant.run().published, outcome.published);
    assert_eq!(map_of(&tenant), map, "a repeated run adds nobody");
    // Another key: other pseudonyms for everybody, and the map of the day holds both.
    std::fs::write(tenant.path("pseudonyms.key"), "another key of more than sixteen bytes").unwrap();
    let other = tenant.run().results;
    assert_ne!(other.pseudonymised, outcome.results.pseudonymised);
    assert!(other.changes_since.unwrap().not_compared.is_some(), "people under another key are other people to a comparison");
    let text = String::from_utf8(std::fs::read(tenant.path("who/2026-11-2026-12-05.csv")).unwrap()).unwrap();
    assert!(map.values().all(|pseudonym| text.contains(pseudonym.as_str())), "an earlier map of the day is not overwritten");
}

#[test]
fn an_issue_that_names_people_is_not_compared_person_by_person() {
    let tenant = tenant();
    let plain = tenant.run();
    assert!(!plain.results.findings.is_empty() && plain.results.pseudonymised.is_none());
    veil(&tenant);
    tenant.configure("url = \"veiled\"", "url = \"out\"");
    let changes = tenant.run().results.changes_since.unwrap();
    assert!(changes.not_compared.unwrap().contains("not compared"));
    assert!(changes.findings_new.is_empty() && changes.findings_resolved.is_empty() && changes.findings_worsened.is_empty());
    assert!(changes.metrics.is_empty() && changes.exceptions.is_empty(), "{:?} {:?}", changes.metrics, changes.exceptions);
}

#[test]
fn the_flag_needs_a_key_and_a_place_for_the_map() {
    let tenant = Tenant::new(&small(72, Layout::Graph));
    let request = Request { pseudonymise: true, ..tenant.request() };
    let wrong = format!("{:#}", prepare(&request).unwrap_err());
    assert!(wrong.contains("`evidence.pseudonym_key` is missing") && wrong.contains("`evidence.pseudonym_map` is missing"), "{wrong}");
    veil(&tenant);
    tenant.configure("pseudonymise = true\n", "");
    assert!(!prepare(&tenant.request()).unwrap().config.evidence.pseudonymise);
    assert!(prepare(&request).unwrap().config.evidence.pseudonymise);
    tenant.configure("pseudonym_map = \"who\"", "pseudonym_map = \"./veiled/who\"");
    assert!(format!("{:#}", prepare(&request).unwrap_err()).contains("lies inside `output.url`"));
}

/// What is kept longest names nobody, also in a run that shows people.
#[test]
fn files_that_are_kept_for_years_name_no_person() {
    let tenant = Tenant::new(&small(431, Layout::Graph));
    let outcome = tenant.run();
    let mut pack = zip::ZipArchive::new(std::io::Cursor::new(tenant.published(&outcome, "evidence.zip"))).unwrap();
    let names: Vec<String> = pack.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
    let mut read = |path: &str| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut pack.by_name(names.iter().find(|n| n.ends_with(path)).unwrap()).unwrap(), &mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let retention = read("data/retention.csv");
    let kept: Vec<&str> = retention.lines().filter_map(|l| l.split_once(",summary,")).map(|(path, _)| path).collect();
    assert!(kept.contains(&"data/figures.csv") && kept.len() > 50, "{kept:?}");
    let truth = tenant.truth();
    let people = truth["identities"].as_array().unwrap();
    for path in kept {
        let text = read(path);
        for person in people {
            for original in [&person["id"], &person["user_principal_name"]].map(|v| v.as_str().unwrap()) {
                assert!(!text.contains(original), "{path} names {original}");
            }
        }
    }
}
