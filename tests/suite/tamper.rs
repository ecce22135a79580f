//! Ways to alter an evidence pack: every one is caught and named, and the untouched pack has no difference.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use mfaudit::digest::sha256;
use mfaudit::evidence::verify::Kind::{self, *};
use mfaudit::evidence::verify::{Given, Trusted, Verdict, verify};
use mfaudit::evidence::{self, Bag, Key, NAMESPACE, Signers};
use mfaudit::generate::Plan;
use serde_json::{Value, json};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use super::harness::Tenant;

type Files = BTreeMap<String, Vec<u8>>;

const MANIFEST: &str = "manifest-sha256.txt";
const TAGS: &str = "tagmanifest-sha256.txt";
const STATEMENT: &str = "statement.json";
const RESULTS: &str = "data/results.json";
const SIGNATURES: [&str; 3] = ["statement.json.sig", "statement.json.minisig", "statement.dsse.json"];

/// A signed pack, and what a reader needs to check it.
struct Signed {
    zip: Vec<u8>,
    bag: Bag,
    trusted: Vec<Trusted>,
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

/// Made once: the run is what takes time. No private key is part of the repository.
fn signed() -> &'static Signed {
    static MADE: OnceLock<Signed> = OnceLock::new();
    MADE.get_or_init(|| {
        let tenant = Tenant::new(&Plan::clean_sample());
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        std::fs::write(tenant.path("ssh.key"), key(1).to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
        std::fs::write(tenant.path("minisign.key"), pair.sk.to_box(None).unwrap().into_string()).unwrap();
        tenant.configure("[lake]", "[evidence]\nssh_key = \"file:ssh.key\"\nminisign_key = \"file:minisign.key\"\n\n[lake]");
        let outcome = tenant.run();
        assert_eq!(tenant.run().published, outcome.published, "a repeated run gives the same signed pack");
        let zip = tenant.published(&outcome, "evidence.zip");
        let trusted = vec![Trusted::Ssh(key(1).public_key().clone()), Trusted::Minisign(pair.pk)];
        Signed { bag: evidence::unpacked(&zip).unwrap(), zip, trusted }
    })
}

fn checked(files: Files, trusted: &[Trusted]) -> Verdict {
    verify(Given::folder(signed().bag.name.clone(), files.into_iter().collect()), trusted, None)
}

// What somebody who alters a pack can do.

fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files[path].clone()).unwrap()
}

fn set(files: &mut Files, path: &str, text: impl Into<Vec<u8>>) {
    files.insert(path.to_owned(), text.into());
}

fn edit(files: &mut Files, path: &str, from: &str, to: &str) {
    let old = text(files, path);
    assert!(old.contains(from), "{path} holds no `{from}`");
    set(files, path, old.replacen(from, to, 1));
}

fn edit_json(files: &mut Files, path: &str, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&files[path]).unwrap();
    change(&mut value);
    set(files, path, serde_json::to_string_pretty(&value).unwrap() + "\n");
}

fn list(files: &Files, payload: bool) -> String {
    files.iter().filter(|(p, _)| p.starts_with("data/") == payload && *p != TAGS).map(|(p, b)| format!("{}  {p}\n", sha256(b))).collect()
}

/// Makes the lists fit again, as everybody can.
fn reseal(files: &mut Files) {
    let old = text(files, "bag-info.txt");
    let manifest = list(files, true);
    let payload: Vec<usize> = files.iter().filter(|(p, _)| p.starts_with("data/")).map(|(_, b)| b.len()).collect();
    let oxum = format!("Payload-Oxum: {}.{}", payload.iter().sum::<usize>(), payload.len());
    let name = format!("External-Identifier: mfaudit-2026-10-{}", &sha256(manifest.as_bytes())[..12]);
    let line = |l: &str| match l.split(':').next().unwrap() {
        "Payload-Oxum" => oxum.clone(),
        "External-Identifier" => name.clone(),
        _ => l.to_owned(),
    };
    let info: String = old.lines().map(|l| line(l) + "\n").collect();
    set(files, "bag-info.txt", info);
    set(files, MANIFEST, manifest);
    let tags = list(files, false);
    set(files, TAGS, tags);
}

/// Makes the statement fit again as well; its signatures do not.
fn restate(files: &mut Files, change: impl FnOnce(&mut Value)) {
    reseal(files);
    let later = |p: &str| p == STATEMENT || p == TAGS || p.starts_with("timestamp.") || SIGNATURES.contains(&p);
    let subject: Vec<Value> = files.iter().filter(|(p, _)| !later(p)).map(|(p, b)| json!({ "name": p, "digest": { "sha256": sha256(b) } })).collect();
    let payload = sha256(&files[MANIFEST]);
    edit_json(files, STATEMENT, |s| {
        s["subject"] = subject.into();
        s["predicate"]["payload_sha256"] = payload.into();
        change(s);
    });
    let tags = list(files, false);
    set(files, TAGS, tags);
}

/// Signs the statement with another key, in every form.
fn sign_again(files: &mut Files, with: &PrivateKey, namespace: &str) {
    let pem = with.sign(namespace, HashAlg::Sha512, &files[STATEMENT]).unwrap().to_pem(LineEnding::LF).unwrap();
    set(files, "statement.json.sig", pem);
    let tags = list(files, false);
    set(files, TAGS, tags);
}

fn envelope(files: &mut Files, with: &PrivateKey) {
    let payload = &files[STATEMENT];
    let kind = "application/vnd.in-toto+json";
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    let raw: ssh_key::Signature = with.try_sign(&[head.as_bytes(), payload.as_slice()].concat()).unwrap();
    let keyid = with.fingerprint(HashAlg::Sha256).to_string();
    let made = json!({ "payload": STANDARD.encode(payload), "payloadType": kind, "signatures": [{ "keyid": keyid, "sig": STANDARD.encode(raw.as_bytes()) }] });
    set(files, "statement.dsse.json", made.to_string());
}

fn first(files: &Files, folder: &str, end: &str) -> String {
    files.keys().find(|p| p.starts_with(folder) && p.ends_with(end)).unwrap().clone()
}

/// The first ratio of the results.
fn figure(results: &mut Value) -> &mut Value {
    let metrics = results["metrics"].as_array_mut().unwrap();
    let metric = metrics.iter_mut().find(|m| m["kind"] == "ratio" && m["lines"][0]["figure"]["numerator"].as_f64().is_some_and(|n| n > 1.0)).unwrap();
    &mut metric["lines"][0]["figure"]
}

type Way = (&'static str, fn(&mut Files), &'static [Kind]);

/// Damage and edits that leave the lists as they were.
const PLAIN: &[Way] = &[
    ("a word of the report is changed", |f| edit(f, "data/report.html", "Confidential", "ConfidentiaI"), &[Changed, Subject, Report]),
    ("a verdict in a CSV row file is changed", |f| edit(f, "data/rows/K1.csv", "yes", "no"), &[Changed, Subject, Derived]),
    ("the rows of a metric are removed", |f| drop(f.remove("data/rows/K1.parquet")), &[Missing, Subject]),
    ("a file is added to the payload", |f| set(f, "data/extra.csv", "x"), &[Added, Subject, Oxum]),
    ("a file is added beside the payload", |f| set(f, "extra.txt", "x"), &[Added, Subject]),
    (
        "a file is renamed",
        |f| {
            let b = f.remove("data/figures.csv").unwrap();
            set(f, "data/figurs.csv", b);
        },
        &[Missing, Added, Subject],
    ),
    (
        "two row files are swapped",
        |f| {
            let (a, b) = (f["data/rows/K1.parquet"].clone(), f["data/rows/K2.parquet"].clone());
            set(f, "data/rows/K1.parquet", b);
            set(f, "data/rows/K2.parquet", a);
        },
        &[Changed, Subject, Rows],
    ),
    ("the results are cut", |f| f.get_mut(RESULTS).unwrap().truncate(1000), &[Changed, Results, Oxum]),
    ("a table is cut", |f| f.get_mut("data/tables/population.parquet").unwrap().truncate(40), &[Changed, Table]),
    ("the manifest is removed", |f| drop(f.remove(MANIFEST)), &[Missing, Subject]),
    (
        "a line of the manifest is removed",
        |f| {
            let t = text(f, MANIFEST);
            set(f, MANIFEST, t.split_once('\n').unwrap().1.to_owned());
        },
        &[Added, Changed],
    ),
    ("a line of the manifest is no line", |f| edit(f, MANIFEST, "  data/", " data/"), &[Manifest, Added]),
    (
        "a line of the manifest stands twice",
        |f| {
            let t = text(f, MANIFEST);
            let l = t.lines().next().unwrap();
            set(f, MANIFEST, format!("{t}{l}\n"));
        },
        &[Manifest],
    ),
    (
        "a digest in the manifest is changed",
        |f| {
            let t = text(f, MANIFEST);
            set(f, MANIFEST, format!("{}{}", if t.starts_with('0') { '1' } else { '0' }, &t[1..]));
        },
        &[Changed],
    ),
    (
        "the tag manifest lists the payload",
        |f| {
            let t = text(f, TAGS);
            let l = text(f, MANIFEST).lines().next().unwrap().to_owned();
            set(f, TAGS, format!("{t}{l}\n"));
        },
        &[Manifest],
    ),
    ("the tag manifest is removed", |f| drop(f.remove(TAGS)), &[Missing]),
    ("the size of the payload is changed", |f| edit(f, "bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 1"), &[Oxum, Changed]),
    ("the bag declares another version", |f| edit(f, "bagit.txt", "1.0", "0.97"), &[BagInfo, Changed]),
    (
        "the identifier is another one",
        |f| {
            let b = text(f, "bag-info.txt").replace("External-Identifier: mfaudit", "External-Identifier: x\nOld: mfaudit");
            set(f, "bag-info.txt", b);
        },
        &[BagInfo],
    ),
    (
        "a path differs in case only",
        |f| {
            let b = f["data/queries/K1.sql"].clone();
            set(f, "data/Queries/K1.sql", b);
        },
        &[CaseClash, Added],
    ),
    ("a path leads out of the folder", |f| set(f, "data/../../x", "x"), &[UnsafePath]),
    ("a path is absolute", |f| set(f, "/etc/x", "x"), &[UnsafePath]),
    ("a path has a backslash", |f| set(f, "data\\..\\x", "x"), &[UnsafePath]),
    ("the instructions are changed", |f| edit(f, "README.md", "sha256sum", "true"), &[Changed, Subject]),
];

/// Edits after which the lists were made to fit again.
const RESEALED: &[Way] = &[
    ("a figure is better than its rows", |f| edit_json(f, RESULTS, |r| figure(r)["numerator"] = json!(9999.0)), &[Subject, Figure, Derived]),
    ("a verdict is turned to met", |f| edit_json(f, RESULTS, |r| r["metrics"].as_array_mut().unwrap().iter_mut().for_each(|m| m["verdict"] = "met".into())), &[Figure]),
    (
        "the list of failing subjects is emptied",
        |f| {
            edit_json(f, RESULTS, |r| {
                for m in r["metrics"].as_array_mut().unwrap() {
                    for l in m["lines"].as_array_mut().unwrap() {
                        l["subjects"] = json!([{ "subject": "x", "label": "x", "verdict": "no", "reason": "" }]);
                    }
                }
            });
        },
        &[Figure],
    ),
    ("the last point of a trend is changed", |f| edit_json(f, RESULTS, |r| r["metrics"][0]["trend"][0]["value"] = json!(0.5)), &[Figure]),
    ("a metric is left out", |f| edit_json(f, RESULTS, |r| drop(r["metrics"].as_array_mut().unwrap().remove(0))), &[Results, Statement]),
    ("an incomplete report says that it is complete", |f| edit_json(f, RESULTS, |r| r["complete"] = (!r["complete"].as_bool().unwrap()).into()), &[Results, Statement]),
    ("a control total is changed", |f| edit_json(f, RESULTS, |r| r["intake"]["sources"][0]["read"] = json!(1)), &[Derived, Statement, Report]),
    (
        "a gap is invented",
        |f| edit_json(f, RESULTS, |r| r["intake"]["gaps"] = json!([{ "source": "s", "day": "2026-10-01", "state": "missing", "reason": "r" }])),
        &[Derived, Report],
    ),
    ("the definition of a metric is changed", |f| edit_json(f, RESULTS, |r| r["metrics"][0]["about"] = "kinder".into()), &[Results]),
    ("the schema is another one", |f| edit_json(f, RESULTS, |r| r["schema"] = "other/1".into()), &[Results]),
    (
        "rows of one metric stand for another",
        |f| {
            let b = f["data/rows/K2.parquet"].clone();
            set(f, "data/rows/K1.parquet", b);
        },
        &[Rows],
    ),
    (
        "a table is replaced by another",
        |f| {
            let b = f["data/tables/period.parquet"].clone();
            set(f, "data/tables/population.parquet", b);
        },
        &[Table],
    ),
    ("a table is taken away", |f| drop(f.remove("data/tables/population.parquet")), &[Rows, Subject]),
    (
        "a query is softened",
        |f| {
            let t = text(f, "data/queries/K1.sql");
            set(f, "data/queries/K1.sql", format!("{t}\n-- kinder\n"));
        },
        &[Query, Derived],
    ),
    ("a query is taken away", |f| drop(f.remove("data/queries/K1.sql")), &[Query]),
    ("a query cannot be read", |f| set(f, "data/queries/K1.sql", "DROP TABLE population"), &[Query]),
    ("the configuration is changed", |f| edit(f, "data/configuration.txt", "settle_hours: 48", "settle_hours: 0"), &[Configuration]),
    ("the templates are others", |f| edit_json(f, "data/templates.json", |t| t["sha256"] = "0".repeat(64).into()), &[Templates]),
    ("the list of numbers is changed", |f| edit(f, "data/figures.csv", "numerator", "numerators"), &[Derived]),
    ("the re-performance does nothing", |f| set(f, "data/reperform.sql", "SELECT 0 AS differences;"), &[Derived]),
    (
        "the list of objects is shortened",
        |f| {
            let t = text(f, "data/intake/objects.csv");
            set(f, "data/intake/objects.csv", t.lines().take(2).map(|l| format!("{l}\r\n")).collect::<String>());
        },
        &[Derived],
    ),
    ("a component is left out", |f| edit_json(f, "data/sbom.cdx.json", |s| drop(s["components"].as_array_mut().unwrap().remove(0))), &[Derived]),
    (
        "a CSV of the report is changed",
        |f| {
            let p = first(f, "data/csv/metrics", ".csv");
            edit(f, &p, "K1", "K0");
        },
        &[Report],
    ),
    ("the HTML is another one", |f| edit(f, "data/report.html", "</body>", "<p>fine</p></body>"), &[Report]),
];

/// Edits of statement and signatures; the tag manifest fits again.
const STATED: &[Way] = &[
    ("another period is stated", |f| restate(f, |s| s["predicate"]["period"] = "2026-09".into()), &[Statement, BadSignature, Envelope, Timestamp]),
    ("better counts are stated", |f| restate(f, |s| s["predicate"]["computed"] = json!(999)), &[Statement, BadSignature]),
    ("a file is left out of the statement", |f| restate(f, |s| drop(s["subject"].as_array_mut().unwrap().remove(0))), &[Subject, BadSignature]),
    (
        "a file is stated twice",
        |f| {
            restate(f, |s| {
                let one = s["subject"][0].clone();
                s["subject"].as_array_mut().unwrap().push(one);
            });
        },
        &[Subject],
    ),
    ("something is added to the statement", |f| restate(f, |s| s["predicate"]["approved"] = true.into()), &[Statement, BadSignature]),
    ("the statement is of another type", |f| restate(f, |s| s["predicateType"] = "urn:other".into()), &[Statement]),
    ("the statement is no JSON", |f| set(f, STATEMENT, "x"), &[Statement, BadSignature]),
    ("the statement is taken away", |f| drop(f.remove(STATEMENT)), &[Missing]),
    ("the pack before is another one", |f| restate(f, |s| s["predicate"]["chain"]["previous"] = json!({ "period": "2026-09", "statement_sha256": "0" })), &[BadSignature]),
    (
        "a figure is changed and everything made to fit but the signature",
        |f| {
            edit_json(f, RESULTS, |r| figure(r)["numerator"] = json!(9999.0));
            restate(f, |_| ());
        },
        &[Figure, BadSignature, Envelope, Timestamp],
    ),
    ("the SSH signature is taken away", |f| drop(f.remove("statement.json.sig")), &[SignatureMissing, Unsigned]),
    ("the minisign signature is taken away", |f| drop(f.remove("statement.json.minisig")), &[SignatureMissing, Unsigned]),
    ("the envelope is taken away", |f| drop(f.remove("statement.dsse.json")), &[SignatureMissing]),
    (
        "all signatures and signers are taken away",
        |f| {
            SIGNATURES.iter().for_each(|p| drop(f.remove(*p)));
            restate(f, |s| s["predicate"]["signers"] = json!([]));
        },
        &[Unsigned],
    ),
    ("signed again with another key", |f| sign_again(f, &key(2), NAMESPACE), &[ForeignKey]),
    (
        "stated and signed again with another key",
        |f| {
            f.remove("statement.json.minisig");
            restate(f, |s| s["predicate"]["signers"] = json!([format!("ssh {}", key(2).fingerprint(HashAlg::Sha256))]));
            envelope(f, &key(2));
            sign_again(f, &key(2), NAMESPACE);
        },
        &[ForeignKey, Unsigned],
    ),
    ("a signature of the right key for something else", |f| sign_again(f, &key(1), "file"), &[Namespace]),
    (
        "a signature of the right key over other bytes",
        |f| {
            let pem = key(1).sign(NAMESPACE, HashAlg::Sha512, b"other").unwrap().to_pem(LineEnding::LF).unwrap();
            set(f, "statement.json.sig", pem);
        },
        &[BadSignature],
    ),
    ("the SSH signature is no signature", |f| set(f, "statement.json.sig", "x"), &[BadSignature]),
    (
        "the minisign signature is of another key",
        |f| {
            let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
            let made = minisign::sign(None, &pair.sk, Cursor::new(f[STATEMENT].clone()), None, None).unwrap();
            set(f, "statement.json.minisig", made.into_string());
        },
        &[ForeignKey],
    ),
    ("the trusted comment is changed", |f| edit(f, "statement.json.minisig", "timestamp:", "timestamp:1"), &[BadSignature]),
    ("the envelope holds another statement", |f| edit_json(f, "statement.dsse.json", |e| e["payload"] = STANDARD.encode("{}").into()), &[Envelope, BadSignature]),
    ("the envelope holds no signature", |f| edit_json(f, "statement.dsse.json", |e| e["signatures"] = json!([])), &[Envelope]),
    (
        "the request is for another statement",
        |f| {
            let at = f["timestamp.tsq"].len() - 10;
            f.get_mut("timestamp.tsq").unwrap()[at] ^= 1;
        },
        &[Timestamp],
    ),
];

/// Every alteration of a list; `fit` makes the lists fit again afterwards.
fn caught(ways: &[Way], fit: fn(&mut Files)) {
    let mut wrong = Vec::new();
    for (name, alter, expected) in ways {
        let mut files = signed().bag.files.clone();
        alter(&mut files);
        fit(&mut files);
        let verdict = checked(files, &signed().trusted);
        let found: Vec<Kind> = verdict.differences.iter().map(|d| d.kind).collect();
        for kind in expected.iter().filter(|k| !found.contains(k)) {
            wrong.push(format!("{name}: {kind:?} is not named, but {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn tags_fit(files: &mut Files) {
    let tags = list(files, false);
    set(files, TAGS, tags);
}

#[test]
fn the_untouched_pack_has_no_difference() {
    let s = signed();
    let verdict = verify(Given::zip(&s.zip).unwrap(), &s.trusted, None);
    assert!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    assert_eq!((verdict.signed_by.len(), verdict.period.as_str()), (2, "2026-10"));
    assert!(verdict.figures > 40 && verdict.files > 100, "{verdict:?}");
    let folder = checked(s.bag.files.clone(), &s.trusted);
    assert!(folder.differences.is_empty(), "{:#?}", folder.differences);
    let alone = checked(s.bag.files.clone(), &[]);
    assert!(alone.differences.is_empty() && alone.signed_by.is_empty() && alone.notes.iter().any(|n| n.contains("--key")), "{alone:?}");
}

#[test]
fn damage_and_edits_are_named() {
    caught(PLAIN, |_| ());
}

#[test]
fn edits_with_lists_made_to_fit_are_named() {
    caught(RESEALED, reseal);
}

#[test]
fn edits_of_statement_and_signatures_are_named() {
    caught(STATED, tags_fit);
}

type Zip = zip::ZipWriter<Cursor<Vec<u8>>>;

/// The last entry behind a mark at which a program that reads one entry after the other stops: only the directory tells of it.
fn listed_only(mut bytes: Vec<u8>) -> Vec<u8> {
    let last = |bytes: &[u8], mark: &[u8]| (0..bytes.len() - 4).rev().find(|i| &bytes[*i..*i + 4] == mark).unwrap();
    let moved = |bytes: &mut Vec<u8>, at: usize| {
        let old = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        bytes[at..at + 4].copy_from_slice(&(old + 4).to_le_bytes());
    };
    let entry = last(&bytes, b"PK\x03\x04");
    bytes.splice(entry..entry, *b"PK\x01\x02");
    let (directory, end) = (last(&bytes, b"PK\x01\x02"), last(&bytes, b"PK\x05\x06"));
    moved(&mut bytes, directory + 42);
    moved(&mut bytes, end + 16);
    bytes
}

/// What only an archive can hide.
#[test]
fn entries_that_programs_show_differently_are_named() {
    let s = signed();
    let named = |zip: &[u8], kind: Kind| {
        let verdict = verify(Given::zip(zip).unwrap(), &s.trusted, None);
        assert!(verdict.differences.iter().any(|d| d.kind == kind), "{kind:?}: {:?}", verdict.differences);
    };
    let with = |name: &str| {
        let mut out = zip::ZipWriter::new_append(Cursor::new(s.zip.clone())).unwrap();
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(b"x").unwrap();
        out.finish().unwrap().into_inner()
    };
    // The writer refuses such names, so bytes of harmless ones are changed afterwards: `often` is 2 for both directories.
    let top = &s.bag.name;
    let patched = |name: &str, from: &[u8], to: &[u8], often: usize| {
        let mut bytes = with(&format!("{top}/{name}"));
        let places: Vec<usize> = (0..bytes.len() - from.len()).filter(|i| &bytes[*i..*i + from.len()] == from).take(often).collect();
        assert_eq!(places.len(), often, "{name}");
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    };
    let twice = patched("bagit.txX", b"bagit.txX", b"bagit.txt", 2);
    named(&twice, DuplicateEntry);
    named(&twice, Archive);
    named(&with("elsewhere/x.txt"), UnsafePath);
    named(&patched("data/QQ/xyz", b"data/QQ/xyz", b"data/../xyz", 2), UnsafePath);
    // A name that differs between the two directories.
    let two_names = patched("extra.txX", b"extra.txX", b"extra.txt", 1);
    named(&two_names, Archive);
    named(&two_names, Added);
    let made = |change: &dyn Fn(&mut Zip)| {
        let mut out = zip::ZipWriter::new_append(Cursor::new(s.zip.clone())).unwrap();
        change(&mut out);
        out.finish().unwrap().into_inner()
    };
    named(&made(&|out| drop(out.set_comment("read me first"))), Archive);
    named(&made(&|out| out.add_directory(format!("{top}/data/empty"), zip::write::SimpleFileOptions::default()).unwrap()), Archive);
    named(&made(&|out| out.add_symlink(format!("{top}/data/link"), "/etc/hosts", zip::write::SimpleFileOptions::default()).unwrap()), Archive);
    named(&listed_only(with(&format!("{top}/hidden.txt"))), Archive);
    assert!(Given::zip(&s.zip[..100]).is_err(), "what is no archive cannot be read");
}

#[test]
fn the_chain_is_held_against_the_pack_before_and_missing_months_are_named() {
    let tenant = Tenant::new(&Plan { months: 3, ..super::harness::small(91, mfaudit::generate::Layout::Graph) });
    let run = |period: &str| {
        let request = mfaudit::run::Request { period: Some(period.to_owned()), ..tenant.request() };
        let outcome = mfaudit::run::run(&mfaudit::run::prepare(&request).unwrap(), &super::harness::Silent).unwrap();
        evidence::unpacked(&tenant.published(&outcome, "evidence.zip")).unwrap()
    };
    let given = |bag: &Bag| Given::folder(bag.name.clone(), bag.files.clone().into_iter().collect());
    let kinds = |bag: &Bag, before: &Bag| verify(given(bag), &[], Some(before)).differences.into_iter().map(|d| d.kind).collect::<Vec<_>>();
    let none: Vec<Kind> = Vec::new();
    let october = run("2026-10");
    let first_december = run("2026-12");
    assert_eq!(kinds(&first_december, &october), [MissingMonth]);
    let november = run("2026-11");
    assert_eq!(kinds(&november, &october), none);
    let december = run("2026-12");
    assert_eq!(kinds(&december, &november), none);
    assert_eq!(kinds(&december, &october), [Chain]);
    assert_eq!(kinds(&december, &first_december), none, "the new issue names the one it replaces");
    assert_eq!(kinds(&october, &november), [Chain]);
}

#[test]
fn keys_of_an_unsigned_pack_are_named_and_private_ones_refused() {
    let signers = Signers::new(None, None).unwrap();
    assert!(signers.names().is_empty());
    let text = key(1).to_openssh(LineEnding::LF).unwrap();
    assert_eq!(Signers::new(Some(Key { text: &text, passphrase: None }), None).unwrap().names(), [format!("ssh {}", key(1).fingerprint(HashAlg::Sha256))]);
    assert!(Trusted::read(&text).is_err());
}
