"""Flows to move contacts through, without an entry."""

import itertools

from django.db.models import F, JSONField, Value
from django.utils import timezone

from apps.accounts.inserting import insert_from
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


def put_in(journey, contacts, **event):
    """Let the contacts (a queryset) stand at the first step, as if the event had just led them
    in; in one statement. Nobody is counted. Returns the step."""
    step = journey.live_version.steps.first()
    values = {
        "journey": journey.pk,
        "version": step.version_id,
        "step": step.pk,
        "number": 1,
        "entry_key": "1",
        "is_single": True,
        "is_control": False,
        "state": Enrolment.State.READY.value,
        "visit": 1,
        "errors": 0,
        "exit_reason": "",
    }
    now = Value(timezone.now(), Enrolment._meta.get_field("due_at"))
    columns = {name: Value(value) for name, value in values.items()}
    columns |= dict.fromkeys(("arrived_at", "due_at", "entered_at"), now)
    columns |= {"context": Value({"event": event}, JSONField()), "contact": F("pk")}
    insert_from(Enrolment, contacts, columns)
    return step


def all_of(*rows):
    return Enrolment.objects.filter(pk__in=[row.pk for row in rows])


def inside_again(row, **values):
    """The contact's second time in, beside the first."""
    return Enrolment.objects.create(
        journey_id=row.journey_id,
        version_id=row.version_id,
        contact_id=row.contact_id,
        step_id=row.step_id,
        number=2,
        entry_key="2",
        is_single=False,
        **values,
    )


def time_is_over():
    """Make everybody due who waits until some time."""
    Enrolment.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
