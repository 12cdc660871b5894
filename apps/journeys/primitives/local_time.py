"""Moments in the time zones of contacts: what a clock on their wall calls 09:00."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.accounts.models.sites import zone_names

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def at(day: date, time: time, zone: ZoneInfo) -> datetime:
    """Return, in UTC, when clocks in `zone` show `time` on `day`.

    A local time that a change of clocks skips means the first moment after it, even where a
    whole day was skipped; one that comes twice means its first.
    """
    local = datetime.combine(day, time)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    # Read by the offset after the change it lies before it, by the one before it lies after.
    return _change(local.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of another offset than at `before`; `after` has it.

    Clocks change on whole seconds.
    """
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def next_time(
    now: datetime, time: time, zone: ZoneInfo, weekdays: Collection[int] = ()
) -> datetime:
    """Return, in UTC, when clocks in `zone` show `time` next, later than `now`, on one of the
    `weekdays` (0 is Monday; none means any day). A day that the zone skipped does not count."""
    day = now.astimezone(zone).date()
    while True:
        moment = at(day, time, zone)
        wanted = not weekdays or day.weekday() in weekdays
        if wanted and moment > now and not _is_skipped(day, zone):
            return moment
        day += DAY


def _is_skipped(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone had no such day, as Samoa had no 30 December 2011."""
    return at(day, time.min, zone) == at(day + DAY, time.min, zone)


def zone_of(name: str, site_zone: str) -> ZoneInfo:
    """Return the zone of a contact by its name; that of the site where it is unknown or empty."""
    return ZoneInfo(name if name in _known() else site_zone)


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())


def zones_of(contact_ids: Collection[int]) -> dict[int, ZoneInfo]:
    """Return the zone of each of the contacts by its id, in one query."""
    rows = Contact.objects.filter(pk__in=listed(contact_ids)).order_by()
    found = rows.values_list("pk", "time_zone", "site__time_zone")
    return {pk: zone_of(name, site_zone) for pk, name, site_zone in found}
