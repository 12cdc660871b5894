"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.journeys import engine, hearing, lifecycle, moving_over
from apps.journeys.models import Enrolment


def advance() -> int:
    """Handle the events written down, then move everybody who is due."""
    wakeups.heard(hearing.ADVANCE)
    lifecycle.sweep()
    moving_over.drain(seconds=5)
    total = hearing.drain(seconds=20) + engine.drain(seconds=25)
    lifecycle.finish_those_over()
    if hearing.due().exists() or Enrolment.objects.due().exists():
        wakeups.call(hearing.ADVANCE)
    return total
