"""The gates of a version as apps.journeys.entry.gates has them, asked of a contact in memory."""

from datetime import datetime, timedelta

from apps.journeys.dry_runs.world import Person, World
from apps.journeys.entry import gates
from apps.journeys.models import Refusal, Version
from apps.journeys.primitives import chance

Gate = Refusal.Gate
Reentry = Version.Reentry
# Who came by a calendar or by joining is known to meet the rule.
ASKS_RULE = (Version.Entry.EVENT, Version.Entry.CALL)


def first_closed(
    world: World, person: Person, at: datetime, *, is_heard: bool, entered: int
) -> Gate | None:
    """Return the first gate that keeps the contact out at that moment; None where it may come in.

    `is_heard` says whether the event had the properties asked for, `entered` how many of the
    sample have entered so far.
    """
    terms = world.draft.terms
    if not gates.is_within_dates(terms, at):
        return Gate.DATES
    if not is_heard:
        return Gate.EVENT
    asks = terms.entry_kind in ASKS_RULE and world.allowed is not None
    if asks and person.pk not in (world.allowed or ()):
        return Gate.RULE
    if gate := _reentry(terms, person, at):
        return gate
    if terms.max_entries and _entries(terms, person, at) >= terms.max_entries:
        return Gate.MAX_ENTRIES
    return _of_others(world, person, entered)


def _of_others(world: World, person: Person, entered: int) -> Gate | None:
    terms = world.draft.terms
    if person.pk in world.excluded:
        return Gate.EXCLUDED
    if terms.control_percent:
        drawn = chance.of(person.pk, gates.control_seed(terms.journey_id))
        if drawn < terms.control_percent * chance.PARTS // 100:
            return Gate.CONTROL
    if terms.total_cap and not has_room(world, terms.total_cap, world.entered, entered):
        return Gate.TOTAL_CAP
    return None


def has_room(world: World, most: int, before: int, of_sample: int) -> bool:
    """Return whether one more of the sample has room under `most`, each standing for as many of
    the audience as the factor says; to the nearest one of the sample."""
    factor = world.sample.factor
    return before + of_sample * factor + factor / 2 <= most


def _reentry(terms: Version, person: Person, at: datetime) -> Gate | None:
    is_inside = bool(person.ways) or person.stays_inside
    match terms.reentry:
        case Reentry.ONCE:
            return Gate.REENTRY if person.times or person.was_control else None
        case Reentry.NOT_INSIDE:
            return Gate.REENTRY if is_inside else None
        case Reentry.PAUSE:
            if is_inside:
                return Gate.REENTRY
            return None if _pause_is_over(terms, person, at) else Gate.PAUSE
    return None


def _pause_is_over(terms: Version, person: Person, at: datetime) -> bool:
    if not person.times or person.times[-1].left_at is None:
        return True
    pauses = terms.reentry_pauses
    days = pauses[min(len(person.times), len(pauses)) - 1]
    return person.times[-1].left_at <= at - timedelta(days=days)


def _entries(terms: Version, person: Person, at: datetime) -> int:
    if not terms.max_entries_days:
        return len(person.times)
    since = at - timedelta(days=terms.max_entries_days)
    return sum(time.entered_at > since for time in person.times)
