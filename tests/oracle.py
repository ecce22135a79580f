"""An independent check of the query files: the same SQL in DuckDB, which shares no code with mfaudit.

    oracle.py cases --mfaudit PATH --queries DIR --cases DIR
        Runs every given/expect case of DIR/<id>.toml. The table schemas come from `PATH list tables`,
        the rows and the expected answer from the case, the SQL from the query file as it stands.

    oracle.py run DIR --queries DIR
        Repeats a whole run: the queries over DIR/tables/<name>.parquet must give DIR/rows/<id>.parquet,
        row by row, in the same order, in every column.

    oracle.py samples DIR --mfaudit PATH --queries DIR
        Freezes every population of a run with mfaudit and draws from it: the query over DIR/tables must give population.csv,
        and sizes (by exact fractions) and order (by Python's HMAC) must give the items of sample.json.

Populations have cases like queries: `cases --queries populations --cases tests/populations`.

Needs Python 3.11 and the package `duckdb`. A difference is printed as metric, case, missing rows and
surplus rows. The last line is `N passed, N failed`; the exit code is 1 when anything failed.
"""

import argparse
import csv
import hashlib
import hmac
import json
import math
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb

TOLERANCE = 1e-9
ROWS_SHOWN = 20
SQL_TYPES = {"text": "TEXT", "flag": "BOOLEAN", "int": "BIGINT", "real": "DOUBLE", "instant": "TIMESTAMP", "day": "DATE"}
DEFAULTS = {"text": "", "flag": False, "int": 0, "real": 0.0, "instant": datetime(1970, 1, 1), "day": date(1970, 1, 1)}


class CaseError(Exception):
    """A case, a query or a table that cannot be used as written."""


@dataclass
class Difference:
    """What one comparison found; nothing in it means equal."""

    note: str = ""
    missing: list[dict] = field(default_factory=list)
    surplus: list[dict] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.note or self.missing or self.surplus)


class Tally:
    """Prints differences and counts outcomes."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def add(self, metric: str, case: str, difference: Difference) -> None:
        if not difference:
            self.passed += 1
            return
        self.failed += 1
        print(f"{metric}: {case}")
        if difference.note:
            print(f"  {difference.note}")
        for title, rows in (("missing", difference.missing), ("surplus", difference.surplus)):
            for row in rows[:ROWS_SHOWN]:
                print(f"  {title}: {show(row)}")
            if len(rows) > ROWS_SHOWN:
                print(f"  {title}: and {len(rows) - ROWS_SHOWN} more")

    def finish(self) -> int:
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def show(row: dict) -> str:
    return ", ".join(f"{name} = {value.isoformat() if isinstance(value, date) else repr(value)}" for name, value in row.items())


# Query files


@dataclass
class Query:
    """A query file: its id, the tables it says it reads, and its text."""

    id: str
    reads: list[str]
    sql: str


def read_query(path: Path) -> Query:
    sql = path.read_text(encoding="utf-8")
    fences = [i for i, line in enumerate(sql.splitlines()) if line.strip() == "-- ---"]
    if len(fences) < 2:
        raise CaseError(f"{path.name} has no header between two `-- ---` lines")
    lines = sql.splitlines()[fences[0] + 1 : fences[1]]
    try:
        header = tomllib.loads("\n".join(line.removeprefix("--").removeprefix(" ") for line in lines))
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{path.name}: the header is not TOML: {error}") from error
    if not isinstance(header.get("reads"), list):
        raise CaseError(f"{path.name}: the header does not list `reads`")
    return Query(path.stem, header["reads"], sql)


def connect() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:")
    database.execute("SET TimeZone = 'UTC'")
    return database


def fetch(database: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple]]:
    """Column names and rows of one statement."""
    try:
        cursor = database.execute(sql)
        return [column[0] for column in cursor.description], cursor.fetchall()
    except duckdb.Error as error:
        raise CaseError(f"DuckDB: {error}") from error


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# Values


def instant(value: object) -> datetime:
    """An RFC 3339 text or a TOML date-time as a plain UTC time."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise CaseError(f"{value!r} is not a date and time with an offset")
    return moment.astimezone(UTC).replace(tzinfo=None)


def typed(value: object, kind: str) -> object:
    """A value of a case as its column's kind, or an error."""
    if kind == "instant":
        return instant(value)
    if kind == "day":
        return date.fromisoformat(value) if isinstance(value, str) else value
    fits = {"text": str, "flag": bool, "int": int, "real": (int, float)}[kind]
    if not isinstance(value, fits) or (kind != "flag" and isinstance(value, bool)):
        raise CaseError(f"{value!r} is not of kind {kind}")
    return value


def plain(value: object) -> object:
    """A value of any engine as text, truth value, number, UTC time, day or null."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, (bool, str, int, float, date)):
        return value
    return float(value)


def same(expected: object, actual: object) -> bool:
    """Equal, numbers within the tolerance; an expected text may stand for a time or a day."""
    expected, actual = plain(expected), plain(actual)
    if isinstance(expected, str) and isinstance(actual, datetime):
        return instant(expected) == actual
    if isinstance(expected, str) and isinstance(actual, date):
        return date.fromisoformat(expected) == actual
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, (int, float)) and isinstance(actual, (int, float)):
        return expected == actual or math.isclose(expected, actual, rel_tol=0, abs_tol=TOLERANCE) or both_nan(expected, actual)
    return type(expected) is type(actual) and expected == actual


def both_nan(left: float, right: float) -> bool:
    return math.isnan(left) and math.isnan(right)


# Cases


def table_schemas(mfaudit: str) -> dict[str, list[dict]]:
    """Columns by table, as the program itself lists them."""
    command = [mfaudit, "list", "tables", "--format", "json"]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return {table["name"]: table["columns"] for table in json.loads(answer.stdout)}


def given_rows(table: str, columns: list[dict], rows: list[dict]) -> list[list]:
    """The rows of a case with every column filled."""
    known = {column["name"] for column in columns}
    filled = []
    for row in rows:
        if unknown := row.keys() - known:
            raise CaseError(f"table {table} has no column {', '.join(sorted(unknown))}")
        filled.append([cell(table, column, row) for column in columns])
    return filled


def cell(table: str, column: dict, row: dict) -> object:
    name, kind = column["name"], column["kind"]
    if name not in row:
        return None if column["nullable"] else DEFAULTS[kind]
    try:
        return typed(row[name], kind)
    except (CaseError, ValueError) as error:
        raise CaseError(f"{table}.{name}: {error}") from error


def fill(database: duckdb.DuckDBPyConnection, schemas: dict[str, list[dict]], query: Query, given: dict[str, list[dict]]) -> None:
    """Makes the tables the query says it reads, and only those, so that an undeclared one is an error."""
    rows = {}
    for table in given:
        if table not in schemas:
            raise CaseError(f"there is no table {table}")
        rows[table] = given_rows(table, schemas[table], given[table])
    for table in query.reads:
        if table not in schemas:
            raise CaseError(f"`reads` names {table}, which is no table")
        columns = ", ".join(f"{quoted(c['name'])} {SQL_TYPES[c['kind']]}" for c in schemas[table])
        database.execute(f"CREATE TABLE {quoted(table)} ({columns})")
        if rows.get(table):
            marks = ", ".join("?" for _ in schemas[table])
            database.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows[table])


def compare_named(expected: list[dict], columns: list[str], rows: list[tuple]) -> Difference:
    """Expected against actual rows as a multiset, on the columns that the expectation names."""
    # A query without weights counts every row as one.
    if "weight" not in columns:
        expected = [{n: v for n, v in row.items() if n != "weight" or v != 1} for row in expected]
    named = [name for name in columns if any(name in row for row in expected)] or columns
    if absent := sorted({name for row in expected for name in row} - set(columns)):
        return Difference(note=f"the query returns no column {', '.join(absent)}")
    actual = [dict(zip(columns, row, strict=True)) for row in rows]
    missing = []
    for want in sorted(expected, key=len, reverse=True):
        found = next((i for i, have in enumerate(actual) if all(same(want[n], have[n]) for n in want)), None)
        if found is None:
            missing.append(want)
        else:
            del actual[found]
    return Difference(missing=missing, surplus=[{n: row[n] for n in named} for row in actual])


def check_case(schemas: dict[str, list[dict]], query: Query, case: dict) -> Difference:
    try:
        with connect() as database:
            fill(database, schemas, query, case.get("given", {}))
            columns, rows = fetch(database, query.sql)
        # A case may state figures alone; then the query must run, and the figures are folded elsewhere.
        return compare_named(case["expect"]["rows"], columns, rows) if "rows" in case["expect"] else Difference()
    except (CaseError, ValueError) as error:
        return Difference(note=str(error))


def cases_command(arguments: argparse.Namespace) -> int:
    schemas = table_schemas(arguments.mfaudit)
    tally = Tally()
    files = sorted(arguments.cases.glob("*.toml"))
    if not files:
        tally.add("all", "cases", Difference(note=f"no case file in {arguments.cases}"))
    for path in files:
        try:
            query = read_query(arguments.queries / f"{path.stem}.sql")
            cases = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
        except (CaseError, OSError, KeyError, tomllib.TOMLDecodeError) as error:
            tally.add(path.stem, "reading the files", Difference(note=str(error)))
            continue
        for case in cases:
            tally.add(path.stem, case["name"], check_case(schemas, query, case))
    return tally.finish()


# Whole runs


def parquet_source(database: duckdb.DuckDBPyConnection, path: Path) -> str:
    """A SELECT over the file with its instants as plain UTC times."""
    if not path.exists():
        raise CaseError(f"{path} is missing")
    source = "read_parquet('" + str(path).replace("'", "''") + "')"
    described = fetch(database, f"DESCRIBE SELECT * FROM {source}")[1]
    zoned = [quoted(name) for name, kind, *_ in described if kind == "TIMESTAMP WITH TIME ZONE"]
    replaced = ", ".join(f"{name} AT TIME ZONE 'UTC' AS {name}" for name in zoned)
    return f"SELECT * {f'REPLACE ({replaced})' if zoned else ''} FROM {source}"


def check_run(folder: Path, query: Query) -> Difference:
    try:
        with connect() as database:
            database.execute("SET preserve_insertion_order = true")
            expected = fetch(database, parquet_source(database, folder / "rows" / f"{query.id}.parquet"))
            for table in query.reads:
                source = parquet_source(database, folder / "tables" / f"{table}.parquet")
                database.execute(f"CREATE VIEW {quoted(table)} AS {source}")
            return compare_ordered(*fetch(database, query.sql), *expected)
    except CaseError as error:
        return Difference(note=str(error))


def compare_ordered(columns: list[str], rows: list[tuple], stored_columns: list[str], stored: list[tuple]) -> Difference:
    """DuckDB's rows against the stored ones, in order; missing is what only DuckDB has."""
    if columns != stored_columns:
        return Difference(note=f"columns: DuckDB has {', '.join(columns)}; stored are {', '.join(stored_columns)}")
    pairs = enumerate(zip(rows, stored, strict=False))
    unequal = [i for i, (left, right) in pairs if not all(map(same, left, right))]
    shared = min(len(rows), len(stored))
    missing = Counter(key(rows[i]) for i in unequal) + Counter(map(key, rows[shared:]))
    surplus = Counter(key(stored[i]) for i in unequal) + Counter(map(key, stored[shared:]))
    if not missing and not surplus:
        return Difference()
    first = unequal[0] if unequal else shared
    note = f"{len(rows)} rows in DuckDB, {len(stored)} stored; the first difference is at row {first + 1}"
    if missing == surplus:
        note += ": the same rows in another order"
    return Difference(note, named_rows(columns, missing - surplus), named_rows(columns, surplus - missing))


def key(row: tuple) -> tuple:
    """A row that can be counted: numbers as rounded floats, so that widths do not matter."""
    values = (plain(value) for value in row)
    return tuple(round(float(v), 9) if isinstance(v, (int, float)) and not isinstance(v, bool) else v for v in values)


def named_rows(columns: list[str], rows: Counter) -> list[dict]:
    return [dict(zip(columns, row, strict=True)) for row in rows.elements()]


def run_queries(folder: Path, queries: Path, tally: Tally) -> Iterator[Query]:
    """The queries that left rows; a metric that was not computed is named and passed over."""
    stored = {path.stem for path in (folder / "rows").glob("*.parquet")}
    for path in sorted(queries.glob("*.sql")):
        if path.stem not in stored:
            print(f"{path.stem}: no stored rows, not compared")
            continue
        stored.remove(path.stem)
        try:
            yield read_query(path)
        except CaseError as error:
            tally.add(path.stem, "reading the query", Difference(note=str(error)))
    for orphan in sorted(stored):
        tally.add(orphan, "reading the query", Difference(note=f"rows are stored, but {queries} has no {orphan}.sql"))


def run_command(arguments: argparse.Namespace) -> int:
    tally = Tally()
    for query in run_queries(arguments.folder, arguments.queries, tally):
        tally.add(query.id, str(arguments.folder), check_run(arguments.folder, query))
    if tally.passed + tally.failed == 0:
        tally.add("all", str(arguments.folder), Difference(note="there was nothing to compare"))
    return tally.finish()


# Samples

SEED = "an auditor's own, 7351"
CONTRACT = ["item", "label", "stratum"]
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def written(value: object) -> str:
    """A value as the CSV files of mfaudit have it, with the mark against formulas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return plain(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    # Without an exponent, whatever the size.
    text = format(Decimal(repr(value)), "f").removesuffix(".0") if isinstance(value, float) else str(value)
    return "'" + text if text.lstrip(" ").startswith(FORMULA) else text


def least_size(population: int, confidence: Fraction = Fraction(95, 100), tolerable: Fraction = Fraction(5, 100)) -> int:
    """The least sample in which a deviation would show, were the rate not tolerable."""
    worst = min(population, max(1, math.ceil(population * tolerable)))
    missed = lambda n: Fraction(math.comb(population - worst, n), math.comb(population, n))
    return next((n for n in range(population) if missed(n) <= 1 - confidence), population)


def sampled(mfaudit: str, folder: Path, population: str, out: str, *more: str) -> None:
    command = [mfaudit, "sample", population, "--from", str(folder), "--out", out, *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise CaseError(f"mfaudit ends with {done.returncode}: {done.stderr.strip()[-500:]}")


def check_sample(folder: Path, query: Query, mfaudit: str) -> Difference:
    try:
        with connect() as database, tempfile.TemporaryDirectory() as out:
            for table in query.reads:
                source = parquet_source(database, folder / "tables" / f"{table}.parquet")
                database.execute(f"CREATE VIEW {quoted(table)} AS {source}")
            columns, rows = fetch(database, query.sql)
            sampled(mfaudit, folder, query.id, out)
            with open(Path(out, "population.csv"), newline="", encoding="utf-8") as lines:
                frozen = list(csv.reader(lines))
            heads = CONTRACT + [name for name in columns if name not in CONTRACT]
            cells = [dict(zip(columns, map(written, row), strict=True)) for row in rows]
            wanted = sorted([[cell[name] for name in heads] for cell in cells])
            if frozen != [heads, *wanted]:
                first = next((pair for pair in zip([heads, *wanted], frozen, strict=False) if pair[0] != pair[1]), ("", ""))
                return Difference(note=f"{len(wanted)} items in DuckDB, {len(frozen) - 1} frozen; first difference {first[0]} {first[1]}")
            sampled(mfaudit, folder, query.id, out, "--seed", SEED)
            record = json.loads(Path(out, "sample.json").read_text(encoding="utf-8"))
            return Difference(note="" if drawn(wanted) == [i["item"] for i in record["draw"]["items"]] else "other items are drawn")
    except CaseError as error:
        return Difference(note=str(error))


def drawn(items: list[list[str]]) -> list[str]:
    """The first n of every stratum in the order of the draw."""
    strata: dict[str, list[str]] = {}
    for item, _, stratum, *_ in items:
        strata.setdefault(stratum, []).append(item)
    order = lambda item: hmac.new(SEED.encode(), item.encode(), hashlib.sha256).hexdigest()
    return [item for stratum in sorted(strata) for item in sorted(strata[stratum], key=order)[: least_size(len(strata[stratum]))]]


def samples_command(arguments: argparse.Namespace) -> int:
    tally = Tally()
    for path in sorted(arguments.queries.glob("*.sql")):
        tally.add(path.stem, str(arguments.folder), check_sample(arguments.folder, read_query(path), arguments.mfaudit))
    return tally.finish()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Checks the query files with DuckDB.")
    commands = parser.add_subparsers(required=True)
    cases = commands.add_parser("cases", help="run the given/expect cases")
    cases.add_argument("--mfaudit", required=True, help="the program, asked for its table schemas")
    cases.add_argument("--queries", required=True, type=Path, help="folder with <id>.sql")
    cases.add_argument("--cases", required=True, type=Path, help="folder with <id>.toml")
    cases.set_defaults(command=cases_command)
    run = commands.add_parser("run", help="repeat a whole run and compare every row")
    run.add_argument("folder", type=Path, metavar="DIR", help="output of a run, with tables/ and rows/")
    run.add_argument("--queries", required=True, type=Path, help="folder with <id>.sql")
    run.set_defaults(command=run_command)
    samples = commands.add_parser("samples", help="freeze and draw every population, and compare")
    samples.add_argument("folder", type=Path, metavar="DIR", help="output of a run, with tables/")
    samples.add_argument("--mfaudit", required=True, help="the program")
    samples.add_argument("--queries", required=True, type=Path, help="folder with <id>.sql")
    samples.set_defaults(command=samples_command)
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    return arguments.command(arguments)


if __name__ == "__main__":
    sys.exit(main())
