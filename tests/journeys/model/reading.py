"""What is asked of contacts, events and clocks, read slowly.

A condition on a contact is a pair: `("language", "de")`, or `("points", 2)` for at least two. On
an event it is the least that its property `n` may be. None asks for nothing.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
# The day before is looked at too: an hour that strikes twice has struck.
BEFORE = timedelta(hours=26)

Plain = dict[str, Any]


def meets(contact: Plain, asked: tuple[str, Any] | None) -> bool:
    if asked is None:
        return True
    name, value = asked
    if name == "language":
        return contact["language"] == value
    held = contact["state"].get(name)
    return held is not None and held >= value


def is_meant(event: Plain, name: str, least: int | None) -> bool:
    """Whether it is an event of that name, with the property asked for."""
    if not name or event["name"] != name:
        return False
    if least is None:
        return True
    held = event["properties"].get("n")
    return held is not None and held >= least


def next_strike(now: datetime, at: time, zone: ZoneInfo, weekdays: list[int]) -> datetime:
    """Return when a clock in the zone strikes `at` next, on one of the weekdays if there are any:
    it is watched, a quarter of an hour at a time. Where it never shows that time, because clocks
    are put forward, it strikes at the first moment after."""
    quarters = int((now - BEFORE).timestamp() // QUARTER.total_seconds())
    moment = datetime.fromtimestamp(quarters * QUARTER.total_seconds(), tz=UTC)
    has_struck: set[date] = set()
    while True:
        moment += QUARTER
        shown = moment.astimezone(zone)
        if shown.time() < at or shown.date() in has_struck:
            continue
        has_struck.add(shown.date())
        if moment > now and (not weekdays or shown.weekday() in weekdays):
            return moment
