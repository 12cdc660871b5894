"""When a scheduled journey's time comes: local times of a calendar. The moments that they name in
a zone says apps.journeys.primitives.local_time.
"""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

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
