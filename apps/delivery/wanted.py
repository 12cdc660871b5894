"""What somebody asks delivery for, and taking it back."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from apps.delivery.models import Popup, Push


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One message for one contact; `key` makes it one, however often it is asked for.

    `campaign` names who asks, so that all of it can be withdrawn, and `step` which part of it;
    `context` holds what tags may name beside the contact: `event`, `journey`.
    """

    contact_id: int
    key: str
    campaign: str = ""
    step: str = ""
    context: dict[str, Any] = field(default_factory=dict)


def withdraw(**which: Any) -> None:
    """Take back what was asked for and nobody has seen yet: open popups, and queued pushes.

    A push that a worker has in its hands may still arrive, but is not tried again. `which` says
    of what: `campaign="…"`, or `key__in=[…]`.
    """
    Push.objects.filter(**which, status=Push.Status.SENDING).update(expires_at=timezone.now())
    Popup.objects.filter(**which, status__in=Popup.OPEN).update(
        status=Popup.Status.WITHDRAWN, answered_at=timezone.now()
    )
    Push.objects.filter(**which, status=Push.Status.QUEUED).update(
        status=Push.Status.FAILED, reason=Push.Reason.WITHDRAWN, due_at=None
    )
