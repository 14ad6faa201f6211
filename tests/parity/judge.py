"""Runs cases through dlt and writes down what it made of them, one JSON line per run.

Arguments: the plan (a JSON file made by dlt_side.ts), and the file to write to.
"""

import base64
import datetime
import decimal
import gzip
import json
import os
import sqlite3
import sys
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

PIPELINE = "parity"
DATASET = "main"
DUCKDB_DATASET = "parity_data"
TIMESTAMP_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
HINTS = (
    "table_name",
    "write_disposition",
    "primary_key",
    "merge_key",
    "columns",
    "schema_contract",
    "nested_hints",
    "max_table_nesting",
    "parent_table_name",
)


def read_pages(url):
    """Pages of a list, by the links of their headers."""
    while url:
        with urlopen(url) as response:
            page = json.loads(response.read())
            link = response.headers.get("link")
        yield page
        url = urljoin(url, link[link.index("<") + 1 : link.index(">")]) if link else None


def resource_of(dlt, config, base_url):
    """A resource as a function over the same pages, for hints that the declarative grammar has no word for."""
    hints = {key: config[key] for key in HINTS if key in config}
    endpoint = config["endpoint"]
    incremental = endpoint.get("incremental") or config.get("incremental")

    if incremental:

        def records(cursor=dlt.sources.incremental(**incremental)):
            yield from read_pages(base_url + endpoint["path"])

    else:

        def records():
            yield from read_pages(base_url + endpoint["path"])

    return dlt.resource(records, name=config["name"], **hints)


def source_of(dlt, run, via):
    options = run.get("source", {})
    config = run["config"]
    if via == "rest":
        from dlt.sources.rest_api import rest_api_source

        return rest_api_source(config, name=PIPELINE, **options)

    @dlt.source(name=PIPELINE, **options)
    def source():
        return [resource_of(dlt, each, config["client"]["base_url"]) for each in config["resources"]]

    return source()


def destination_of(dlt, case, folder, database):
    options = case.get("destination_options", {})
    kind = case["destination"]
    if kind == "duckdb":
        return dlt.destinations.duckdb(str(folder / "dlt.duckdb"), **options)
    if kind == "filesystem":
        return dlt.destinations.filesystem(str(folder / "bucket"), **options)
    return dlt.destinations.sqlalchemy(f"sqlite:///{database}", **options)


def cell(value):
    """A value of a database as JSON that tells all of them apart."""
    if isinstance(value, float):
        return value if value - value == 0 else {"float": str(value)}
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (bytes, bytearray)):
        return {"blob": base64.b64encode(value).decode()}
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return value.strftime(TIMESTAMP_FORMAT)
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S.%f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def dump_sqlite(file):
    tables = {}
    if not file.exists():
        return tables
    with sqlite3.connect(file) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"
        ).fetchall()
        for (name,) in names:
            quoted = '"' + name.replace('"', '""') + '"'
            columns = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
            rows = connection.execute(f"SELECT * FROM {quoted} ORDER BY rowid").fetchall()
            tables[name] = {
                "columns": [[column[1], column[2], column[3]] for column in columns],
                "rows": [[cell(value) for value in row] for row in rows],
            }
    connection.close()
    return tables


def dump_duckdb(file):
    import duckdb

    tables = {}
    if not file.exists():
        return tables
    connection = duckdb.connect(str(file))
    connection.execute("SET TimeZone = 'UTC'")
    columns = connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = ? ORDER BY table_name, ordinal_position",
        [DUCKDB_DATASET],
    ).fetchall()
    for table, column, data_type, nullable in columns:
        entry = tables.setdefault(table, {"columns": [], "rows": []})
        entry["columns"].append([column, data_type, int(nullable == "NO")])
    for name, entry in tables.items():
        rows = connection.execute(f'SELECT * FROM "{DUCKDB_DATASET}"."{name}"').fetchall()
        entry["rows"] = [[cell(value) for value in row] for row in rows]
    connection.close()
    return tables


def dump_files(dataset):
    """Rows of JSON lines, the files of a table in the order of their names. Keys have no order."""
    tables = {}
    if not dataset.exists():
        return tables
    for folder in sorted(each for each in dataset.iterdir() if each.is_dir()):
        rows = []
        for file in sorted(folder.iterdir()):
            if file.name == "init":
                continue
            with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
                rows.extend(json.loads(line) for line in lines)
        names = sorted({name for row in rows for name in row})
        if rows:
            tables[folder.name] = {
                "columns": [[name, "", 0] for name in names],
                "rows": [[row.get(name) for name in names] for row in rows],
            }
    return tables


def dump(kind, folder, database):
    if kind == "duckdb":
        return dump_duckdb(folder / "dlt.duckdb")
    return dump_files(folder / "bucket" / DATASET) if kind == "filesystem" else dump_sqlite(database)


def innermost(error):
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__
    return error


def restored(pipeline):
    """What a pipeline finds in a dataset that somebody else has written."""
    pipeline.sync_destination()
    if pipeline.default_schema_name is None:
        return None
    counts = pipeline.dataset().row_counts().fetchall()
    return {
        "schema_names": pipeline.schema_names,
        "default_schema": pipeline.default_schema_name,
        "hash_is_right": not pipeline.default_schema.is_modified,
        "tables": sorted(pipeline.default_schema.data_table_names()),
        "counts": {name: count for name, count in counts},
        "sources": json.loads(json.dumps(pipeline.state.get("sources", {}), default=str)),
    }


def run_case(dlt, case, write):
    folder = Path(case["folder"])
    folder.mkdir(parents=True)
    kind = case["destination"]
    database = Path(case.get("database") or folder / "dlt.db")
    for run in case["runs"]:
        pipeline = dlt.pipeline(
            PIPELINE,
            destination=destination_of(dlt, case, folder, database),
            dataset_name=DUCKDB_DATASET if kind == "duckdb" else DATASET,
            pipelines_dir=str(folder / "pipelines"),
        )
        error = None
        found = restored(pipeline) if case.get("restore") else None
        try:
            pipeline.run(source_of(dlt, run, case["via"]), **run.get("run", {}))
        except Exception as raised:
            cause = innermost(raised)
            error = {"kind": type(cause).__name__, "text": str(cause)[:500]}
            # A package that cannot be loaded would be tried again instead of the next run's data.
            pipeline.drop_pending_packages()
        tables = dump(kind, folder, database) if case.get("dump", True) else {}
        write({"case": case["name"], "run": run["number"], "error": error, "tables": tables, "restored": found})


def main(plan_file, out_file):
    with open(plan_file, encoding="utf-8") as file:
        plan = json.load(file)
    os.chdir(Path(plan_file).parent)
    import dlt

    with open(out_file, "w", encoding="utf-8") as out:

        def write(line):
            out.write(json.dumps(line) + "\n")
            out.flush()

        for case in plan:
            run_case(dlt, case, write)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
