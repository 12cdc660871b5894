"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.accounts.imports import leftovers, running, steering
from apps.accounts.privacy import retention

CLEAN = "apps.accounts.tasks.clean"


def clean() -> dict[str, int]:
    """Remove what is older than it is kept; calls itself again while there is more."""
    wakeups.heard(CLEAN)
    removed, is_all = retention.clean(seconds=40)
    if not is_all:
        wakeups.call(CLEAN)
    return removed


def run_imports() -> int:
    """Bring in what has been uploaded and started."""
    wakeups.heard(steering.RUN)
    total = running.drain(seconds=40)
    # What did not move is in the hands of another worker, or waits for the next minute.
    if total and running.moving().exists():
        wakeups.call(steering.RUN)
    leftovers.sweep()
    return total
