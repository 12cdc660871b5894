"""The engine: moves enrolments from step to step, a batch at a time, in short transactions.

The rows say where everybody is. A batch is claimed, its effects are written and its rows moved
in one transaction: either all of it happened or none. Losing or doubling a wake-up changes
nothing, and a worker may die anywhere.
"""

import logging
import time
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from apps.accounts.id_lists import listed
from apps.accounts.inserting import commit_early
from apps.accounts.models import Contact
from apps.journeys.entry import unheard
from apps.journeys.kinds import KINDS, Batch, Moves
from apps.journeys.models import CompiledStep, Enrolment, Journey
from apps.journeys.models.enrolments import EnrolmentQuerySet
from apps.journeys.models.held import Held
from apps.journeys.primitives import moving, waking

BATCHES = {"postgresql": 5_000, "sqlite": 1_000}
# In a row at one step, before the others that are due have their turn.
TURN = 4
# SQLite lets a busy writer starve the others: after each batch the web gets half its time.
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.05
# What all kinds read of a row.
READ = ("pk", "journey_id", "contact_id", "state", "visit")
MAX_ERRORS = 5
# So many of a batch fail one by one; then the step is to blame, and the rest waits for it.
MAX_FAILING = 20
PUT_OFF = timezone.timedelta(minutes=1)

log = logging.getLogger(__name__)


def drain(*, seconds: float = 45, only: Iterable[int] | None = None) -> int:
    """Move everybody who is due until nobody is, or the time is over; returns how many moves.

    `only` limits it to these enrolments: a request may move its own contact so.
    """
    own = None if only is None else list(only)
    end = time.monotonic() + seconds
    total = 0
    # Asked anew each round: a step just left makes the next one due at this moment.
    while steps := list(steps_due(own)):
        moved = sum(_turn(step, own, end) for step in steps)
        total += moved
        if not moved or time.monotonic() >= end:
            break
    if steps and own is not None:
        # Somebody else holds them, or there was no time for all: else they would wait a minute.
        waking.wake()
    return total


def steps_due(own: Collection[int] | None = None) -> QuerySet[CompiledStep]:
    """Return the steps of journeys that move at which somebody is due, the longest due first.

    One look into the index of who is due for each step, however many contacts there are.
    """
    live = _moving(CompiledStep.objects.select_related("version__journey"))
    due = Enrolment.objects.inside().filter(due_at__lte=timezone.now())
    if own is not None:
        return live.filter(pk__in=due.filter(pk__in=own).order_by().values("step"))
    # Not Exists, which the database may turn into a join that reads everybody who is due.
    first = due.filter(step=OuterRef("pk")).order_by("due_at").values("due_at")[:1]
    return live.annotate(since=Subquery(first)).filter(since__isnull=False).order_by("since", "pk")


def due_at_step(step: CompiledStep) -> EnrolmentQuerySet:
    """Return who is due at the step, the longest due first."""
    due = Enrolment.objects.inside().filter(step=step, due_at__lte=timezone.now())
    return due.order_by("due_at")


def retry(enrolments: EnrolmentQuerySet) -> int:
    """Bring back those that were set aside after too many errors; returns how many.

    They come to their step anew: what they have asked for there already is not asked for again.
    """
    return enrolments.inside().filter(state=Enrolment.State.FAILED).update(
        state=Enrolment.State.READY, errors=0, due_at=timezone.now()
    )  # fmt: skip


def _moving(steps: QuerySet[CompiledStep]) -> QuerySet[CompiledStep]:
    return steps.filter(
        version__journey__status__in=Journey.RUNNING, version__journey__is_held=False
    )


def _turn(step: CompiledStep, own: Collection[int] | None, end: float) -> int:
    most = BATCHES[connection.vendor]
    total = 0
    for _ in range(TURN):
        begun = time.monotonic()
        if begun >= end:
            break
        due = due_at_step(step)
        moved = _batch(step, due if own is None else due.filter(pk__in=own), most)
        total += moved
        if moved and own is None and connection.vendor == "sqlite":
            took = time.monotonic() - begun
            time.sleep(min(max(took / 2, PAUSE_SECONDS), LONGEST_PAUSE_SECONDS))
        if moved < most:
            break
    return total


def _batch(step: CompiledStep, due: EnrolmentQuerySet, most: int) -> int:
    try:
        return _move(step, due, most)
    except Exception as error:
        _raise_if_nobody_is_to_blame(error)
        log.exception("Step %s (%s) failed for a batch; looking for whom", step.pk, step)
    return _find_failing(step, due, list(due.values_list("pk", flat=True)[:most]))


def _find_failing(step: CompiledStep, due: EnrolmentQuerySet, ids: list[int]) -> int:
    """Move all but those who fail, found by halves; returns how many moved."""
    parts, moved, failing = [ids], 0, 0
    while parts and failing < MAX_FAILING:
        part = parts.pop()
        try:
            moved += _move(step, due.filter(pk__in=listed(part)), len(part))
            continue
        except Exception as error:
            _raise_if_nobody_is_to_blame(error)
            if len(part) == 1:
                log.error("Step %s (%s), enrolment %s: %r", step.pk, step, part[0], error)
        if len(part) == 1:
            _note_error(part[0])
            failing += 1
        elif part:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]
    rest = [pk for part in parts for pk in part]
    due.order_by().filter(pk__in=listed(rest)).update(due_at=timezone.now() + PUT_OFF)
    return moved


def _raise_if_nobody_is_to_blame(error: Exception) -> None:
    """Raise the error if the database has gone away: the next wake-up goes on."""
    if not connection.is_usable():
        raise error


def _note_error(pk: int) -> None:
    """Have it tried again later; one that fails again and again is set aside."""
    failed = Enrolment.objects.only("errors", "visit", "state").filter(pk=pk).first()
    if failed is None:
        return
    errors = failed.errors + 1
    changes = {"errors": errors, "due_at": timezone.now() + timezone.timedelta(minutes=2**errors)}
    if errors >= MAX_ERRORS:
        changes |= {"state": Enrolment.State.FAILED, "due_at": None}
    # Only if it still stands where it failed: an answer may have led it on meanwhile.
    Enrolment.objects.inside().filter(pk=pk, visit=failed.visit, state=failed.state).update(
        **changes
    )


@transaction.atomic
def _move(step: CompiledStep, due: EnrolmentQuerySet, most: int) -> int:
    # Asked for each batch: paused, held or archived is heeded half-way through as well.
    if not _moving(CompiledStep.objects.filter(pk=step.pk)).exists():
        return 0
    rows, now = _claim(step, due, most), timezone.now()
    commit_early(len(rows))
    kind = KINDS[step.kind]
    coming = [row for row in rows if row.state == Enrolment.State.READY]
    waited = [row for row in rows if row.state != Enrolment.State.READY]
    # Those of them who had to leave before anybody could see them have left.
    if coming := unheard.take(step, coming):
        _apply(step, kind.arrive(Batch(step=step, rows=coming, now=now)), now)
    if waited:
        _apply(step, kind.time_out(Batch(step=step, rows=waited, now=now)), now)
    return len(rows)


def _claim(step: CompiledStep, due: EnrolmentQuerySet, most: int) -> list[Held]:
    """Hold so many of those who are due; what others hold is theirs."""
    kind = KINDS[step.kind]
    held: set[int] | None = None
    if kind.holds_contacts:
        pairs = dict(due.values_list("pk", "contact")[:most])
        contacts = Contact.objects.filter(pk__in=listed(set(pairs.values()))).order_by("pk")
        locked = contacts.select_for_update(skip_locked=True, no_key=True)
        held = set(locked.values_list("pk", flat=True))
        due = due.filter(pk__in=listed([pk for pk, contact in pairs.items() if contact in held]))
    names = [*READ, *(("context",) if kind.needs_context else ()), *kind.also_reads]
    found = due.select_for_update(skip_locked=True, of=("self",)).values_list(*names)
    rows = [Held(**dict(zip(names, values, strict=True))) for values in found[:most]]
    # Of another contact by now, because it was merged: next time.
    return [row for row in rows if held is None or row.contact_id in held]


def _apply(step: CompiledStep, moves: Moves, now: datetime) -> None:
    if moves.changed:
        changed = [Enrolment(pk=row.pk, context=row.context) for row in moves.changed]
        Enrolment.objects.bulk_update(changed, ["context"], batch_size=500)
    moving.let_wait({until: [row.pk for row in rows] for until, rows in moves.waiting.items()})
    for (outcome, why), rows in moves.leaving.items():
        if rows:
            moving.lead_on(step, [row.pk for row in rows], outcome, at=now, why=why)
    if moves.exiting:
        moving.leave([row.pk for row in moves.exiting], Enrolment.Exit.STEP)
