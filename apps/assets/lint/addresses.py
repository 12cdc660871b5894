"""Addresses: broken, not secure, or none."""

from collections.abc import Iterator

from apps.assets.lint.registry import Finding, Level, Subject, register
from apps.assets.models import CheckedAddress, Popup, Push
from apps.assets.places import BUTTONS, VARIATIONS, Place

Verdict = CheckedAddress.Verdict
NOT_ASKED = "not looked at lately; it is when somebody who may change it opens this page."
PICTURES = ("icon", "image", "badge")


@register()
def mixed(subject: Subject) -> Iterator[Finding]:
    """Find http:// on a site of https://: pictures are not loaded, pages warn."""
    if not subject.source.site.home.startswith("https:"):
        return
    for place, address in subject.addresses.items():
        if address.startswith("http:"):
            is_picture = place.name in PICTURES
            what = "browsers refuse such a picture" if is_picture else "browsers warn of it"
            message = f"{place.words}: http:// on a site of https://; {what}. Write https://."
            level = Level.ERROR if is_picture else Level.WARNING
            yield Finding(level=level, field=place.field, message=message)


@register()
def looked_at(subject: Subject) -> Iterator[Finding]:
    """Say what the background check found."""
    for place, address in subject.addresses.items():
        row = subject.looked_at.get(address)
        if row is None or row.verdict == Verdict.WAITING:
            comes = row is not None or subject.asks
            words = "not looked at yet; it is soon." if comes else NOT_ASKED
            message = f"{place.words}: {words}"
            yield Finding(level=Level.HINT, field=place.field, message=message)
        else:
            yield from _of(place, row)


def _of(place: Place, row: CheckedAddress) -> Iterator[Finding]:
    words, field = place.words, place.field
    if row.verdict == Verdict.BROKEN:
        yield Finding(level=Level.ERROR, field=field, message=f"{words}: broken. {row.problem}")
    elif row.verdict == Verdict.NOT_CHECKED:
        message = f"{words}: not looked at. {row.problem}"
        yield Finding(level=Level.HINT, field=field, message=message)
    elif row.problem:
        yield Finding(level=Level.WARNING, field=field, message=f"{words}: {row.problem}")
    elif place.name in PICTURES and not row.content_type.startswith("image/"):
        kind = row.content_type or "something without a type"
        message = f"{words}: leads to {kind}, not to a picture."
        yield Finding(level=Level.ERROR, field=field, message=message)


@register(Push)
def empty(subject: Subject) -> Iterator[Finding]:
    """Say where a click leads when nobody wrote it."""
    content, home = subject.source.content, subject.source.site.home
    if not content["url"]:
        message = f"Click address: empty, so a click opens the home page, {home}."
        yield Finding(level=Level.HINT, field="url", message=message)
    for number, button in enumerate(content["buttons"], start=1):
        if not button["url"]:
            message = f"Button {number}: no address, so it opens the home page, {home}."
            yield Finding(level=Level.HINT, field=BUTTONS, message=message)
    for version in subject.source.versions:
        if "url" in version.content and not version.content["url"]:
            message = f"“{version.name}”: no click address, so a click opens the home page."
            yield Finding(level=Level.HINT, field=VARIATIONS, message=message)


@register(Popup)
def nowhere(subject: Subject) -> Iterator[Finding]:
    """A button of a popup that opens nothing is stopped by its form; a variation's may not be."""
    for version in subject.source.versions:
        for number, button in enumerate(version.content.get("buttons", ()), start=1):
            if button["action"] == "open" and not button["url"]:
                message = f"“{version.name}”, button {number}: opens an address, and has none."
                yield Finding(level=Level.ERROR, field=VARIATIONS, message=message)
