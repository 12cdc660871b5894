"""How many journeys have set each other off, one by another: from the third on they take time.

Without that, two that let each other in would go round as fast as a worker can.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.id_lists import listed
from apps.accounts.models import Event
from apps.journeys.models import Enrolment
from apps.journeys.models.message_keys import enrolment_and_visit

AT_ONCE = 2
PACE = timedelta(minutes=1)


def of(context: dict[str, Any]) -> int:
    """Return how many journeys have led, one by another, to a way with this context."""
    return context.get("chain", 0)


def linked(context: dict[str, Any], chain: int) -> dict[str, Any]:
    """Return the context of a way that goes on as the last of the chain; 0: by itself."""
    rest = {name: value for name, value in context.items() if name != "chain"}
    return {**rest, "chain": chain} if chain else rest


def due(chain: int, at: datetime) -> datetime | None:
    """Return when the engine looks at who comes in as the last of the chain; None: at once."""
    return at + PACE if chain > AT_ONCE else None


def behind(events: Collection[Event]) -> dict[int, tuple[int, int]]:
    """Return, by the id of those of the events that a step has tracked, the enrolment at that
    step, and the number of journeys in a row that the event would be set off by: one query, or
    none."""
    asked = {
        event.pk: found[0] for event in events if (found := enrolment_and_visit(event.key or ""))
    }
    if not asked:
        return {}
    rows = Enrolment.objects.filter(pk__in=listed(set(asked.values())))
    chains = {row.pk: of(row.context) + 1 for row in rows.only("pk", "context")}
    return {pk: (way, chains.get(way, 1)) for pk, way in asked.items()}
