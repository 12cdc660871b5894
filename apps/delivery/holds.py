"""Holding a campaign: what it has queued waits, and nobody sees it, until it is let go on.

The row in `Hold` is what counts, from the moment that it is committed: every claim of pushes
leaves held ones out, and a sender looks once more before it sends. A worker then puts the held
pushes off, so that nobody reads past a million of them to find the others. Both ways are gone a
slice at a time, and whoever dies in between is followed by the next one.
"""

import time
from datetime import datetime, timedelta

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
    Hold.objects.get_or_create(campaign=campaign)
    Hold.objects.filter(campaign=campaign, status=Status.RELEASED).update(status=Status.HELD)
    wakeups.call(SEND)


def release(campaign: str) -> None:
    """Let a held campaign go on; what has been sent is not sent again."""
    Hold.objects.filter(campaign=campaign, status=Status.HELD).update(status=Status.RELEASED)
    wakeups.call(SEND)


def tend(*, seconds: float) -> bool:
    """Put off the pushes of held campaigns, and bring back those of released ones; returns
    whether all were."""
    end = time.monotonic() + seconds
    holds = dict(Hold.objects.values_list("campaign", "status"))
    held = [campaign for campaign, status in holds.items() if status != Status.RELEASED]
    released = [campaign for campaign, status in holds.items() if status == Status.RELEASED]
    now = timezone.now()
    is_done = not held or _move(_due(held, now), now + AWAY, end)
    for campaign in released:
        if not _move(_put_off(campaign, now), now, end):
            return False
        Hold.objects.filter(campaign=campaign, status=Status.RELEASED).delete()
    return is_done


def _due(campaigns: list[str], now: datetime) -> QuerySet[Push]:
    return _queued().filter(campaign__in=campaigns, due_at__lte=now)


def _put_off(campaign: str, now: datetime) -> QuerySet[Push]:
    # What a push service has asked us to wait with waits on, and comes back by itself.
    return _queued().filter(campaign=campaign, due_at__gt=now, attempts=0)


def _queued() -> QuerySet[Push]:
    return Push.objects.filter(status=Push.Status.QUEUED).order_by()


def _move(rows: QuerySet[Push], due_at: datetime, end: float) -> bool:
    """Have all of `rows` looked at then; returns False when the time was over first."""
    while ids := list(rows.values_list("pk", flat=True)[:SLICE]):
        # Only what nobody has claimed meanwhile.
        rows.filter(pk__in=listed(ids)).update(due_at=due_at)
        if time.monotonic() > end:
            return False
    return True
