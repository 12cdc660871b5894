"""Leaving a journey before its end: with it goes what was asked for and nobody has seen yet."""

import logging
import math
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.journeys.models import Call, CompiledStep, Enrolment, Journey, Sweep, Version
from apps.journeys.models.enrolments import EnrolmentQuerySet, steps_with_somebody
from apps.journeys.models.withdrawing import withdraw_messages
from apps.journeys.primitives import moving
from apps.segments import catalogue, membership, rules
from apps.segments.rules import Context

BATCH = 1_000
ENDED = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)

# So many enrolments are asked at once whether they still meet their rule. SQLite takes only so
# many ids in a statement.
SLICES = {"postgresql": 5_000, "sqlite": 500}
AHEAD = 100_000
# A look begins a minute after the last one, or later: it takes a twentieth of the time at most.
EVERY, SHARE = timedelta(minutes=1), 20
# A worker that has not come back from a look by then is dead.
LEASE = timedelta(minutes=2)

log = logging.getLogger(__name__)


def leave(enrolments: EnrolmentQuerySet, reason: Enrolment.Exit) -> int:
    """End the ways of those of `enrolments` who are inside, a batch at a time; returns how many.

    Open popups, queued pushes and webhooks that were not called yet are withdrawn in the same
    transaction.
    """
    total, last = 0, 0
    while ids := _leave_batch(enrolments.filter(pk__gt=last).order_by("pk"), reason):
        total += len(ids)
        last = max(ids)
        if len(ids) < BATCH:
            break
    return total


@transaction.atomic
def leave_by_hand(enrolments: EnrolmentQuerySet, by: audit.By) -> int:
    """Take those of `enrolments` who are inside out because `by` wants so; returns how many."""
    inside = enrolments.inside().order_by()
    counts = dict(inside.values_list("journey").annotate(Count("pk")))
    total = 0
    for journey in Journey.objects.filter(pk__in=counts).select_related("site"):
        number = leave(enrolments.filter(journey=journey), Enrolment.Exit.HAND)
        details = {"journey": journey.pk, "contacts": number}
        audit.note(
            audit.Action.TAKEN_OUT, site=journey.site, by=by, subject=journey.name, details=details
        )
        total += number
    return total


def sweep(*, seconds: float) -> int:
    """Let those leave whose time is over, who do not meet their journey's rule any more, or whose
    journey was ended as they came in; stops when there is nobody or the time is over.

    Returns how many left. May run in several workers at once, and be killed anywhere.
    """
    end = time.monotonic() + seconds
    ended = steps_with_somebody().filter(version__journey__status__in=ENDED)
    total = _leave_steps(ended, Enrolment.Exit.ENDED, end)
    _begin_sweeps()
    for row in _due_sweeps():
        if time.monotonic() >= end:
            break
        due = Sweep.objects.filter(pk=row.pk, due_at=row.due_at)
        if due.update(due_at=timezone.now() + LEASE):
            total += _look(row, end)
    return total


def _begin_sweeps() -> None:
    asked = {
        Sweep.Reason.TIMEOUT: Q(timeout_hours__isnull=False),
        Sweep.Reason.RULE: Q(exits_with_rule=True) & ~Q(entry_rule={}),
    }
    new = []
    for reason, wanted in asked.items():
        known = Sweep.objects.filter(version=OuterRef("pk"), reason=reason)
        running = Version.objects.filter(wanted, journey__status__in=Journey.RUNNING)
        missing = running.filter(~Exists(known)).values_list("pk", flat=True)
        new += [Sweep(version_id=pk, reason=reason) for pk in missing]
    Sweep.objects.bulk_create(new, ignore_conflicts=True)


def _due_sweeps() -> Iterable[Sweep]:
    inside = steps_with_somebody().filter(version=OuterRef("version"))
    return (
        Sweep.objects.filter(
            Exists(inside),
            due_at__lte=timezone.now(),
            version__journey__status__in=Journey.RUNNING,
            version__journey__is_held=False,
        )
        .order_by("due_at")
        .select_related("version__journey__site")
        .defer("version__document")
    )


def _look(row: Sweep, end: float) -> int:
    """Go on with a look until it is finished or the time is over."""
    begun = time.monotonic()
    before = row.seconds if row.cursor else 0
    if row.reason == Sweep.Reason.TIMEOUT:
        total, is_over = _leave_late(row.version, end), time.monotonic() < end
    else:
        total, is_over = _leave_with_rule(row, end)
    row.seconds = before + time.monotonic() - begun
    row.due_at = timezone.now()
    if is_over:
        row.cursor = 0
        row.due_at += max(EVERY, SHARE * timedelta(seconds=row.seconds))
    row.save(update_fields=["cursor", "seconds", "due_at"])
    return total


def _leave_late(version: Version, end: float) -> int:
    since = timezone.now() - timedelta(hours=version.timeout_hours or 0)
    steps = steps_with_somebody().filter(version=version)
    return _leave_steps(steps, Enrolment.Exit.TIMEOUT, end, entered_at__lte=since)


def _leave_steps(
    steps: QuerySet[CompiledStep], reason: Enrolment.Exit, end: float, **which: Any
) -> int:
    # Step by step in the order of the index of those inside, so that no plan reads the others.
    return sum(
        _leave_free(Enrolment.objects.filter(step=pk, **which).order_by("due_at"), reason, end)
        for pk in steps.order_by().values_list("pk", flat=True)
    )


def _leave_with_rule(row: Sweep, end: float) -> tuple[int, bool]:
    """Returns how many left, and whether everybody has been looked at; moves the cursor."""
    version, total = row.version, 0
    steps = list(version.steps.values_list("pk", flat=True))
    inside = Enrolment.objects.inside().filter(step__in=steps).order_by("pk")
    context = catalogue.of_rule(version.entry_rule, version.journey.site)
    size = SLICES[connection.vendor]
    while ahead := list(inside.filter(pk__gt=row.cursor).values_list("pk", "contact")[:AHEAD]):
        for start in range(0, len(ahead), size):
            if time.monotonic() >= end:
                return total, False
            part = ahead[start : start + size]
            try:
                out = _without_rule(version, context, part)
            except rules.Broken as broken:
                log.error("Nobody leaves %s: %s", version, " ".join(broken.messages))
                return total, True
            if out:
                leaving = Enrolment.objects.filter(pk__in=listed(out)).order_by()
                # However late: the cursor goes beyond them.
                total += _leave_free(leaving, Enrolment.Exit.RULE, math.inf)
            row.cursor = part[-1][0]
        if len(ahead) < AHEAD:
            break
    return total, True


def _without_rule(version: Version, context: Context, part: list[tuple[int, int]]) -> list[int]:
    """Return those of the enrolments (with the contact of each) who do not meet the rule."""
    among = Contact.objects.filter(pk__in=listed([contact for _, contact in part])).values("pk")
    meeting = membership.matching(version.entry_rule, context, among=among)
    still = set(meeting.order_by().values_list("pk", flat=True))
    return [pk for pk, contact in part if contact not in still]


def _leave_free(enrolments: EnrolmentQuerySet, reason: Enrolment.Exit, end: float) -> int:
    """Let them leave until the time is over; whom somebody else holds at this moment stays, so
    that no two can block each other."""
    total = 0
    while time.monotonic() < end:
        ids = _leave_batch(enrolments, reason, skip_locked=True)
        total += len(ids)
        if len(ids) < BATCH:
            break
    return total


@transaction.atomic
def _leave_batch(
    enrolments: EnrolmentQuerySet, reason: Enrolment.Exit, *, skip_locked: bool = False
) -> set[int]:
    """Let the first BATCH of them leave; returns their ids."""
    held = enrolments.inside().select_for_update(of=("self",), skip_locked=skip_locked)
    rows = list(held.values_list("pk", "journey", "contact")[:BATCH])
    ids = {pk for pk, _, _ in rows}
    if ids:
        moving.leave(ids, reason)
        withdraw_messages(rows)
        Call.objects.withdraw_of(ids)
    return ids
