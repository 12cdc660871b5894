"""Moving those inside older versions to the live one, where their step is there still.

What was asked for is kept with the journey; a worker does it a batch at a time, each in a short
transaction, and goes on where another has died. Who is moved keeps the visit, and with it the
key of what it has asked for: nothing is sent or shown twice.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.delivery.wanted import withdraw
from apps.journeys import leaving
from apps.journeys.models import Call, CompiledStep, Enrolment, Journey, Visit
from apps.journeys.models.enrolments import steps_with_somebody
from apps.journeys.primitives import moving, waking

BATCH = 5_000
STAY, LEAVE = "stay", "leave"


@dataclass(frozen=True, kw_only=True)
class Place:
    """How many stand at a step of an older version. `moves` says that it is there in the live one
    too; they go there."""

    version: int
    key: str
    name: str
    contacts: int
    moves: bool


def is_possible(journey: Journey) -> bool:
    """Return whether there can be anybody in an older version who can be moved. No query."""
    live = journey.live_version
    return live is not None and live.number > 1 and journey.status in Journey.RUNNING


def preview(journey: Journey) -> list[Place]:
    """Return where those inside older versions stand, the newest version first. Three queries."""
    live, older = _live_steps(journey), list(_older(journey))
    at = Enrolment.objects.inside().filter(step__in=[step.pk for step in older]).order_by()
    contacts = dict(at.values_list("step").annotate(Count("pk")))
    return [
        Place(
            version=step.version.number,
            key=step.key,
            name=step.name,
            contacts=contacts[step.pk],
            moves=_same(step, live) is not None,
        )
        for step in older
        if step.pk in contacts
    ]


def begin(journey: Journey, *, gone: str = STAY, to: Mapping[str, str] | None = None) -> None:
    """Have those inside older versions moved to the live one.

    Who stands at a step that is gone stays there (STAY), leaves (LEAVE), or goes to the step of
    the live version that `to` names by the key of the old one. Raises ValidationError.
    """
    to, live = dict(to or {}), _live_steps(journey)
    if journey.status not in Journey.RUNNING:
        raise ValidationError(f"“{journey}” does not run, so nobody can be moved.")
    if gone not in (STAY, LEAVE) or not set(to.values()) <= set(live):
        raise ValidationError("Choose a step of the live version.")
    every = CompiledStep.objects.filter(version__journey=journey)
    known = set(every.values_list("key", flat=True))
    asked = {"gone": gone, "to": {key: to[key] for key in to if key in known}}
    running = Journey.objects.filter(pk=journey.pk, status__in=Journey.RUNNING)
    running.update(move_over=asked)
    waking.wake()


def drain(*, seconds: float) -> int:
    """Go on with all that was asked for until it is done, or the time is over; returns how many
    were moved or left."""
    end = time.monotonic() + seconds
    asked = Journey.objects.exclude(move_over=None).filter(status__in=Journey.RUNNING)
    return sum(_move(journey, end) for journey in asked.select_related("live_version"))


@dataclass(frozen=True, kw_only=True)
class _Way:
    """From a step to another, or out. `is_same` says that it is there in the live version too: of
    its key, and of its kind."""

    step: CompiledStep
    target: CompiledStep | None
    is_same: bool


def _move(journey: Journey, end: float) -> int:
    total = 0
    for way in list(_ways(journey)):
        while moved := _move_batch(way):
            total += moved
            if time.monotonic() > end:
                waking.wake()
                return total
    left = [way.step.pk for way in _ways(journey)]
    # Rows that somebody is moving at this moment are left for the next time.
    if not Enrolment.objects.inside().filter(step__in=left).exists():
        asked = Journey.objects.filter(pk=journey.pk, move_over=journey.move_over)
        asked.update(move_over=None)
    return total


def _ways(journey: Journey) -> Iterator[_Way]:
    live, asked = _live_steps(journey), journey.move_over
    for step in _older(journey):
        chosen = live.get(asked["to"].get(step.key, ""))
        same = _same(step, live)
        if same or chosen or asked["gone"] == LEAVE:
            yield _Way(step=step, target=same or chosen, is_same=same is not None)


def _older(journey: Journey) -> QuerySet[CompiledStep]:
    """Return the steps of older versions where anybody is."""
    steps = steps_with_somebody().filter(version__journey=journey)
    older = steps.exclude(version=journey.live_version_id).select_related("version")
    return older.order_by("-version__number", "position")


def _live_steps(journey: Journey) -> dict[str, CompiledStep]:
    steps = CompiledStep.objects.filter(version=journey.live_version_id)
    return {step.key: step for step in steps}


def _same(step: CompiledStep, live: Mapping[str, CompiledStep]) -> CompiledStep | None:
    found = live.get(step.key)
    return found if found and found.kind == step.kind else None


@transaction.atomic
def _move_batch(way: _Way) -> int:
    standing = Enrolment.objects.inside().filter(step=way.step).order_by()
    held = list(
        standing.select_for_update(skip_locked=True, of=("self",)).only("journey_id", "visit")[
            :BATCH
        ]
    )
    if not held:
        return 0
    ids = [row.pk for row in held]
    rows = Enrolment.objects.filter(pk__in=listed(ids))
    if way.is_same:
        rows.update(step=way.target, version=way.target.version_id)
        return len(ids)
    if way.target is None:
        leaving.leave(rows, Enrolment.Exit.MOVED)
    else:
        _lead_over(way, rows, held)
    return len(ids)


def _lead_over(way: _Way, rows: QuerySet[Enrolment], held: list[Enrolment]) -> None:
    now = timezone.now()
    # What this visit has asked for is nobody's any more.
    withdraw(key__in=[row.message_key for row in held])
    calls = Call.objects.filter(enrolment__in=rows, status=Call.Status.QUEUED)
    calls.update(status=Call.Status.WITHDRAWN, due_at=None)
    Visit.objects.record(rows, outcome=Enrolment.Exit.MOVED, at=now)
    rows.update(
        step=way.target,
        version=way.target.version_id,
        state=Enrolment.State.READY,
        visit=F("visit") + 1,
        arrived_at=now,
        due_at=now,
        errors=0,
    )
    moving.count(way.target, len(held), at=now)
