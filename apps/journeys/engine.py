"""The engine: moves enrolments from step to step, a batch at a time, in short transactions.

The rows say where everybody is. A batch is claimed, its effects are written and its rows moved
in one transaction: either all of it happened or none. Losing or doubling a wake-up changes
nothing, and a worker may die anywhere.
"""

import logging
import time
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.journeys.kinds import KINDS, Moves, split
from apps.journeys.models import CompiledStep, Enrolment, Visit
from apps.journeys.models.enrolments import EnrolmentQuerySet

BATCH = 1_000
# SQLite lets a busy writer starve the others: every pause lets the web in.
PAUSE_SECONDS = 0.02
MAX_ERRORS = 5

log = logging.getLogger(__name__)


def drain(*, seconds: float = 45, only: Iterable[int] | None = None) -> int:
    """Move everybody who is due until nobody is, or the time is over; returns how many moves.

    `only` limits it to these enrolments: a request may move its own contact so.
    """
    ids = None if only is None else list(only)
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end:
        # Asked anew each round: a step just left makes the next one due at this moment.
        due = Enrolment.objects.due()
        due = due if ids is None else due.filter(pk__in=ids)
        steps = CompiledStep.objects.filter(pk__in=due.order_by().values("step").distinct())
        moved = sum(_batch(step, due.filter(step=step)) for step in steps)
        if not moved:
            break
        total += moved
        if ids is None and connection.vendor == "sqlite":
            time.sleep(PAUSE_SECONDS)
    return total


def _batch(step: CompiledStep, due: EnrolmentQuerySet) -> int:
    try:
        return _move_batch(step, due, BATCH)
    except Exception:
        log.exception("Step %s (%s) failed for a batch; trying one by one", step.pk, step.name)
    return sum(_one(step, due.filter(pk=pk)) for pk in due.values_list("pk", flat=True)[:BATCH])


def _one(step: CompiledStep, row: EnrolmentQuerySet) -> int:
    """Move one enrolment; one that fails again and again is set aside, the others go on."""
    try:
        return _move_batch(step, row, 1)
    except Exception:
        log.exception("Step %s (%s) failed for an enrolment", step.pk, step.name)
    for failed in row:
        errors = failed.errors + 1
        changes = {
            "errors": errors,
            "due_at": timezone.now() + timezone.timedelta(minutes=2**errors),
        }
        if errors >= MAX_ERRORS:
            changes |= {"state": Enrolment.State.FAILED, "due_at": None}
        # Only if it still stands where it failed: an answer may have led it on meanwhile.
        Enrolment.objects.filter(pk=failed.pk, visit=failed.visit, state=failed.state).update(
            **changes
        )
    return 0


@transaction.atomic
def _move_batch(step: CompiledStep, due: EnrolmentQuerySet, most: int) -> int:
    claimed = due.order_by("due_at").select_for_update(skip_locked=True, of=("self",))[:most]
    coming, waited = split(claimed)
    kind = KINDS[step.kind]
    if coming:
        _apply(step, kind.arrive(step, coming))
    if waited:
        _apply(step, kind.time_out(step, waited))
    return len(coming) + len(waited)


def _apply(step: CompiledStep, moves: Moves) -> None:
    for until, rows in moves.waiting.items():
        Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Enrolment.State.WAITING, due_at=until, errors=0
        )
    for outcome, rows in moves.leaving.items():
        _leave(step, [row.pk for row in rows], outcome)


def answer(enrolment_id: int, visit: int, outcome: str) -> bool:
    """Lead a waiting enrolment on because what it waits for has happened.

    Returns False when it has moved on already: whoever comes first, this or its time, wins.
    """
    with transaction.atomic():
        row = (
            Enrolment.objects.select_for_update(of=("self",))
            .select_related("step")
            .filter(pk=enrolment_id, visit=visit, state=Enrolment.State.WAITING)
            .first()
        )
        if row is None:
            return False
        _leave(row.step, [row.pk], outcome)
    return True


def _leave(step: CompiledStep, ids: list[int], outcome: str) -> None:
    """Lead the enrolments `ids` out of `step` by `outcome`: to the next step, or to the end."""
    now = timezone.now()
    Visit.objects.filter(enrolment__in=ids, left_at=None).update(left_at=now, outcome=outcome)
    rows = Enrolment.objects.filter(pk__in=ids)
    target = CompiledStep.objects.filter(
        version=step.version_id, key=step.leads.get(outcome, "")
    ).first()
    if target is None:
        rows.update(
            state=Enrolment.State.LEFT,
            left_at=now,
            due_at=None,
            exit_reason=Enrolment.Exit.END,
        )
        return
    rows.update(
        state=Enrolment.State.READY, step=target, visit=F("visit") + 1, due_at=now, errors=0
    )
    Visit.objects.bulk_create(
        Visit(enrolment_id=pk, step=target, number=number, entered_at=now)
        for pk, number in rows.values_list("pk", "visit")
    )
