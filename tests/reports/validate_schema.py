#!/usr/bin/python3
"""Validates results files against docs/results.schema.json, and shows that it would find errors.

    tests/reports/validate_schema.py docs/results.schema.json RESULTS.json...
"""
import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator


def main(schema_path, *paths):
    schema = json.loads(Path(schema_path).read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in paths:
        results = json.loads(Path(path).read_text())
        for error in validator.iter_errors(results):
            sys.exit(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}")
        broken = copy.deepcopy(results)
        broken["trials"][0]["state"] = "lost"
        if validator.is_valid(broken):
            sys.exit(f"{schema_path}: accepts a state that does not exist")


if __name__ == "__main__":
    main(*sys.argv[1:])
