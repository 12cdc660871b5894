"""What somebody asks delivery for, and taking it back."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, JSONField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone

from apps.accounts import wakeups
from apps.accounts.id_lists import listed
from apps.accounts.models import Contact
from apps.delivery.models import Hold, Popup, Push

TAKE_BACK = "apps.delivery.tasks.take_back"
SLICE = 5_000
# So long does whoever asks wait for it; a worker does the rest.
AT_ONCE_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Messages for many contacts: each of `rows` asks for one, and is answered by its id.

    `contact` leads from a row to its contact, and is empty where the rows are contacts; the other
    fields are expressions over `rows`. `key` makes a message one, however often it is asked for.
    `campaign` names who asks, so that all of it can be withdrawn, and `step` which part of it;
    `context` holds what tags may name beside the contact: `event`, `journey`.
    """

    rows: QuerySet[Any, Any]
    key: Any
    contact: str = ""
    campaign: Any = field(default_factory=lambda: Value(""))
    step: Any = field(default_factory=lambda: Value(""))
    context: Any = field(default_factory=lambda: Value({}, JSONField()))

    def path(self, name: str) -> str:
        """Return how the field `name` of the contact is reached from a row."""
        return f"{self.contact}__{name}" if self.contact else name

    @property
    def columns(self) -> dict[str, Any]:
        """What popups and pushes have of it alike."""
        return {
            "contact": F(self.path("pk")),
            "key": self.key,
            "campaign": self.campaign,
            "step": self.step,
            "context": self.context,
        }


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One message for one contact: a selection of one."""

    contact_id: int
    key: str
    campaign: str = ""
    step: str = ""
    context: dict[str, Any] = field(default_factory=dict)

    def selection(self) -> Selection:
        return Selection(
            rows=Contact.objects.filter(pk=self.contact_id),
            key=Value(self.key),
            campaign=Value(self.campaign),
            step=Value(self.step),
            context=Value(self.context, JSONField()),
        )


def withdraw(**which: Any) -> None:
    """Take back what was asked for and nobody has seen yet: open popups, and pushes not sent yet.

    `which` says of what: `campaign="…"`, or `key__in=[…]`. A push that a worker is handing to its
    push service at this moment still arrives, but is not tried again.

    A campaign is held first: from the moment that this is committed nothing more of it is sent,
    however much there is. The rest is taken back a slice at a time, by a worker where it takes
    long; whoever dies in between leaves the hold, and the next one goes on.
    """
    if "key__in" in which:
        _take_back_keys(which["key__in"])
        return
    name = which["campaign"]
    Hold.objects.update_or_create(campaign=name, defaults={"status": Hold.Status.WITHDRAWN})
    if not _take_back_campaign(name, time.monotonic() + AT_ONCE_SECONDS):
        wakeups.call(TAKE_BACK)


def put_off(keys: Collection[str], by: timedelta) -> None:
    """Have those of the popups that are open wait so much longer to be seen."""
    if keys:
        rows = Popup.objects.filter(_of_keys(keys), status__in=Popup.OPEN)
        rows.update(expires_at=F("expires_at") + by)


def _take_back_keys(keys: Collection[str]) -> None:
    while _take_back_slice(_of_keys(keys), waits=True) >= SLICE:
        pass


def _of_keys(keys: Collection[str]) -> Q:
    # As one array, like ids in apps.accounts.id_lists.
    is_array = connection.vendor == "postgresql"
    return Q(key__in=RawSQL("SELECT unnest(%s::text[])", [list(keys)]) if is_array else keys)


def take_back(*, seconds: float) -> bool:
    """Go on with the campaigns that are being withdrawn; returns whether all are."""
    end = time.monotonic() + seconds
    names = Hold.objects.filter(status=Hold.Status.WITHDRAWN).values_list("campaign", flat=True)
    # Each of them, whatever the others leave.
    left = [name for name in names if not _take_back_campaign(name, end)]
    return not left


def _take_back_campaign(name: str, end: float) -> bool:
    """Returns whether nothing is left; then the hold goes."""
    which = Q(campaign=name)
    while _take_back_slice(which, waits=False):
        if time.monotonic() > end:
            return False
    if _pushes(which).exists() or _popups(which).exists():
        # Somebody is writing them at this moment.
        return False
    Hold.objects.filter(campaign=name, status=Hold.Status.WITHDRAWN).delete()
    return True


def _pushes(which: Q) -> QuerySet[Push]:
    """Return those to be taken back yet: queued, or in the hands of a worker and not marked."""
    in_hands = Q(status=Push.Status.SENDING) & ~Q(reason=Push.Reason.WITHDRAWN)
    return Push.objects.filter(which).filter(in_hands | Q(status=Push.Status.QUEUED)).order_by()


def _popups(which: Q) -> QuerySet[Popup]:
    return Popup.objects.filter(which, status__in=Popup.OPEN).order_by()


@transaction.atomic
def _take_back_slice(which: Q, *, waits: bool) -> int:
    """Take back up to SLICE pushes and popups each; returns how many it were.

    Without `waits`, rows that somebody is writing at this moment are left for a later slice, so
    that two who write many never wait for each other.
    """
    now = timezone.now()
    pushes, popups = (
        list(rows.select_for_update(skip_locked=not waits).values_list("pk", flat=True)[:SLICE])
        for rows in (_pushes(which), _popups(which))
    )
    if pushes:
        reason = Push.Reason.WITHDRAWN
        held = Push.objects.filter(pk__in=listed(pushes))
        # What is in hands stays so, marked: whoever looks at it again fails it for that reason.
        held.filter(status=Push.Status.SENDING).update(reason=reason, expires_at=now)
        held.filter(status=Push.Status.QUEUED).update(
            status=Push.Status.FAILED, reason=reason, due_at=None
        )
    if popups:
        Popup.objects.filter(pk__in=listed(popups)).update(
            status=Popup.Status.WITHDRAWN, answered_at=now
        )
    return len(pushes) + len(popups)
