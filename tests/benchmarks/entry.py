"""How fast a whole segment comes into a journey: at a time, and by joining.

A million contacts on PostgreSQL, a tenth of that on SQLite; BENCH_CONTACTS changes the size.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.models import Site
from apps.journeys import entry, publishing
from apps.journeys.models import Enrolment, Journey, Run, WaitStep
from tests.benchmarks import audience

# Contacts a second, on PostgreSQL at a million.
AT_LEAST = 60_000
RULE = {
    "all": [
        {"field": "language", "op": "none_of", "value": ["pl"]},
        {"none": [{"field": "state.plan", "op": "is", "value": "gold"}]},
    ]
}


def measure() -> Iterator[dict[str, Any]]:
    """Yield contacts a second, from the moment that is planned until the last has entered."""
    with audience.scratch():
        yield from of_site(audience.build(contacts=audience.size(), with_history=False))


def of_site(site: Site) -> Iterator[dict[str, Any]]:
    today = timezone.now().date()
    at_a_time = {"entry_kind": "schedule", "on_date": today, "at_time": "23:59"}
    yield _measured(site, "journeys.entry", at_a_time)
    yield _measured(site, "journeys.entry.segment", {"entry_kind": "segment"})


def _measured(site: Site, name: str, terms: dict[str, Any]) -> dict[str, Any]:
    journey = Journey.objects.create(site=site, name=name, entry_rule=RULE, **terms)
    WaitStep.objects.create(journey=journey, name="Wait")
    publishing.publish(Journey.objects.get(pk=journey.pk))
    Run.objects.filter(version__journey=journey).update(due_at=timezone.now())
    begun = time.perf_counter()
    entered = entry.drain(seconds=3600)
    taken = time.perf_counter() - begun
    assert entered == Enrolment.objects.filter(journey=journey).count()
    return {
        "name": name,
        "value": round(entered / taken),
        "unit": "contacts/s",
        "limit": AT_LEAST,
        "entered": entered,
        "seconds": round(taken, 2),
        "database": connection.vendor,
    }
