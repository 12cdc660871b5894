"""What changing a segment does to those who use it, in words and numbers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.accounts.confirming import Consequences
from apps.accounts.panels import find_uses, link_to
from apps.segments import catalogue, counting, rules, usage
from apps.segments.models import Segment
from apps.segments.rules import Context, Rule
from apps.segments.usage import Use

HEADERS = ["Kind", "Name", "How"]


def rows_of(uses: list[Use]) -> list[list[Any]]:
    """Return the uses as the rows of a table."""
    return [[use.kind, link_to(use.row), how(use)] for use in uses]


def how(use: Use) -> str:
    through = " → ".join(f"“{name}”" for name in use.through)
    said = [f"through {through}" if through else "in its rule", use.note]
    return ", ".join(part for part in said if part)


def of_editing(segment: Segment, before: Rule, after: Rule) -> Consequences | None:
    """Return whom another rule of the segment changes too; None where nobody uses it."""
    uses = usage.of_segment(segment)
    if not uses:
        return None
    context = catalogue.of_site(segment.site)
    text = f"{changed_number(before, after, context)} What uses it follows at once:"
    rows = rows_of(uses)
    broken = usage.broken_by(segment.site_id, context, _with(segment, after, context))
    if broken:
        text = f"{text[:-1]}, and where it says so it breaks: a broken segment has nobody in it, "
        text += "a broken journey lets nobody enter, a broken variation or label value is sent to "
        text += "nobody."
        why = {(use.row, use.note): message for use, message in broken}
        for row, use in zip(rows, uses, strict=True):
            if message := why.get((use.row, use.note)):
                row[-1] = f"{row[-1]}. Breaks: {message}"
    return Consequences(title=f"“{segment}” is in use", text=text, headers=HEADERS, rows=rows)


def _with(segment: Segment, rule: Rule, context: Context) -> Context:
    known = replace(context.segments[segment.pk], rule=rule)
    return replace(context, segments={**context.segments, segment.pk: known})


def changed_number(before: Rule, after: Rule, context: Context) -> str:
    was, will_be = number(before, context), number(after, context)
    if not (was and will_be):
        return "It will mean other contacts than before."
    return f"It means {was} now and will mean {will_be}."


def number(rule: Rule, context: Context) -> str:
    """Return how many meet the rule, about where they are many; nothing where it is not cheap."""
    try:
        found = counting.estimate(rule, context)
    except (rules.Broken, counting.TooSlow):
        return ""
    words = f"{found.contacts:,} {'contact' if found.contacts == 1 else 'contacts'}"
    return words if found.is_exact else f"about {words}"


def of_archiving(segment: Segment, *, back: str) -> Consequences:
    uses = usage.of_segment(segment)
    text = "It is not offered in rules any more. Nothing else changes, and it can be brought back."
    if uses:
        text = "It is not offered in rules any more. What uses it goes on using it as it is:"
    return Consequences(
        title=f"Archive “{segment}”?",
        text=text,
        headers=HEADERS,
        rows=rows_of(uses),
        button="Archive",
        back=back,
    )


def of_bringing_back(segment: Segment, *, back: str) -> Consequences:
    return Consequences(
        title=f"Bring “{segment}” back?",
        text="It is offered in rules again.",
        button="Bring back",
        back=back,
    )


@find_uses(Segment)
def users_of(segment: Segment) -> Iterator[SafeString]:
    direct = [use for use in usage.of_segment(segment) if not use.through]
    if direct:
        yield format_html_join(
            ", ", "the {} {}", ((use.kind.lower(), link_to(use.row)) for use in direct)
        )
