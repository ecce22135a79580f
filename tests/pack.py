"""An independent check of an evidence pack: stock tools and DuckDB, nothing of mfaudit.

    pack.py PACK [PACK ...]                      evidence.zip, or the folder that it unpacks into
    pack.py --signing MFAUDIT TENANT             signs packs of a tenant with keys made here and checks them by
                                                 ssh-keygen, minisign and openssl, the time stamp with an authority made here

Needs Python 3.11, the package `duckdb`, sha256sum; for --signing also ssh-keygen and openssl, and minisign where it is
installed. Every fault is printed; the last line is `N passed, N failed`; the exit code is 1 when anything failed.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import chdir
from pathlib import Path

import duckdb

NAMESPACE = "mfaudit-evidence"
AUTHORITY = """
[tsa]
default_tsa = authority
[authority]
dir = .
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class Tally:
    """Prints faults and counts outcomes."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def check(self, what: str, good: bool, said: object = "") -> None:
        if good:
            self.passed += 1
            return
        self.failed += 1
        print(f"{what}: {str(said).strip()[:2000]}")

    def finish(self) -> int:
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def run(*command: object, inside: Path, given: bytes | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], cwd=inside, input=given, capture_output=True, check=False)


def said(done: subprocess.CompletedProcess) -> str:
    return (done.stdout + done.stderr).decode(errors="replace")


def unpacked(pack: Path, into: Path) -> Path:
    """The bag's folder."""
    if pack.is_dir():
        return pack
    with zipfile.ZipFile(pack) as archive:
        names = archive.namelist()
        assert names == sorted(names) and len(set(names)) == len(names), "entries are not sorted, or one stands twice"
        tops = {name.split("/")[0] for name in names}
        assert len(tops) == 1, f"not one folder: {tops}"
        archive.extractall(into)
    return into / tops.pop()


def bag(folder: Path, tally: Tally) -> None:
    """Manifests by sha256sum, and that they list everything."""
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = run("sha256sum", "--check", "--strict", "--quiet", manifest, inside=folder)
        tally.check(f"{folder.name}/{manifest}", done.returncode == 0, said(done))
    listed = {line.split("  ", 1)[1] for m in ("manifest-sha256.txt", "tagmanifest-sha256.txt") for line in (folder / m).read_text().splitlines()}
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {"tagmanifest-sha256.txt"}
    tally.check(f"{folder.name}: files without a digest", found == listed, found ^ listed)
    payload = [p.stat().st_size for p in (folder / "data").rglob("*") if p.is_file()]
    info = dict(line.split(": ", 1) for line in (folder / "bag-info.txt").read_text().splitlines())
    tally.check("Payload-Oxum", info["Payload-Oxum"] == f"{sum(payload)}.{len(payload)}", info)
    tally.check("bagit.txt", (folder / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")


def statement(folder: Path, tally: Tally) -> dict:
    """The statement names every file that stood before it, by its digest."""
    stated = json.loads((folder / "statement.json").read_text())
    tally.check("_type", stated["_type"] == "https://in-toto.io/Statement/v1", stated["_type"])
    subjects = {s["name"]: s["digest"]["sha256"] for s in stated["subject"]}
    digests = {}
    for line in (folder / "manifest-sha256.txt").read_text().splitlines() + (folder / "tagmanifest-sha256.txt").read_text().splitlines():
        sha, path = line.split("  ", 1)
        digests[path] = sha
    later = {p for p in digests if p.startswith(("statement.", "timestamp."))}
    tally.check("subjects", subjects == {p: sha for p, sha in digests.items() if p not in later}, set(subjects) ^ set(digests))
    return stated


def reperformed(folder: Path, tally: Tally) -> None:
    """The script in the pack, in DuckDB: no difference, and nothing left out."""
    data = folder / "data"
    with chdir(data), duckdb.connect(":memory:") as database:
        try:
            database.execute((data / "reperform.sql").read_text())
        except duckdb.Error as error:
            tally.check(f"{folder.name}: reperform.sql", False, error)
            return
        differences = database.execute("SELECT * FROM differences").fetchall()
        tally.check(f"{folder.name}: differences", not differences, "\n".join(map(str, differences[:20])))
        numbers = database.execute("SELECT count(*) FROM figures").fetchone()[0]
        tables = {row[0] for row in database.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    results = json.loads((data / "results.json").read_text())
    computed = {m["id"] for m in results["metrics"] if any(line.get("figure") for line in m["lines"])}
    with (data / "figures.csv").open(newline="") as lines:
        told = {row["metric"] for row in csv.DictReader(lines)}
    tally.check(f"{folder.name}: metrics in figures.csv", computed == told and numbers > 0, computed ^ told)
    absent = {m["id"] for m in results["metrics"] if m["lines"] and f"rows_{m['id']}" not in tables}
    tally.check(f"{folder.name}: metrics re-performed", not absent, absent)


def components(folder: Path, tally: Tally) -> None:
    """CycloneDX: names, versions and references that resolve."""
    bom = json.loads((folder / "data" / "sbom.cdx.json").read_text())
    tally.check("CycloneDX 1.5", (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.5"))
    refs = [c["bom-ref"] for c in bom["components"]] + [bom["metadata"]["component"]["bom-ref"]]
    tally.check("references are unique", len(refs) == len(set(refs)))
    tally.check("components are whole", all(c["type"] == "library" and c["name"] and c["version"] and c["purl"] for c in bom["components"]))
    dangling = {r for d in bom["dependencies"] for r in [d["ref"], *d["dependsOn"]]} - set(refs)
    tally.check("references resolve", not dangling, dangling)


def dictionary(folder: Path, tally: Tally) -> None:
    """Every column of every Parquet file has a meaning."""
    with (folder / "data" / "dictionary.csv").open(newline="") as lines:
        told = {(row["file"].split(" ")[0], row["column"]) for row in csv.DictReader(lines) if row["meaning"].strip()}
    wanted = set()
    for path in [*(folder / "data" / "tables").glob("*.parquet"), *(folder / "data" / "rows").glob("*.parquet")]:
        quoted = str(path).replace("'", "''")
        wanted |= {(f"{path.parent.name}/{path.name}", row[0]) for row in duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{quoted}')").fetchall()}
    tally.check(f"{folder.name}: columns without a meaning", wanted <= told, wanted - told)


def checked(pack: Path, tally: Tally) -> None:
    with tempfile.TemporaryDirectory() as into:
        folder = unpacked(pack.resolve(), Path(into))
        bag(folder, tally)
        statement(folder, tally)
        reperformed(folder, tally)
        components(folder, tally)
        dictionary(folder, tally)


# Signatures and time


def ssh(folder: Path, public: Path, tally: Tally) -> None:
    signers = folder.parent / f"{public.stem}.allowed"
    signers.write_text(f"auditor@example.com {public.read_text()}")
    stated = (folder / "statement.json").read_bytes()
    command = ("ssh-keygen", "-Y", "verify", "-f", signers, "-I", "auditor@example.com", "-s", "statement.json.sig")
    tally.check(f"ssh-keygen, {public.stem}", run(*command, "-n", NAMESPACE, inside=folder, given=stated).returncode == 0)
    tally.check("ssh-keygen, another namespace", run(*command, "-n", "file", inside=folder, given=stated).returncode != 0)
    tally.check("ssh-keygen, other bytes", run(*command, "-n", NAMESPACE, inside=folder, given=stated + b" ").returncode != 0)


def minisigned(folder: Path, public: Path, tally: Tally) -> None:
    done = run("minisign", "-V", "-p", public, "-x", "statement.json.minisig", "-m", "statement.json", inside=folder)
    tally.check("minisign", done.returncode == 0, said(done))


def stamped(mfaudit: Path, pack: Path, folder: Path, tally: Tally) -> None:
    """A throw-away authority answers the request; the answer is attached, and both programs accept it."""
    with tempfile.TemporaryDirectory() as at:
        work = Path(at)
        (work / "tsa.cnf").write_text(AUTHORITY)
        (work / "serial").write_text("01\n")
        extension = ("-addext", "extendedKeyUsage=critical,timeStamping")
        made = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=Test", "-days", "2", *extension, inside=work)
        tally.check("openssl req", made.returncode == 0, said(made))
        query = folder / "timestamp.tsq"
        shown = run("openssl", "ts", "-query", "-in", query, "-text", inside=work)
        tally.check("openssl ts -query", shown.returncode == 0 and b"sha256" in shown.stdout, said(shown))
        reply = run("openssl", "ts", "-reply", "-queryfile", query, "-signer", "cert.pem", "-inkey", "key.pem", "-config", "tsa.cnf", "-out", "reply.tsr", inside=work)
        tally.check("openssl ts -reply", reply.returncode == 0, said(reply))
        done = run(mfaudit, "attach", pack, "--timestamp", work / "reply.tsr", "--out", work / "stamped.zip", inside=work)
        tally.check("attach", done.returncode == 0, said(done))
        again = unpacked(work / "stamped.zip", work)
        proven = run("openssl", "ts", "-verify", "-queryfile", "timestamp.tsq", "-in", "timestamp.tsr", "-CAfile", work / "cert.pem", inside=again)
        tally.check("openssl ts -verify", proven.returncode == 0, said(proven))
        bag(again, tally)
        done = run(mfaudit, "verify", work / "stamped.zip", "--format", "json", inside=work)
        tally.check("verify, with a time stamp", done.returncode == 0 and json.loads(done.stdout)["stamped_at"], said(done))
        other = run("openssl", "ts", "-query", "-data", "cert.pem", "-sha256", "-cert", "-out", "other.tsq", inside=work)
        run("openssl", "ts", "-reply", "-queryfile", "other.tsq", "-signer", "cert.pem", "-inkey", "key.pem", "-config", "tsa.cnf", "-out", "other.tsr", inside=work)
        done = run(mfaudit, "attach", pack, "--timestamp", work / "other.tsr", "--out", work / "never.zip", inside=work)
        tally.check("a time stamp for another digest is refused", other.returncode == 0 and done.returncode != 0 and not (work / "never.zip").exists(), said(done))


def signing(mfaudit: Path, tenant: Path, tally: Tally) -> None:
    kinds = {"ed25519": ("-t", "ed25519"), "ecdsa": ("-t", "ecdsa", "-b", "256"), "sealed": ("-t", "ed25519"), "rsa": ("-t", "rsa", "-b", "3072")}
    has_minisign = shutil.which("minisign") is not None
    with tempfile.TemporaryDirectory() as at:
        work = Path(at)
        shutil.copytree(tenant, work / "tenant", ignore=shutil.ignore_patterns("out", "lake"))
        config = work / "tenant" / "mfaudit.toml"
        plain = config.read_text()
        for name, options in kinds.items():
            passphrase = "correct horse" if name == "sealed" else ""
            made = run("ssh-keygen", "-q", *options, "-N", passphrase, "-C", "audit", "-f", work / name, inside=work)
            tally.check(f"ssh-keygen, {name}", made.returncode == 0, said(made))
            section = '[evidence]\nssh_key = "env:AUDIT_KEY"\n' + ('ssh_passphrase = "env:AUDIT_PASSPHRASE"\n' if passphrase else "")
            if has_minisign and name == "ed25519":
                made = run("minisign", "-G", "-W", "-p", work / "mini.pub", "-s", work / "mini.key", inside=work)
                tally.check("minisign -G", made.returncode == 0, said(made))
                section += f'minisign_key = "file:{work / "mini.key"}"\n'
            config.write_text(f"{plain}\n{section}")
            shutil.rmtree(work / "tenant" / "out", ignore_errors=True)
            environment = {"PATH": os.environ["PATH"], "AUDIT_KEY": (work / name).read_text(), "AUDIT_PASSPHRASE": passphrase}
            done = subprocess.run([str(mfaudit), "run", "--config", str(config)], env=environment, capture_output=True, check=False)
            if name == "rsa":
                tally.check("an RSA key is refused by name", done.returncode == 2 and b"use Ed25519" in done.stderr, said(done))
                continue
            tally.check(f"run, {name}", done.returncode == 0, said(done))
            tally.check("the key is not printed", b"PRIVATE" not in done.stdout + done.stderr and b"correct horse" not in done.stdout + done.stderr)
            pack = next((work / "tenant" / "out").glob("*/*/evidence.zip"))
            folder = unpacked(pack, work / f"bag-{name}")
            ssh(folder, work / f"{name}.pub", tally)
            keys = ["--key", work / f"{name}.pub"]
            if (folder / "statement.json.minisig").exists():
                minisigned(folder, work / "mini.pub", tally)
                keys += ["--key", work / "mini.pub"]
            done = run(mfaudit, "verify", pack, *keys, "--format", "json", inside=work)
            tally.check(f"verify, {name}", done.returncode == 0 and len(json.loads(done.stdout)["signed_by"]) == len(keys) // 2, said(done))
            if name == "ed25519":
                stamped(mfaudit, pack, folder, tally)


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks evidence packs with stock tools.")
    parser.add_argument("--signing", nargs=2, type=Path, metavar=("MFAUDIT", "TENANT"))
    parser.add_argument("packs", nargs="*", type=Path, metavar="PACK")
    given = parser.parse_args()
    tally = Tally()
    for pack in given.packs:
        checked(pack, tally)
    if given.signing:
        signing(given.signing[0].resolve(), given.signing[1].resolve(), tally)
    if tally.passed + tally.failed == 0:
        tally.check("packs", False, "there was nothing to check")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
