"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.journeys import engine, entry, leaving, lifecycle, moving_over
from apps.journeys.dry_runs import running
from apps.journeys.listening import hearing
from apps.journeys.models import Call
from apps.journeys.numbers import statistics
from apps.journeys.primitives import winners
from apps.journeys.webhooks import CALL, draining


def advance() -> int:
    """Let contacts in and out, handle the events written down, then move everybody who is due."""
    wakeups.heard(hearing.ADVANCE)
    # Together under a minute, after which the cluster ends a task.
    is_swept = lifecycle.sweep(seconds=5)
    total = hearing.drain(seconds=10)
    moving_over.drain(seconds=5)
    entry.drain(seconds=8)
    leaving.sweep(seconds=5)
    total += engine.drain(seconds=15)
    lifecycle.finish_those_over()
    if not is_swept or hearing.due().exists() or engine.steps_due().exists():
        wakeups.call(hearing.ADVANCE)
    return total


def call_webhooks() -> int:
    """Make the calls of webhook steps that are due."""
    wakeups.heard(CALL)
    total = draining.drain(seconds=35)
    # Nothing done: they wait for their servers, and for the wake-up of every minute.
    if total and Call.objects.sendable().exists():
        wakeups.call(CALL)
    return total


def roll_up() -> int:
    """Sum up the numbers of steps, which every batch adds to."""
    return statistics.roll_up(seconds=20)


def decide_winners() -> int:
    """Decide which pushes have won at their steps."""
    return winners.decide()


def dry_run() -> int:
    """Do the dry runs that were asked for."""
    wakeups.heard(running.TASK)
    total = running.drain(seconds=1)
    if running.due().exists():
        wakeups.call(running.TASK)
    return total
