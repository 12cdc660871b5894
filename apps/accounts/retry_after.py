"""When a server says that it wants to be asked again (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds(header: str | None) -> int | None:
    """Read the header Retry-After, seconds or a date; None when it says nothing. Never below 0."""
    if not header:
        return None
    try:
        found = int(header)
    except ValueError:
        try:
            until = parsedate_to_datetime(header)
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
            found = int((until - datetime.now(UTC)).total_seconds())
        except (ValueError, OverflowError):
            return None
    return max(0, found)
