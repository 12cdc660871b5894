"""Of which time and which version the numbers of a journey are, as an address chooses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts import keys
from apps.journeys.models import Journey, Version

ALL, OWN = "all", "own"
# How many days, the present one included.
DAYS = {"today": 1, "7": 7, "30": 30}
PERIODS = {
    ALL: "All time",
    "today": "Today",
    "7": "Last 7 days",
    "30": "Last 30 days",
    OWN: "From – to",
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """`since` and `until` (not included) are None where the time has no bounds, `version` is None
    for all of them. `query` is what an address says, without what is usual."""

    since: datetime | None = None
    until: datetime | None = None
    version: Version | None = None
    query: Mapping[str, str]

    @property
    def words(self) -> str:
        """Return the choice in a few words, for example “Last 7 days, version 2”."""
        period = self.query.get("period", ALL)
        words = PERIODS[period]
        if period == OWN:
            words = f"From {self.query['from']} to {self.query['to']}"
        return f"{words}, version {self.version.number}" if self.version else words


def read(query: Mapping[str, Any], journey: Journey) -> Chosen:
    """Return what the address asks for. Days are those of the site's time zone. Raises
    ValidationError in words. One query where it asks for a version."""
    period = query.get("period") or ALL
    if period not in PERIODS:
        raise ValidationError("There is no such period.")
    zone = ZoneInfo(journey.site.time_zone)
    kept = {} if period == ALL else {"period": period}
    since = until = None
    if period in DAYS:
        today = timezone.now().astimezone(zone).date()
        since = _midnight(today - timedelta(days=DAYS[period] - 1), zone)
    elif period == OWN:
        first, last = _day(query.get("from")), _day(query.get("to"))
        if last < first:
            raise ValidationError("The first day is after the last one.")
        since, until = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
        kept |= {"from": first.isoformat(), "to": last.isoformat()}
    version = _version(query.get("version"), journey)
    if version:
        kept["version"] = str(query["version"])
    return Chosen(since=since, until=until, version=version, query=kept)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _day(text: Any) -> date:
    try:
        day = date.fromisoformat(str(text))
    except ValueError as error:
        raise ValidationError("Choose the first and the last day.") from error
    # Beyond it no database and no calendar reckons.
    if not 1970 <= day.year <= 2200:
        raise ValidationError("Choose days of this century.")
    return day


def _version(asked: Any, journey: Journey) -> Version | None:
    if not asked or asked == ALL:
        return None
    if asked == "live":
        return journey.live_version
    number = keys.read(asked)
    found = journey.versions.defer("document").filter(number=number).first() if number else None
    if found is None:
        raise ValidationError("There is no such version.")
    return found
