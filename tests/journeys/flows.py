"""Flows to move contacts through, without an entry."""

import itertools

from django.utils import timezone

from apps.journeys import publishing
from apps.journeys.models import Enrolment, Journey, Lead, WaitStep
from apps.journeys.primitives import moving
from tests.factories import a_contact

_numbers = itertools.count(1)


def a_chain(site, *amounts):
    """A published journey of waits, one after the other, for so many days each."""
    journey = Journey.objects.create(site=site, name=f"Chain {next(_numbers)}")
    steps = [
        WaitStep.objects.create(journey=journey, name=f"Wait {n}", position=n, amount=amount)
        for n, amount in enumerate(amounts)
    ]
    for step, following in itertools.pairwise(steps):
        Lead.objects.create(step=step, outcome="done", target=following)
    publishing.publish(journey)
    return journey


def enrolled(journey, number=1):
    """So many fresh contacts who have just come in."""
    first = journey.live_version.steps.first()
    now = timezone.now()
    rows = [
        Enrolment.objects.create(
            journey=journey,
            version=journey.live_version,
            contact=a_contact(journey.site),
            step=first,
            number=1,
            entry_key="1",
        )
        for _ in range(number)
    ]
    moving.count(first, number, at=now)
    return rows


def time_is_over():
    """Make everybody due who waits until some time."""
    Enrolment.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
