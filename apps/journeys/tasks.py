"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.journeys import engine, hearing, publishing, winners
from apps.journeys.models import Enrolment


def advance() -> int:
    """Handle the events written down, then move everybody who is due."""
    wakeups.heard(hearing.ADVANCE)
    publishing.sweep()
    total = hearing.drain(seconds=20) + engine.drain(seconds=25)
    if hearing.due().exists() or Enrolment.objects.due().exists():
        wakeups.call(hearing.ADVANCE)
    return total


def decide_winners() -> int:
    """Decide which pushes have won at their steps."""
    return winners.decide()
