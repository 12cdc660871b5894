"""Moments as sites send them: ISO 8601, a day or a day and a time, with or without an offset."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

# Only days that exist, so that a database may cast whatever matches: one bad value would end the
# whole query. Without looking ahead, which costs PostgreSQL ten times as much a row.
_YEAR = r"(?:[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])"
_LEAP_YEAR = r"(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?"
OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-3]):?[0-5][0-9])"
PATTERN = f"^(?:{_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)(?:{_TIME}{OFFSET}?)?$"
WITH_OFFSET = f":.*{OFFSET}$"

_PATTERN = re.compile(PATTERN)


def parse(text: Any, zone: ZoneInfo) -> datetime | None:
    """Return the moment in UTC that `text` names, in `zone` where it names no offset; None where
    it names none. A day means its first moment."""
    if not isinstance(text, str) or not _PATTERN.match(text) or text.endswith("\n"):
        return None
    return in_utc(datetime.fromisoformat(text), zone)


def in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return it in UTC. A local time that a change of clocks skips or doubles is taken as
    PostgreSQL does: by the smaller offset, which is standard time."""
    if moment.tzinfo is None:
        both = [moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
        moment = min(both, key=lambda local: local.utcoffset())
    return moment.astimezone(UTC)


def is_moment(value: Any) -> bool:
    return isinstance(value, str) and parse(value, ZoneInfo("UTC")) is not None
