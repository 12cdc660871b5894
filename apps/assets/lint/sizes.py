"""Bytes: what does not fit, and what would be left out so that it does."""

from collections.abc import Iterator

from apps.assets import payloads
from apps.assets.audience import percent
from apps.assets.lint.registry import Finding, Level, Subject, register
from apps.assets.models import Push
from apps.assets.places import VARIATIONS


@register(Push)
def weights(subject: Subject) -> Iterator[Finding]:
    for each in subject.sample.versions if subject.sample else ():
        where = f"“{each.name}”: " if each.key else ""
        field = VARIATIONS if each.key else ""
        share = f"for {percent(each.too_large, each.looked_at)} of those who get it"
        if each.too_large:
            message = (
                f"{where}too large {share}, even with all pictures left out: it cannot be sent. "
                f"At most {payloads.MAX_BYTES:,} bytes go into a push."
            )
            yield Finding(level=Level.ERROR, field=field, message=message)
        elif each.slimmed["all"]:
            share = f"for {percent(each.slimmed['all'], each.looked_at)} of those who get it"
            parts = ", ".join(each.left_out["all"])
            message = f"{where}too large {share}; left out at sending: {parts}."
            yield Finding(level=Level.WARNING, field=field, message=message)
