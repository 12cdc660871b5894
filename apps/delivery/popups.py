"""Popups: asking for them, handing them to the visitor's page, taking the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from apps.accounts import events
from apps.accounts.models import PushStatus
from apps.assets import models as assets
from apps.assets import rendering
from apps.delivery.models import Popup
from apps.devices.models import Device

Status = Popup.Status


class Report(models.TextChoices):
    """What a page says of a popup; all but `shown` and `accepted` end it."""

    SHOWN = "shown", "Shown"
    ACCEPTED = "accepted", "Accepted"
    ALLOWED = "allowed", "Allowed"
    BLOCKED = "blocked", "Blocked"
    DISMISSED = "dismissed", "Browser's question dismissed"
    CLICKED = "clicked", "Clicked"
    DECLINED = "declined", "Declined"
    CLOSED = "closed", "Closed"


# From which statuses a report leads on; from any other it comes too late and changes nothing.
COMES_AFTER: dict[Report, tuple[Status, ...]] = {
    Report.SHOWN: (Status.WAITING,),
    Report.ACCEPTED: (Status.WAITING, Status.SHOWN),
    Report.ALLOWED: (Status.ACCEPTED,),
    Report.BLOCKED: (Status.ACCEPTED,),
    Report.DISMISSED: (Status.ACCEPTED,),
    Report.CLICKED: (Status.WAITING, Status.SHOWN),
    Report.DECLINED: (Status.WAITING, Status.SHOWN),
    Report.CLOSED: (Status.WAITING, Status.SHOWN),
}

# What an open popup ends as when its time is over.
ENDS_AS: dict[Status, Status] = {
    Status.WAITING: Status.UNSEEN,
    Status.SHOWN: Status.CLOSED,
    Status.ACCEPTED: Status.DISMISSED,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One popup for one contact; `key` makes it one, however often it is asked for."""

    contact_id: int
    key: str
    context: dict[str, Any] = field(default_factory=dict)


def queue(asset: assets.Popup, wanted: Sequence[Wanted]) -> datetime | None:
    """Have the contacts meet the popup on the site; returns until when each waits to be seen.

    Nothing is queued, and None returned, when the asset is not active.
    """
    if not asset.is_active:
        return None
    until = timezone.now() + timezone.timedelta(hours=asset.wait_hours)
    rows = [
        Popup(
            key=row.key,
            contact_id=row.contact_id,
            context=row.context,
            asset=asset,
            expires_at=until,
        )
        for row in wanted
    ]
    Popup.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return until


def next_for(device: Device) -> dict[str, Any] | None:
    """Return what the device's page should show now, filled for its contact; None for nothing.

    A popup shown before and not answered comes again. One that asks for permission is only
    shown where the browser can still ask.
    """
    waiting = (
        Popup.objects.open()
        .filter(contact=device.contact_id, asset__status=assets.Asset.Status.ACTIVE)
        .exclude(status=Status.ACCEPTED)
    )
    if device.push_status != PushStatus.ASK:
        waiting = waiting.exclude(
            asset__buttons__action=assets.Button.Action.ASK_PERMISSION,
        )
    popup = (
        waiting.select_related("asset").prefetch_related("asset__buttons").order_by("queued_at")
    ).first()
    if popup is None:
        return None
    contact = device.contact
    labels = rendering.Labels.of(contact.site)
    context = rendering.context_for(contact, labels, popup.context)
    return {"id": str(popup.uid), **rendering.popup(popup.asset, contact.site, context)}


@transaction.atomic
def report(popup: Popup, device: Device, kind: Report, *, button: int | None = None) -> bool:
    """Note what the page says; returns False when the popup was past that already.

    Pressing implies having seen: a lost report of showing is made good.
    """
    now = timezone.now()
    rows = Popup.objects.filter(pk=popup.pk, status__in=COMES_AFTER[kind])
    changes: dict[str, Any] = {"status": kind.value, "device": device}
    if kind not in (Report.SHOWN, Report.ACCEPTED):
        changes["answered_at"] = now
    label = _label(popup, button)
    if label:
        changes["button"] = label
    if not rows.update(**changes):
        return False
    if Popup.objects.filter(pk=popup.pk, shown_at=None).update(shown_at=now):
        _tell(popup, Report.SHOWN)
    if kind != Report.SHOWN:
        _tell(popup, kind, button=label)
    return True


def _label(popup: Popup, button: int | None) -> str:
    if button is None:
        return ""
    labels = list(popup.asset.buttons.values_list("label", flat=True))
    return labels[button] if button < len(labels) else ""


def _tell(popup: Popup, kind: str, **more: str) -> None:
    about = {"popup": str(popup.uid), "asset": popup.asset_id, "key": popup.key}
    events.track(popup.contact, f"popup_{kind}", about | {k: v for k, v in more.items() if v})


def expire(rows: "models.QuerySet[Popup]") -> int:
    """End those of `rows` that are open, as what they have come to; returns how many."""
    ended = 0
    for before, after in ENDS_AS.items():
        ended += rows.filter(status=before).update(status=after, answered_at=timezone.now())
    return ended
