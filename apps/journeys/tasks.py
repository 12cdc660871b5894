"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.journeys import engine, hearing, publishing, statistics


def advance() -> int:
    """Handle the events written down, then move everybody who is due."""
    wakeups.heard(hearing.ADVANCE)
    publishing.sweep()
    total = hearing.drain(seconds=15)
    total += engine.drain(seconds=25)
    if hearing.due().exists() or engine.steps_due().exists():
        wakeups.call(hearing.ADVANCE)
    return total


def roll_up() -> int:
    """Sum up the numbers of steps, which every batch adds to."""
    return statistics.roll_up(seconds=20)
