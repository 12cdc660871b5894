"""What the date operators ask for: a range of time [start, end); either end may be open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts.moments import parse

UNITS: dict[str, timedelta] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
MAX_AMOUNT = 100_000


@dataclass(frozen=True, kw_only=True)
class Range:
    """From the first moment on, until before the second; None is open."""

    start: datetime | None = None
    end: datetime | None = None


def is_period(value: Any) -> bool:
    """Whether it is `{"amount": 30, "unit": "days"}`."""
    if not isinstance(value, dict) or set(value) != {"amount", "unit"}:
        return False
    amount, unit = value["amount"], value["unit"]
    return type(amount) is int and 0 < amount <= MAX_AMOUNT and _of(unit) is not None


def _of(unit: Any) -> timedelta | None:
    return UNITS.get(unit) if isinstance(unit, str) else None


def _first(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of the day: where clocks go back at midnight, the earlier one."""
    midnight = datetime.combine(day, time(), zone)
    both = sorted(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # Where clocks go forward at midnight, the earlier of the two is still of the day before.
    return next((one for one in both if one.astimezone(zone).date() == day), both[1])


def _start(value: str, zone: ZoneInfo) -> datetime:
    """Return the first moment of what `value` names."""
    return _first(date.fromisoformat(value), zone) if len(value) == 10 else parse(value, zone)


def _end(value: str, zone: ZoneInfo) -> datetime:
    """Return the moment after what `value` names: after its day, its minute or its second."""
    if len(value) == 10:
        return _first(date.fromisoformat(value) + timedelta(days=1), zone)
    names_seconds = value[16:17] == ":"
    return parse(value, zone) + timedelta(seconds=1 if names_seconds else 60)


def _ago(value: dict[str, Any], now: datetime) -> datetime:
    # Days are counted in hours: “in the last 7 days” is 168 hours in every zone.
    try:
        return now - value["amount"] * UNITS[value["unit"]]
    except OverflowError:
        return datetime(1, 1, 1, tzinfo=UTC)


def _ahead(value: dict[str, Any], now: datetime) -> datetime:
    try:
        return now + value["amount"] * UNITS[value["unit"]]
    except OverflowError:
        return datetime(9999, 12, 31, tzinfo=UTC)


def _today(now: datetime, zone: ZoneInfo) -> Range:
    today = now.astimezone(zone).date()
    return Range(start=_first(today, zone), end=_first(today + timedelta(days=1), zone))


# Name of the date operator: the range that it asks for, of its value, now, and the site's zone.
RANGES: dict[str, Callable[[Any, datetime, ZoneInfo], Range]] = {
    "in_last": lambda value, now, zone: Range(start=_ago(value, now), end=now),
    "more_than_ago": lambda value, now, zone: Range(end=_ago(value, now)),
    "in_next": lambda value, now, zone: Range(start=now, end=_ahead(value, now)),
    "today": lambda value, now, zone: _today(now, zone),
    "before": lambda value, now, zone: Range(end=_start(value, zone)),
    "after": lambda value, now, zone: Range(start=_end(value, zone)),
    "on": lambda value, now, zone: Range(start=_start(value, zone), end=_end(value, zone)),
    "between": lambda value, now, zone: Range(
        start=_start(value[0], zone), end=_end(value[1], zone)
    ),
}
