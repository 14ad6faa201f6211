"""Asks dlt for names, coerced values and hashes by the ten thousand.

Arguments: the input (a JSON file made by volume_input.ts), and the file to write to.
"""

import base64
import datetime
import decimal
import json
import sys

import dlt  # noqa: F401
from dlt.common.data_types.type_helpers import coerce_value, py_type_to_sc_type
from dlt.common.json import json as dlt_json
from dlt.common.normalizers.json.helpers import get_nested_row_hash, get_row_hash
from dlt.common.normalizers.naming.snake_case import NamingConvention
from dlt.common.schema.detections import is_iso_timestamp
from dlt.common.time import normalize_timezone
from dlt.common.utils import digest128

INT64 = range(-(2**63), 2**63)
EMPTY = "_empty"


def named(naming, raw):
    """A key as the row normaliser names it: one identifier, and a path."""
    if not raw or raw.isspace():
        return [EMPTY, EMPTY]
    return [naming.normalize_identifier(raw), naming.normalize_path(raw)]


def shown(value):
    """A coerced value as JSON."""
    if callable(value):
        value = value()
        if isinstance(value, tuple):
            return {"variant": value[0]}
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if value in INT64 else {"beyond": str(value)}
    if isinstance(value, float):
        return {"double": value if value - value == 0 else str(value)}
    if isinstance(value, decimal.Decimal):
        return format(value, "f") if value.is_finite() else {"decimal": str(value)}
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return {"blob": base64.b64encode(value).decode()}
    raise TypeError(type(value))


def coerced(value, to_type):
    """What becomes of a value in a column; null where it does not fit."""
    try:
        result = coerce_value(to_type, py_type_to_sc_type(type(value)), value)
        if to_type == "json":
            if result is None:
                return None
            return {"json": dlt_json.dumps(result)}
        if to_type == "timestamp":
            result = normalize_timezone(result, True)
        return shown(result)
    except (ValueError, SyntaxError) as error:
        # Errors of a kind that dlt does not expect here end the run, these mean that the value does not fit.
        return {"error": str(error)} if "timedelta" in str(error) else None
    except Exception as error:
        return {"error": type(error).__name__}


def inferred(value):
    return is_iso_timestamp(type(value), value) or py_type_to_sc_type(type(value))


def main(in_file, out_file):
    with open(in_file, encoding="utf-8") as file:
        asked = json.load(file)
    answers = {"names": [], "values": [], "records": [], "places": [], "parts": []}
    namings = [NamingConvention(limit) for limit in asked["limits"]]
    for raw in asked["names"]:
        answers["names"].append([name for naming in namings for name in named(naming, raw)])
    for text in asked["values"]:
        value = json.loads(text)
        answers["values"].append([inferred(value)] + [coerced(json.loads(text), to) for to in asked["types"]])
    for text in asked["records"]:
        record = json.loads(text)
        boundary = digest128(dlt_json.dumps(record, sort_keys=True), 15)
        answers["records"].append([get_row_hash(record), boundary, dlt_json.dumps(record)])
    for parent, table, index in asked["places"]:
        answers["places"].append(get_nested_row_hash(parent, table, index))
    for parts in asked["parts"]:
        normalised = [[naming.normalize_path(part) for part in parts] for naming in namings]
        answers["parts"].append(
            [naming.shorten_fragments(*each) for naming, each in zip(namings, normalised)]
        )
    with open(out_file, "w", encoding="utf-8") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
