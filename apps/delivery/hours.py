"""The one time gate: at which hours a site's pushes may be sent, by the clock of each contact.

Clocks are put forward and back, and a zone may skip a whole day: every moment is judged by what
the clock there really shows, and an hour that a clock jumps over begins where it lands.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from apps.delivery.models import Limits

# A week, and the day that Apia once skipped.
DAYS = 9
MIDNIGHT = time()


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From `begin` till `end`, over midnight where it is the earlier one, and at any hour where
    both are the same; never on `skipped` weekdays, 0 is Monday. A day is one of the calendar:
    where Saturday is skipped, what begins on Friday evening ends at midnight."""

    begin: time = MIDNIGHT
    end: time = MIDNIGHT
    skipped: frozenset[int] = frozenset()

    @classmethod
    def of(cls, limits: Limits | None) -> Self:
        """Return those of a site; at any time where it has no limits."""
        if limits is None:
            return cls()
        return cls(
            begin=limits.hours_from or MIDNIGHT,
            end=limits.hours_till or MIDNIGHT,
            skipped=frozenset(limits.skipped_weekdays),
        )

    def allows(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Tell whether a push may be sent at `moment` to somebody who lives in `zone`."""
        there = moment.astimezone(zone)
        if there.weekday() in self.skipped:
            return False
        clock = there.time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return self.begin == self.end or clock >= self.begin or clock < self.end

    def next_allowed(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first moment, from `moment` on, at which it may be sent, in UTC; None where
        that is never."""
        if self.allows(moment, zone):
            return moment.astimezone(UTC)
        first = moment.astimezone(zone).date()
        for day in (first + timedelta(days=number) for number in range(DAYS)):
            # Allowed hours begin with the day, or at their beginning.
            begins = {
                each for clock in (MIDNIGHT, self.begin) for each in moments(day, clock, zone)
            }
            for each in sorted(begins):
                if each >= moment and self.allows(each, zone):
                    return each
        return None


def moments(day: date, clock: time, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when the clock there shows it on that day, in UTC: twice where it is put back; where
    it is put forward over it, the moment at which it is."""
    early, late = (
        datetime.combine(day, clock).replace(tzinfo=zone, fold=fold).astimezone(UTC)
        for fold in (0, 1)
    )
    if early <= late:
        yield from dict.fromkeys((early, late))
        return
    # Not shown at all: the offsets before and after the jump lead to either side of it (PEP 495).
    seconds = range(int(late.timestamp()), int(early.timestamp()) + 1)
    after = early.astimezone(zone).utcoffset()

    def has_jumped(second: int) -> bool:
        return datetime.fromtimestamp(second, zone).utcoffset() == after

    yield datetime.fromtimestamp(seconds[bisect_left(seconds, True, key=has_jumped)], UTC)
