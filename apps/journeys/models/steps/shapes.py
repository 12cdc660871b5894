"""What is wrong with what steps keep as JSON, in words; an empty text where nothing is.

Nothing here asks the database: whether a site knows what is named is checked at publishing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from apps.accounts.characters import check_name
from apps.accounts.contacts import MAX_STATE_BYTES
from apps.accounts.events import MAX_PROPERTIES, MAX_PROPERTIES_BYTES, NAME, is_reserved
from apps.accounts.properties import is_name
from apps.assets.tags import check_text, labels_in
from apps.segments.rules import grammar

# Of a branch, a path: it is the outcome, which columns and addresses hold.
KEY = re.compile(r"[a-z0-9_-]{1,40}")
# As tags can write it.
TAG = re.compile(r"[A-Za-z_]\w{0,49}", re.ASCII)
MAX_WAYS, MAX_CHANGES, MAX_WEIGHT, MAX_NAME = 20, 50, 10_000, 100
MAX_NUMBER = 2**53

OPS = ("set", "unset", "add", "increment")
# Outcomes that a check has beside its branches.
OWN_OUTCOMES = ("none",)


def found(field: str, message: str) -> dict[str, str]:
    """Return the message by its field; nothing where there is none."""
    return {field: message} if message else {}


def in_branches(branches: Any) -> str:
    """Of a check."""
    return _first(_in_branches(branches))


def in_paths(paths: Any) -> str:
    """Of a split."""
    return _first(_in_paths(paths))


def in_changes(changes: Any) -> str:
    """Of an update."""
    return _first(_in_changes(changes))


def in_properties(properties: Any) -> str:
    """Of an event to track."""
    if not isinstance(properties, dict):
        return "Properties are names with values."
    if len(properties) > MAX_PROPERTIES:
        return f"An event has at most {MAX_PROPERTIES} properties."
    for name, value in properties.items():
        if not is_name(name):
            return f"“{name[:MAX_NAME]}” cannot be the name of a property."
        if message := in_value(value):
            return f"{name}: {message}"
    too_large = len(json.dumps(properties)) > MAX_PROPERTIES_BYTES
    return f"An event holds at most {MAX_PROPERTIES_BYTES} bytes." if too_large else ""


def in_event_name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        return "Write how the event is called."
    if is_reserved(name):
        return "Names that begin like this are tracked by Pushdesk itself."
    if not re.fullmatch(NAME, name) or name.endswith("\n"):
        return "The name of an event has letters, digits, and _ . : - only."
    return ""


def in_tag(name: Any) -> str:
    if not isinstance(name, str) or not TAG.fullmatch(name):
        return "A tag has letters from a to z, digits and _ only, and begins with a letter."
    return ""


def in_source(source: Any) -> str:
    root, _, name = source.partition(".") if isinstance(source, str) else ("", "", "")
    if root not in ("state", "event"):
        return "Write a property as state.first_name, or one of the event as event.price."
    return "" if is_name(name) else f"Write which property of the {root} is meant."


def in_value(value: Any) -> str:
    """Of a value to be kept: a text, a number, yes or no, or a list of these."""
    items = value if isinstance(value, list) else [value]
    return _first(message for each in items if (message := _in_plain(each)))


def _first(messages: Iterator[str]) -> str:
    return next(messages, "")


def _in_plain(value: Any) -> str:
    match value:
        case bool():
            return ""
        case int() | float():
            # Which NaN is not either.
            return "" if -MAX_NUMBER <= value <= MAX_NUMBER else "This number is too large."
        case str():
            return _in_text(value)
    return "A value is a text, a number, yes or no, or a list of these."


def _in_text(text: str) -> str:
    try:
        check_text(text)
    except ValidationError as error:
        return " ".join(error.messages)
    # They say different things to different people by rules, which only messages ask.
    return "" if labels_in(text) == frozenset() else "Label tags are for messages only."


def _rows(rows: Any, *, keys: set[str], one: str) -> Iterator[str]:
    """Yield what is wrong with the list as such."""
    if not isinstance(rows, list):
        yield f"This is a list, each part of which is a {one}."
    elif len(rows) > MAX_WAYS:
        yield f"At most {MAX_WAYS} of them, please."
    elif any(not isinstance(row, dict) or set(row) != keys for row in rows):
        yield f"Each {one} has these parts: {', '.join(sorted(keys))}."


def _in_ways(rows: list[dict[str, Any]], one: str) -> Iterator[str]:
    """Yield what is wrong with names and keys."""
    names, keys = set[str](), set[str](OWN_OUTCOMES)
    for row in rows:
        key, name = row["key"], row["name"]
        if not isinstance(key, str) or not KEY.fullmatch(key):
            yield f"The key of a {one} has small letters from a to z, digits, _ and - only."
        elif key in keys:
            yield f"The key “{key}” is taken; each {one} needs one of its own."
        elif not isinstance(name, str) or not name.strip():
            yield f"Each {one} needs a name."
        elif name.strip().casefold() in names:
            yield f"Two are called “{name}”; each {one} needs a name of its own."
        else:
            yield from _in_name(name)
            names.add(name.strip().casefold())
            keys.add(key)


def _in_name(name: str) -> Iterator[str]:
    if len(name) > MAX_NAME:
        yield f"A name has at most {MAX_NAME} characters."
    try:
        check_name(name)
    except ValidationError as error:
        yield " ".join(error.messages)


def _in_branches(branches: Any) -> Iterator[str]:
    if branches == []:
        yield "Add a rule to check."
    yield from _rows(branches, keys={"key", "name", "rule"}, one="branch")
    yield from _in_ways(branches, "branch")
    for row in branches:
        try:
            grammar.check(row["rule"])
        except grammar.Broken as broken:
            yield f"“{row['name']}”: {' '.join(broken.messages)}"


def _in_paths(paths: Any) -> Iterator[str]:
    if paths == []:
        yield "A split needs two paths."
    yield from _rows(paths, keys={"key", "name", "weight"}, one="path")
    yield from _in_ways(paths, "path")
    for row in paths:
        if type(row["weight"]) is not int or not 1 <= row["weight"] <= MAX_WEIGHT:
            yield f"The weight of “{row['name']}” is a whole number from 1 to {MAX_WEIGHT}."


def _in_changes(changes: Any) -> Iterator[str]:
    if changes == []:
        yield "Add a property to change."
    if not isinstance(changes, list) or not all(isinstance(row, dict) for row in changes):
        yield "This is a list of changes."
        return
    if len(changes) > MAX_CHANGES:
        yield f"At most {MAX_CHANGES} changes in one step."
    for row in changes:
        yield from _in_change(row)
    if len(json.dumps(changes)) > MAX_STATE_BYTES:
        yield f"A contact's state holds at most {MAX_STATE_BYTES} bytes."


def _in_change(row: dict[str, Any]) -> Iterator[str]:
    op, name, value = row.get("op"), row.get("name"), row.get("value")
    if op not in OPS:
        yield "A property can be set, unset, added to, or incremented."
    elif set(row) - {"op", "name", "value"}:
        yield "A change has these parts: name, op, value."
    elif not isinstance(name, str) or not is_name(name):
        yield f"“{str(name or '')[:MAX_NAME]}” cannot be the name of a property."
    elif op == "unset":
        return
    elif value is None:
        yield f"{name}: write the value, or unset the property."
    elif message := in_value(value):
        yield f"{name}: {message}"
    elif op == "increment" and not may_be_number(value):
        yield f"{name}: write the number to count up by, or a tag."


def may_be_number(value: Any) -> bool:
    """Return whether it can be counted up by: a number, a text that writes one, or has a tag."""
    if isinstance(value, str):
        return "{" in value or bool(re.fullmatch(r"\s*[+-]?\d+([.]\d+)?\s*", value))
    return isinstance(value, int | float) and not isinstance(value, bool)
