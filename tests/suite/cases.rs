//! Given/expect cases worked out by hand, one file per query and per population; the same files run on DuckDB in `tests/oracle.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::record_batch::RecordBatch;
use mfaudit::query::{Corpus, Query, Rows, execute, populations};
use mfaudit::results::Figure;
use mfaudit::table::{self, ColumnBuilder, Day, Instant, Kind, Table, TableBuilder};
use toml::Value;

fn cases(folder: &str, id: &str) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{folder}/{id}.toml"));
    let text = std::fs::read_to_string(path).ok()?;
    let file: toml::Table = toml::from_str(&text).unwrap();
    Some(file["case"].as_array().unwrap().clone())
}

#[test]
fn every_query_has_cases_and_every_case_its_query() {
    let corpus = Corpus::embedded().unwrap();
    for q in &corpus.queries {
        assert!(cases("queries", &q.id).is_some_and(|c| !c.is_empty()), "query {} has no case in tests/queries/{}.toml", q.id, q.id);
    }
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries")).unwrap() {
        let stem = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(corpus.get(&stem).is_some(), "tests/queries/{stem}.toml has no query");
    }
}

#[test]
fn every_population_has_cases_that_give_their_items_once() {
    let all = populations().unwrap();
    let mut failures = Vec::new();
    for p in &all {
        let cases = cases("populations", &p.id).unwrap_or_default();
        assert!(!cases.is_empty(), "population {} has no case in tests/populations/{}.toml", p.id, p.id);
        for case in &cases {
            let name = format!("{}: {}", p.id, case["name"].as_str().unwrap());
            match p.rows(&tables(case)) {
                Err(e) => failures.push(format!("{name}\n    {e:#}")),
                Ok(rows) => {
                    let items = rows.texts("item");
                    if items.iter().collect::<BTreeSet<_>>().len() != items.len() {
                        failures.push(format!("{name}\n    an item stands there twice: {items:?}"));
                    }
                    failures.extend(compare_rows(case, &rows).into_iter().map(|f| format!("{name}\n    {f}")));
                }
            }
        }
    }
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/populations")).unwrap() {
        let stem = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(all.iter().any(|p| p.id == stem), "tests/populations/{stem}.toml has no population");
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_corpus_has_no_fault() {
    assert_eq!(mfaudit::query::lint(&Corpus::embedded().unwrap()), Vec::<String>::new());
}

#[test]
fn every_case_gives_its_rows_and_figures() {
    let mut failures = Vec::new();
    let mut count = 0;
    for q in &Corpus::embedded().unwrap().queries {
        for case in cases("queries", &q.id).unwrap_or_default() {
            count += 1;
            let name = format!("{}: {}", q.id, case["name"].as_str().unwrap());
            match run(q, &case) {
                Err(e) => failures.push(format!("{name}\n    {e:#}")),
                Ok(rows) => {
                    failures.extend(compare_rows(&case, &rows).into_iter().map(|f| format!("{name}\n    {f}")));
                    failures.extend(compare_figures(q, &case, &rows).into_iter().map(|f| format!("{name}\n    {f}")));
                }
            }
        }
    }
    assert!(count > 30, "only {count} cases were found");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

fn run(q: &Query, case: &Value) -> anyhow::Result<Rows> {
    execute(q, &tables(case))
}

fn tables(case: &Value) -> BTreeMap<&'static str, RecordBatch> {
    let given = case["given"].as_table().unwrap();
    table::all().into_iter().map(|t| (t.name, filled(t, given.get(t.name)))).collect()
}

fn filled(table: Table, rows: Option<&Value>) -> RecordBatch {
    let mut builder = TableBuilder::new(table);
    for row in rows.and_then(Value::as_array).into_iter().flatten() {
        let row = row.as_table().unwrap();
        for key in row.keys() {
            assert!(table.position(key).is_some(), "table {} has no column {key}", table.name);
        }
        for (column, spec) in builder.row().zip(table.columns) {
            cell(column, row.get(spec.name), spec.nullable, spec.kind);
        }
    }
    builder.finish().unwrap()
}

fn cell(column: &mut ColumnBuilder, value: Option<&Value>, nullable: bool, kind: Kind) {
    use mfaudit::table::Value as Cell;
    let number = |v: &Value| v.as_float().or_else(|| v.as_integer().map(|i| i as f64)).unwrap();
    match (kind, nullable) {
        (Kind::Text, false) => value.map_or("", |v| v.as_str().unwrap()).push(column),
        (Kind::Text, true) => value.map(|v| v.as_str().unwrap()).push(column),
        (Kind::Flag, false) => value.is_some_and(|v| v.as_bool().unwrap()).push(column),
        (Kind::Flag, true) => value.map(|v| v.as_bool().unwrap()).push(column),
        (Kind::Int, false) => value.map_or(0, |v| v.as_integer().unwrap()).push(column),
        (Kind::Int, true) => value.map(|v| v.as_integer().unwrap()).push(column),
        (Kind::Real, false) => value.map_or(0.0, number).push(column),
        (Kind::Real, true) => value.map(number).push(column),
        (Kind::Instant, false) => value.map_or(Instant(0), instant).push(column),
        (Kind::Instant, true) => value.map(instant).push(column),
        (Kind::Day, false) => value.map_or(Day(0), day).push(column),
        (Kind::Day, true) => value.map(day).push(column),
    }
}

fn instant(v: &Value) -> Instant {
    mfaudit::period::instant(v.as_str().unwrap().parse().unwrap())
}

fn day(v: &Value) -> Day {
    mfaudit::period::day(v.as_str().unwrap().parse().unwrap())
}

/// The rows as a multiset over the columns that the expectation names.
fn compare_rows(case: &Value, rows: &Rows) -> Vec<String> {
    let Some(expected) = case["expect"].get("rows").and_then(Value::as_array).cloned() else { return Vec::new() };
    let columns: BTreeSet<String> = expected.iter().flat_map(|r| r.as_table().unwrap().keys().cloned()).collect();
    let shown = |v: &Value| match v {
        Value::String(s) => s.clone(),
        Value::Integer(i) => format!("{:.9}", *i as f64),
        Value::Float(f) => format!("{f:.9}"),
        other => other.to_string(),
    };
    let mut want: Vec<Vec<String>> = expected.iter().map(|r| columns.iter().map(|c| r.get(c).map(shown).unwrap_or_default()).collect()).collect();
    let number = |c: &String| ["weight", "observed", "entry", "exit", "exit_by"].contains(&c.as_str());
    let cells: Vec<Vec<String>> = columns.iter().map(|c| if number(c) { rows.numbers(c).iter().map(|n| format!("{n:.9}")).collect() } else { rows.texts(c) }).collect();
    let mut got: Vec<Vec<String>> = (0..rows.batch.num_rows()).map(|i| cells.iter().map(|c| c[i].clone()).collect()).collect();
    want.sort();
    got.sort();
    if want == got {
        return Vec::new();
    }
    let missing: Vec<_> = want.iter().filter(|w| !got.contains(w)).collect();
    let surplus: Vec<_> = got.iter().filter(|g| !want.contains(g)).collect();
    vec![format!("columns {columns:?}\n    missing {missing:?}\n    surplus {surplus:?} ({} rows wanted, {} got)", want.len(), got.len())]
}

fn compare_figures(q: &Query, case: &Value, rows: &Rows) -> Vec<String> {
    let mut failures = Vec::new();
    let figures = mfaudit::metric::figures(q, rows);
    let expect = case["expect"].as_table().unwrap();
    for (line, want) in expect.get("figures").and_then(Value::as_table).into_iter().flatten() {
        let got = numbers(&figures[line.as_str()]);
        for (key, value) in flat(want.as_table().unwrap()) {
            let found = got.get(&key).copied();
            if found.is_none_or(|f| (f - value).abs() > 1e-9) && !(found.is_none() && value == 0.0) {
                failures.push(format!("figure {line}.{key}: wanted {value}, got {found:?}"));
            }
        }
    }
    for (line, want) in expect.get("excluded").and_then(Value::as_table).into_iter().flatten() {
        let Figure::Ratio(r) = &figures[line.as_str()] else { continue };
        let got: f64 = r.excluded.iter().map(|e| e.weight).sum();
        let want = want.as_float().or_else(|| want.as_integer().map(|i| i as f64)).unwrap();
        if (got - want).abs() > 1e-9 {
            failures.push(format!("excluded {line}: wanted {want}, got {got}"));
        }
    }
    failures
}

fn flat(table: &toml::Table) -> Vec<(String, f64)> {
    let number = |v: &Value| v.as_float().or_else(|| v.as_integer().map(|i| i as f64));
    table
        .iter()
        .flat_map(|(k, v)| match v {
            Value::Table(inner) => inner.iter().filter_map(|(n, v)| Some((format!("{k}.{n}"), number(v)?))).collect(),
            other => number(other).map(|n| (k.clone(), n)).into_iter().collect::<Vec<_>>(),
        })
        .collect()
}

fn numbers(figure: &Figure) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    let mut put = |k: &str, v: f64| {
        found.insert(k.to_owned(), v);
    };
    match figure {
        Figure::Ratio(r) => {
            for (k, v) in
                [("numerator", Some(r.numerator)), ("denominator", Some(r.denominator)), ("unknown", Some(r.unknown)), ("value", r.value), ("lower", r.lower), ("upper", r.upper)]
            {
                if let Some(v) = v {
                    put(k, v);
                }
            }
        }
        Figure::Count(c) => {
            put("total", c.total);
            c.categories.iter().for_each(|x| put(&format!("categories.{}", x.reason), x.weight));
        }
        Figure::Mix(m) => {
            put("total", m.total);
            m.buckets.iter().for_each(|b| put(&format!("shares.{}", b.bucket), b.share));
        }
        Figure::Obligations(o) => {
            for (k, v) in [("due", o.due), ("on_time", o.on_time), ("late", o.late), ("missed", o.missed), ("unknown", o.unknown), ("not_yet_due", o.not_yet_due)] {
                put(k, v as f64);
            }
        }
        Figure::Rate(r) => {
            put("numerator", r.numerator);
            put("denominator", r.denominator);
        }
        Figure::Duration(d) => put("subjects", d.subjects as f64),
        Figure::Detection(d) => put("findings", d.findings as f64),
        Figure::Drift(d) => put("users", d.users as f64),
        Figure::Series(x) => put("spikes", x.spikes.len() as f64),
    }
    found
}
