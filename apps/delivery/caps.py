"""How many pushes a contact may be sent: so many of a category within so many days.

A message to all devices of a contact counts once. It counts from when it was queued, unless it
failed. What is asked for anew with the same key counts as what it is: the same message.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.delivery.models import Category, Limits, Push

COUNTING = (Push.Status.QUEUED, Push.Status.SENDING, Push.Status.ACCEPTED)


@dataclass(frozen=True, kw_only=True)
class Cap:
    """At most `most` pushes of the category to one contact within the last `days`."""

    category: str
    most: int
    days: int

    def sent(self, contact: str, key: str) -> Any:
        """Return how many others the contact was sent lately, as an expression; both arguments
        name columns of the rows that it is asked of."""
        lately = Push.objects.filter(
            contact=OuterRef(contact),
            category=self.category,
            queued_at__gt=timezone.now() - timedelta(days=self.days),
            status__in=COUNTING,
        ).exclude(key=OuterRef(key))
        counts = lately.order_by().values("contact").annotate(n=Count("key", distinct=True))
        return Coalesce(Subquery(counts.values("n")), Value(0), output_field=IntegerField())

    def keep(self, rows: Iterable[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
        """Share `rows` of id, contact and how many were sent into the ids of those that may be
        sent too, and of those that may not: a contact may be asked for several times."""
        given: Counter[int] = Counter()
        kept: list[int] = []
        capped: list[int] = []
        for pk, contact_id, sent in rows:
            if sent + given[contact_id] < self.most:
                given[contact_id] += 1
                kept.append(pk)
            else:
                capped.append(pk)
        return kept, capped


def of_site(site_id: int, category: str, *, waits: bool = False) -> Cap | None:
    """Return the cap of a category at a site; None where there is none.

    With `waits`, in a transaction, whoever else asks so for the site waits until it ends: what
    is queued under a cap is counted by the next one, and the cap holds exactly.
    """
    rows = Limits.objects.filter(site=site_id)
    # Where nothing is capped, nobody waits.
    limits = rows.first()
    if limits is None or _most(limits, category) is None:
        return None
    if waits:
        limits = rows.select_for_update().first() or limits
    most = _most(limits, category)
    days = getattr(limits, f"{Category(category).value}_cap_days")
    return None if most is None else Cap(category=category, most=most, days=days)


def _most(limits: Limits, category: str) -> int | None:
    return getattr(limits, f"{Category(category).value}_cap")
