"""Who is in a segment."""

from typing import Any

from django.db.models import QuerySet

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.segments import rules
from apps.segments.models import Segment
from apps.segments.rules import Context, Rule


def matching(
    rule: Rule, context: Context, *, among: list[int] | QuerySet[Any] | None = None
) -> QuerySet[Contact]:
    """Return the contacts of the context's site who meet the rule; of `among` only, if given.

    Raises Broken when the rule cannot be asked.
    """
    contacts = Contact.objects.filter(site=context.site_id)
    if among is not None:
        contacts = contacts.filter(pk__in=listed(among) if isinstance(among, list) else among)
    return contacts.filter(rules.compile(rule, context, among=among))


def rule_of(segment: Segment) -> Rule:
    """Return the rule that says who is in the segment; of a list too."""
    if segment.kind == Segment.Kind.IMPORTED:
        return {"segment": segment.pk, "op": "in"}
    return segment.rule
