"""Checks the machine formats of a report with the tools of those who read them.

    machine.py FOLDER [FOLDER ...]

Each folder holds what `mfaudit report --formats oscal,ocsf,sarif,junit,xlsx` writes. OSCAL is loaded by
compliance-trestle and every reference must lead somewhere; OCSF is loaded by py-ocsf-models; SARIF and JUnit are
held against their published schemas in tests/fixtures/schemas; the workbook is opened by openpyxl.

Every fault is printed with its file. The last line is `N passed, N failed`; the exit code is 1 when any file fails.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import xmlschema
from jsonschema import Draft7Validator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.detection_finding import DetectionFinding
from trestle.oscal.assessment_plan import AssessmentPlan
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.poam import PlanOfActionAndMilestones

SCHEMAS = Path(__file__).resolve().parent / "fixtures" / "schemas"
FAULTS_SHOWN = 20
OSCAL = {
    "oscal/assessment-plan.json": ("assessment-plan", AssessmentPlan),
    "oscal/assessment-results.json": ("assessment-results", AssessmentResults),
    "oscal/poam.json": ("plan-of-action-and-milestones", PlanOfActionAndMilestones),
}
# nothing to do, no plan: the format knows no empty one
OPTIONAL = {"oscal/poam.json"}
OCSF = {2003: ComplianceFinding, 2004: DetectionFinding}
OCSF_REQUIRED = ["activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"]
SHEETS = ["Summary", "Metrics", "Register", "Findings", "Reconciliation", "Deadlines", "Controls", "Break-glass", "Intake", "Gaps"]
DATES = {"Register": ["Activated", "Expires"], "Findings": ["First seen", "Last seen"], "Deadlines": ["Due"], "Controls": ["Read"], "Break-glass": ["When"]}
NUMBERS = {"Metrics": ["Value", "Lower", "Upper", "Numerator", "Denominator", "Unknown", "Target"], "Register": ["Objects", "Age in days", "Days overdue"], "Reconciliation": ["Identities"]}


def loaded(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))


def references(value: object, defined: list[str], used: list[str]) -> None:
    """Ids that are defined, and ids that are pointed at."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "uuid":
                defined.append(inner)
            elif name.endswith("-uuid"):
                used.append(inner)
            elif name == "href" and inner.startswith("#"):
                used.append(inner[1:])
            else:
                references(inner, defined, used)
    elif isinstance(value, list):
        for inner in value:
            references(inner, defined, used)


def oscal(path: Path) -> Iterator[str]:
    root, model = OSCAL[f"oscal/{path.name}"]
    document = loaded(path)
    model.model_validate(document[root])
    defined: list[str] = []
    used: list[str] = []
    references(document, defined, used)
    if len(set(defined)) != len(defined):
        yield "an id stands twice"
    yield from (f"{missing} is pointed at and not defined" for missing in sorted(set(used) - set(defined)))
    if root == "assessment-results":
        yield from satisfied(document[root])


def value_of(item: dict, name: str) -> str:
    return next((p["value"] for p in item.get("props", []) if p["name"] == name), "")


def satisfied(document: dict) -> Iterator[str]:
    """A control is satisfied only by observations that were computed."""
    for result in document["results"]:
        observations = {o["uuid"]: o for o in result["observations"]}
        for finding in result.get("findings", []):
            states = [value_of(observations[o["observation-uuid"]], "state") for o in finding["related-observations"]]
            verdicts = [value_of(observations[o["observation-uuid"]], "verdict") for o in finding["related-observations"]]
            state = finding["target"]["status"]["state"]
            if state == "satisfied" and (set(states) != {"computed"} or "met" not in verdicts or {"missed", "not determined"} & set(verdicts)):
                yield f"`{finding['title']}` is satisfied by {list(zip(states, verdicts))}"


def ocsf(path: Path) -> Iterator[str]:
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        event = json.loads(line)
        yield from (f"line {number}: `{name}` is missing" for name in OCSF_REQUIRED if name not in event)
        OCSF[event["class_uid"]].model_validate(event)
        if event["class_uid"] == 2003 and not event["compliance"].get("standards"):
            yield f"line {number}: no standard"
        if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
            yield f"line {number}: type_uid does not follow from class and activity"
        if event["finding_info"]["uid"] in seen:
            yield f"line {number}: the finding's uid stands twice"
        seen.add(event["finding_info"]["uid"])
    if not seen:
        yield "no event"


def sarif(path: Path) -> Iterator[str]:
    document = loaded(path)
    validator = Draft7Validator(loaded(SCHEMAS / "sarif-2.1.0.json"))
    yield from (f"{fault.json_path}: {fault.message[:300]}" for fault in validator.iter_errors(document))
    for run in document["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        states = [result.get("baselineState") for result in run["results"]]
        if any(states) and not all(states):
            yield "some results have a baseline state and some have none"
        for result in run["results"]:
            if rules[result["ruleIndex"]] != result["ruleId"]:
                yield f"rule {result['ruleId']} is not at {result['ruleIndex']}"
            if result["kind"] != "fail" and result["level"] != "none":
                yield f"{result['ruleId']}: kind {result['kind']} with level {result['level']}"


def junit(path: Path) -> Iterator[str]:
    schema = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")
    yield from (f"{fault.path}: {fault.reason}" for fault in schema.iter_errors(path))


def workbook(path: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(path)
    if book.sheetnames != SHEETS:
        yield f"the sheets are {book.sheetnames}"
    for sheet in book.worksheets:
        if sheet.freeze_panes != "A2":
            yield f"{sheet.title}: the heads are not frozen"
        if not sheet.auto_filter.ref:
            yield f"{sheet.title}: no filter"
        for row in sheet.iter_rows():
            yield from (f"{sheet.title} {cell.coordinate}: a formula" for cell in row if cell.data_type == "f")
        yield from kinds(sheet, DATES.get(sheet.title, []), datetime)
        yield from kinds(sheet, NUMBERS.get(sheet.title, []), (int, float))


def kinds(sheet: openpyxl.worksheet.worksheet.Worksheet, heads: list[str], wanted: type | tuple[type, ...]) -> Iterator[str]:
    """Every cell below these heads is of a kind; one that is empty or says `n/a` is none."""
    places = {cell.value: cell.column for cell in sheet[1]}
    for head in heads:
        for (cell,) in sheet.iter_rows(min_row=2, min_col=places[head], max_col=places[head]):
            if cell.value not in (None, "n/a") and not isinstance(cell.value, wanted):
                yield f"{sheet.title} {cell.coordinate}: `{cell.value}` is a {type(cell.value).__name__}"


CHECKS: dict[str, Callable[[Path], Iterator[str]]] = {
    **dict.fromkeys(OSCAL, oscal),
    "ocsf.jsonl": ocsf,
    "report.sarif": sarif,
    "junit.xml": junit,
    "report.xlsx": workbook,
}


def faults(path: Path, check: Callable[[Path], Iterator[str]]) -> list[str]:
    try:
        return list(check(path))
    except Exception as error:  # every reader has its own
        return [f"{type(error).__name__}: {str(error)[:1000]}"]


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the machine formats of a report.")
    parser.add_argument("folders", nargs="+", type=Path, help="folder of a report")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    passed = failed = 0
    for folder in arguments.folders:
        for name, check in CHECKS.items():
            path = folder / name
            if name in OPTIONAL and not path.exists():
                continue
            found = faults(path, check)
            passed, failed = passed + (not found), failed + bool(found)
            for fault in found[:FAULTS_SHOWN]:
                print(f"{path}: {fault}")
            if len(found) > FAULTS_SHOWN:
                print(f"{path}: and {len(found) - FAULTS_SHOWN} more faults")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
