"""When contacts would come to a draft's entry, in the order of time."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from apps.journeys.dry_runs.options import Options
from apps.journeys.dry_runs.world import World
from apps.journeys.entry import calendar
from apps.journeys.models import Version
from apps.journeys.primitives import local_time

# When, who, and whether the event had the properties asked for.
Coming = tuple[datetime, int, bool]
Entry, Members = Version.Entry, Version.Members


def coming(world: World) -> Iterator[Coming]:
    """Yield who comes when, within the run."""
    match world.draft.terms.entry_kind:
        case Entry.EVENT:
            return iter(_by_event(world))
        case Entry.SEGMENT:
            return iter(_by_segment(world))
        case Entry.SCHEDULE:
            return _by_schedule(world)
    return iter(_drawn(world.people, world.options.calls, world.options, "call"))


def moments_drawn(
    people: Iterable[int], percent: float, options: Options, name: str
) -> dict[int, datetime]:
    """Return so many percent of the contacts, each with a moment of the run: the same for the
    same seed and name, whatever else is drawn."""
    random, found = Random(f"{options.seed}:{name}"), {}
    for pk in people:
        # Both are drawn of everybody, so that another percentage moves nobody else.
        is_meant, place = random.random() * 100 < percent, random.random()
        if is_meant:
            found[pk] = options.start + (options.end - options.start) * place
    return found


def _drawn(people: Iterable[int], percent: float, options: Options, name: str) -> list[Coming]:
    drawn = moments_drawn(people, percent, options, name)
    return sorted((at, pk, True) for pk, at in drawn.items())


def _by_event(world: World) -> list[Coming]:
    name, given = world.draft.terms.entry_event, world.options.events
    if name in given:
        return _drawn(world.people, given[name], world.options, f"event {name}")
    heard = world.events.get(("entry", ""), {})
    found = [(at, pk, True) for pk, moments in heard.items() for at in moments]
    for pk, moments in world.events.get(("any", ""), {}).items():
        meant = set(heard.get(pk, ()))
        found += [(at, pk, False) for at in moments if at not in meant]
    return sorted(found)


def _by_segment(world: World) -> list[Coming]:
    terms, options = world.draft.terms, world.options
    meeting = set(world.people) if world.allowed is None else world.allowed
    found: list[Coming] = []
    if terms.members != Members.FUTURE:
        first = max(options.start, terms.starts_at or options.start)
        if first < options.end:
            found += [(first, pk, True) for pk in sorted(meeting - world.seen)]
    if terms.members != Members.PRESENT:
        others = [pk for pk in world.people if pk not in meeting]
        found += _drawn(others, options.joins, options, "join")
    return sorted(found)


def _by_schedule(world: World) -> Iterator[Coming]:
    meeting = world.people if world.allowed is None else world.allowed
    by_zone: dict[ZoneInfo, list[int]] = defaultdict(list)
    of_contact = world.draft.terms.zone == Version.Zone.CONTACT
    for pk in sorted(meeting):
        by_zone[world.people[pk].zone if of_contact else world.zone].append(pk)
    # Lazily: every day for everybody is many.
    return heapq.merge(*(_in_zone(world, zone, ids) for zone, ids in by_zone.items()))


def _in_zone(world: World, zone: ZoneInfo, ids: list[int]) -> Iterator[Coming]:
    options = world.options
    after = options.start.astimezone(zone).replace(tzinfo=None)
    for local in calendar.occurrences(world.draft.terms, after=after):
        at = local_time.at(local.date(), local.time(), zone)
        if at >= options.end:
            return
        for pk in ids:
            yield at, pk, True
