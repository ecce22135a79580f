"""Checks PDF reports: PDF/A-3a, PDF/UA-1, sound structure, and the attached results.

    pip install page-validation        (qpdf must be on the path)
    python tests/web/check_pdf.py report.pdf [more.pdf ...]

The results attached to a report must be the bytes of `results.json` beside it.
Exit 0: all good; 1: a check failed; 2: usage.
"""

import pathlib
import subprocess
import sys

import page

PROFILES = ("PDF_A_3A", "PDF_UA_1")
# says a stream is one byte too long when its compressed data happens to end in a carriage return
FALSE_POSITIVE = "-STREAM-LENGTH-001"
LIMITS = page.SafetyLimits(max_table_grid_rows=100_000, max_table_grid_cells=10_000_000)


def standards(path):
    """Faults against the archival and the accessibility standard."""
    for name in PROFILES:
        report = page.validate_pdf(str(path), profile=getattr(page.ValidationProfile, name), limits=LIMITS)
        failures = [f for f in report.failures if not f.rule_id.endswith(FALSE_POSITIVE)]
        print(f"{path}: {name}: {len(failures)} rules failed")
        for failure in failures[:10]:
            yield f"{name}: {failure.rule_id}: {failure.message}"
        if not report.is_compliant and not report.failures:
            yield f"{name}: not compliant, and no rule says why"


def structure(path):
    """Faults of the file format."""
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
    if done.returncode != 0:
        yield f"qpdf --check: {(done.stderr or done.stdout).strip()}"


def attachment(path):
    """Differences between the attached results and the file beside the report."""
    beside = path.with_name("results.json")
    if not beside.is_file():
        yield f"`{beside}` is not beside the report: render both formats into one folder"
        return
    command = ["qpdf", "--show-attachment=results.json", str(path)]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        yield f"no attachment `results.json`: {done.stderr.decode(errors='replace').strip()}"
    elif done.stdout != beside.read_bytes():
        yield "the attached results.json differs from the file beside the report"


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    faults = []
    for path in map(pathlib.Path, arguments):
        for check in (standards, structure, attachment):
            faults.extend(f"{path}: {fault}" for fault in check(path))
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
