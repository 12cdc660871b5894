"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.journeys import engine, entry, hearing, leaving, statistics, winners
from apps.journeys.models import Call
from apps.journeys.webhooks import CALL, draining


def advance() -> int:
    """Handle the events written down, let in and out who is due to be, then move everybody."""
    wakeups.heard(hearing.ADVANCE)
    total = hearing.drain(seconds=10)
    total += entry.drain(seconds=10)
    total += leaving.sweep(seconds=5)
    total += engine.drain(seconds=20)
    if hearing.due().exists() or entry.is_due() or engine.steps_due().exists():
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


def decide_winners() -> int:
    """Decide which pushes have won at their steps."""
    return winners.decide()


def roll_up() -> int:
    """Sum up the numbers of steps, which every batch adds to."""
    return statistics.roll_up(seconds=20)
