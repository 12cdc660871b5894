"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from django_q.tasks import async_task

from apps.accounts import retention


def clean() -> dict[str, int]:
    """Remove what is older than it is kept; calls itself again while there is more."""
    removed, is_all = retention.clean(seconds=40)
    if not is_all:
        async_task("apps.accounts.tasks.clean", group="wake-up")
    return removed
