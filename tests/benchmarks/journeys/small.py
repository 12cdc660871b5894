"""A journey over a segment of 1,000 on SQLite, from its entry to its end."""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection

from apps.accounts.models import Contact
from apps.journeys import engine
from apps.journeys.models import CheckStep, Enrolment, PushStep, SplitStep
from tests.benchmarks.journeys import crowd
from tests.benchmarks.journeys.advance import STEPS
from tests.factories import a_push
from tests.journeys.flows import put_in

CONTACTS = 1_000
LIMIT = 1.0


def measure() -> Iterator[dict[str, Any]]:
    site = crowd.build(CONTACTS)
    steps = [STEPS[kind](site) for kind in (CheckStep.kind, SplitStep.kind, PushStep.kind)]
    journey = crowd.a_journey(site, *steps, PushStep(push=a_push(site)))
    begun = time.monotonic()
    put_in(journey, Contact.objects.filter(site=site), product="Tent")
    moves = engine.drain(seconds=60)
    taken = time.monotonic() - begun
    assert Enrolment.objects.filter(exit_reason="end").count() == CONTACTS
    yield {
        "name": "journeys.small",
        "value": round(taken, 3),
        "unit": "s",
        "limit": LIMIT,
        "contacts": CONTACTS,
        "moves": moves,
        "database": connection.vendor,
    }
