"""Waking the workers.

The truth is in the tables; a task is only a wake-up that drains what is due, and may be lost,
doubled or run anywhere without harm. A lost one is made good by the schedule of every minute.
"""

from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from apps.accounts.models import WakeUp

# A call that no worker heard (the cluster was down, its queue was emptied) stops counting.
FORGOTTEN_AFTER = timezone.timedelta(seconds=50)


def call(task: str) -> None:
    """Have `task` (a dotted path) run soon after this transaction commits, once for many calls."""
    # Robust: the work is committed, so a broker that fails must not look like a failed request.
    transaction.on_commit(lambda: _call(task), robust=True)


def _call(task: str) -> None:
    now = timezone.now()
    free = WakeUp.objects.filter(task=task).exclude(
        is_called=True, called_at__gt=now - FORGOTTEN_AFTER
    )
    woken = free.update(is_called=True, called_at=now)
    if not woken and not WakeUp.objects.filter(task=task).exists():
        _, woken = WakeUp.objects.get_or_create(
            task=task, defaults={"is_called": True, "called_at": now}
        )
    if woken:
        async_task(task, group="wake-up")


def heard(task: str) -> None:
    """Say that `task` is about to look: what is written from now on needs a new call."""
    WakeUp.objects.filter(task=task, is_called=True).update(is_called=False)


def sync_schedules(**kwargs: Any) -> None:
    """Make the schedules of `PERIODIC_TASKS`, and end ours that are listed no more."""
    for name, func, every in settings.PERIODIC_TASKS:
        if isinstance(every, time):
            kind, first = {"schedule_type": Schedule.DAILY, "minutes": None}, _next(every)
        else:
            kind, first = {"schedule_type": Schedule.MINUTES, "minutes": every}, timezone.now()
        values = {"func": func, "repeats": -1, **kind}
        Schedule.objects.update_or_create(
            name=name, defaults=values, create_defaults={**values, "next_run": first}
        )
    listed = [name for name, _, _ in settings.PERIODIC_TASKS]
    Schedule.objects.filter(func__startswith="apps.").exclude(name__in=listed).delete()


def _next(at: time) -> datetime:
    """Return the next moment at which it is this time of day, in UTC."""
    now = timezone.now()
    today = datetime.combine(now.date(), at, tzinfo=UTC)
    return today if today > now else today + timezone.timedelta(days=1)
