"""The names that states and events hold, learnt from traffic, so that rules can ask for them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import Property
from apps.accounts.moments import is_moment

# A name with quotes or other letters is kept, but cannot be asked for: databases do not agree on
# how a path to it is written.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,99}")
MAX_OF_CONTACTS, MAX_OF_AN_EVENT = 500, 200


class TooManyProperties(ValueError):
    """The site knows as many different names as it may."""


def learn(site_id: int, seen: Mapping[int | None, Iterable[Mapping[str, Any]]]) -> None:
    """Remember the names in `seen` that are new, with the types that their values have.

    `seen` maps the id of an event name, or None for the state of contacts, to what was sent.
    Costs one query when nothing is new, and two more when something is. Raises
    TooManyProperties, and remembers nothing, when the site would know more than it may.
    """
    types = {
        (event, name): guessed
        for event, several in seen.items()
        for properties in several
        for name, value in properties.items()
        if NAME.fullmatch(name) and (guessed := type_of(value))
    }
    if not types:
        return
    rows = Property.objects.filter(site=site_id).filter(_of({event for event, _ in types}))
    asked = rows.filter(name__in={name for _, name in types})
    known = set(asked.values_list("event_name", "name"))
    missing = {place: type for place, type in types.items() if place not in known}
    if not missing:
        return
    _refuse_too_many(rows, Counter(event for event, _ in missing))
    Property.objects.bulk_create(
        [
            Property(site_id=site_id, event_name_id=event, name=name, type=type)
            # In one order for everybody: two who learn the same at once would block each other.
            for (event, name), type in sorted(missing.items(), key=lambda row: str(row[0]))
        ],
        ignore_conflicts=True,
    )


def _of(events: set[int | None]) -> Q:
    of_events = Q(event_name__in=events - {None})
    return of_events | Q(event_name=None) if None in events else of_events


def _refuse_too_many(rows: QuerySet[Property], new: Counter[int | None]) -> None:
    counted = rows.order_by().values("event_name").annotate(number=Count("pk"))
    known = {row["event_name"]: row["number"] for row in counted}
    for event, number in new.items():
        most = MAX_OF_CONTACTS if event is None else MAX_OF_AN_EVENT
        if known.get(event, 0) + number > most:
            of = "contacts" if event is None else "this event"
            raise TooManyProperties(
                f"This site knows {known.get(event, 0)} properties of {of} already, of at most "
                f"{most}; use those, or have some of them removed."
            )


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
