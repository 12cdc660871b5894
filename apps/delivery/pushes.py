"""Asking for pushes."""

from collections.abc import Sequence

from django.utils import timezone

from apps.accounts import wakeups
from apps.assets import models as assets
from apps.delivery.models import Push
from apps.delivery.wanted import Wanted
from apps.devices.models import Subscription

SEND = "apps.delivery.tasks.send"


def queue(asset: assets.Push, wanted: Sequence[Wanted]) -> set[int]:
    """Queue a push to every live device of each contact, in a constant number of queries.

    Returns the contacts who have at least one such device and have not opted out; nobody when
    the asset is not active.
    """
    if not asset.is_active:
        return set()
    by_contact = {row.contact_id: row for row in wanted}
    devices = Subscription.objects.welcome().filter(device__contact__in=by_contact.keys())
    pairs = list(devices.values_list("device_id", "device__contact_id"))
    now = timezone.now()
    rows = [
        Push(
            key=by_contact[contact_id].key,
            campaign=by_contact[contact_id].campaign,
            context=by_contact[contact_id].context,
            contact_id=contact_id,
            device_id=device_id,
            asset=asset,
            due_at=now,
            expires_at=now + timezone.timedelta(seconds=asset.ttl),
        )
        for device_id, contact_id in pairs
    ]
    Push.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    if rows:
        wakeups.call(SEND)
    return {contact_id for _, contact_id in pairs}
