"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.delivery import popups, pushes, sender
from apps.delivery.models import Popup, Push


def send() -> int:
    """Send the pushes that are due."""
    wakeups.heard(pushes.SEND)
    total = sender.drain(seconds=40)
    if Push.objects.due().exists():
        wakeups.call(pushes.SEND)
    return total


def expire() -> int:
    """End the popups that nobody came to see in time."""
    return popups.expire(Popup.objects.overdue())
