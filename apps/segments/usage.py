"""Who names segments and properties in their rules: segments, and whatever an app to the right
has.

A rule is JSON, so no foreign key keeps what it names from going.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from django.db.models import Model

from apps.accounts.models import Property
from apps.segments import rules
from apps.segments.models import Segment
from apps.segments.rules import Context, Rule


@dataclass(frozen=True, kw_only=True)
class Use:
    """A rule of `row`; `note` says which one, where the row has several.

    `through` are the names of the segments between it and the one that was asked about.
    """

    row: Model
    kind: str
    rule: Rule
    note: str = ""
    through: tuple[str, ...] = ()


# The name of the event whose property it is, or None for one of contacts; and its own.
Place = tuple[str | None, str]
Asks = Callable[[Rule], bool]
Find = Callable[[int], Iterable[Use]]

_finders: list[Find] = []


def register(find: Find) -> Find:
    """Have `find`, which takes the id of a site, asked for the rules that may name segments."""
    if find not in _finders:
        _finders.append(find)
    return find


def in_site(site_id: int) -> list[Use]:
    """Return every rule of the site, in a few queries an app."""
    return [use for find in _finders for use in find(site_id)]


def of_segment(segment: Segment) -> list[Use]:
    """Return whose rules ask for the segment: by its name first, then through other segments."""
    return _asking(segment.site_id, _names_segment(segment.pk), known={segment.pk})


def of_properties(site_id: int, places: Collection[Place]) -> list[Use]:
    """Return whose rules ask for one of the site's properties: by its name first, then through
    segments."""
    wanted = set(places)
    return _asking(site_id, lambda rule: bool(rules.properties_in(rule) & wanted), known=set())


def place_of(row: Property) -> Place:
    """Return how rules name the property."""
    return row.event_name.name if row.event_name else None, row.name


def _names_segment(pk: int) -> Asks:
    return lambda rule: pk in rules.segments_in(rule)


def _asking(site_id: int, asks: Asks, *, known: set[int]) -> list[Use]:
    """Follow from the rules that ask to those that name their segments, each rule once; `known`
    are segments not to be followed."""
    everybody = dict(enumerate(in_site(site_id)))
    found: list[Use] = []
    waiting: list[tuple[Asks, tuple[str, ...]]] = [(asks, ())]
    while waiting:
        asks, through = waiting.pop(0)
        for number in [number for number, use in everybody.items() if asks(use.rule)]:
            use = everybody.pop(number)
            found.append(replace(use, through=through))
            if isinstance(use.row, Segment) and use.row.pk not in known:
                known.add(use.row.pk)
                waiting.append((_names_segment(use.row.pk), (*through, use.row.name)))
    return found


def broken_by(site_id: int, now: Context, then: Context) -> list[tuple[Use, str]]:
    """Return the rules of the site that can be asked as it is now and could not be then; and of
    each why."""
    found = []
    for use in in_site(site_id):
        inside = (use.row.pk,) if isinstance(use.row, Segment) else ()
        if use.rule and not rules.problems(use.rule, now, inside=inside):
            wrong = rules.problems(use.rule, then, inside=inside)
            if wrong:
                found.append((use, wrong[0].message))
    return found


@register
def of_segments(site_id: int) -> Iterable[Use]:
    for row in Segment.objects.filter(site=site_id, kind=Segment.Kind.RULE).select_related("site"):
        yield Use(row=row, kind="Segment", rule=row.rule)
