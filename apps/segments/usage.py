"""Who names segments in their rules: segments themselves, and whatever an app to the right has.

A rule is JSON, so no foreign key keeps a segment from going while it is named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model

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


Find = Callable[[int], Iterable[Use]]

_finders: list[Find] = []


def register(find: Find) -> Find:
    """Have `find`, which takes the id of a site, asked for the rules that may name segments."""
    if find not in _finders:
        _finders.append(find)
    return find


def in_site(site_id: int) -> list[Use]:
    """Return every rule of the site, in one or two queries an app."""
    return [use for find in _finders for use in find(site_id)]


def of_segment(segment: Segment) -> list[Use]:
    """Return whose rules ask for the segment: by its name first, then through other segments."""
    everybody = in_site(segment.site_id)
    reached: dict[int, tuple[str, ...]] = {segment.pk: ()}
    found: list[Use] = []
    waiting = [segment.pk]
    seen: set[int] = set()
    while waiting:
        asked = waiting.pop(0)
        for number, use in enumerate(everybody):
            if number in seen or asked not in rules.segments_in(use.rule):
                continue
            seen.add(number)
            found.append(Use(**{**use.__dict__, "through": reached[asked]}))
            if isinstance(use.row, Segment) and use.row.pk not in reached:
                reached[use.row.pk] = (*reached[asked], use.row.name)
                waiting.append(use.row.pk)
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
