"""Entering because a site's own system says so: contacts with properties of their own."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.journeys.entry.admitting import Entry, admit_each
from apps.journeys.entry.by_call import entry_key
from apps.journeys.models import Enrolment, Refusal, Version

Gate = Refusal.Gate


@dataclass(frozen=True, kw_only=True)
class EntryItem:
    """A contact to let in; `properties` become what `{{ event.x }}` names. With an `id` the
    contact enters once by it, however often it is sent."""

    external_id: str
    properties: dict[str, Any] = field(default_factory=dict)
    id: str | None = None

    @property
    def key(self) -> str:
        """Apart from the keys of journeys that start one another."""
        return entry_key(f"api:{self.id or uuid.uuid4().hex}")


@dataclass(kw_only=True)
class EntryResult:
    """By index in the list of items: who entered, who had by the same id before, who was refused
    at which gate; and the wrong items: index, field, message."""

    entered: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    gates: dict[int, Gate] = field(default_factory=dict)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


@transaction.atomic
def enter(version: Version, items: Sequence[EntryItem], *, at: datetime) -> EntryResult:
    """Let the contacts of `items` into the live version of a journey, in a constant number of
    statements; what is wrong with an item stops that item only."""
    result = EntryResult()
    by_contact = _by_contact(version, items, result)
    keys = {pk: items[index].key for pk, index in by_contact.items()}
    before = _entered(version, keys)
    result.duplicates = sorted(by_contact[pk] for pk in before)
    contexts = {
        pk: (keys[pk], {"event": items[index].properties, "journey": {}})
        for pk, index in by_contact.items()
        if pk not in before
    }
    if contexts:
        admit_each(Entry(version=version, at=at), contexts)
    now = _entered(version, {pk: keys[pk] for pk in contexts})
    result.entered = sorted(by_contact[pk] for pk in now)
    closed = _gates(version, contexts.keys() - now, at=at)
    result.gates = {by_contact[pk]: gate for pk, gate in closed.items()}
    return result


def _by_contact(
    version: Version, items: Sequence[EntryItem], result: EntryResult
) -> dict[int, int]:
    """Return the index of each contact's item, and refuse the items that have none of their own.

    The contacts are held, so that of two calls for one at the same time the second finds what
    the first has done.
    """
    names = {item.external_id for item in items}
    rows = Contact.objects.filter(site=version.journey.site_id, external_id__in=names)
    held = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    ids = dict(held.values_list("external_id", "pk"))
    found: dict[int, int] = {}
    for index, item in enumerate(items):
        pk = ids.get(item.external_id)
        if pk is None:
            words = "This site knows no contact of this id."
        elif pk in found:
            words = "This contact is in the list already: send the other one in a call of its own."
        else:
            found[pk] = index
            continue
        result.refused.append((index, "external_id", words))
    return found


def _entered(version: Version, keys: dict[int, str]) -> set[int]:
    rows = Enrolment.objects.filter(
        journey=version.journey_id,
        contact__in=listed(keys),
        entry_key__in=set(keys.values()),
        is_control=False,
    )
    pairs = rows.values_list("contact", "entry_key")
    return {pk for pk, key in pairs if keys[pk] == key}


def _gates(version: Version, ids: Iterable[int], *, at: datetime) -> dict[int, Gate]:
    """Return at which gate each of the contacts was refused a moment ago."""
    ids = list(ids)
    noted = Refusal.objects.filter(journey=version.journey_id, contact__in=listed(ids), at=at)
    found = {pk: Gate(gate) for pk, gate in noted.values_list("contact", "gate")}
    # Who is kept out for comparison the first time has a row of that instead.
    return {pk: found.get(pk, Gate.CONTROL) for pk in ids}
