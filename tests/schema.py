"""Checks results.json files against the published schema, schema/results-1.schema.json.

    schema.py RESULTS [RESULTS ...]

Needs Python 3.11 and the package `jsonschema`. Every fault is printed with its place in the file. The
last line is `N passed, N failed`; the exit code is 1 when any file fails.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parent.parent / "schema" / "results-1.schema.json"
FAULTS_SHOWN = 20


def validator() -> Draft202012Validator:
    """The schema, itself checked against the draft it names."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def no_constant(name: str) -> None:
    """NaN and infinities are no JSON, although Python reads them."""
    raise ValueError(f"{name} is not a JSON number")


def faults(schema: Draft202012Validator, path: Path) -> Iterator[str]:
    try:
        results = json.loads(path.read_text(encoding="utf-8"), parse_constant=no_constant)
    except (OSError, ValueError) as error:
        yield str(error)
        return
    for fault in schema.iter_errors(results):
        yield f"{fault.json_path}: {fault.message[:300]}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks results.json files against the published schema.")
    parser.add_argument("results", nargs="+", type=Path, help="results.json of a run")
    arguments = parser.parse_args()
    schema = validator()
    failed = 0
    for path in arguments.results:
        found = list(faults(schema, path))
        failed += bool(found)
        for fault in found[:FAULTS_SHOWN]:
            print(f"{path}: {fault}")
        if len(found) > FAULTS_SHOWN:
            print(f"{path}: and {len(found) - FAULTS_SHOWN} more faults")
    print(f"{len(arguments.results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
