"""Tracking: how everything that a contact did gets into the house."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts import properties
from apps.accounts.models import Contact, Event, EventName, Site
from apps.accounts.signals import tracked

# Names that the house tracks itself; a visitor who could send them could answer popups and
# fake deliveries.
RESERVED_PREFIXES = ("session_", "popup_", "push_", "contact_", "journey_")
MAX_NAMES_PER_SITE = 500
# What an event may be called, and what it may carry: bytes as JSON, and names.
NAME = r"^[\w.:-]{1,100}$"
MAX_PROPERTIES_BYTES = 16_000
MAX_PROPERTIES = 100
TOO_MANY_NAMES = (
    f"This site tracks {MAX_NAMES_PER_SITE} different events already; put what differs into the "
    "properties."
)


class UnknownEventName(ValueError):
    """The site tracks as many different names as it may."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event to track; `at` is now when left out, `key` makes it count once per name."""

    contact: Contact
    name: str
    properties: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    key: str | None = None


def is_reserved(name: str) -> bool:
    return name.startswith(RESERVED_PREFIXES)


def track(contact: Contact, name: str, properties: dict[str, Any] | None = None) -> Event:
    """Store one event of `contact`, of this moment, and tell who listens."""
    return track_many([NewEvent(contact=contact, name=name, properties=properties or {})])[0]


def _without_those_tracked_before(new: list[NewEvent]) -> list[NewEvent]:
    keys = {event.key for event in new if event.key}
    if not keys:
        return new
    site = new[0].contact.site_id
    # Only the names at hand: the index begins with the name, and a site may have hundreds.
    names = EventName.objects.filter(site=site, name__in={event.name for event in new})
    same = Event.objects.filter(name__in=names, key__in=keys)
    seen = set(same.values_list("name__name", "key"))
    return [event for event in new if (event.name, event.key) not in seen]


def without_room(site: Site, wanted: list[str]) -> set[str]:
    """Return those of the names that would be one too many for the site, the last first."""
    known = set(EventName.objects.filter(site=site).values_list("name", flat=True))
    room = MAX_NAMES_PER_SITE - sum(not is_reserved(name) for name in known)
    new = [name for name in dict.fromkeys(wanted) if name not in known and not is_reserved(name)]
    return set(new[max(room, 0) :])


def _refuse_too_many(site_id: int, names: list[str]) -> None:
    """Our own names are few and always welcome: a visitor must not be able to crowd them out."""
    if not names:
        return
    known = EventName.objects.filter(site=site_id).values_list("name", flat=True)
    if sum(not is_reserved(name) for name in known) + len(names) > MAX_NAMES_PER_SITE:
        raise UnknownEventName(TOO_MANY_NAMES)


@transaction.atomic
def track_many(new: list[NewEvent]) -> list[Event]:
    """Store events of the contacts of one site, in one statement, and tell who listens.

    An event whose key was tracked before under its name is left out. Returns the stored rows.
    Raises UnknownEventName when a name is new and the site already
    has MAX_NAMES_PER_SITE of them.
    """
    new = _without_those_tracked_before(new)
    if not new:
        return []
    names = _names(new[0].contact.site_id, {event.name for event in new})
    now = timezone.now()
    events = [
        Event(
            contact=event.contact,
            name=names[event.name],
            at=event.at or now,
            properties=event.properties,
            key=event.key,
        )
        for event in new
    ]
    seen: dict[int | None, list[dict[str, Any]]] = {}
    for event in events:
        seen.setdefault(event.name_id, []).append(event.properties)
    properties.learn(new[0].contact.site_id, seen)
    Event.objects.bulk_create(events)
    tracked.send(sender=Event, events=events)
    return events


def _names(site_id: int, wanted: set[str]) -> dict[str, EventName]:
    found = {row.name: row for row in EventName.objects.filter(site=site_id, name__in=wanted)}
    # In one order for everybody: two who make the same names at once would block each other.
    missing = sorted(wanted - found.keys())
    if missing:
        _refuse_too_many(site_id, [name for name in missing if not is_reserved(name)])
        EventName.objects.bulk_create(
            [EventName(site_id=site_id, name=name) for name in missing], ignore_conflicts=True
        )
        found |= {row.name: row for row in EventName.objects.filter(site=site_id, name__in=missing)}
    return found
