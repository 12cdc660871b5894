"""The extra data of a push: a small JSON object that every database, message and browser holds."""

import json
import math
from collections.abc import Iterator
from typing import Any

MAX_BYTES, MAX_DEPTH = 1_000, 10
# What the service worker keeps there itself.
OURS = ("pushdesk", "navigate", "actions", "stamp")


def wrong_with(value: Any) -> str:
    """Return in a sentence what is wrong with the value, or nothing."""
    if not isinstance(value, dict):
        return 'Write a JSON object, such as {"order": 7}.'
    for name in OURS:
        if name in value:
            return f"“{name}” is ours: choose another name."
    for depth, level in enumerate(_levels(value), start=1):
        if depth > MAX_DEPTH:
            return f"This is nested deeper than {MAX_DEPTH} levels."
        if problem := next(filter(None, map(_wrong_value, level)), ""):
            return problem
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{size} bytes are too many: at most {MAX_BYTES}." if size > MAX_BYTES else ""


def _levels(value: Any) -> Iterator[list[Any]]:
    """Yield all values and names, the outermost first, so that depth costs no stack."""
    level = [value]
    while level:
        yield level
        inside = [each for each in level if isinstance(each, dict | list)]
        level = [child for each in inside for child in each]
        level += [child for each in inside if isinstance(each, dict) for child in each.values()]


def _wrong_value(value: Any) -> str:
    if isinstance(value, str):
        if "\0" in value:
            return "The character NUL cannot be stored."
        if any("\ud800" <= character <= "\udfff" for character in value):
            return "Half a character (\\ud800 to \\udfff) stands alone."
    elif isinstance(value, float) and not math.isfinite(value):
        return "A number is too large, or none: JSON cannot say infinity or NaN."
    elif isinstance(value, int) and abs(value) > 2**63:
        return "A number is too large."
    return ""
