"""The parts of an asset: its variations and its buttons."""

from collections.abc import Iterator

from apps.assets import compatibility
from apps.assets.lint.registry import Finding, Level, Subject, register
from apps.assets.models import Push, Variation
from apps.assets.places import BUTTONS, VARIATIONS


@register()
def drafts(subject: Subject) -> Iterator[Finding]:
    """Find variations that somebody wrote and nobody gets."""
    if subject.asset is None or subject.source.versions:
        return
    rows = subject.asset.variations.filter(status=Variation.Status.DRAFT)
    names = [f"“{name}”" for name in rows.values_list("name", flat=True)[:6]]
    if names:
        more = " …" if len(names) > 5 else ""
        message = (
            f"No variation is active: {', '.join(names[:5])}{more} are drafts, so everybody gets "
            "the default content."
        )
        yield Finding(level=Level.WARNING, field=VARIATIONS, message=message)


@register(Push)
def buttons(subject: Subject) -> Iterator[Finding]:
    """Find buttons beyond what any browser shows."""
    most = max(client.max_actions for client in compatibility.clients())
    named = {version.name: version.content for version in subject.source.versions}
    for name, content in {"": subject.source.content, **named}.items():
        count = len(content.get("buttons", ()))
        if count > most:
            where = f"“{name}”: " if name else ""
            message = f"{where}{count} buttons, and no browser shows more than {most}."
            field = VARIATIONS if name else BUTTONS
            yield Finding(level=Level.WARNING, field=field, message=message)
