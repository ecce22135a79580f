"""DuckDB's side of the benchmark: the same files, the same columns, the same queries.

    duckdb_side.py ingest ROOT     raw gzip JSON Lines to one Parquet file
    duckdb_side.py metrics ROOT    every query over the tables that a run published

Prints CPU seconds and wall seconds. The ingest selects the fields that the canonical table holds; it decides
nothing about them, so it does less work than the program it is compared with.
"""

import pathlib
import resource
import sys
import tempfile
import time

import duckdb

FIELDS = {
    "id": "VARCHAR", "createdDateTime": "VARCHAR", "userId": "VARCHAR", "userPrincipalName": "VARCHAR", "appId": "VARCHAR",
    "appDisplayName": "VARCHAR", "resourceId": "VARCHAR", "correlationId": "VARCHAR", "clientAppUsed": "VARCHAR", "isInteractive": "BOOLEAN",
    "authenticationRequirement": "VARCHAR", "authenticationProtocol": "VARCHAR", "ipAddress": "VARCHAR", "homeTenantId": "VARCHAR", "resourceTenantId": "VARCHAR",
    "crossTenantAccessType": "VARCHAR", "tokenIssuerType": "VARCHAR", "autonomousSystemNumber": "BIGINT",
    "status": "STRUCT(errorCode BIGINT, additionalDetails VARCHAR)",
    "location": "STRUCT(countryOrRegion VARCHAR, geoCoordinates STRUCT(latitude DOUBLE, longitude DOUBLE))",
    "deviceDetail": "STRUCT(isCompliant BOOLEAN)",
    "authenticationDetails": "STRUCT(authenticationMethod VARCHAR, succeeded BOOLEAN, authenticationStepResultDetail VARCHAR)[]",
}


def ingest(con, root, target):
    record = "STRUCT(" + ", ".join(f'"{name}" {kind}' for name, kind in FIELDS.items()) + ")"
    columns = "{time: 'VARCHAR', category: 'VARCHAR', resultType: 'VARCHAR', properties: '" + record + "'}"
    files = f"{root}/raw/entra/sign-ins/**/*.json"
    rows = f"SELECT time, category, resultType, unnest(properties) FROM read_json('{files}', format='newline_delimited', compression='gzip', columns={columns}, ignore_errors=true)"
    distinct = f"SELECT * FROM ({rows}) QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY time DESC) = 1"
    con.execute(f"COPY ({distinct}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def metrics(con, root):
    tables = next(pathlib.Path(root).glob("out/*/*/tables"))
    for file in tables.glob("*.parquet"):
        con.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM read_parquet('{file}')")
    con.execute("SET TimeZone = 'UTC'")
    for query in sorted((pathlib.Path(__file__).parent.parent / "queries").glob("*.sql")):
        con.execute(f"CREATE OR REPLACE TEMP TABLE result AS {query.read_text().rstrip().rstrip(chr(59))}")


def main():
    step, root = sys.argv[1:3]
    con = duckdb.connect()
    begun = time.monotonic()
    if step == "ingest":
        with tempfile.TemporaryDirectory() as folder:
            ingest(con, root, f"{folder}/sign_ins.parquet")
    else:
        metrics(con, root)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{used.ru_utime + used.ru_stime:8.2f} CPU-s {time.monotonic() - begun:8.2f} s wall")


if __name__ == "__main__":
    main()
