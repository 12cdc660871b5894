"""Popups: asking for them, handing them to the visitor's page, taking the answer."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from apps.accounts import events
from apps.accounts.inserting import FreshUUID, insert_from
from apps.accounts.models import PushStatus
from apps.assets import models as assets
from apps.assets import pages, rendering
from apps.assets.tags import NotFilled
from apps.delivery.models import Hold, Popup
from apps.delivery.wanted import Selection, Wanted
from apps.devices.models import Device

Status = Popup.Status

# A browser that has answered our question is left alone by other contacts' journeys.
ASKED_AGAIN_AFTER = timezone.timedelta(days=3)

# So many are looked through for those of the page, and so many of these for the first that may
# be shown.
MAX_WAITING = 200
AT_MOST = 20

log = logging.getLogger(__name__)


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
    # The report of accepting may be lost, and the browser's answer still is one.
    Report.ALLOWED: Popup.OPEN,
    Report.BLOCKED: Popup.OPEN,
    Report.DISMISSED: Popup.OPEN,
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


def queue(asset: assets.Popup, wanted: Selection | Wanted) -> datetime | None:
    """Have the contacts meet the popup on the site, in one statement; returns until when each
    waits to be seen.

    Nothing is queued, and None returned, when the asset is not active.
    """
    if not asset.is_active:
        return None
    selection = wanted.selection() if isinstance(wanted, Wanted) else wanted
    now = timezone.now()
    until = now + timezone.timedelta(hours=asset.wait_hours)
    columns = {
        **selection.columns,
        "uid": FreshUUID(),
        "asset": models.Value(asset.pk),
        "status": models.Value(Status.WAITING),
        "button": models.Value(""),
        "queued_at": models.Value(now, models.DateTimeField()),
        "expires_at": models.Value(until, models.DateTimeField()),
    }
    insert_from(Popup, selection.rows.order_by(), columns, ignore_conflicts=True)
    return until


@dataclass(frozen=True, kw_only=True)
class Next:
    """`popup` is what the page should show now, filled; `wants_query` says that another one may
    be for this page, and the query of its address would tell."""

    popup: dict[str, Any] | None = None
    wants_query: bool = False


def look(device: Device, address: str = "") -> Next:
    """Return what the device's page at `address` should show now, filled for its contact.

    A popup shown before and not answered comes again. One whose tags cannot be filled is
    withdrawn, so that it does not stand before the others. One that asks for permission is passed
    over where that must not be asked, and one that is for other pages waits.
    """
    here = pages.page(address)
    waiting, of_others = _of_page(list(_waiting(device)), here)
    wants_query = any(pages.look_at_query(popup.pages.split()) for popup in of_others)
    if not waiting:
        return Next(wants_query=wants_query)
    used = rendering.load(assets.Popup, {popup.asset_id for popup in waiting})
    sources = {pk: source for pk, (_, source) in used.items()}
    batch = rendering.Batch.load(sources, {popup.contact for popup in waiting})
    may_ask = _may_ask(device)
    for popup in waiting:
        try:
            rendered = batch.render(popup.asset_id, popup.contact, popup.context)
        except NotFilled:
            _withdraw(popup)
            continue
        if may_ask or not rendering.asks_permission(rendered.content):
            _note_variation(popup, rendered)
            shown = {"id": str(popup.uid), **rendered.shown}
            return Next(popup=shown, wants_query=wants_query)
    return Next(wants_query=wants_query)


def _waiting(device: Device) -> "models.QuerySet[Popup]":
    """Return what waits for the device's contact, the oldest first; not of held campaigns."""
    return (
        Popup.objects.open()
        .filter(contact=device.contact_id, asset__status=assets.Asset.Status.ACTIVE)
        .exclude(status=Status.ACCEPTED)
        .exclude(campaign__in=Hold.objects.standing().values("campaign"))
        .select_related("contact__site")
        .annotate(pages=models.F("asset__pages"))
        .order_by("queued_at")[:MAX_WAITING]
    )


def _of_page(waiting: list[Popup], here: pages.Page | None) -> tuple[list[Popup], list[Popup]]:
    """Return those that are for the page, as many as are looked through, and those for others."""
    fits = [pages.matches(popup.pages.split(), here) for popup in waiting]
    pairs = list(zip(waiting, fits, strict=True))
    of_page = [popup for popup, is_for_it in pairs if is_for_it]
    return of_page[:AT_MOST], [popup for popup, is_for_it in pairs if not is_for_it]


def _withdraw(popup: Popup) -> None:
    log.warning("Popup %s of asset %s could not be filled", popup.pk, popup.asset_id)
    Popup.objects.filter(pk=popup.pk, status__in=Popup.OPEN).update(
        status=Status.WITHDRAWN, answered_at=timezone.now()
    )


def _note_variation(popup: Popup, rendered: rendering.Rendered) -> None:
    """Write down whose buttons the answer will be about."""
    chosen = rendered.version.key if rendered.version else None
    if popup.variation_id != chosen:
        Popup.objects.filter(pk=popup.pk).update(variation=chosen)


def _may_ask(device: Device) -> bool:
    """Tell whether a popup may ask for permission: not where the browser cannot, where the
    platform wants no push for the contact, and where it was answered lately under another name:
    who has said no is not asked again for logging out."""
    can = device.push_status == PushStatus.ASK and not device.contact.push_disabled_by_platform
    return can and not _answered_under_another_name(device)


def _answered_under_another_name(device: Device) -> bool:
    return (
        device.popups.filter(
            answered_at__gt=timezone.now() - ASKED_AGAIN_AFTER,
            asset__buttons__action=assets.Button.Action.ASK_PERMISSION,
        )
        .exclude(contact=device.contact_id)
        .exclude(status=Status.WITHDRAWN)
        .exists()
    )


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
    has_own = popup.variation_id and assets.Variation.objects.filter(
        pk=popup.variation_id, has_own_buttons=True
    )
    variation = popup.variation_id if has_own else None
    buttons = assets.Button.objects.filter(asset=popup.asset_id, variation=variation)
    labels = list(buttons.values_list("label", flat=True))
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
