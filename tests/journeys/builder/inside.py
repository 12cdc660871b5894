"""People inside a journey, for the tests of its numbers."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.journeys import publishing
from apps.journeys.models import CompiledStep, Enrolment, Journey, Tally, Visit
from tests.factories import a_contact
from tests.journeys.builder.house import a_draft, a_line


def a_published_line(*names: str) -> Journey:
    """Waits that follow each other, published."""
    journey = a_draft()
    a_line(journey, *names)
    publishing.publish(journey)
    return journey


def step_of(journey: Journey, name: str) -> CompiledStep:
    return CompiledStep.objects.filter(version__journey=journey, name=name).latest("pk")


def stands(step: CompiledStep, *, days_ago: float = 0, **values: Any) -> Enrolment:
    """A contact who has come to the step, and is counted there."""
    journey = step.version.journey
    at = timezone.now() - timedelta(days=days_ago)
    contact = values.pop("contact", None) or a_contact(journey.site)
    Tally.objects.add({(step.pk, ""): 1}, at=at)
    common = {"state": "waiting", "due_at": None, "entered_at": at, "arrived_at": at, "number": 1}
    return Enrolment.objects.create(
        journey=journey,
        version=step.version,
        contact=contact,
        step=step,
        entry_key=f"test:{contact.pk}",
        **{**common, **values},
    )


def left(step: CompiledStep, outcome: str = "done", *, days_ago: float = 0) -> Enrolment:
    """A contact who went by the outcome to the end, and is counted there."""
    row = stands(step, days_ago=days_ago)
    at = row.entered_at
    Tally.objects.add({(step.pk, outcome): 1}, at=at)
    rows = Enrolment.objects.filter(pk=row.pk)
    Visit.objects.record(rows, outcome=outcome, at=at)
    rows.update(state="left", left_at=at, exit_reason="end")
    return row
