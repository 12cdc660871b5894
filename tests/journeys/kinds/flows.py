"""Published flows to put contacts into."""

import itertools
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Contact, Site
from apps.journeys import engine, publishing
from apps.journeys.kinds import KINDS, Batch, Moves
from apps.journeys.models import CompiledStep, Enrolment, Journey, Lead, Step, UpdateStep, Visit

_numbers = itertools.count(1)


def an_update(*changes: tuple[Any, ...]) -> UpdateStep:
    """A step with these changes: op, name and value of each."""
    names = ("op", "name", "value")
    return UpdateStep(changes=[dict(zip(names, change, strict=False)) for change in changes])


def a_flow(site: Site, *steps: Step, **terms: Any) -> Journey:
    """A live journey of these steps, written without a journey: each outcome of one leads to the
    next."""
    journey = Journey.objects.create(site=site, name=f"Flow {next(_numbers)}", **terms)
    for position, step in enumerate(steps, start=1):
        step.journey, step.position = journey, position
        step.name = step.name or f"Step {position}"
        step.save()
    for step, after in itertools.pairwise(steps):
        for outcome, _ in step.outcomes:
            Lead.objects.create(step=step, outcome=outcome, target=after)
    publishing.publish(journey)
    return journey


def enter(
    journey: Journey,
    contacts: Iterable[Contact],
    *,
    event: dict[str, Any] | None = None,
    number: int = 1,
) -> list[Enrolment]:
    """Put the contacts at the first step of the version that is live."""
    version = journey.live_version
    rows = [
        Enrolment(
            journey=journey,
            version=version,
            contact=contact,
            step=version.steps.first(),
            number=number,
            entry_key=f"{number}:{next(_numbers)}",
            is_single=False,
            context={"event": event or {}},
        )
        for contact in contacts
    ]
    return Enrolment.objects.bulk_create(rows)


def outcomes(rows: Iterable[Enrolment]) -> list[str]:
    """Move everybody, and return by which outcome each has left its first step; with a word on
    why where there is one: “none, broken”."""
    engine.drain()
    ids = [row.pk for row in rows]
    visits = Visit.objects.filter(enrolment__in=ids, number=1)
    found = {v.enrolment_id: ", ".join(filter(None, (v.outcome, v.detail))) for v in visits}
    return [found.get(pk, "") for pk in ids]


def states(contacts: Iterable[Contact]) -> list[dict[str, Any]]:
    """Return the states as they are now."""
    return [Contact.objects.get(pk=contact.pk).state for contact in contacts]


def publish_again(journey: Journey) -> None:
    """Publish what the draft is now; whoever enters from here on is on that version."""
    journey.refresh_from_db()
    publishing.publish(journey)


@transaction.atomic
def arrive(rows: Iterable[Enrolment]) -> Moves:
    """Let them arrive at their step as the engine does, without moving them."""
    ids = [row.pk for row in rows]
    held = list(Enrolment.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    step = CompiledStep.objects.get(pk=held[0].step_id)
    return KINDS[step.kind].arrive(Batch(step=step, rows=held, now=timezone.now()))


def queries_of(rows: Iterable[Enrolment]) -> int:
    """Return how many queries their arriving takes, beside the engine's own."""
    with CaptureQueriesContext(connection) as captured:
        arrive(rows)
    own = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    texts = [query["sql"] for query in captured]
    # Those that hold the rows and read the step are the engine's.
    return len([text for text in texts if not text.startswith(own)]) - 2
