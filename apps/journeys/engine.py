"""The engine: moves enrolments from step to step, a batch at a time, in short transactions.

The rows say where everybody is. A batch is claimed, its effects are written and its rows moved
in one transaction: either all of it happened or none. Losing or doubling a wake-up changes
nothing, and a worker may die anywhere.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from apps.journeys import moving
from apps.journeys.kinds import KINDS, Batch, Moves
from apps.journeys.models import CompiledStep, Enrolment
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
    claimed = due.order_by("due_at").select_for_update(skip_locked=True, of=("self",))
    kind = KINDS[step.kind]
    if not kind.needs_context:
        claimed = claimed.defer("context")
    rows, now = list(claimed[:most]), timezone.now()
    coming = [row for row in rows if row.state == Enrolment.State.READY]
    waited = [row for row in rows if row.state != Enrolment.State.READY]
    if coming:
        _apply(step, kind.arrive(Batch(step=step, rows=coming, now=now)), now)
    if waited:
        _apply(step, kind.time_out(Batch(step=step, rows=waited, now=now)), now)
    return len(rows)


def _apply(step: CompiledStep, moves: Moves, now: datetime) -> None:
    if moves.changed:
        Enrolment.objects.bulk_update(moves.changed, ["context"], batch_size=500)
    for until, rows in moves.waiting.items():
        moving.let_wait([row.pk for row in rows], until)
    for (outcome, why), rows in moves.leaving.items():
        moving.lead_on(step, [row.pk for row in rows], outcome, at=now, why=why)
    if moves.exiting:
        moving.leave([row.pk for row in moves.exiting], Enrolment.Exit.STEP)


@transaction.atomic
def answer(enrolment_id: int, visit: int, outcome: str) -> bool:
    """Lead a waiting enrolment on because what it waits for has happened.

    Returns False when it has moved on already: whoever comes first, this or its time, wins.
    """
    row = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("step")
        .filter(pk=enrolment_id, visit=visit, state=Enrolment.State.WAITING)
        .first()
    )
    if row is None:
        return False
    moving.lead_on(row.step, [row.pk], outcome, at=timezone.now())
    return True
