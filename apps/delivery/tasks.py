"""Wake-ups for django-q2: each drains what is due, and may be lost or doubled without harm."""

from apps.accounts import wakeups
from apps.delivery import holds, popups, pushes, sender, wanted
from apps.delivery.models import Popup, Push


def send() -> int:
    """Send the pushes that are due, once those of held campaigns are out of the way."""
    wakeups.heard(pushes.SEND)
    is_tended = holds.tend(seconds=15)
    total = sender.drain(seconds=25)
    if not is_tended or Push.objects.due().exists():
        wakeups.call(pushes.SEND)
    return total


def take_back() -> None:
    """Go on with taking back what withdrawn campaigns have queued."""
    wakeups.heard(wanted.TAKE_BACK)
    if not wanted.take_back(seconds=40):
        wakeups.call(wanted.TAKE_BACK)


def expire() -> int:
    """End the popups that nobody came to see in time."""
    return popups.expire(Popup.objects.overdue())
