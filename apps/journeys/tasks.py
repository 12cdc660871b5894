"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.delivery import wakeups
from apps.journeys import engine, hearing


def advance() -> int:
    """Handle the events written down, then move everybody who is due."""
    wakeups.heard(hearing.ADVANCE)
    total = 0
    while handled := hearing.handle():
        total += handled
    return total + engine.drain()
