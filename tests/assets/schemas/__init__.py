"""JSON schemas (draft 2020-12) of what leaves the desk for a browser."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of `name`.json beside this module; its text has been checked as well."""
    schema = json.loads((Path(__file__).parent / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(name: str, message: object) -> list[str]:
    """What is wrong with the message, each with its place; nothing when it is valid."""
    return [
        f"{error.json_path}: {error.message}"[:300]
        for error in validator(name).iter_errors(message)
    ]
