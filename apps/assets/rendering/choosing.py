"""Which of several rules each contact meets first, for a batch of contacts in one query."""

import logging
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.segments import rules
from apps.segments.rules import Context

log = logging.getLogger(__name__)

EVERYBODY = Q(pk__isnull=False)


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What is chosen (`key`) for those who meet the rule."""

    key: int
    rule: dict[str, Any]


Chosen = dict[int, dict[Hashable, int | None]]


def choose(
    lists: Mapping[Hashable, Sequence[Ruled]], contacts: Collection[int], context: Context
) -> Chosen:
    """Return by contact, and by the name of each list, the key of the first rule that is met;
    None where none is. One query for contacts of one site.

    A rule that cannot be asked any more is met by nobody: a broken one costs no message.
    """
    ids = listed(list(contacts))
    cases = {
        f"chosen_{number}": _case(ruled, context, ids)
        for number, ruled in enumerate(lists.values())
    }
    rows = Contact.objects.filter(site=context.site_id, pk__in=ids).order_by()
    found = rows.annotate(**cases).values_list("pk", *cases)
    return {pk: dict(zip(lists, keys, strict=True)) for pk, *keys in found}


def _case(ruled: Sequence[Ruled], context: Context, among: Any) -> Case:
    whens = []
    for each in ruled:
        try:
            met = rules.compile(each.rule, context, among=among) if each.rule else EVERYBODY
        except rules.Broken as error:
            log.warning("The rule of %s cannot be asked: %s", each.key, error)
            continue
        whens.append(When(met, then=Value(each.key)))
    return Case(*whens, default=None, output_field=IntegerField())
