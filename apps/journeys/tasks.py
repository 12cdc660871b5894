"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.journeys import (
    engine,
    entry,
    hearing,
    leaving,
    lifecycle,
    moving_over,
    statistics,
    winners,
)


def advance() -> int:
    """Let contacts in and out, handle the events written down, then move everybody who is due."""
    wakeups.heard(hearing.ADVANCE)
    is_swept = lifecycle.sweep(seconds=10)
    moving_over.drain(seconds=5)
    entry.drain(seconds=10)
    leaving.sweep(seconds=5)
    total = hearing.drain(seconds=15)
    total += engine.drain(seconds=20)
    lifecycle.finish_those_over()
    is_done = is_swept and not (hearing.due().exists() or entry.is_due())
    if not is_done or engine.steps_due().exists():
        wakeups.call(hearing.ADVANCE)
    return total


def roll_up() -> int:
    """Sum up the numbers of steps, which every batch adds to."""
    return statistics.roll_up(seconds=20)


def decide_winners() -> int:
    """Decide which pushes have won at their steps."""
    return winners.decide()
