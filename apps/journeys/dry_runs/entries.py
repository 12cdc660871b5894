"""When contacts would come to the gates of a draft, and which of them are closed then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from apps.journeys import chance
from apps.journeys.dry_runs.world import Person, World
from apps.journeys.entry import calendar, gates
from apps.journeys.models import Refusal, Terms, Version

Gate = Refusal.Gate
Entry, Reentry, Members = Terms.Entry, Terms.Reentry, Terms.Members
# A contact's moments: when, and whether the event had the properties asked for.
Knock = tuple[datetime, int, bool]


def knocks(world: World, random: Random) -> Iterator[Knock]:
    """Yield when which contact, by its id, would enter, in no order."""
    match world.draft.terms.entry_kind:
        case Entry.EVENT:
            yield from _by_event(world, random)
        case Entry.SEGMENT:
            yield from _by_joining(world, random)
        case Entry.SCHEDULE:
            yield from _by_schedule(world)
        case Entry.CALL:
            yield from _by_chance(world, random, world.sample.ids, world.options.calls)


def _by_event(world: World, random: Random) -> Iterator[Knock]:
    given = world.options.events.get(world.draft.terms.entry_event)
    if given is not None:
        yield from _by_chance(world, random, world.sample.ids, given)
        return
    met = world.events.get(("entry", ""), {})
    for pk, moments in world.events.get(("any", ""), met).items():
        fitting = set(met.get(pk, ()))
        yield from ((at, pk, at in fitting) for at in moments)


def _by_joining(world: World, random: Random) -> Iterator[Knock]:
    members = world.draft.terms.members
    ids = world.allowed if world.allowed is not None else set(world.sample.ids)
    if members != Members.FUTURE:
        yield from ((world.options.start, pk, True) for pk in sorted(ids - world.seen))
    if members != Members.PRESENT:
        others = [pk for pk in world.sample.ids if pk not in ids]
        for knock in _by_chance(world, random, others, world.options.joins):
            # They meet it by then.
            ids.add(knock[1])
            yield knock


def _by_schedule(world: World) -> Iterator[Knock]:
    terms, options = world.draft.terms, world.options
    is_own = terms.zone == Terms.Zone.CONTACT
    zones: dict[ZoneInfo, list[int]] = {}
    for person in world.people.values():
        zones.setdefault(person.zone if is_own else world.zone, []).append(person.pk)
    begin = options.start.astimezone(UTC).replace(tzinfo=None) - timedelta(days=2)
    for local in calendar.occurrences(terms, after=begin):
        if local.replace(tzinfo=UTC) > options.end + timedelta(days=2):
            return
        for zone, ids in zones.items():
            at = calendar.moment(local, zone)
            if options.start <= at < options.end:
                yield from ((at, pk, True) for pk in ids if _may_knock(world, pk))


def _may_knock(world: World, pk: int) -> bool:
    """A schedule asks only those who meet the rule; nobody else is refused."""
    return world.allowed is None or pk in world.allowed


def _by_chance(world: World, random: Random, ids: list[int], percent: float) -> Iterator[Knock]:
    length = world.options.end - world.options.start
    for pk in ids:
        if random.random() * 100 < percent:
            yield world.options.start + random.random() * length, pk, True


def closed(world: World, person: Person, at: datetime, *, heard: bool) -> Gate | None:
    """Return the first gate that is closed to the contact then, in the order of `Gate`; the total
    cap is not asked here."""
    terms = world.draft.terms
    if not gates.is_within_dates(terms, at):
        return Gate.DATES
    if not heard:
        return Gate.EVENT
    if world.allowed is not None and person.pk not in world.allowed:
        return Gate.RULE
    if gate := _reentry(terms, person, at):
        return gate
    if terms.max_entries and _entries(terms, person, at) >= terms.max_entries:
        return Gate.MAX_ENTRIES
    if person.pk in world.excluded:
        return Gate.EXCLUDED
    return Gate.CONTROL if _is_control(terms, person.pk) else None


def _reentry(terms: Version, person: Person, at: datetime) -> Gate | None:
    is_inside = any(time.left_at is None for time in person.times)
    match terms.reentry:
        case Reentry.ONCE if person.times or person.was_control:
            return Gate.REENTRY
        case Reentry.NOT_INSIDE | Reentry.PAUSE if is_inside:
            return Gate.REENTRY
        case Reentry.PAUSE if person.times:
            pauses = terms.reentry_pauses
            days = pauses[min(len(person.times), len(pauses)) - 1]
            left = person.times[-1].left_at
            return Gate.PAUSE if left and left > at - timedelta(days=days) else None
    return None


def _entries(terms: Version, person: Person, at: datetime) -> int:
    if not terms.max_entries_days:
        return len(person.times)
    since = at - timedelta(days=terms.max_entries_days)
    return sum(time.entered_at > since for time in person.times)


def _is_control(terms: Version, pk: int) -> bool:
    drawn = chance.of(pk, gates.control_seed(terms.journey_id))
    return drawn < terms.control_percent * chance.PARTS // 100
