"""What is loaded once for one explanation, and moments in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.accounts.models import Contact
from apps.journeys.models import Enrolment, Journey, Version
from apps.journeys.primitives import local_time

# An explanation shows the latest of what grows.
MOST_WAYS, MOST_VISITS, MOST_OCCASIONS = 20, 200, 10


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who is asked about which version, at which moment; `ways` are the contact's enrolments in
    the journey, the latest first, with version and step."""

    journey: Journey
    version: Version
    contact: Contact
    at: datetime
    ways: list[Enrolment]

    @property
    def site_zone(self) -> ZoneInfo:
        return ZoneInfo(self.journey.site.time_zone)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the contact's own day."""
        return local_time.zone_of(self.contact.time_zone, self.journey.site.time_zone)

    def when(self, moment: datetime | None) -> str:
        """Return the moment as the site's clocks show it: “3 November 2026, 09:05”."""
        return "" if moment is None else in_zone(moment, self.site_zone)


def in_zone(moment: datetime, zone: ZoneInfo) -> str:
    there = moment.astimezone(zone)
    return f"{there.day} {there:%B %Y, %H:%M}"


def counted(number: int, word: str) -> str:
    """Return 1 day, 2 days."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def times(number: int) -> str:
    """Return once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def ordinal(number: int) -> str:
    """Return 1 as 1st, 2 as 2nd, 11 as 11th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"
