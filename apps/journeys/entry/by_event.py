"""Entering when something happens: an event."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.accounts.models import Event
from apps.journeys.entry import gates
from apps.journeys.entry.admitting import Entry, admit_each
from apps.journeys.models import Journey, Trigger, Version
from apps.journeys.primitives import chains
from apps.segments import catalogue, rules

Reentry = Version.Reentry
# With these each event counts; else the latest of a contact stands for those before it.
EACH = (Reentry.EVERY, Reentry.RESTART)
# Nobody has come by another journey.
UNCHAINED: Mapping[int, int] = MappingProxyType({})


def versions_entered_by(site_id: int, names: Collection[str]) -> list[Version]:
    """Return the live versions of the site's active journeys that one of the events enters."""
    active = Journey.objects.filter(site=site_id, status=Journey.Status.ACTIVE, is_held=False)
    live = Version.objects.filter(
        pk__in=active.values("live_version"),
        entry_kind=Version.Entry.EVENT,
        entry_event__in=names,
    )
    return list(live.select_related("journey__site").order_by("pk"))


def enter(site_id: int, events: list[Event], links: Mapping[int, int] = UNCHAINED) -> list[int]:
    """Let the contacts of `events` into the journeys of the site that the events enter.

    The events have `name` and `contact` loaded. `links` says, by the id of an event that a journey
    has tracked, how many of them have set each other off up to it. Returns the ids of the new
    enrolments.
    """
    by_name: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_name[event.name.name].append(event)
    return [
        pk
        for version in versions_entered_by(site_id, by_name.keys())
        for pk in enter_version(version, by_name[version.entry_event], links)
    ]


def enter_version(
    version: Version, events: list[Event], links: Mapping[int, int] = UNCHAINED
) -> list[int]:
    """Let the contacts of `events` in who may, by this version; all are its entry event.

    `links` is as of `enter`. Returns the ids of the new enrolments.
    """
    counting = _counting(version, sorted(events, key=lambda event: event.pk))
    heard = {event.contact_id for event in counting}
    unheard = {event.contact_id for event in events} - heard
    new: list[int] = []
    for number, of_contacts in enumerate(_rounds(version, counting) or [{}]):
        together = _by_chain(of_contacts, links)
        if number == 0 and unheard:
            together.setdefault(0, {})
        for chain, part in sorted(together.items()):
            contexts = {pk: _key_and_context(version, each, chain) for pk, each in part.items()}
            at = timezone.now()
            entry = Entry(version=version, at=at, due_at=chains.due(chain, at))
            if number == 0 and chain == 0 and unheard:
                contexts |= dict.fromkeys(unheard, ("", {}))
                new += admit_each(entry, contexts, heard=heard)
            else:
                new += admit_each(entry, contexts)
    return new


def _counting(version: Version, events: list[Event]) -> list[Event]:
    """Return those of the events that have the properties asked for."""
    if not version.entry_where:
        return events
    condition = Trigger(event=version.entry_event, where=version.entry_where).condition
    context = catalogue.of_site(version.journey.site)
    try:
        rules.require(condition, context)
    except rules.Broken as broken:
        gates.say_broken(version, broken)
        return []
    asked = Event.objects.filter(pk__in=listed([event.pk for event in events]))
    meant = set(asked.filter(rules.events_meant(condition, context)).values_list("pk", flat=True))
    return [event for event in events if event.pk in meant]


def _rounds(version: Version, events: list[Event]) -> list[dict[int, Event]]:
    """Return the events by contact: one after the other where each counts, else the latest."""
    rounds: list[dict[int, Event]] = []
    seen: Counter[int] = Counter()
    for event in events:
        number = seen[event.contact_id] if version.reentry in EACH else 0
        seen[event.contact_id] += 1
        if number == len(rounds):
            rounds.append({})
        rounds[number][event.contact_id] = event
    return rounds


def _by_chain(
    of_contacts: dict[int, Event], links: Mapping[int, int]
) -> dict[int, dict[int, Event]]:
    """Part them by how many journeys have set each other off up to the event; nearly always it
    is none."""
    parts: dict[int, dict[int, Event]] = defaultdict(dict)
    for pk, event in of_contacts.items():
        parts[links.get(event.pk, 0)][pk] = event
    return parts


def _key_and_context(version: Version, event: Event, chain: int) -> tuple[str, dict[str, Any]]:
    key = f"event:{event.pk}" if version.reentry == Reentry.EVERY else ""
    return key, chains.linked({"event": event.properties}, chain)
