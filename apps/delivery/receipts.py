"""Receipts: what the worker in the browser reports of a push. Each counts once, in any order."""

from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from apps.accounts import events
from apps.delivery import receipt_tokens
from apps.delivery.models import Push


class Kind(models.TextChoices):
    SHOWN = "shown", "Shown"
    CLICKED = "clicked", "Clicked"
    DISMISSED = "dismissed", "Dismissed"


class ReceiptRefused(ValueError):
    """The token is not the one that was sent with the push."""


@transaction.atomic
def accept(
    uid: UUID, token: str, kind: Kind, *, button: int | None = None, at: datetime | None = None
) -> bool:
    """Note a receipt; returns False when it was noted before, or the push is not kept any more.

    `at` is the browser's clock, so it is only trusted between queueing and now. Raises
    ReceiptRefused for a wrong token.
    """
    if not receipt_tokens.is_right(uid, token):
        raise ReceiptRefused("The token does not belong to this push.")
    push = Push.objects.select_related("contact").filter(uid=uid).first()
    if push is None:
        return False
    now = timezone.now()
    moment = min(max(at or now, push.queued_at), now)
    if kind != Kind.SHOWN:
        # Who clicked has seen it: the report of showing may be late or lost.
        _note(push, Kind.SHOWN, moment)
    changes = {"clicked_button": button} if kind == Kind.CLICKED else {}
    if button and button > push.asset.buttons.count():
        changes = {}
    return _note(push, kind, moment, **changes)


def _note(push: Push, kind: Kind, at: datetime, **changes: int | None) -> bool:
    column = f"{kind}_at"
    rows = Push.objects.filter(pk=push.pk, **{f"{column}__isnull": True})
    if not rows.update(**{column: at}, **changes):
        return False
    about = {"push": push.uid.hex, "asset": push.asset_id, "key": push.key}
    if changes.get("clicked_button"):
        about["button"] = changes["clicked_button"]
    events.track(push.contact, f"push_{kind}", about)
    return True
