"""Tracking what a site's own systems report: many events at once, of contacts by external id."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts import events
from apps.accounts.models import Contact, Event, Site
from apps.accounts.privacy import retention
from apps.accounts.upserting import ContactItem, upsert_many

# The clocks of two machines differ a little.
CLOCKS_DIFFER_BY = timezone.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class EventItem:
    """What a contact did; with an `id` it counts once per name, however often it is reported."""

    external_id: str
    name: str
    properties: dict[str, Any] = field(default_factory=dict)
    id: str | None = None
    at: datetime | None = None

    @property
    def key(self) -> str | None:
        """Apart from the keys of browsers, which so cannot take the ids of systems away."""
        return None if self.id is None else f"api:{self.id}"


@dataclass(kw_only=True)
class TrackResult:
    """How many items were stored, how many had been before, and the refused ones: index in the
    list, field, message."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


@transaction.atomic
def track_items(
    site: Site, items: list[EventItem], *, create_contacts: bool = False
) -> TrackResult:
    """Store what the site's contacts did, in the order of the list, in a constant number of
    statements; what is wrong with an item stops that item only.

    A contact that is not known is refused, or made where `create_contacts` says so.
    """
    result = TrackResult()
    timely = _timely(items, result)
    contacts = _contacts(site, timely, result, create_contacts=create_contacts)
    known = {index: item for index, item in timely.items() if item.external_id in contacts}
    crowded = events.without_room(site, [item.name for item in known.values()])
    fine = {index: item for index, item in known.items() if item.name not in crowded}
    result.refused += [
        (index, "name", events.TOO_MANY_NAMES) for index in known if index not in fine
    ]
    result.refused.sort(key=lambda refusal: refusal[0])
    once = _once(fine.values())
    stored = events.track_many([_new(contacts[item.external_id], item) for item in once])
    result.accepted = len(stored)
    result.duplicates = len(fine) - len(stored)
    return result


def _timely(items: list[EventItem], result: TrackResult) -> dict[int, EventItem]:
    latest = timezone.now() + CLOCKS_DIFFER_BY
    oldest = retention.oldest_kept(Event._meta.label)
    timely = {}
    for index, item in enumerate(items):
        if item.at and item.at > latest:
            result.refused.append((index, "at", "This moment has not come yet."))
        elif item.at and oldest and item.at < oldest:
            result.refused.append((index, "at", f"Events are kept since {oldest:%Y-%m-%d} only."))
        else:
            timely[index] = item
    return timely


def _contacts(
    site: Site, items: dict[int, EventItem], result: TrackResult, *, create_contacts: bool
) -> dict[str, Contact]:
    """Return the contacts of the items, by external id, and refuse the items without one."""
    wanted = {item.external_id for item in items.values()}
    found = _known(site, wanted)
    reasons: dict[str, str] = {}
    missing = sorted(wanted - found.keys())
    if create_contacts and missing:
        made = upsert_many(site, [ContactItem(external_id=name) for name in missing])
        reasons = {missing[index]: message for index, _, message in made.refused}
        found |= _known(site, set(missing))
    for index, item in items.items():
        if item.external_id not in found:
            reason = reasons.get(item.external_id, "This site knows no contact of this id.")
            result.refused.append((index, "external_id", reason))
    return found


def _known(site: Site, external_ids: set[str]) -> dict[str, Contact]:
    rows = Contact.objects.filter(site=site, external_id__in=external_ids)
    return {row.external_id: row for row in rows}


def _once(items: Iterable[EventItem]) -> list[EventItem]:
    """Return the items without those that repeat the id of an earlier one of the same name."""
    first: dict[Any, EventItem] = {}
    for item in items:
        first.setdefault((item.name, item.key) if item.key else id(item), item)
    return list(first.values())


def _new(contact: Contact, item: EventItem) -> events.NewEvent:
    at = min(item.at, timezone.now()) if item.at else None
    return events.NewEvent(
        contact=contact, name=item.name, properties=item.properties, at=at, key=item.key
    )
