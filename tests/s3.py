"""A run whose input, lake and output are in an S3 bucket gives the same files as one on local folders.

    s3.py --mfaudit PATH_TO_BINARY --tenant FOLDER --local PUBLISHED_FOLDER

Starts a moto server on the loopback interface, uploads the tenant, runs twice (the second run must read
nothing), compares every published file with the local run's, and greps all output for the secret.
"""

import argparse
import logging
import os
import pathlib
import subprocess
import tempfile

import boto3
from moto.server import ThreadedMotoServer

SECRET = "a-secret-that-must-never-show"
REGION = "eu-central-1"


def upload(client, tenant):
    client.create_bucket(Bucket="audit", CreateBucketConfiguration={"LocationConstraint": REGION})
    for folder in ("raw", "register"):
        for file in (tenant / folder).rglob("*"):
            if file.is_file():
                client.upload_file(str(file), "audit", f"tenant/{file.relative_to(tenant)}")


def configuration(tenant, endpoint):
    text = (tenant / "mfaudit.toml").read_text()
    for before, after in (
        ('url = "raw/', 'url = "s3://audit/tenant/raw/'),
        ('url = "register"', 'url = "s3://audit/tenant/register"'),
        ('url = "lake"', 'url = "s3://audit/lake"'),
        ('url = "out"', 'url = "s3://audit/out"'),
    ):
        text = text.replace(before, after)
    return text + (
        f'\n[store.s3]\nregion = "{REGION}"\nendpoint = "{endpoint}"\nallow_http = "true"\n'
        'access_key_id = "env:AUDIT_KEY"\nsecret_access_key = "env:AUDIT_SECRET"\n'
    )


def run(binary, config):
    environment = {"AUDIT_KEY": "key", "AUDIT_SECRET": SECRET, "PATH": os.environ["PATH"], "MFAUDIT_LOG": "debug"}
    done = subprocess.run([binary, "run", "--config", config], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr, "the secret was printed"
    return done.stdout


def published(client):
    listed = client.get_paginator("list_objects_v2").paginate(Bucket="audit", Prefix="out/")
    keys = [entry["Key"] for page in listed for entry in page["Contents"] if not entry["Key"].endswith("current.json")]
    return {key.split("/", 3)[3]: client.get_object(Bucket="audit", Key=key)["Body"].read() for key in keys}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--mfaudit", "--tenant", "--local"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    given = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="key", aws_secret_access_key=SECRET)
    upload(client, given.tenant)
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "mfaudit.toml"
        config.write_text(configuration(given.tenant, endpoint))
        run(given.mfaudit, config)
        assert "0 objects read" in run(given.mfaudit, config), "the second run read objects again"
    remote = published(client)
    local = {str(file.relative_to(given.local)): file.read_bytes() for file in given.local.rglob("*") if file.is_file()}
    differing = sorted(name for name in remote.keys() | local.keys() if remote.get(name) != local.get(name))
    server.stop()
    assert not differing, f"these differ from the local run: {differing}"
    print(f"{len(remote)} files are the same from S3 as from local folders")


if __name__ == "__main__":
    main()
