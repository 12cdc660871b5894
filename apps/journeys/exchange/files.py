"""The file itself: bounded, and JSON of a shape that can be gone through without harm."""

from typing import Any

from apps.accounts import exported_files
from apps.accounts.exported_files import Unreadable
from apps.journeys.documents import bounds

TYPE, FORMAT = "pushdesk-journeys", 1
MAX_BYTES, MAX_JOURNEYS = 2_000_000, 50
PARTS = {"type", "format", "site", "journeys"}


def read(content: bytes) -> dict[str, Any]:
    """Return the content of a file that anybody may have made: `journeys` is a list, of anything
    yet. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"The file has more than {MAX_BYTES // 1_000_000} MB.")
    data = exported_files.read(content)
    exported_files.check(data, of="journeys", type_=TYPE, format_=FORMAT, parts=PARTS)
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
