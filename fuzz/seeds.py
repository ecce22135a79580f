"""Seed corpora from the fixtures: one folder per fuzz target.

python3 fuzz/seeds.py FOLDER   writes them
python3 fuzz/seeds.py --list   names the targets
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"


def kinds():
    """Every kind of source, read off the readers."""
    found = set()
    for path in (ROOT / "src" / "source").rglob("*.rs"):
        found.update(re.findall(r"fn kind\(&self\) -> &'static str \{\s*\"([a-z0-9_.]+)\"", path.read_text(encoding="utf-8")))
    return sorted(found)


def samples(kind):
    """Raw objects of a kind: its fixture files, its sample, its worked records."""
    name = kind.replace(".", "/").replace("_", "-")
    for folder in (FIXTURES / "sources" / name, ROOT / "sample_data" / "raw" / name):
        for path in sorted(p for p in folder.rglob("*") if p.is_file())[:8]:
            yield path.read_bytes()
    records = FIXTURES / "records" / f"{kind}.json"
    if records.exists():
        for case in json.loads(records.read_text(encoding="utf-8")):
            yield case["raw"].encode()


def main():
    if sys.argv[1] == "--list":
        print("\n".join([*kinds(), "register", "object"]))
        return
    out = pathlib.Path(sys.argv[1])
    for kind in kinds():
        folder = out / kind / "seeds"
        folder.mkdir(parents=True, exist_ok=True)
        for number, raw in enumerate(samples(kind)):
            raw = __import__("gzip").decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
            # The first byte chooses name and form.
            (folder / f"{number:03}").write_bytes(bytes([number % 6]) + raw[:60000])
    register = out / "register" / "seeds"
    register.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate([FIXTURES / "register.xlsx", *sorted((ROOT / "sample_data" / "register").glob("*.csv"))[:1]]):
        (register / f"{number:03}").write_bytes(path.read_bytes()[:60000])
    containers = out / "object" / "seeds"
    containers.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(containers_of(b'[{"id":"a","createdDateTime":"2026-10-05T07:00:00Z","userId":"u","status":{"errorCode":0}}]')):
        (containers / f"{number:03}").write_bytes(raw)


def containers_of(text):
    """The same records in every container."""
    import gzip
    import io
    import zipfile

    yield text
    yield gzip.compress(text, mtime=0)
    yield "\ufeff".encode("utf-16-le") + text.decode().encode("utf-16-le")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.json"), text)
        archive.writestr(zipfile.ZipInfo("b.csv"), b"Request ID,Date (UTC)\nr,2026-10-05T07:00:00Z\n")
    yield packed.getvalue()


main()
