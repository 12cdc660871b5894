"""Texts: too long for somebody, shouted, or empty for many."""

import re
from collections.abc import Iterator, Mapping

from apps.assets import cuts
from apps.assets.audience import percent
from apps.assets.lint.registry import Finding, Level, Subject, register
from apps.assets.models import Push
from apps.assets.places import Place

TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# Shorter ones may be a name: “SALE”, “IKEA”.
SHOUTED_FROM = 8
# Fewer than these are the rest that no text can help.
MANY = 0.05
TITLES = ("title",)
# How bad it is that a text of a push is cut off.
CUT = {"title": Level.WARNING, "message": Level.HINT}
UNITS = ("characters", "lines")


@register()
def titles(subject: Subject) -> Iterator[Finding]:
    """Find titles that shout or hold no word."""
    for place in subject.places:
        if place.name in TITLES and not place.number:
            yield from _tone(place)


def _tone(place: Place) -> Iterator[Finding]:
    words = TAGS.sub("", place.text).strip()
    letters = [each for each in words if each.isalpha()]
    is_loud = len(letters) >= SHOUTED_FROM and words.isupper()
    if is_loud:
        message = f"{place.words}: all in capitals reads as shouting."
        yield Finding(level=Level.HINT, field=place.field, message=message)
    has_tags = TAGS.search(place.text)
    if words and not has_tags and not any(each.isalnum() for each in words):
        message = f"{place.words}: no word in it; a screen reader has little to say."
        yield Finding(level=Level.HINT, field=place.field, message=message)


@register(Push)
def lengths(subject: Subject) -> Iterator[Finding]:
    """Find texts, as filled for real contacts, that some browsers cut off."""
    for cut in cuts.of(subject.source, subject.sample):
        place = cut.place
        for unit in UNITS:
            if told := _who_cuts(subject, cut.limits(unit)):
                held = getattr(cut.extent, unit)
                message = f"{place.words}: up to {held} {unit}, cut off after {told}."
                yield Finding(level=CUT[place.name], field=place.field, message=message)


def _who_cuts(subject: Subject, limits: Mapping[str, int]) -> str:
    """Name those whom it concerns, the commonest first; all of them when nobody is there yet."""
    audience = subject.audience
    if audience is None or not audience.total:
        return ", ".join(f"{most} on {label}" for label, most in limits.items())
    # By name: as old as a device may be, it cuts as the newest does.
    return ", ".join(
        f"{limits[label]} on {label} ({percent(count, audience.total)} of the browsers)"
        for label, count in audience.browsers
        if label in limits
    )


@register()
def empty_tags(subject: Subject) -> Iterator[Finding]:
    """Find tags without a fallback that say nothing to some, and texts that cannot be filled."""
    if subject.sample is None:
        return
    about = "" if subject.sample.is_exact else "about "
    whom = subject.crowd.words
    for (place, tag), share in subject.sample.empty.items():
        fallback = "default: 'all'" if place.is_address else "my friend"
        message = (
            f"{place.words}: {{{{ {tag.written} }}}} is empty for {about}{_percent(share)} of "
            f"{whom}: add a fallback, for example {{{{ {tag.written} | {fallback} }}}}."
        )
        level = Level.WARNING if share >= MANY else Level.HINT
        yield Finding(level=level, field=place.field, message=message)
    for place, share in subject.sample.broken.items():
        message = (
            f"{place.words}: its tags cannot be filled for {about}{_percent(share)} of {whom}, "
            "who get nothing."
        )
        yield Finding(level=Level.ERROR, field=place.field, message=message)


def _percent(share: float) -> str:
    return percent(max(1, round(share * 10_000)), 10_000)
