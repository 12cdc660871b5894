"""How many enrolments a second one worker moves through each kind of step."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.journeys import engine
from apps.journeys.models import CheckStep, Enrolment, PushStep, SplitStep, Step, WaitStep
from tests.benchmarks.journeys import crowd, naive
from tests.factories import a_push
from tests.journeys.flows import put_in

LIMIT, LEAST_RATIO = 10_000, 50
# By tasks, fewer: it is a rate, and they are slow.
TASKS = 2_000
GOLD = {"field": "state.plan", "op": "is", "value": "gold"}
ASK = {"field": "push_status", "op": "is", "value": "ask"}
STEPS: dict[str, Callable[[Site], Step]] = {
    "wait": lambda site: WaitStep(amount=3),
    "check": lambda site: CheckStep(
        branches=[
            {"key": "gold", "name": "Gold", "rule": GOLD},
            {"key": "ask", "name": "Ask", "rule": ASK},
        ]
    ),
    "split": lambda site: SplitStep(
        paths=[{"key": "a", "name": "A", "weight": 30}, {"key": "b", "name": "B", "weight": 70}]
    ),
    "push": lambda site: PushStep(push=a_push(site)),
}


def measure() -> Iterator[dict[str, Any]]:
    contacts = crowd.size()
    site = crowd.build(contacts)
    only = os.environ.get("ONLY", "").removeprefix("journeys.advance").strip(".")
    for kind, make in STEPS.items():
        if not kind.startswith(only):
            continue
        rate = contacts / _by_engine(site, make)
        versus = TASKS / _by_tasks(site, make)
        yield {
            "name": f"journeys.advance.{kind}",
            "value": round(rate),
            "unit": "enrolments/s",
            "limit": LIMIT,
            "versus": "a django-q2 task for each contact and step",
            "versus_value": round(versus),
            "ratio": round(rate / versus, 1),
            "least_ratio": LEAST_RATIO,
            "contacts": contacts,
            "tasks": TASKS,
            "database": connection.vendor,
        }


def _by_engine(site: Site, make: Callable[[Site], Step]) -> float:
    """Return the seconds from standing at the step to having left it, all that the engine does."""
    step = put_in(
        crowd.a_journey(site, make(site)), Contact.objects.filter(site=site), product="Tent"
    )
    crowd.tidy()
    inside = Enrolment.objects.inside().filter(step=step)
    taken = 0.0
    while inside.exists():
        begun = time.monotonic()
        while engine.drain(seconds=600):
            pass
        taken += time.monotonic() - begun
        # What waits now has waited long enough.
        inside.update(due_at=timezone.now())
    return taken


def _by_tasks(site: Site, make: Callable[[Site], Step]) -> float:
    journey = crowd.a_journey(site, make(site))
    some = Contact.objects.filter(site=site).order_by("pk")[:TASKS]
    step = put_in(journey, Contact.objects.filter(pk__in=some.values("pk")), product="Tent")
    inside = Enrolment.objects.inside().filter(step=step)
    taken = 0.0
    with naive.cluster():
        while ids := list(inside.values_list("pk", flat=True)):
            taken += naive.seconds(step.pk, ids)
    return taken
