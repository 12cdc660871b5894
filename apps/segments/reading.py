"""Reading a rule that somebody sent: text of unknown size and shape."""

import json
from typing import Any

MAX_CHARACTERS = 400_000


class Unreadable(ValueError):
    """The text is no rule; the message says why, for people."""


def read(text: str) -> Any:
    """Return what the JSON text holds. Raises Unreadable.

    Beside broken JSON that is what Python's own reader lets through or breaks on: nesting without
    end, numbers of thousands of digits, numbers that are none, half characters.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("This rule is too long.")
    try:
        found = json.loads(text, parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is not readable as a rule.") from error
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)
