"""Holding a campaign: what it has queued waits, and nobody sees it, until it is let go on.

The row in `Hold` is what counts, from the moment that it is committed: every claim of pushes
leaves held ones out, and a sender looks once more before it sends. A worker then puts the held
pushes off, so that nobody reads past a million of them to find the others. Both ways are gone a
slice at a time, and whoever dies in between is followed by the next one.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import wakeups
from apps.accounts.id_lists import listed
from apps.delivery.models import Hold, Push

SEND = "apps.delivery.tasks.send"
# Held pushes are looked at again by themselves, and put off anew.
AWAY = timedelta(minutes=30)
SLICE = 5_000

Status = Hold.Status


def hold(campaign: str) -> None:
    """Let what the campaign has queued wait; nothing of it is sent or shown any more."""
    # In this order: the row of one released goes at any moment, also just after it was found.
    released = Hold.objects.filter(campaign=campaign, status=Status.RELEASED)
    if not released.update(status=Status.HELD):
        Hold.objects.get_or_create(campaign=campaign)
    wakeups.call(SEND)


def release(campaign: str) -> None:
    """Let a held campaign go on; what has been sent is not sent again."""
    Hold.objects.filter(campaign=campaign, status=Status.HELD).update(status=Status.RELEASED)
    wakeups.call(SEND)


def tend(*, seconds: float) -> bool:
    """Put off the pushes of held campaigns, and bring back those of released ones; returns
    whether all were."""
    end = time.monotonic() + seconds
    now = timezone.now()
    is_done = True
    while is_done and _put_off_some(now):
        is_done = time.monotonic() <= end
    released = Hold.objects.filter(status=Status.RELEASED)
    for campaign in list(released.values_list("campaign", flat=True)):
        if not _bring_back(_away(campaign, now), now, end):
            return False
        released.filter(campaign=campaign).delete()
    return is_done


@transaction.atomic
def _put_off_some(now: datetime) -> int:
    """Put off up to SLICE pushes of held campaigns that were due by `now`; returns how many.

    The holds are held meanwhile: who lets one go waits, and nothing of it is put off after that.
    """
    standing = Hold.objects.standing().select_for_update(skip_locked=True)
    campaigns = list(standing.values_list("campaign", flat=True))
    due = _queued().filter(campaign__in=campaigns, due_at__lte=now)
    ids = list(due.values_list("pk", flat=True)[:SLICE]) if campaigns else []
    if ids:
        # Only what nobody has claimed meanwhile.
        due.filter(pk__in=listed(ids)).update(due_at=now + AWAY)
    return len(ids)


def _away(campaign: str, now: datetime) -> QuerySet[Push]:
    # What a push service has asked us to wait with waits on, and comes back by itself.
    return _queued().filter(campaign=campaign, due_at__gt=now, attempts=0)


def _queued() -> QuerySet[Push]:
    return Push.objects.filter(status=Push.Status.QUEUED).order_by()


def _bring_back(rows: QuerySet[Push], now: datetime, end: float) -> bool:
    """Have all of `rows` looked at now; returns False when the time was over first."""
    while ids := list(rows.values_list("pk", flat=True)[:SLICE]):
        rows.filter(pk__in=listed(ids)).update(due_at=now)
        if time.monotonic() > end:
            return False
    return True
