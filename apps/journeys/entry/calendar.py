"""When a scheduled journey's time comes: local times of a calendar, and the moments they name.

Where a change of clocks skips a local time, its moment is the first one after; where it doubles
one, the first of both.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.journeys.models import Terms

# How far ahead is looked: a day of the week or of the month comes sooner, or never.
DAYS_AHEAD = 366
LAST_DAY = 31


def occurrences(terms: Terms, *, after: datetime) -> Iterator[datetime]:
    """Yield the local times (without a zone) of the schedule later than `after`, also local.

    `on_date` is the day of what happens once, and the first day of what repeats.
    """
    # To the minute, as an occurrence is written down.
    at = (terms.at_time or time()).replace(second=0, microsecond=0)
    first = after.date()
    if terms.on_date:
        first = max(first, terms.on_date)
    for number in range(DAYS_AHEAD):
        day = first + timedelta(days=number)
        local = datetime.combine(day, at)
        if local > after and _is_day_of(terms, day):
            yield local


def _is_day_of(terms: Terms, day: date) -> bool:
    match terms.repeats:
        case Terms.Repeats.ONCE:
            return day == terms.on_date
        case Terms.Repeats.WEEKLY:
            return day.weekday() in terms.weekdays
        case Terms.Repeats.MONTHLY:
            last = calendar.monthrange(day.year, day.month)[1]
            is_end = day.day == last and LAST_DAY in terms.month_days
            return is_end or day.day in terms.month_days
    return True


def moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the clocks of the zone show the local time."""
    before, after = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # Doubled, or neither: the first. Skipped: counting by the old clocks goes beyond the change.
    return before if before <= after else _change(after, before, zone)


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after `low` with the clocks of `high`, to the second."""
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high
