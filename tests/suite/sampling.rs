//! Samples as an auditor draws them: from what was published and from the pack, frozen first, extended, told of deviations.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use calamine::{Data, Reader, Xlsx};
use mfaudit::digest::sha256;
use mfaudit::generate::Layout;
use mfaudit::query::{Rows, populations};
use serde_json::Value;

use super::harness::{Tenant, small};

/// A published folder that also holds the pack unpacked.
fn issued(seed: u64) -> (Tenant, PathBuf) {
    let tenant = Tenant::new(&small(seed, Layout::Graph));
    tenant.configure("[lake]", "[evidence]\nfolder = true\n\n[lake]");
    let outcome = tenant.run();
    let folder = tenant.path("out").join(&outcome.published.path);
    (tenant, folder)
}

fn bag(folder: &Path) -> PathBuf {
    std::fs::read_dir(folder.join("evidence")).unwrap().next().unwrap().unwrap().path()
}

fn sample(population: &str, from: &Path, out: &Path, more: &[&str]) -> Output {
    let given = ["sample", population, "--from", from.to_str().unwrap(), "--out", out.to_str().unwrap()];
    Command::new(env!("CARGO_BIN_EXE_mfaudit")).args(given).args(more).env_clear().output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a call that must succeed says.
fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// A call that must be refused, with the reason.
fn refused(output: &Output, part: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(part), "{said}");
}

fn record(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("sample.json")).unwrap()).unwrap()
}

fn items(record: &Value) -> Vec<(String, bool)> {
    let drawn = record["draw"]["items"].as_array().unwrap();
    drawn.iter().map(|i| (i["item"].as_str().unwrap().to_owned(), i["extension"].as_bool().unwrap())).collect()
}

const FILES: [&str; 5] = ["population.csv", "definition.sql", "sample.json", "worksheet.csv", "worksheet.xlsx"];

#[test]
fn every_population_gives_one_sample_from_the_folder_and_from_the_pack() {
    let (tenant, folder) = issued(401);
    let mut sizes = std::collections::BTreeMap::new();
    for p in populations().unwrap() {
        let draws: Vec<Vec<Vec<u8>>> = [folder.clone(), folder.join("evidence.zip"), bag(&folder)]
            .iter()
            .enumerate()
            .map(|(n, from)| {
                let out = tenant.path(&format!("samples/{}-{n}", p.id));
                let said = done(&sample(&p.id, from, &out, &[]));
                assert!(said.contains(&sha256(&std::fs::read(out.join("population.csv")).unwrap())), "{said}");
                done(&sample(&p.id, from, &out, &["--seed", "7351"]));
                FILES.iter().map(|f| std::fs::read(out.join(f)).unwrap()).collect()
            })
            .collect();
        for (file, name) in FILES.iter().enumerate() {
            assert!(draws.iter().all(|d| d[file] == draws[0][file]), "{}: {name} differs", p.id);
        }
        assert_eq!(text(&draws[0][1]), p.sql);
        let count = opened(&draws[0][4], &draws[0][3]);
        let drawn = items(&serde_json::from_slice(&draws[0][2]).unwrap()).len();
        assert_eq!(count, drawn, "{}", p.id);
        sizes.insert(p.id.clone(), text(&draws[0][0]).lines().count() - 1);
    }
    for id in ["exceptions", "reviews", "break_glass_uses", "unprotected_sign_ins", "changes", "excluded_identities"] {
        assert!(sizes[id] > 0, "{sizes:?}");
    }
    assert_eq!(sizes["unprotected_sign_ins"] as f64, unprotected(&folder));
}

/// Rows of the worksheet, read back by another library; as many as in the CSV file, and no formula.
fn opened(xlsx: &[u8], csv: &[u8]) -> usize {
    let mut book: Xlsx<Cursor<Vec<u8>>> = Xlsx::new(Cursor::new(xlsx.to_vec())).unwrap();
    assert_eq!(book.sheet_names(), ["Sample", "About"]);
    for sheet in ["Sample", "About"] {
        assert!(book.worksheet_formula(sheet).unwrap().cells().all(|(_, _, formula)| formula.is_empty()));
    }
    let range = book.worksheet_range("Sample").unwrap();
    let heads: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let mut reader = csv::Reader::from_reader(csv);
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), heads);
    assert_eq!((heads[0].as_str(), heads.last().unwrap().as_str()), ("number", "notes"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for (row, line) in range.rows().skip(1).zip(&rows) {
        assert!(matches!(row[0], Data::Float(_)) && row[1] == line[1], "{row:?}");
    }
    assert_eq!(range.rows().count() - 1, rows.len());
    rows.len()
}

/// Attempts of class N and S by the roll-up that the metrics use.
fn unprotected(folder: &Path) -> f64 {
    let bytes = std::fs::read(folder.join("tables/attempt_days.parquet")).unwrap();
    let batches = mfaudit::lake::decode(bytes.into()).unwrap();
    let of = |batch| {
        let rows = Rows { batch };
        let classes = rows.texts("satisfied_by");
        classes.iter().zip(rows.numbers("attempts")).filter(|(class, _)| ["N", "S"].contains(&class.as_str())).map(|(_, n)| n).sum::<f64>()
    };
    batches.into_iter().map(of).sum()
}

#[test]
fn a_sample_grows_and_is_not_drawn_until_the_seed_pleases() {
    let (tenant, folder) = issued(402);
    let out = tenant.path("sample");
    let call = |more: &[&str]| sample("excluded_identities", &folder, &out, more);
    refused(&call(&["--seed", "7351"]), "freeze the population first");
    refused(&call(&["--deviations", "1"]), "nothing is drawn yet");
    assert!(done(&call(&["--confidence", "0.9", "--tolerable", "0.1"])).contains("give this SHA-256 to the auditor"));
    refused(&call(&["--seed", " "]), "`--seed` is empty");
    refused(&call(&["--seed", "7351", "--size", "nobody=2"]), "there is no stratum `nobody`");
    assert!(done(&call(&["--seed", "7351", "--size", "3"])).contains("drawn 3 of"));
    let first = record(&out);
    assert_eq!((first["plan"]["confidence"].as_f64(), items(&first).len()), (Some(0.9), 3));
    assert!(items(&first).iter().all(|(_, extension)| !extension));
    refused(&call(&[]), "drawn in this folder already");
    refused(&call(&["--seed", "1"]), "drawn with another seed");
    refused(&call(&["--seed", "7351", "--size", "2"]), "can grow and not shrink");
    // What somebody has written into the worksheet is not lost.
    std::fs::write(out.join("worksheet.csv"), "filled in").unwrap();
    let told = done(&call(&["--deviations", "1"]));
    assert!(told.contains("deviations 1, tested 3: at most"), "{told}");
    assert_eq!(std::fs::read(out.join("worksheet.csv")).unwrap(), b"filled in");
    assert_eq!(items(&record(&out)).len(), 3);
    done(&call(&["--seed", "7351", "--size", "5"]));
    assert_eq!(std::fs::read(out.join("worksheet-filled-1.csv")).unwrap(), b"filled in");
    let wider = record(&out);
    assert_eq!(items(&wider)[..3], items(&first)[..]);
    assert!(items(&wider)[3..].iter().all(|(_, extension)| *extension));
    assert_eq!(items(&wider).len(), 5);
    assert!(text(&std::fs::read(out.join("worksheet.csv")).unwrap()).contains(",extension,"));
    let all = done(&call(&["--seed", "7351", "--size", "9999"]));
    assert!(all.contains(": test all"), "{all}");
    done(&call(&["--seed", "8", "--size", "3", "--redraw"]));
    let anew = record(&out);
    assert_eq!((anew["draw"]["seed"].as_str(), anew["earlier_draws"].as_array().unwrap().len()), (Some("8"), 1));
    assert_eq!(anew["earlier_draws"][0]["seed"], "7351");
}

#[test]
fn a_population_that_changed_is_refused() {
    let (tenant, folder) = issued(403);
    let (other, elsewhere) = issued(404);
    let out = tenant.path("sample");
    done(&sample("exceptions", &folder, &out, &[]));
    refused(&sample("exceptions", &elsewhere, &out, &["--seed", "7351"]), "the population changed since it was frozen");
    refused(&sample("reviews", &folder, &out, &["--seed", "7351"]), "choose another one");
    let frozen = std::fs::read(out.join("population.csv")).unwrap();
    std::fs::write(out.join("population.csv"), "item,label,stratum\r\n").unwrap();
    refused(&sample("exceptions", &folder, &out, &["--seed", "7351"]), "the population changed since it was frozen");
    std::fs::write(out.join("population.csv"), frozen).unwrap();
    done(&sample("exceptions", &folder, &out, &["--seed", "7351"]));
    refused(&sample("nothing", &folder, &out, &[]), "known: approvals, break_glass_uses");
    refused(&sample("exceptions", &other.path("raw"), &tenant.path("new"), &[]), "neither a published folder");
    refused(&sample("exceptions", &folder, &tenant.path("new"), &["--confidence", "95"]), "above 0 and below 1");
    // An altered pack is no population.
    let bag = bag(&elsewhere);
    std::fs::write(bag.join("data/tables/separations.parquet"), "x").unwrap();
    refused(&sample("exceptions", &bag, &tenant.path("new"), &[]), "is not the pack that was made");
}

#[test]
fn strata_are_concluded_on_one_by_one() {
    let (tenant, folder) = issued(405);
    let out = tenant.path("sample");
    let call = |more: &[&str]| sample("unprotected_sign_ins", &folder, &out, more);
    done(&call(&[]));
    let told: Value = serde_json::from_str(&done(&call(&["--seed", "7351", "--format", "json"]))).unwrap();
    assert!(told["files"].as_array().unwrap().iter().any(|f| f.as_str().unwrap().ends_with("worksheet.xlsx")));
    let strata = told["draw"]["strata"].as_array().unwrap();
    assert!(strata.len() > 1, "{strata:?}");
    refused(&call(&["--deviations", "1"]), "say in which stratum");
    let name = strata[0]["stratum"].as_str().unwrap();
    done(&call(&["--deviations", &format!("{name}=1")]));
    let concluded = record(&out);
    let evaluation = concluded["draw"]["evaluation"].as_array().unwrap();
    assert_eq!((evaluation.len(), evaluation[0]["stratum"].as_str(), evaluation[0]["deviations"].as_u64()), (1, Some(name), Some(1)));
    assert!(evaluation[0]["upper_deviations"].as_u64() >= Some(1));
    let drawn: u64 = strata.iter().map(|s| s["sample"].as_u64().unwrap()).sum();
    assert_eq!(items(&concluded).len() as u64, drawn);
}
