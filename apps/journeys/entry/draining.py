"""Letting in whom a time or a look lets in, a slice of contacts at a time."""

import logging
import time
from collections.abc import Callable

from django.db import connection, transaction

from apps.journeys.entry import by_schedule, by_segment, capping
from apps.journeys.models import Version
from apps.journeys.primitives import waking

# SQLite lets a busy writer starve the others: every pause lets the web in.
PAUSE_SECONDS = 0.02

Turn = tuple[Callable[[int], int | None], int]

log = logging.getLogger(__name__)


@transaction.atomic
def prepare(version: Version) -> None:
    """Have the version, which has just been published, let contacts in, and no older one."""
    capping.prepare(version)
    by_schedule.prepare(version)
    by_segment.prepare(version)


def drain(seconds: float = 45) -> int:
    """Go on with the runs and looks that are due until none is, or the time is over.

    Returns how many contacts entered; wakes a worker for the rest. A worker that dies loses the
    slice it was at, which the next one begins anew. What fails is tried again by the wake-up of
    every minute.
    """
    end = time.monotonic() + seconds
    failed: set[Turn] = set()
    total = 0
    while turns := [turn for turn in _due() if turn not in failed]:
        # All in turn, so that a long one keeps no other waiting.
        entered = []
        for turn in turns:
            if time.monotonic() >= end:
                waking.wake()
                return total
            entered.append(_advance(turn, failed))
        if all(number is None for number in entered):
            break
        total += sum(number or 0 for number in entered)
    return total


def _due() -> list[Turn]:
    runs = by_schedule.due().order_by("due_at", "pk").values_list("pk", flat=True)
    watches = by_segment.due().order_by("due_at", "pk").values_list("pk", flat=True)
    return [
        *((by_schedule.advance, pk) for pk in runs),
        *((by_segment.advance, pk) for pk in watches),
    ]


def _advance(turn: Turn, failed: set[Turn]) -> int | None:
    advance, pk = turn
    try:
        return advance(pk)
    except Exception:
        log.exception("%s %s failed; it is tried again later", advance.__module__, pk)
        failed.add(turn)
        return None
    finally:
        if connection.vendor == "sqlite":
            time.sleep(PAUSE_SECONDS)
