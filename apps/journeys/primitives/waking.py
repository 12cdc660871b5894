"""The one wake-up that moves journeys."""

from apps.accounts import wakeups

ADVANCE = "apps.journeys.tasks.advance"


def wake() -> None:
    """Have a worker look at what is due soon after this transaction commits."""
    wakeups.call(ADVANCE)
