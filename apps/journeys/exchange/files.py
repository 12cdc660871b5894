"""The file itself: bounded, and JSON of a shape that can be gone through without harm."""

import json
from typing import Any

from apps.journeys.documents import bounds

TYPE, FORMAT = "pushdesk-journeys", 1
MAX_BYTES, MAX_JOURNEYS = 2_000_000, 50
PARTS = {"type", "format", "site", "journeys"}


class Unreadable(ValueError):
    """The file cannot be imported at all; the message says why, for people."""


def read(content: bytes) -> dict[str, Any]:
    """Return the content of a file that anybody may have made: `journeys` is a list, of anything
    yet. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"The file has more than {MAX_BYTES // 1_000_000} MB.")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not text in UTF-8.") from error
    except RecursionError as error:
        raise Unreadable("The file nests too deep.") from error
    except ValueError as error:
        raise Unreadable("The file is not JSON.") from error
    if not isinstance(data, dict) or data.get("type") != TYPE:
        raise Unreadable("This is not a file that “Export” of journeys has made.")
    if type(data.get("format")) is not int or data["format"] != FORMAT:
        raise Unreadable(f"This release reads files of format {FORMAT}.")
    if more := sorted(set(data) - PARTS):
        raise Unreadable(f"The file has a part that is not known: “{more[0][:60]}”.")
    return _known(data)


def _known(data: dict[str, Any]) -> dict[str, Any]:
    rows = data.get("journeys")
    if not isinstance(rows, list) or not rows:
        raise Unreadable("The file holds no journeys.")
    if len(rows) > MAX_JOURNEYS:
        raise Unreadable(f"The file has more than {MAX_JOURNEYS} journeys.")
    for number, row in enumerate(rows, start=1):
        if wrong := bounds.problem(row):
            raise Unreadable(f"Journey {number}: {wrong}")
    return data
