"""How large a document may be, and that every database can hold it."""

import math
from collections.abc import Iterator
from typing import Any

MAX_DEPTH, MAX_VALUES, MAX_CHARACTERS = 30, 50_000, 2_000_000
# What every database has as a number.
LARGEST = 2**63 - 1


def problem(document: Any) -> str:
    """Return why the document cannot be looked at at all, or an empty text.

    Goes through it level by level: nesting without end must not end us.
    """
    level, values, characters = [document], 0, 0
    for _ in range(MAX_DEPTH):
        for value in level:
            if wrong := _wrong(value):
                return wrong
            characters += len(value) if isinstance(value, str) else 0
        values += len(level)
        if values > MAX_VALUES or characters > MAX_CHARACTERS:
            return "This is too large for a journey."
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return ""
    return "This nests too deep."


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _wrong(value: Any) -> str:
    match value:
        case None | bool() | dict() | list():
            return ""
        case int():
            return "" if abs(value) <= LARGEST else "A number is too large."
        case float():
            return "" if math.isfinite(value) else "A number has no end."
        case str():
            return _in_text(value)
    return "This is not JSON."


def _in_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "A text holds half a character."
    return "A text holds the character NUL." if "\x00" in text else ""
