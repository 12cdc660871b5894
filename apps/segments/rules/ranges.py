"""What the date operators ask for: a range of time [start, end); either end may be open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts.moments import in_utc, parse

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


def _day(value: str, zone: ZoneInfo, days: int = 0) -> datetime:
    """Return the first moment of the day that `value` names, or of one some days later."""
    local = parse(value, zone).astimezone(zone).date() + timedelta(days=days)
    return in_utc(datetime.combine(local, time()), zone)


def _end(value: str, zone: ZoneInfo) -> datetime:
    """Return the moment after what `value` names: after its day, or after its minute."""
    moment = parse(value, zone)
    return _day(value, zone, 1) if len(value) == 10 else moment + timedelta(minutes=1)


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


def _first(day: date, zone: ZoneInfo) -> datetime:
    return in_utc(datetime.combine(day, time()), zone)


# Name of the date operator: the range that it asks for, of its value, now, and the site's zone.
RANGES: dict[str, Callable[[Any, datetime, ZoneInfo], Range]] = {
    "in_last": lambda value, now, zone: Range(start=_ago(value, now), end=now),
    "more_than_ago": lambda value, now, zone: Range(end=_ago(value, now)),
    "in_next": lambda value, now, zone: Range(start=now, end=_ahead(value, now)),
    "today": lambda value, now, zone: _today(now, zone),
    "before": lambda value, now, zone: Range(end=parse(value, zone)),
    "after": lambda value, now, zone: Range(start=_end(value, zone)),
    "on": lambda value, now, zone: Range(start=_day(value, zone), end=_day(value, zone, 1)),
    "between": lambda value, now, zone: Range(
        start=parse(value[0], zone), end=_end(value[1], zone)
    ),
}
