"""What an asset becomes for real contacts: the most bytes, the longest texts, the empty tags.

Per variation a few hundred contacts who get it are rendered; all of it takes a number of queries
that depends neither on them nor on the variations.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.assets import payloads, places
from apps.assets.audience import Crowd
from apps.assets.compatibility import Extent
from apps.assets.models import Push
from apps.assets.places import Place
from apps.assets.rendering import Batch, Source, context_of
from apps.assets.rendering.choosing import Ruled, choose
from apps.assets.tags import NotFilled, Values, render, render_address
from apps.assets.tags.open_ends import OpenTag, open_tags
from apps.segments import counting

# Contacts of whom it is asked which variation they get; those rendered per variation, and in all.
CANDIDATES, MOST, MOST_RENDERED = 5_000, 200, 2_000
SECONDS, SECONDS_TO_RENDER = 1.0, 0.5
LIMITS = {"all": payloads.MAX_BYTES, "firefox_android": payloads.FIREFOX_ANDROID_BYTES}


@dataclass(kw_only=True)
class Weighed:
    """What became of one variation; the default content when `key` is None.

    `contacts` of the candidates get it, `looked_at` of them were rendered, `not_filled` of these
    could not be. `bytes` is the largest payload, `title` and `body` the most of each text.
    `slimmed` counts by name of LIMITS those of which something would be left out at sending,
    `left_out` what that is; `too_large` those that do not fit then either. Where nobody gets it,
    it was filled for somebody of whom nothing is known.
    """

    key: int | None
    name: str
    contacts: int = 0
    looked_at: int = 0
    not_filled: int = 0
    bytes: int = 0
    title: Extent = field(default_factory=Extent)
    body: Extent = field(default_factory=Extent)
    slimmed: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    too_large: int = 0
    empty: Counter[tuple[Place, OpenTag]] = field(default_factory=Counter)
    broken: Counter[Place] = field(default_factory=Counter)

    @property
    def level(self) -> str:
        """The colour of the meter."""
        if self.bytes <= payloads.GREEN_BYTES:
            return "green"
        return "amber" if self.bytes <= payloads.AMBER_BYTES else "red"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The variations in their order, the default content last."""

    versions: tuple[Weighed, ...]
    is_whole: bool = True

    @property
    def is_exact(self) -> bool:
        """Whether every contact of the crowd was rendered."""
        seen = all(each.looked_at >= each.contacts for each in self.versions)
        return self.is_whole and seen

    @property
    def candidates(self) -> int:
        return sum(each.contacts for each in self.versions)

    @cached_property
    def empty(self) -> dict[tuple[Place, OpenTag], float]:
        """Which tag is empty for which share (0 to 1) of the crowd."""
        return self._shares("empty")

    @cached_property
    def broken(self) -> dict[Place, float]:
        """Which text cannot be filled for which share (0 to 1) of the crowd."""
        return self._shares("broken")

    def _shares(self, what: str) -> dict[Any, float]:
        found: dict[Any, float] = defaultdict(float)
        for each in self.versions:
            for key, count in getattr(each, what).items() if each.contacts else ():
                found[key] += count / each.looked_at * each.contacts / self.candidates
        return dict(found)


def take(source: Source, crowd: Crowd) -> Sample:
    """Render the source for contacts of the crowd.

    Raises TooSlow (apps.segments.counting) when they cannot be found within a second, Broken for
    a bad rule of the segment. Rendering ends after another half with what was looked at.
    """
    with counting.at_most(SECONDS, few=crowd.is_sampled):
        # By bucket: as good as drawn by lot. Those of one bucket are; asked for in the order of
        # their ids, PostgreSQL would go through everybody's.
        ordered = () if crowd.is_sampled else ("bucket", "pk")
        found = crowd.contacts().order_by(*ordered).values_list("pk", flat=True)
        ids = list(found[:CANDIDATES])
        getting = _getting(source, ids, crowd)
    keys = [*(version.key for version in source.versions), None]
    each = max(1, min(MOST, MOST_RENDERED // len(keys)))
    picked = {key: getting.get(key, [])[:each] for key in keys}
    by_id = _load(source, [pk for those in picked.values() for pk in those])
    contacts = {key: [by_id[pk] for pk in picked[key] if pk in by_id] for key in keys}
    # Each variation as an asset of its own: who gets it was asked above.
    alone = {key: replace(source, content=source.content_of(key), versions=()) for key in keys}
    batch = Batch.load(alone, by_id.values())
    end = time.monotonic() + SECONDS_TO_RENDER
    weighed = []
    for key in keys:
        name = version.name if (version := source.version(key)) else "Default content"
        row = Weighed(key=key, name=name, contacts=len(getting.get(key, [])))
        _weigh(
            row,
            contacts[key] or [Contact(site=source.site)],
            batch,
            places.of_version(source, key),
            end,
        )
        weighed.append(row)
    is_whole = not crowd.is_sampled and len(ids) < CANDIDATES
    return Sample(versions=tuple(weighed), is_whole=is_whole)


def _getting(source: Source, ids: Sequence[int], crowd: Crowd) -> dict[int | None, list[int]]:
    """Return by variation who gets it, in one query and those for what rules may name."""
    if not source.versions:
        return {None: list(ids)}
    ruled = [Ruled(key=version.key, rule=version.rule) for version in source.versions]
    chosen = choose({"": ruled}, ids, crowd.context) if ids else {}
    getting: dict[int | None, list[int]] = defaultdict(list)
    for pk in ids:
        if pk in chosen:
            getting[chosen[pk][""]].append(pk)
    return getting


def _load(source: Source, ids: Collection[int]) -> dict[int, Contact]:
    if not ids:
        return {}
    found = {contact.pk: contact for contact in Contact.objects.filter(pk__in=listed(ids))}
    for contact in found.values():
        contact.site = source.site
    return found


def _weigh(
    row: Weighed,
    contacts: Iterable[Contact],
    batch: Batch,
    seen: Sequence[Place],
    end: float,
) -> None:
    tags = [(place, tag) for place in seen for tag in open_tags(place.text, place.is_address)]
    for contact in contacts:
        if row.looked_at and time.monotonic() > end:
            return
        row.looked_at += 1
        try:
            rendered = batch.render(row.key, contact)
        except NotFilled:
            row.not_filled += 1
            row.broken.update(place for place in seen if not _can_be_filled(place, contact))
            continue
        _measure(row, rendered.shown, batch.sources[row.key].kind)
        values = context_of(contact)
        values["label"].update(rendered.labels)
        row.empty.update((place, tag) for place, tag in tags if tag.is_empty(values))


def _measure(row: Weighed, shown: dict[str, Any], kind: type) -> None:
    row.title |= Extent.of(shown["title"])
    row.body |= Extent.of(shown.get("body", "") or shown.get("text", ""))
    if kind is not Push:
        return
    size = payloads.measure(shown)
    row.bytes = max(row.bytes, size)
    for name, limit in LIMITS.items():
        if size <= limit:
            continue
        fitted = payloads.fit(shown, **payloads.PLACEHOLDER, limit=limit)
        row.slimmed[name] += 1
        row.too_large += name == "all" and len(fitted.plaintext) > limit
        row.left_out[name] = max(row.left_out.get(name, ()), fitted.left_out, key=len)


def _can_be_filled(place: Place, contact: Contact) -> bool:
    values: Values = context_of(contact)
    try:
        (render_address if place.is_address else render)(place.text, values)
    except NotFilled:
        return False
    return True
