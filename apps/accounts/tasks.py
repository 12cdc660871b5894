"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.accounts.imports import running, steering


def run_imports() -> int:
    """Bring in what has been uploaded and started."""
    wakeups.heard(steering.RUN)
    total = running.drain(seconds=40)
    if running.moving().exists():
        wakeups.call(steering.RUN)
    steering.sweep()
    return total
