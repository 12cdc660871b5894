"""Leaving a journey before its end: with it goes what was asked for and nobody has seen yet."""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.id_lists import listed
from apps.delivery.models import Popup, Push
from apps.delivery.wanted import withdraw
from apps.journeys import moving
from apps.journeys.kinds import enrolment_and_visit
from apps.journeys.models import Call, Enrolment, Journey, Sweep, Version
from apps.journeys.models.enrolments import EnrolmentQuerySet, campaign
from apps.segments import catalogue, membership, rules

BATCH = 1_000
ON_THEIR_WAY = (Push.Status.QUEUED, Push.Status.SENDING)
ENDED = (Journey.Status.FINISHED, Journey.Status.ARCHIVED)

# So many enrolments are asked at once whether they still meet their rule.
SLICE, AHEAD = 5_000, 100_000
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
    total = _leave_free(Enrolment.objects.filter(step__version__journey__status__in=ENDED),
                        Enrolment.Exit.ENDED, end)  # fmt: skip
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
        versions = Version.objects.filter(
            wanted, ~Exists(known), journey__status__in=Journey.RUNNING
        )
        new += [Sweep(version_id=pk, reason=reason) for pk in versions.values_list("pk", flat=True)]
    Sweep.objects.bulk_create(new, ignore_conflicts=True)


def _due_sweeps() -> Iterable[Sweep]:
    inside = Enrolment.objects.inside().filter(step__version=OuterRef("version"))
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
    late = Enrolment.objects.filter(step__version=version, entered_at__lte=since)
    return _leave_free(late, Enrolment.Exit.TIMEOUT, end)


def _leave_with_rule(row: Sweep, end: float) -> tuple[int, bool]:
    """Returns how many left, and whether everybody has been looked at; moves the cursor."""
    version, total = row.version, 0
    inside = Enrolment.objects.inside().filter(step__version=version)
    context = catalogue.of_rule(version.entry_rule, version.journey.site)
    while ahead := list(
        inside.filter(pk__gt=row.cursor).order_by("pk").values_list("pk", "contact")[:AHEAD]
    ):
        for start in range(0, len(ahead), SLICE):
            if time.monotonic() >= end:
                return total, False
            part = ahead[start : start + SLICE]
            among = inside.filter(pk__gt=row.cursor, pk__lte=part[-1][0]).values("contact")
            try:
                meeting = membership.matching(version.entry_rule, context, among=among)
            except rules.Broken as broken:
                log.error("Nobody leaves %s: %s", version, " ".join(broken.messages))
                return total, True
            still = set(meeting.order_by().values_list("pk", flat=True))
            out = [pk for pk, contact in part if contact not in still]
            if out:
                leaving = Enrolment.objects.filter(pk__in=listed(out))
                total += _leave_free(leaving, Enrolment.Exit.RULE, end)
            row.cursor = part[-1][0]
        if len(ahead) < AHEAD:
            break
    return total, True


def _leave_free(enrolments: EnrolmentQuerySet, reason: Enrolment.Exit, end: float) -> int:
    """Let them leave until the time is over; whom somebody else holds at this moment stays."""
    total = 0
    while time.monotonic() < end:
        # In no order: where nobody waits for locks, no two can block each other.
        ids = _leave_batch(enrolments.order_by(), reason, skip_locked=True)
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
        _withdraw(ids, {row[1] for row in rows}, {row[2] for row in rows})
    return ids


def _withdraw(ids: set[int], journeys: set[int], contacts: set[int]) -> None:
    """Take back what any visit of these enrolments has asked for."""
    theirs = {"campaign__in": map(campaign, journeys), "contact__in": listed(contacts)}
    popups = Popup.objects.filter(**theirs, status__in=Popup.OPEN)
    pushes = Push.objects.filter(**theirs, status__in=ON_THEIR_WAY)
    keys = {*popups.values_list("key", flat=True), *pushes.values_list("key", flat=True)}
    mine = [key for key in keys if (asked := enrolment_and_visit(key)) and asked[0] in ids]
    if mine:
        withdraw(key__in=mine)
    calls = Call.objects.filter(enrolment__in=listed(ids), status=Call.Status.QUEUED)
    calls.update(status=Call.Status.WITHDRAWN, due_at=None)
