"""Cells: what type they are of, and what they say."""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from apps.accounts.models import Property

# As it stands: what our own export writes for values of no single type.
JSON = "json"
TYPES = [*Property.Type.choices, (JSON, "As it stands (JSON)")]
YES = {"true", "yes", "y", "t", "1", "on"}
NO = {"false", "no", "n", "f", "0", "off"}
WHOLE = re.compile(r"^-?\d{1,18}$")
# Neither codes nor telephone numbers: those have zeros or a plus before them.
PLAIN_NUMBER = re.compile(r"^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$")
ISO_DATE = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$")
# The escape itself, not a text that spells it: an even number of backslashes before it.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


# As deep as what the REST interfaces take.
MAX_DEPTH = 20


class ValueRefused(ValueError):
    """The cell does not hold what its type says; the text says what it should."""


def _text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool | list | dict):
        raise ValueRefused("This is no text.")
    return str(raw)


def _number(raw: Any) -> int | float:
    if isinstance(raw, bool | list | dict):
        raise ValueRefused("This is no number.")
    if isinstance(raw, int) and abs(raw) < 10**18:
        return raw
    text = str(raw).strip()
    if WHOLE.match(text):
        return int(text)
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or "_" in text:
        raise ValueRefused("This is no number; write it like 1234.5.")
    return found


def _yes_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if text in YES or text in NO:
        return text in YES
    raise ValueRefused("This is neither yes nor no.")


def _date(raw: Any) -> str:
    text = str(raw).strip()
    try:
        if not ISO_DATE.match(text):
            raise ValueError
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        return text if datetime.fromisoformat(text) and "T" in text else text.replace(" ", "T", 1)
    except ValueError as error:
        raise ValueRefused(
            "This is no date; write it like 2026-11-30 or 2026-11-30T18:00."
        ) from error


def moment(raw: Any) -> datetime:
    """Read a point in time: ISO 8601, or seconds since 1970. Raises ValueRefused."""
    text = str(raw).strip()
    try:
        if re.match(r"^\d{9,10}(\.\d+)?$", text):
            return datetime.fromtimestamp(float(text), tz=UTC)
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
        # In UTC: what is then before the year 1 could be stored, and never read again.
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueRefused("This is no moment; write it like 2026-11-30T18:00:00Z.") from error


def _list(raw: Any) -> list[Any]:
    if isinstance(raw, list):
        return raw
    text = _text(raw).strip()
    if text.startswith("["):
        found = _json(text)
        if isinstance(found, list):
            return found
    mark = next((mark for mark in (";", "|", ",") if mark in text), ";")
    return [part.strip() for part in text.split(mark) if part.strip()]


def _json(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        found = loads(raw)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueRefused("This is no JSON.") from error
    if NUL.search(raw):
        raise ValueRefused("This holds the character NUL.")
    return found


def loads(text: str) -> Any:
    """Read JSON; raises ValueError for what no database column holds or nobody could read again:
    numbers that are none or beyond a float, nesting beyond MAX_DEPTH."""
    found = json.loads(text, parse_constant=_finite, parse_float=_finite)
    # Counting costs nothing beside looking, and most rows are flat.
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(found):
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _is_deep(found: Any) -> bool:
    level = [found]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    return bool(level)


READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "yes_no": _yes_no,
    "date": _date,
    "list": _list,
    "moment": moment,
    JSON: _json,
}


def read(raw: Any, type_: str) -> Any:
    """Return the cell in its type. Raises ValueRefused."""
    return READERS[type_](raw)


def guess(cells: list[Any]) -> str:
    """Return the type that fits all the cells; what is empty among them says nothing."""
    filled = [cell for cell in cells if cell not in (None, "")]
    if not filled:
        return "text"
    for type_, fits in GUESSES:
        if all(fits(cell) for cell in filled):
            return type_
    return "text" if all(isinstance(cell, str) for cell in filled) else JSON


GUESSES: list[tuple[str, Callable[[Any], bool]]] = [
    ("yes_no", lambda cell: str(cell).lower() in {"true", "false", "yes", "no"}),
    (
        "number",
        lambda cell: (
            bool(PLAIN_NUMBER.match(cell))
            if isinstance(cell, str)
            else isinstance(cell, int | float) and not isinstance(cell, bool)
        ),
    ),
    ("date", lambda cell: isinstance(cell, str) and bool(ISO_DATE.match(cell))),
    ("list", lambda cell: isinstance(cell, list) or str(cell).startswith("[")),
    (JSON, lambda cell: isinstance(cell, dict) or str(cell).startswith("{")),
]
