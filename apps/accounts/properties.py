"""The names that states and events hold, learnt from traffic, so that rules can ask for them."""

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import Property
from apps.accounts.moments import is_moment

# A name with quotes is kept, but cannot be asked for: databases do not agree on how a path to it
# is written.
NAME = re.compile(r"\w[\w .:-]{0,99}")
MAX_NAME = 100
# Persian and the scripts of India join and part letters within a word with them.
JOINERS = "\u200c\u200d"
MAX_OF_CONTACTS, MAX_OF_AN_EVENT = 500, 200

# The id of an event name, or None for contacts; and the property's name.
Place = tuple[int | None, str]

log = logging.getLogger(__name__)


def learn(site_id: int, seen: Mapping[int | None, Iterable[Mapping[str, Any]]]) -> None:
    """Remember the names in `seen` that are new, with the types that their values have.

    `seen` maps the id of an event name, or None for the state of contacts, to what was sent.
    Costs one query when nothing is new, and two more when something is. Names beyond what a site
    may have are kept with their contacts and events, but cannot be asked for: whoever sends
    thousands of them must not keep anybody's data out.
    """
    types = {
        (event, name): guessed
        for event, several in seen.items()
        for properties in several
        for name, value in properties.items()
        if is_name(name) and (guessed := type_of(value))
    }
    if not types:
        return
    rows = Property.objects.filter(site=site_id).filter(_of({event for event, _ in types}))
    asked = rows.filter(name__in={name for _, name in types})
    known = set(asked.values_list("event_name", "name"))
    missing = {place: type for place, type in types.items() if place not in known}
    if not missing:
        return
    fitting = _that_fit(rows, missing)
    if len(fitting) < len(missing):
        log.warning("Site %s: no room for %s properties", site_id, len(missing) - len(fitting))
    Property.objects.bulk_create(
        [
            Property(site_id=site_id, event_name_id=event, name=name, type=types[event, name])
            for event, name in fitting
        ],
        ignore_conflicts=True,
    )


def is_name(name: str) -> bool:
    """Return whether rules can ask for a property of this name, in whatever script it is."""
    # Half of the world's scripts write vowels as marks, which `\w` does not know.
    letters = name if name.isascii() else "".join(sign for sign in name if not _is_mark(sign))
    return len(name) <= MAX_NAME and bool(NAME.fullmatch(letters))


def _is_mark(sign: str) -> bool:
    return sign in JOINERS or unicodedata.category(sign).startswith("M")


def _of(events: set[int | None]) -> Q:
    of_events = Q(event_name__in=events - {None})
    return of_events | Q(event_name=None) if None in events else of_events


def _that_fit(rows: QuerySet[Property], new: Iterable[Place]) -> list[Place]:
    """Return those of the new names that a site has room for."""
    counted = rows.order_by().values_list("event_name").annotate(number=Count("pk"))
    known = Counter(dict(counted))
    fitting = []
    # In one order for everybody: two who learn the same at once would block each other.
    for event, name in sorted(new, key=lambda place: (place[0] or 0, place[1])):
        if known[event] < (MAX_OF_CONTACTS if event is None else MAX_OF_AN_EVENT):
            known[event] += 1
            fitting.append((event, name))
    return fitting


def type_of(value: Any) -> str:
    """Return the type that a value seems to have; nothing where it can have none."""
    match value:
        case bool():
            return Property.Type.YES_NO
        case int() | float():
            return Property.Type.NUMBER
        case str():
            return Property.Type.DATE if is_moment(value) else Property.Type.TEXT
        case list():
            return Property.Type.LIST
    return ""
