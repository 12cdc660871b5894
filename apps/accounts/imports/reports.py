"""What became of an import, to be read by a person."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from apps.accounts.lines import csv_lines
from apps.accounts.models import Import

PAGE = 1_000


def report(import_: Import) -> Iterator[str]:
    """Yield the issues as CSV, with the lines of the file that they are about."""
    yield from csv_lines(iter([["row", "field", "message", "value"]]))
    yield from csv_lines(_issues(import_))


def _issues(import_: Import) -> Iterator[list[Any]]:
    last = 0
    while True:
        page = import_.issues.filter(pk__gt=last).order_by("pk")[:PAGE]
        rows = list(page.values_list("pk", "row", "field", "message", "value"))
        yield from (list(row[1:]) for row in rows)
        if len(rows) < PAGE:
            return
        last = rows[-1][0]


def percent(import_: Import) -> int:
    """Return how far it has come in the file, 0 to 100."""
    if import_.status in (Import.Status.CHECKED, Import.Status.FINISHED):
        return 100
    return min(100, 100 * import_.position // max(import_.size, 1))


def progress(import_: Import) -> dict[str, Any]:
    """Return what the page of a moving import shows."""
    done = percent(import_)
    passed = (timezone.now() - (import_.started_at or import_.created_at)).total_seconds()
    left = passed * (100 - done) / done if done else None
    return {
        "status": import_.status,
        "is_moving": import_.status in Import.MOVING,
        "percent": done,
        "rows": import_.rows,
        "created": import_.created,
        "updated": import_.updated,
        "unchanged": import_.unchanged,
        "broken": import_.broken,
        "left": _time_left(left) if import_.status in Import.MOVING else "",
    }


def _time_left(seconds: float | None) -> str:
    if seconds is None:
        return "Waiting for a worker"
    if seconds < 60:
        return "Less than a minute left"
    minutes = round(seconds / 60)
    return f"About {minutes} minute{'s' if minutes > 1 else ''} left"
