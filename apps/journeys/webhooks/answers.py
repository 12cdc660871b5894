"""What came of one request, as a closed set; nobody else looks at a status code."""

import enum
import re
from dataclasses import dataclass

from apps.accounts import retry_after
from apps.accounts.characters import HIDDEN

MAX_WORDS = 200
# Come again: a timeout, a message too early, too many of them (RFC 9110, 8470 and 6585).
LATER = (408, 425, 429)
SPACES = re.compile(r"\s+")


class Outcome(enum.Enum):
    TAKEN = "taken"  # 2xx
    REFUSED = "refused"  # 3xx, which is not followed, and other 4xx, 410 among them
    LATER = "later"  # 408, 425, 429, 5xx, no answer: tried again while there is time
    IMPOSSIBLE = "impossible"  # an address that is never called


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`words` are for people, `retry_after` is in seconds, where the server named a time;
    `is_silent` says that no server answered at all."""

    outcome: Outcome
    words: str
    retry_after: int | None = None
    is_silent: bool = False


def read(status: int, *, text: str = "", wait: str | None = None, location: str = "") -> Answer:
    """Turn an answer into an outcome; `wait` and `location` are its headers Retry-After and
    Location."""
    said = f"{status} {text}"
    if 300 <= status < 400:
        to = f" to {location}" if location else ""
        said = f"{status}: it redirects{to}, which is not followed. Write the new address."
    return Answer(
        outcome=_outcome(status), words=words(said), retry_after=retry_after.seconds(wait)
    )


def silence(said: str) -> Answer:
    """Return the answer of a server that gave none."""
    return Answer(outcome=Outcome.LATER, words=words(said), is_silent=True)


def impossible(said: str) -> Answer:
    return Answer(outcome=Outcome.IMPOSSIBLE, words=words(said))


def words(text: str) -> str:
    """Return the text on one line, as a list can show it."""
    return SPACES.sub(" ", HIDDEN.sub(" ", text)).strip()[:MAX_WORDS]


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.TAKEN
    if status in LATER or 500 <= status < 600:
        return Outcome.LATER
    return Outcome.REFUSED
