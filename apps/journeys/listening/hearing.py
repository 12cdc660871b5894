"""Hearing events: what happened elsewhere becomes entries, answers, successes and exits.

Written down in the transaction that tracked them (PendingEvent), so none is lost; handled after
it, so nothing that goes wrong here can undo a visit or a receipt.
"""

import logging
import time
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import wakeups
from apps.accounts.models import Event, Site
from apps.journeys import engine
from apps.journeys.listening import reacting
from apps.journeys.models import PendingEvent
from apps.journeys.primitives import triggers

ADVANCE = "apps.journeys.tasks.advance"
BATCH = 500
# A page that waits for its popup is worth doing at once; an import is not.
AT_ONCE = 5
MAX_ERRORS = 5

log = logging.getLogger(__name__)


def note(events: list[Event]) -> None:
    """Write down those of `events` (of one site) that matter to a journey, and have them heard.

    Few are handled right after this transaction, in this process; many wake a worker.
    """
    wanted = {row.event for row in triggers.that_matter(events[0].contact.site_id, events)}
    heard = [event for event in events if event.name.name in wanted or reacting.answered(event)]
    if not heard:
        return
    pending = PendingEvent.objects.bulk_create(PendingEvent(event=event) for event in heard)
    if len(pending) > AT_ONCE:
        wakeups.call(ADVANCE)
        return
    ids = [row.pk for row in pending]
    transaction.on_commit(lambda: _handle_now(ids), robust=True)


def _handle_now(ids: list[int]) -> None:
    try:
        if handle(only=ids) < len(ids):
            # Somebody else holds some of them, or one has failed.
            wakeups.call(ADVANCE)
    except Exception:
        log.exception("Events %s could not be handled at once; a worker will", ids)
        wakeups.call(ADVANCE)


def due() -> QuerySet[PendingEvent]:
    """Return the events that wait to be handled now."""
    return PendingEvent.objects.filter(due_at__lte=timezone.now())


def drain(*, seconds: float) -> int:
    """Handle what waits until nothing does, or the time is over; returns how many there were."""
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end and (handled := handle()):
        total += handled
    return total


def handle(*, only: Iterable[int] | None = None) -> int:
    """Handle a batch of events written down; returns how many there were.

    An event that fails is tried again later, and given up after MAX_ERRORS, visibly.
    """
    waiting = due() if only is None else due().filter(pk__in=list(only))
    try:
        done, moved = _handle(waiting, BATCH)
    except Exception:
        log.exception("A batch of events failed; trying one by one")
        return sum(_handle_one(pk) for pk in waiting.values_list("pk", flat=True)[:BATCH])
    if moved and only is not None:
        engine.drain(only=moved, seconds=5)
    return done


def _handle_one(pk: int) -> int:
    row = PendingEvent.objects.filter(pk=pk)
    try:
        return _handle(row, 1)[0]
    except Exception:
        log.exception("Event of pending row %s failed", pk)
    for failed in row:
        failed.errors += 1
        failed.due_at = timezone.now() + timezone.timedelta(minutes=2**failed.errors)
        if failed.errors >= MAX_ERRORS:
            failed.due_at = None
        failed.save(update_fields=["errors", "due_at"])
    return 0


@transaction.atomic
def _handle(waiting: QuerySet[PendingEvent], most: int) -> tuple[int, list[int]]:
    """Handle and remove; returns how many events there were, and which enrolments moved."""
    pending = list(
        waiting.select_for_update(skip_locked=True, of=("self", "event")).select_related(
            "event__name", "event__contact__site"
        )[:most]
    )
    of_site: dict[Site, list[Event]] = {}
    for row in pending:
        of_site.setdefault(row.event.contact.site, []).append(row.event)
    moved = [pk for site, events in of_site.items() for pk in reacting.react(site, events)]
    PendingEvent.objects.filter(pk__in=[row.pk for row in pending]).delete()
    return len(pending), moved
